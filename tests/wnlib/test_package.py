"""The package as a whole: its front door, its layers, what importing it brings along."""

import ast
import doctest
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import wnlib

MODULES = sorted(Path(wnlib.__file__).parent.glob("*.py"))
# From the ground up; a module imports only from those above it in this list, none from another in its own line.
LAYERS = [
    {"_arguments"},
    {"sensing", "stiefel"},
    {"problem"},
    {"states"},
    {"methods", "barzilai_borwein", "theory", "finite"},
    {"iterate"},
    {"manopt"},
]


def imports(path):
    """Names of the modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            yield from (f"wnlib.{alias.name}" for alias in node.names) if node.module == "wnlib" else [node.module]


def test_every_module_has_its_layer():
    assert {path.stem for path in MODULES} - set.union(*LAYERS) == {"__init__"}


@pytest.mark.parametrize("path", [path for path in MODULES if path.stem != "__init__"], ids=lambda path: path.stem)
def test_a_module_imports_only_from_below_and_from_the_three_dependencies(path):
    level = next(level for level, modules in enumerate(LAYERS) if path.stem in modules)
    below = {f"wnlib.{module}" for module in set().union(*LAYERS[:level])}
    outside = {"numpy", "scipy", "tqdm", *sys.stdlib_module_names} | ({"pymanopt"} if path.stem == "manopt" else set())
    wrong = [name for name in imports(path) if name not in below and name.partition(".")[0] not in outside]
    assert not wrong, f"{path.name} imports {wrong}"


def test_the_front_door_opens_on_no_extra():
    [front] = [path for path in MODULES if path.stem == "__init__"]
    assert "wnlib.manopt" not in set(imports(front))
    assert [name for name in wnlib.__all__ if not hasattr(wnlib, name)] == []
    assert isinstance(wnlib.__version__, str)


def test_importing_it_brings_nothing_of_the_book():
    """What the layers' test cannot see: that an import is not found by a name made up while running."""
    code = "import sys, wnlib; print(*{name.partition('.')[0] for name in sys.modules})"
    command, root = [sys.executable, "-c", code], Path(wnlib.__file__).parents[1]
    brought = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, cwd=root).stdout.split()
    assert {"numpy", "scipy", "tqdm", "wnlib"} <= set(brought)
    books = {
        "wnbook",
        "matplotlib",
        "pymanopt",
        "anywidget",
        "ipywidgets",
        "IPython",
        "joblib",
        "dask",
        "nbformat",
        "PIL",
    }
    assert not books & set(brought)


def test_the_example_of_help_runs():
    failed, attempted = doctest.testmod(wnlib)
    assert attempted > 5 and not failed


def test_the_warning_of_an_interrupted_run_points_at_the_line_that_ran_it():
    def interrupted(problem, state):
        raise KeyboardInterrupt

    problem = wnlib.Problem(wnlib.Population(wnlib.Symmetric(2)), np.ones(3))
    with pytest.warns(RuntimeWarning) as caught:
        wnlib.run(interrupted, problem, wnlib.Factor.random(2, 1, 0), 3)
    assert [warning.filename for warning in caught] == [__file__]
