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


def test_format_and_ids(notebook):
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5), (
        "the notebook is in an old format, in which cells have no ids: open it in JupyterLab and save it, or "
        "write it with nbformat.write(nbformat.read(path, as_version=4), path)"
    )
    ids = [cell.id for cell in notebook.cells]
    twice = {name for name in ids if ids.count(name) > 1}
    assert not twice, f"cells have one id in common, {twice}: give the copy another"


def test_executed_once_and_in_order(code):
    empty = [k for k, cell in enumerate(code, start=1) if not cell.source.strip()]
    assert not empty, f"code cells {empty} are empty: delete them"
    counts = [cell.execution_count for cell in code]
    assert counts == list(range(1, len(code) + 1)), (
        f"the code cells have not run once, in order, from a fresh kernel, but as {counts}: make execute CHAPTERS=book/…"
    )


def test_no_errors_but_announced_ones(code):
    for cell in code:
        failed = any(output.output_type == "error" for output in cell.outputs)
        announced = "raises-exception" in tags(cell)
        assert announced or not failed, (
            f"a cell fails: mend it, or, if it is to fail, tag it raises-exception\n{cell.source}"
        )
        assert failed or not announced, f"a cell is tagged raises-exception and does not fail\n{cell.source}"


def test_nothing_on_stderr_and_no_machine_paths(code):
    for cell in code:
        for output in cell.outputs:
            for kind, text in texts(output):
                assert kind != "stderr", f"a cell writes to stderr: make the warning unnecessary\n{cell.source}\n{text}"
                path = MACHINE_PATH.search(text)
                assert not path, f"a cell prints a path of your machine, {path[0]}: print less\n{cell.source}\n{text}"


def test_every_output_is_compared(code):
    for cell in code:
        excepted = [tag for tag in tags(cell) if tag.startswith("nbval")]
        excepted += re.findall("NBVAL_|PYTEST_VALIDATE_IGNORE_OUTPUT", cell.source)
        assert not excepted, (
            f"{excepted} would spare a cell the comparison: take it out, and print only what is the same each time\n"
            + cell.source
        )


def test_pictures_have_an_alt_text_a_caption_and_a_name(code):
    for cell in code:
        pictures = sum("image/png" in output.get("data", {}) for output in cell.outputs)
        assert pictures <= 1, f"a cell draws {pictures} pictures, and has a number for one: split it\n{cell.source}"
        if pictures:
            described = cell.metadata.get("mystnb", {})
            alt = described.get("image", {}).get("alt", "")
            assert len(alt) >= 40, (
                f"the picture has the alt text {alt!r}: say in mystnb.image.alt, in the cell's metadata, what it shows, "
                f"in 40 characters at least\n{cell.source}"
            )
            figure = described.get("figure", {})
            assert len(figure.get("caption", "")) >= 40, (
                f"the picture has no caption, or a short one: write mystnb.figure.caption in the cell's metadata, "
                f"40 characters at least; mystnb.figure is {dict(figure)}\n{cell.source}"
            )
            assert re.fullmatch(r"fig-\d\d-[a-z0-9-]+", figure.get("name", "")), (
                f"the picture has the name {figure.get('name')!r}: write mystnb.figure.name in the cell's metadata, such as "
                f"fig-02-stall; `make numbers` mends the number in it\n{cell.source}"
            )


def test_typed_numbers_of_figures_are_links(notebook):
    """`make numbers` leaves all others as they are."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            bare = re.search(r"(?<!\[)Figures? \d+\.\d+", cell.source)
            assert not bare, (
                f"{bare[0]} is no link, and would stay when the chapters are numbered anew: write "
                f"[{bare[0]}](NN-chapter.ipynb#its-name), or “Fig.” for another paper's\n{cell.source}"
            )


def test_solutions_and_plotting_code_are_folded_in_jupyterlab(notebook):
    """The site folds them by its own means; `jupyter` metadata folds them where the notebooks are run."""
    in_solution = False
    for cell in notebook.cells:
        in_solution = (in_solution or "{solution-start}" in cell.source) and "{solution-end}" not in cell.source
        if cell.cell_type == "code":
            folded = cell.metadata.get("jupyter", {})
            for key, expected in [
                ("source_hidden", in_solution or "hide-input" in tags(cell)),
                ("outputs_hidden", in_solution),
            ]:
                assert folded.get(key, False) == expected, (
                    f"jupyter.{key} in the metadata of a cell must be {str(expected).lower()}: sources are folded in "
                    f"solutions and where the tag is hide-input, outputs in solutions\n{cell.source}"
                )


def test_exercises_have_folded_solutions_and_those_by_code_run(notebook):
    text = "\n".join(cell.source if cell.cell_type == "markdown" else "RUN" for cell in notebook.cells)
    exercises = re.findall(r"^:::+\{exercise\} (.*)\n:label: (\S+)", text, re.MULTILINE)
    assert len(exercises) >= 4, (
        f"there are {len(exercises)} exercises, with a :label: right under the title: write four"
    )
    for title, label in exercises:
        assert re.match(r"(✍|⌨|✍ ⌨) ★{1,3} \w", title), f"“{title}” must begin like “✍ ★ ”, “⌨ ★★ ” or “✍ ⌨ ★★★ ”"
        start = rf"^:::+\{{solution-start\}} {label}\n:label: \S+\n:class: dropdown\n:::+\n"
        solutions = re.findall(rf"{start}(.*?)^:::+\{{solution-end\}}", text, re.MULTILINE | re.DOTALL)
        assert len(solutions) == 1, (
            f"“{title}” has {len(solutions)} solutions: it needs one, between a cell :::{{solution-start}} {label} "
            "with :label: and :class: dropdown and a cell :::{solution-end}"
        )
        assert ("RUN" in solutions[0]) or "⌨" not in title, (
            f"“{title}” is marked ⌨, and no code cell solves it: add one"
        )
        assert len(solutions[0].strip()) > 40 or "RUN" in solutions[0], (
            f"the solution of “{title}” says next to nothing"
        )


def test_last_number_goes_to_stdout(code):
    numbers = [
        kind for cell in code for output in cell.outputs for kind, text in texts(output) if re.search(r"\d", text)
    ]
    assert numbers, "no cell prints a number: print the key values of the figures"
    assert numbers[-1] == "stdout", (
        f"the last number comes out as {numbers[-1]}: use print, what it says is compared as it is"
    )


def test_headline_picture_is_the_chapters():
    assert HEADLINE.read_bytes() == headline(), (
        f"{HEADLINE} is not the picture of the cell tagged headline: make execute"
    )


def test_pins_are_within_the_bounds():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {}
    for line in Path(ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement = Requirement(line)
            [pin] = requirement.specifier
            assert pin.operator == "=="
            pinned[requirement.name] = Version(pin.version)
    extras = sum(project["optional-dependencies"].values(), [])
    for bound in map(Requirement, [*project["dependencies"], *extras]):
        if bound.name == "wnlib":
            continue
        assert bound.specifier.contains(pinned[bound.name]), f"{bound}: {pinned[bound.name]}"
