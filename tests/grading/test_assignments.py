"""The problem sets: solved they pass, blank or with a known mistake they fail, released they give nothing away."""

import importlib
import re
import warnings

import matplotlib.pyplot as plt
import nbformat
import pytest
from nbgrader.preprocessors import ClearSolutions
from nbgrader.utils import is_grade, is_solution
from traitlets.config.loader import PyFileConfigLoader

from grading.clean import grade_id
from grading.release import ROOT, SETS, SETTINGS, SOURCE, release

GUIDE = ROOT / "book" / "teaching.md"
MISTAKES = {name: importlib.import_module(f"mistakes.{name}").MISTAKES for name in SETS}
HARD_CODED = "hard-codes what the visible checks ask for"


def read(name):
    return nbformat.read(SOURCE / name / f"{name}.ipynb", as_version=nbformat.NO_CONVERT)


def run(cells, namespace=None):
    """Run code cells one after another, as a kernel does that goes on after errors. Returns what each raised, by id."""
    namespace, raised = {"__name__": "__main__"} if namespace is None else namespace, {}
    with plt.rc_context({"backend": "agg"}), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as in the sandbox
        for cell in cells:
            try:
                exec(compile(cell.source, str(grade_id(cell)), "exec"), namespace)
            except Exception as error:
                raised[grade_id(cell)] = error
        plt.close("all")
    return raised


def code(cells):
    return [cell for cell in cells if cell.cell_type == "code"]


def marked(cells):
    """The ids of the test cells."""
    return {grade_id(cell) for cell in code(cells) if is_grade(cell)}


@pytest.fixture(params=SETS)
def name(request):
    return request.param


@pytest.fixture
def graded_as(monkeypatch):
    return lambda student: monkeypatch.setenv("WNLIB_STUDENT", student)


@pytest.mark.parametrize("student", ["ada", "Jürgen"])
def test_every_solution_passes_every_test(name, student, graded_as):
    graded_as(student)
    assert not run(code(read(name).cells))


def test_blank_every_test_fails(name, graded_as):
    graded_as("ada")
    notebook = read(name)
    config = PyFileConfigLoader(SETTINGS.name, path=str(SETTINGS.parent)).load_config()
    blank, _ = ClearSolutions(config=config).preprocess(notebook, {})
    raised = run(code(blank.cells))
    assert marked(blank.cells) <= raised.keys()
    written = [cell for cell in blank.cells if cell.cell_type == "markdown" and is_solution(cell)]
    assert all("*Your answer goes here.*" in cell.source for cell in written)


@pytest.mark.parametrize(
    ("name", "question"),
    [(name, question) for name in SETS for question in dict.fromkeys(mistake[0] for mistake in MISTAKES[name])],
)
def test_every_known_mistake_fails(name, question, graded_as):
    graded_as("ada")
    cells = [cell for cell in code(read(name).cells) if not is_grade(cell) or grade_id(cell) == question]
    ids = [grade_id(cell) for cell in cells]
    answer, test = ids.index(f"{question}-answer"), ids.index(question)
    namespace = {"__name__": "__main__"}
    run(cells[:answer], namespace)
    passed = []
    for _, misconception, cells[answer].source in [mistake for mistake in MISTAKES[name] if mistake[0] == question]:
        if question not in run(cells[answer : test + 1], namespace):
            passed.append(misconception)
    assert not passed


def test_every_test_has_mistakes_and_hard_coding_is_one_of_them(name):
    questions = [question for question, _, _ in MISTAKES[name]]
    assert marked(read(name).cells) == set(questions)
    assert all(questions.count(question) >= 2 for question in questions)
    assert HARD_CODED in [misconception for _, misconception, _ in MISTAKES[name]]


def hidden_lines(notebook):
    """The lines between BEGIN and END of solutions and hidden tests, but for those that also stand outside."""
    inside, outside = set(), set()
    for cell in notebook.cells:
        hidden = False
        for line in map(str.strip, cell.source.splitlines()):
            hidden = hidden or "### BEGIN" in line
            (inside if hidden else outside).add(line)
            hidden = hidden and "### END" not in line
    return {line for line in inside - outside if len(line) > 12}


def test_a_release_gives_nothing_away(name, tmp_path):
    source, released = read(name), nbformat.read(release(tmp_path, name), as_version=nbformat.NO_CONVERT)
    secrets = hidden_lines(source)
    assert len(secrets) > 20
    lines = {line.strip() for cell in released.cells for line in cell.source.splitlines()}
    assert not secrets & lines
    assert not [line for line in lines if line.startswith("###") and ("BEGIN" in line or "END" in line)]
    assert [cell.id for cell in released.cells] == [cell.id for cell in source.cells]


def test_run_all_goes_on_after_an_error_and_the_site_folds_tests(name):
    for cell in code(read(name).cells):
        locked = cell.metadata.get("nbgrader", {}).get("locked", False)
        assert cell.metadata.tags == ["hide-input"] * locked + ["raises-exception"], cell.source


def test_sources_are_not_executed(name):
    for cell in code(read(name).cells):
        assert not cell.outputs and cell.execution_count is None


def test_hidden_tests_speak_in_words(name):
    """A failure outside a check would show the lines of the test in the feedback."""
    for cell in read(name).cells:
        if grade_id(cell) in marked([cell]):
            hidden = cell.source.split("### BEGIN HIDDEN TESTS")[1].split("### END HIDDEN TESTS")[0]
            assert "check(" in cell.source.split("### BEGIN HIDDEN TESTS")[0]
            assert "check(" in hidden
            assert not re.search(r"^assert", cell.source, re.MULTILINE)


def test_points_are_those_announced(name):
    cells = read(name).cells
    points = {grade_id(cell): cell.metadata.nbgrader.points for cell in cells if is_grade(cell)}
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    announced = {question: int(number) for question, number in re.findall(r"\*\*(\d\w?)\*\*[^(]*\((\d+) points?", text)}
    assert announced == points
    assert f"- **Points:** {sum(points.values())}" in cells[0].source
    assert f"{sum(points.values())} points" in GUIDE.read_text(encoding="utf-8")


def test_the_guide_names_every_misconception(name):
    guide = GUIDE.read_text(encoding="utf-8")
    for _, misconception, _ in MISTAKES[name]:
        assert misconception in guide
