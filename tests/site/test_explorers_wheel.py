"""What is installed elsewhere: both packages with the files that they read, and nothing of this repository."""

import os
import subprocess
import sys
import zipfile

from tools.lite import build_wheel

USE = """
import wnlib, wnbook
from wnbook import DATA, explorers

assert str(DATA).startswith({place!r}), DATA
assert wnlib.__file__.startswith({place!r})
for name in explorers.__all__:
    getattr(explorers, name)()
"""


def test_the_wheel_holds_all_that_its_packages_read(tmp_path):
    build_wheel(tmp_path)
    [wheel] = tmp_path.glob("wnlib-*.whl")
    place = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(place)
    environment = os.environ | {"PYTHONPATH": str(place)}
    subprocess.run([sys.executable, "-c", USE.format(place=str(place))], cwd=tmp_path, env=environment, check=True)
