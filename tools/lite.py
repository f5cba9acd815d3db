"""JupyterLite in the built site: the notebooks run in the reader's browser, with wnlib and all that it needs."""

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib.metadata import version
from pathlib import Path

import nbformat

from tools.execute import BOOK
from tools.website import SITE

ROOT = BOOK.parent
LITE = SITE / "lite"
WHEELS = SITE.parent / "wheels"  # outlives a new build of the site
# What Pyodide's own distribution lacks; numpy, scipy, matplotlib and the like come from there.
PACKAGES = ["anywidget", "comm", "ipywidgets", "jupyterlab_widgets", "psygnal", "pymanopt"]
EXTENSIONS = ["@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager", "anywidget"]
EXTENSIONS += ["jupyterlab-myst", "jupyterlab_pygments"]
KERNEL = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
INSTALL = """\
# In the browser first: fetch Python's packages, about 40 MB, once. It takes half a minute or more.
%pip install -q wnlib matplotlib anywidget pymanopt"""


def run(*command, cwd=ROOT):
    """Run a module of Python, which is heard only if it fails."""
    result = subprocess.run(
        [sys.executable, "-m", *command], cwd=cwd, capture_output=True, encoding="utf-8", errors="replace"
    )
    if result.returncode:
        sys.exit(f"{result.stdout}{result.stderr}\nFAILED: python -m {' '.join(command)}")


def download_wheels():
    """Fetch the wheels of PACKAGES in the versions installed here, those that run on any machine."""
    pinned = {name: version(name) for name in PACKAGES}
    if not all(list(WHEELS.glob(f"{name}-{pin}-*.whl")) for name, pin in pinned.items()):
        shutil.rmtree(WHEELS, ignore_errors=True)
        any_machine = ["--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none"]
        wanted = [f"{name}=={pin}" for name, pin in pinned.items()]
        run("pip", "download", "--no-deps", *any_machine, f"--dest={WHEELS}", *wanted)


def build_wheel(folder):
    """A wheel of both packages as they are, from a copy, so that nothing of an earlier build gets into it."""
    with tempfile.TemporaryDirectory() as copy:
        for package in ["wnlib", "wnbook", "book/data"]:
            shutil.copytree(ROOT / package, Path(copy, package), ignore=shutil.ignore_patterns("__pycache__"))
        for name in ["pyproject.toml", "LICENSE"]:
            shutil.copy(ROOT / name, copy)
        run("pip", "wheel", "--no-deps", "--no-build-isolation", f"--wheel-dir={folder}", copy)


def pages():
    """The book's pages of text. One that is not in the contents is not for readers."""
    names = re.findall(r"(?:file|root): book/([\w-]+)$", (ROOT / "_toc.yml").read_text(encoding="utf-8"), re.MULTILINE)
    return [f"{name}.md" for name in names if (BOOK / f"{name}.md").exists()]


def write_notebooks(folder):
    """The chapters and the problem sets, for JupyterLite's kernel, and the files that they read and link to."""
    for path in [*BOOK.glob("*.ipynb"), *BOOK.glob("release/*.ipynb")]:
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata["kernelspec"] = KERNEL
        notebook.cells.insert(0, nbformat.v4.new_code_cell(INSTALL, id="install"))
        target = folder / path.relative_to(BOOK)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(notebook), encoding="utf-8")  # JupyterLite does not join lists of lines
    shutil.copytree(BOOK / "data", folder / "data")
    for name in pages():
        shutil.copy(BOOK / name, folder)


def main():
    download_wheels()
    labextensions = Path(sysconfig.get_path("data"), "share", "jupyter", "labextensions")
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        build_wheel(work / "wheels")
        write_notebooks(work / "contents")
        settings = {
            "LiteBuildConfig": {
                "apps": ["lab", "notebooks", "tree"],
                "contents": ["contents"],
                "output_dir": str(LITE),
                "ignore_sys_prefix": ["federated_extensions"],  # nbgrader's among them
                "federated_extensions": [str(labextensions / name) for name in EXTENSIONS],
                "no_libarchive": True,
                "no_sourcemaps": True,
                "no_unused_shared_packages": True,
            },
            "PipliteAddon": {"piplite_urls": [str(WHEELS), "wheels"]},
        }
        work.joinpath("jupyter_lite_config.json").write_text(json.dumps(settings), encoding="utf-8")
        run("jupyterlite_core", "build", cwd=work)


if __name__ == "__main__":
    main()
