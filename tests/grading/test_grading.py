"""Grading a folder of good, bad and hostile submissions: marks as expected, everybody else's untouched."""

import csv
import os
import shutil
import socket
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup
from mistakes.ps1 import MISTAKES
from nbgrader.api import Gradebook
from nbgrader.utils import is_grade, is_solution
from test_assignments import HARD_CODED, hidden_lines, read

from assignments import grade, sandbox
from grading.clean import changes, grade_id, is_harmless, verbatim
from grading.release import COURSE, nbgrader, release

if os.name == "nt":
    pytest.skip("grading needs Linux", allow_module_level=True)

SET = "ps1"
TARGET = "4a"  # the question whose answer does harm; no other depends on it
CELL_SECONDS, SECONDS = 4, 60


@pytest.fixture(scope="module")
def bubblewrap():
    obstacle = sandbox.missing()
    if obstacle:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(sandbox.ADVICE.format(obstacle))


@pytest.fixture(scope="module")
def listener():
    """A port of this machine that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


def solutions():
    """The model answers, by question."""
    return {grade_id(cell).removesuffix("-answer"): cell.source for cell in read(SET).cells if is_solution(cell)}


def points():
    """The points of the questions that are marked by tests, and of those that are marked by hand."""
    cells = [cell for cell in read(SET).cells if is_grade(cell)]
    return (
        {grade_id(cell): cell.metadata.nbgrader.points for cell in cells if cell.cell_type == "code"},
        {grade_id(cell): cell.metadata.nbgrader.points for cell in cells if cell.cell_type == "markdown"},
    )


def answered(released, answers):
    """The release notebook with these answers, by question."""
    notebook = nbformat.from_dict(released)
    for cell in notebook.cells:
        if is_solution(cell):
            cell.source = answers.get(grade_id(cell).removesuffix("-answer"), cell.source)
    return notebook


def wrapped(code):
    """An answer to TARGET that runs code, then does the right thing."""
    return f"right = small_start\n\n\ndef small_start(*arguments):\n    {code}\n    return right(*arguments)"


DIG = """
import os, time
from ipykernel.connect import get_connection_file
os.chdir(os.path.dirname(get_connection_file()))
for k in range(4):
    open(f"{k}", "wb").write(b"x" * 10**8)
for _ in range(1500):
    os.mkdir("d")
    os.chdir("d")
time.sleep(60)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, listener):
    """A folder of submissions."""
    folder = tmp_path_factory.mktemp("submissions")
    released = nbformat.read(release(tmp_path_factory.mktemp("course"), SET), as_version=4)
    released.cells = [cell for cell in released.cells if "plt.show()" not in cell.source]  # they take a second each
    right = solutions()
    target = right[TARGET]
    hard_coded = next(mistake for mistake in MISTAKES if mistake[1] == HARD_CODED)

    def hand_in(student, notebook, name=f"{SET}.ipynb"):
        path = folder / student / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)

    def harm(student, code):
        hand_in(student, answered(released, right | {TARGET: f"{target}\n\n\n{code}"}))

    hand_in("correct", answered(released, right))
    hand_in("blank", answered(released, {}))
    hand_in("partly", answered(released, {name: text for name, text in right.items() if name != TARGET}))
    hand_in("hard-coded", answered(released, right | {hard_coded[0]: hard_coded[2]}))
    harm("loop", "while True:\n    pass")
    harm(
        "stubborn",
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
    )
    harm("exit", "import os\nos._exit(0)")
    harm("flood", "while True:\n    print('x' * 10**7)")
    harm("forks", "import os, time\nfor _ in range(60):\n    if os.fork() == 0:\n        time.sleep(600)")
    prowls = {
        "1a": f"open({str(sandbox.ROOT / 'assignments' / 'source' / SET / SET)!r} + '.ipynb').read()",
        "2a": f"open({str(sandbox.ROOT / 'wnlib' / 'trace')!r}, 'w').write('was here')",
        "2b": f"import socket\nsocket.create_connection(('127.0.0.1', {listener.getsockname()[1]}), 2)",
        "3a": "import os\nos.environ['SECRET_OF_THE_GRADER']",
        "3b": f"open({str(folder / 'correct' / SET)!r} + '.ipynb').read()",
        "4a": "import sys\nsys.exit()",
    }
    hand_in("prowler", answered(released, right | {name: f"{right[name]}\n\n\n{prowls[name]}" for name in prowls}))
    harm("hog", "import numpy\nnumpy.ones(2**40)")

    edited = answered(released, right | {TARGET: hard_coded[2] if hard_coded[0] == TARGET else "pass"})
    for cell in edited.cells:
        if grade_id(cell) == TARGET:
            cell.source = "print('fine')"
    hand_in("edited", edited)
    lost = answered(released, right)
    lost.cells = [cell for cell in lost.cells if grade_id(cell) not in (TARGET, *points()[1])]
    hand_in("lost", lost)
    other = answered(released, right)
    other.metadata.kernelspec.name = "unprotected"
    hand_in("nested", other, f"week 1/submission/{SET}.ipynb")
    harm("digger", DIG)
    harm("shower", "def small_start(*arguments):\n    import sys\n    sys.displayhook(20)\n    return 0")
    harm(
        "spiller",
        wrapped("calls.append(1)\n    if len(calls) > 2:\n        raise KeyboardInterrupt") + "\n\n\ncalls = []",
    )
    script = "<script>steal()</script> <img src=x onerror=steal()> [c](javascript:steal()) ![p](attachment:none.png)"
    script += " [d](javascript&colon;steal()) [e](javascript\\:steal())"
    [by_hand] = points()[1]
    shown = f"from IPython.display import HTML\ndisplay(HTML({script!r}))"
    shown += "\ndisplay({'image/png': 'x\" onerror=\"steal()'}, raw=True)"
    warned = wrapped("__import__('warnings').warn('careful')")
    answers = right | {by_hand: script, TARGET: f"{target}\n\n\n{shown}\n{warned}"}
    hand_in("script", answered(released, answers))
    tagged = answered(released, {})
    for cell in tagged.cells:
        cell.metadata.tags = ["skip-execution"]
        if is_grade(cell):
            cell.metadata.nbgrader.points = 100
    hand_in("tagged", tagged)
    os.makedirs(folder / "pipe")
    os.mkfifo(folder / "pipe" / f"{SET}.ipynb")
    hand_in("twice", answered(released, right))
    hand_in("twice", answered(released, right), f"copy/{SET}.ipynb")
    hand_in("downloaded", answered(released, right), f"{SET} (1).ipynb")
    hand_in("misnamed", answered(released, right), f"my {SET}.ipynb")
    (folder / "corrupt").mkdir()
    (folder / "corrupt" / f"{SET}.ipynb").write_text('{"cells": [', encoding="utf-8")
    (folder / "empty").mkdir()
    (folder / "link").mkdir()
    (folder / "link" / f"{SET}.ipynb").symlink_to(folder / "correct" / f"{SET}.ipynb")
    return folder


def state(*folders):
    """What lies in folders: paths and contents. Python's caches do not count."""
    files = [
        path for folder in folders for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    return {path: sha256(path.read_bytes()).digest() for path in files}


def rows(course):
    with (course / f"{SET}.csv").open(encoding="utf-8-sig") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def graded(bubblewrap, folder, tmp_path_factory):
    course, scratch = tmp_path_factory.mktemp("grades"), tmp_path_factory.mktemp("t")
    link = tmp_path_factory.mktemp("link") / "submissions"
    link.symlink_to(folder)
    watched = [folder, *(sandbox.ROOT / name for name in ("wnlib", "assignments", "tests", "tools", "book"))]
    before = state(*watched)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_OF_THE_GRADER", "42")
        patch.setattr(tempfile, "tempdir", str(scratch))
        grade.main([str(link), "--grades", str(course)], CELL_SECONDS, SECONDS)
    return SimpleNamespace(course=course, scratch=scratch, rows=rows(course), before=before, after=state(*watched))


AUTOMATIC, BY_HAND = points()
ALL, WITHOUT, NONE = sum(AUTOMATIC.values()), sum(AUTOMATIC.values()) - AUTOMATIC[TARGET], 0
EXPECTED = {  # points by tests, and a text of the problems named
    "correct": (ALL, ""),
    "nested": (ALL, ""),
    "blank": (NONE, ""),
    "partly": (WITHOUT, ""),
    "hard-coded": (ALL - AUTOMATIC[next(m[0] for m in MISTAKES if m[1] == HARD_CODED)], ""),
    "loop": (ALL, f"{TARGET}-answer: Timeout: The cell was stopped after {CELL_SECONDS} seconds."),
    "stubborn": (NONE, "its kernel stopped answering"),
    "hog": (ALL, f"{TARGET}-answer: MemoryError: Unable to allocate"),
    "exit": (NONE, "its code ended the kernel"),
    "flood": (NONE, ""),  # either its kernel has stopped answering, or the grader's memory is full
    "forks": (ALL, "" if os.geteuid() == 0 else f"{TARGET}-answer: BlockingIOError"),
    "digger": (NONE, "stopped: it fills the disk"),
    "shower": (WITHOUT, ""),
    "spiller": (WITHOUT, ""),
    "script": (ALL, ""),
    "tagged": (NONE, ""),
    "pipe": (NONE, f"{SET}.ipynb is a link or a device, not a file"),
    "prowler": (ALL, f"{TARGET}-answer: SystemExit"),
    "edited": (WITHOUT, f"cells changed, and restored: {TARGET}"),
    "lost": (ALL, f"cells missing, and put back at the end: {TARGET}, "),
    "twice": (NONE, f"2 files named {SET}.ipynb handed in"),
    "downloaded": (ALL, ""),
    "misnamed": (NONE, f"no {SET}.ipynb handed in"),
    "corrupt": (NONE, f"{SET}.ipynb is not a notebook that can be read"),
    "empty": (NONE, f"no {SET}.ipynb handed in"),
    "link": (NONE, f"{SET}.ipynb is a link or a device, not a file"),
}


@pytest.mark.parametrize("student", EXPECTED)
def test_marks_and_problems(graded, student):
    row, (expected, problem) = graded.rows[student], EXPECTED[student]
    assert float(row["score"]) == expected, row
    assert problem in row["problems"]
    assert bool(row["problems"]) == bool(problem or student == "flood")


@pytest.mark.parametrize(
    "problem",
    [
        "1a-answer: FileNotFoundError",  # the solutions
        "2a-answer: OSError: [Errno 30] Read-only file system",
        "2b-answer: ConnectionRefusedError",
        "3a-answer: KeyError: 'SECRET_OF_THE_GRADER'",
        "3b-answer: FileNotFoundError",  # another submission
        "4a-answer: SystemExit",
    ],
)
def test_every_way_out_is_shut_and_named(graded, problem):
    problems = graded.rows["prowler"]["problems"].split("; ")
    assert any(words.startswith(problem) for words in problems), problems


def test_everybody_is_in_the_table(graded):
    assert graded.rows.keys() == EXPECTED.keys()
    for row in graded.rows.values():
        assert float(row["max_score"]) == ALL + sum(BY_HAND.values())


def test_nothing_outside_has_changed(graded):
    assert graded.before == graded.after


def test_nothing_is_left_behind(graded):
    assert not list(graded.scratch.iterdir())
    running = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
    assert not [command for command in running if str(graded.scratch).encode() in command]


def test_nobody_got_out(graded, listener):
    with pytest.raises(BlockingIOError):
        listener.accept()


def page(course, student):
    return (course / "feedback" / student / SET / f"{SET}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("student", ["blank", "hard-coded", "correct", "spiller"])
def test_feedback_gives_no_hidden_test_away(graded, student):
    text = BeautifulSoup(page(graded.course, student), "html.parser").get_text()
    own = "".join(solutions().values()) if student != "blank" else ""
    lines = {line.strip() for line in text.splitlines()}
    assert not [line for line in hidden_lines(read(SET)) & lines if line not in own]


def test_feedback_says_what_does_not_hold(graded):
    text = BeautifulSoup(page(graded.course, "blank"), "html.parser").get_text()
    assert f"✗ {TARGET}: " in text and "Not written yet." in text


def test_feedback_runs_nothing_of_a_students(graded):
    page_of = BeautifulSoup(page(graded.course, "script"), "html.parser")
    for element in page_of.find_all(True):
        assert not [value for value in element.attrs.values() if "steal" in str(value)], element
    assert not [script for script in page_of.find_all("script") if "steal" in script.text]
    assert "steal()" in page_of.get_text()  # the words are there, to be read


def copy_of(graded, folder, student, tmp_path):
    """The arguments for grading one of the submissions again, in a copy of the course."""
    shutil.copytree(graded.course, tmp_path / "grades")
    shutil.copytree(folder / student, tmp_path / "submissions" / student)
    return [str(tmp_path / "submissions"), "--grades", str(tmp_path / "grades")]


def mark_by_hand(course, student, points):
    [question] = BY_HAND
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", COURSE) as gradebook:
        by_hand = gradebook.find_grade(question, SET, SET, student)
        by_hand.manual_score, by_hand.needs_manual_grade = points, False
        gradebook.find_comment(f"{question}", SET, SET, student).manual_comment = "Elegant."
        gradebook.db.commit()


def test_points_by_hand_are_added_and_nothing_runs_again(graded, folder, monkeypatch, tmp_path):
    arguments = copy_of(graded, folder, "correct", tmp_path)
    mark_by_hand(tmp_path / "grades", "correct", 1.5)
    monkeypatch.setattr(sandbox, "command", lambda *arguments: ["false"])
    grade.main(arguments)
    row = rows(tmp_path / "grades")["correct"]
    assert (float(row["score"]), row["to_grade_by_hand"], row["problems"]) == (ALL + 1.5, "0", "")
    text = page(tmp_path / "grades", "correct")
    assert "Elegant." in text and f"Score: {ALL + 1.5}" in text


def test_a_changed_set_is_run_again_and_points_by_hand_stay(graded, folder, tmp_path):
    arguments = copy_of(graded, folder, "correct", tmp_path)
    mark_by_hand(tmp_path / "grades", "correct", 1.5)
    source = tmp_path / "grades" / "source" / SET / f"{SET}.ipynb"
    source.write_text(source.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    ran = tmp_path / "grades" / "autograded" / "correct" / SET / f"{SET}.ipynb"
    before = ran.stat().st_mtime_ns
    grade.main(arguments)
    assert ran.stat().st_mtime_ns > before
    assert float(rows(tmp_path / "grades")["correct"]["score"]) == ALL + 1.5


def test_rows_of_others_stay_in_the_table(graded, folder, tmp_path):
    arguments = copy_of(graded, folder, "corrupt", tmp_path)
    (tmp_path / "submissions" / "late").mkdir()
    shutil.copy(folder / "corrupt" / f"{SET}.ipynb", tmp_path / "submissions" / "late")
    grade.main(arguments)
    after = rows(tmp_path / "grades")
    assert after.keys() == graded.rows.keys() | {"late"}
    assert after["correct"] == graded.rows["correct"]


def test_another_id_than_that_of_the_folder_is_named(folder):
    notebook = nbformat.read(folder / "correct" / f"{SET}.ipynb", as_version=4)
    assert changes(notebook, notebook, "correct") == []
    notebook.cells[1].source = 'STUDENT = "Bob"  # me'
    assert changes(notebook, notebook, "bob") == []
    assert changes(notebook, notebook, "ada") == ["STUDENT is 'Bob', graded as 'ada'"]


def test_a_new_submission_starts_from_nothing(graded, folder, tmp_path):
    arguments = copy_of(graded, folder, "correct", tmp_path)
    mark_by_hand(tmp_path / "grades", "correct", 1.5)
    shutil.copy(folder / "partly" / f"{SET}.ipynb", tmp_path / "submissions" / "correct")
    grade.main(arguments)
    row = rows(tmp_path / "grades")["correct"]
    assert (float(row["score"]), float(row["to_grade_by_hand"])) == (WITHOUT, sum(BY_HAND.values()))


def test_nbgraders_own_button_runs_nothing(graded, tmp_path):
    course = shutil.copytree(graded.course, tmp_path / "grades")
    result = nbgrader(course).autograde(SET, "correct")
    assert not result["success"] and "No such kernel named only-in-the-sandbox" in result["error"] + result["log"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>steal()</script>",
        "<img src=x onerror=steal()>",
        "[c](javascript:steal())",
        "[c](javascript&colon;steal())",
        "[c](javascript\\:steal())",
        "[c](java&#x73;cript:steal())",
        "[c](data:text/html,steal())",
        "<a href='http://a' onclick=steal()>c</a>",
        "![p](http://elsewhere/seen.png)",
        "![p](attachment:none.png)",
        "<iframe src=http://elsewhere></iframe>",
        "<div style='position:fixed'>cover</div>",
        "<svg onload=steal()></svg>",
    ],
)
def test_texts_that_do_something_in_a_page_are_shown_as_code(text):
    assert not is_harmless(text, {}) and not is_harmless(f"Before\n\n- {text}\n\nafter.", {})
    assert is_harmless(verbatim(text), {})


@pytest.mark.parametrize(
    "text",
    [
        "As $0<w_t<1$, and `w<rho`: the data: *the figure* shows a < b & c.",
        "$$\na<b \\\\ c>d\n$$\n\n1. One\n2. [Two](https://doi.org/10) and <https://arxiv.org>",
        "| a | b |\n|:-:|--:|\n| 1 | 2 |\n\n> quoted\n\n```python\nif a<b: pass\n```\n\n# Heading",
        "![drawn](attachment:drawn.png)",
    ],
)
def test_honest_texts_stay_as_they_are(text):
    assert is_harmless(text, {"drawn.png": {"image/png": "aGVsbG8="}})


@pytest.mark.parametrize(("code", "words"), [("sleep 60", "stopped after 1 seconds in all"), ("exit", "")])
def test_watch(code, words, tmp_path):
    process = subprocess.Popen(["sh", "-c", code])
    try:
        if words:
            with pytest.raises(RuntimeError, match=words):
                grade.watch(process, tmp_path, seconds=1)
        else:
            grade.watch(process, tmp_path, seconds=10)
    finally:
        process.kill()
        process.wait()


def test_what_is_hidden_is_empty_inside(bubblewrap, tmp_path):
    def seen(*hidden):
        command = sandbox.command("ada", tmp_path, hidden, protected=True)
        inside = [*command[: command.index("ipykernel_launcher") - 2], "ls", "/usr/share"]
        return subprocess.run(inside, capture_output=True, encoding="utf-8", check=True).stdout

    assert seen() and not seen(Path("/usr/share"))


def test_refuses_without_bubblewrap(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="(?s)there is no `bwrap`.*sudo apt-get install bubblewrap.*DANGEROUS"):
        grade.main([str(folder), "--grades", str(tmp_path / "grades")])
    assert not (tmp_path / "grades").exists()


def test_refuses_with_a_bubblewrap_that_may_not_work(folder, tmp_path, monkeypatch):
    for program, script in {"bwrap": "echo Operation not permitted >&2; exit 1", "prlimit": "", "choom": ""}.items():
        (tmp_path / program).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="Operation not permitted"):
        grade.main([str(folder), "--grades", str(tmp_path / "grades")])


def test_goes_on_without_bubblewrap_when_told_to(folder, tmp_path, monkeypatch):
    shutil.copytree(folder / "correct", tmp_path / "submissions" / "correct")
    monkeypatch.setattr(sandbox, "missing", lambda: "there is none")
    grade.main([str(tmp_path / "submissions"), "--grades", str(tmp_path / "grades"), sandbox.UNPROTECTED])
    assert float(rows(tmp_path / "grades")["correct"]["score"]) == ALL


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: None, "it must be a folder with one folder for each student"),
        (lambda folder: folder.mkdir(), "There is no folder in"),
        (lambda folder: (folder / "ada").mkdir(parents=True), "in any folder of"),
        (lambda folder: (folder / "[ada]").mkdir(parents=True), "Rename the folder '[ada]'"),
    ],
)
def test_refuses_what_is_no_folder_of_submissions(make, words, tmp_path, capsys, bubblewrap):
    make(tmp_path / "submissions")
    with pytest.raises(SystemExit) as stopped:
        grade.main([str(tmp_path / "submissions"), "--grades", str(tmp_path / "grades")])
    assert words in f"{stopped.value}{capsys.readouterr().err}"


def test_prints_who_got_what(graded, capsys):
    grade.show(SET, graded.course / f"{SET}.csv")
    lines = capsys.readouterr().out.splitlines()
    assert f"{SET}, of {ALL + sum(BY_HAND.values())} points" in lines
    assert any(line.split() == ["correct", f"{ALL:g}", f"{sum(BY_HAND.values()):g}"] for line in lines)
    assert any("corrupt" in line and "is not a notebook" in line for line in lines)
