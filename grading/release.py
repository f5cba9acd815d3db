"""Make the release notebooks, without solutions and hidden tests: python -m grading.release."""

import logging
import os
import shutil
import sysconfig
import tempfile
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "assignments" / "source"
SETS = sorted(path.stem for path in SOURCE.glob("ps*/ps*.ipynb"))
SETTINGS = ROOT / "grading" / "nbgrader_config.py"
RELEASE = ROOT / "book" / "release"
COURSE = "direction-and-magnitude"


def nbgrader(course, **settings):
    """nbgrader at work in the folder of a course, with SETTINGS, and `settings` of its classes over them."""
    config = PyFileConfigLoader(SETTINGS.name, path=str(SETTINGS.parent)).load_config()
    config.CourseDirectory.root = str(course)
    config.merge(Config(settings))
    os.environ["PATH"] = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic
    api = NbGraderAPI(config=config)
    api.log.setLevel(logging.INFO)
    return api


def release(course, name):
    """Make one release notebook from a copy of its source in `course`; returns its path."""
    shutil.copytree(SOURCE / name, course / "source" / name, dirs_exist_ok=True)
    result = nbgrader(course).generate_assignment(name)
    if not result["success"]:
        raise RuntimeError(f"nbgrader cannot release {name}:\n{result.get('log')}\n{result.get('error')}")
    return course / "release" / name / f"{name}.ipynb"


def main():
    RELEASE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as course:
        for name in SETS:
            shutil.copy(release(Path(course), name), RELEASE)
    print(f"The release notebooks are in {RELEASE}.")


if __name__ == "__main__":
    main()
