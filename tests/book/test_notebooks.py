"""The state of the chapters: executed in order, whole, and fit to be compared and read aloud."""

import re
import tomllib
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tools.execute import BOOK, HEADLINE, headline

ROOT = BOOK.parent
NOTEBOOKS = sorted(BOOK.glob("*.ipynb"))
MACHINE_PATH = re.compile(r"(?<![\w.~])/(root|home|work|tmp|Users)/|[A-Z]:\\+Users")


def tags(cell):
    return cell.metadata.get("tags", [])


def texts(output):
    """The texts of an output: pairs of where it goes and what it says. A picture has none."""
    if output.output_type == "stream":
        return [(output.name, output.text)]
    if output.output_type == "error":
        return [("error", "\n".join(output.traceback))]
    if "image/png" in output.data:
        return []
    return [(kind, str(text)) for kind, text in output.data.items()]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=nbformat.NO_CONVERT)


@pytest.fixture
def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_the_chapters_are_numbered_and_in_the_contents():
    contents = re.findall(r"file: book/(\d\d-\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    assert [path.stem for path in NOTEBOOKS] == contents
    assert [name[:2] for name in contents] == [f"{k:02d}" for k in range(1, len(contents) + 1)]


def test_format_and_ids(notebook):
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_executed_once_and_in_order(code):
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not any(cell.source.isspace() or not cell.source for cell in code)


def test_no_errors_but_announced_ones(code):
    for cell in code:
        failed = any(output.output_type == "error" for output in cell.outputs)
        assert failed == ("raises-exception" in tags(cell)), cell.source


def test_nothing_on_stderr_and_no_machine_paths(code):
    for cell in code:
        for output in cell.outputs:
            for kind, text in texts(output):
                assert kind != "stderr", text
                assert not MACHINE_PATH.search(text), text


def test_every_output_is_compared(code):
    for cell in code:
        assert not [tag for tag in tags(cell) if tag.startswith("nbval")], cell.source
        assert "NBVAL_" not in cell.source
        assert "PYTEST_VALIDATE_IGNORE_OUTPUT" not in cell.source


def test_pictures_have_an_alt_text_a_caption_and_a_name(code):
    for cell in code:
        pictures = sum("image/png" in output.get("data", {}) for output in cell.outputs)
        assert pictures <= 1, f"only one picture can have the number of the cell\n{cell.source}"
        if pictures:
            described = cell.metadata.get("mystnb", {})
            alt = described.get("image", {}).get("alt", "")
            assert len(alt) >= 40, f"mystnb.image.alt is {alt!r} in the cell\n{cell.source}"
            figure = described.get("figure", {})
            assert len(figure.get("caption", "")) >= 40, f"mystnb.figure is {figure} in the cell\n{cell.source}"
            assert re.fullmatch(r"fig-\d\d-[a-z0-9-]+", figure["name"])


def test_names_of_figures_begin_with_the_chapter_and_are_unique():
    names = []
    for path in NOTEBOOKS:
        found = re.findall(r'"name": "(fig-.*?)"', path.read_text(encoding="utf-8"))
        assert all(name.startswith(f"fig-{path.stem[:2]}-") for name in found), path
        names += found
    assert names and len(set(names)) == len(names)


def test_solutions_and_plotting_code_are_folded_in_jupyterlab(notebook):
    """The site folds them by its own means; `jupyter` metadata folds them where the notebooks are run."""
    in_solution = False
    for cell in notebook.cells:
        in_solution = (in_solution or "{solution-start}" in cell.source) and "{solution-end}" not in cell.source
        if cell.cell_type == "code":
            folded = cell.metadata.get("jupyter", {})
            assert folded.get("source_hidden", False) == (in_solution or "hide-input" in tags(cell)), cell.source
            assert folded.get("outputs_hidden", False) == in_solution, cell.source


def test_exercises_have_folded_solutions_and_those_by_code_run(notebook):
    text = "\n".join(cell.source if cell.cell_type == "markdown" else "RUN" for cell in notebook.cells)
    exercises = re.findall(r"^:::+\{exercise\} (.*)\n:label: (\S+)", text, re.MULTILINE)
    assert len(exercises) >= 4
    for title, label in exercises:
        assert re.match(r"(✍|⌨|✍ ⌨) ★{1,3} \w", title), title
        start = rf"^:::+\{{solution-start\}} {label}\n:label: \S+\n:class: dropdown\n:::+\n"
        [solution] = re.findall(rf"{start}(.*?)^:::+\{{solution-end\}}", text, re.MULTILINE | re.DOTALL)
        assert ("RUN" in solution) or "⌨" not in title, title
        assert len(solution.strip()) > 40 or "RUN" in solution, title


def test_last_number_goes_to_stdout(code):
    numbers = [
        kind for cell in code for output in cell.outputs for kind, text in texts(output) if re.search(r"\d", text)
    ]
    assert numbers[-1:] == ["stdout"]


def test_headline_picture_is_the_chapters():
    assert HEADLINE.read_bytes() == headline()


def test_pins_are_within_the_bounds():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {}
    for line in Path(ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement = Requirement(line)
            [pin] = requirement.specifier
            assert pin.operator == "=="
            pinned[requirement.name] = Version(pin.version)
    for bound in map(Requirement, project["dependencies"] + project["optional-dependencies"]["book"]):
        assert bound.specifier.contains(pinned[bound.name]), f"{bound}: {pinned[bound.name]}"
