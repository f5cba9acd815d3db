"""Grade a folder of submissions: python -m grading.grade SUBMISSIONS.

SUBMISSIONS holds a folder for each student, named by the student's id, with ps1.ipynb, … in it, at any depth. GRADES
becomes a course of nbgrader's, with a page of feedback for each notebook in GRADES/feedback and a table for each set,
GRADES/ps1.csv, …. What has been graded and has not changed is not run again; its page and its row are written again,
with the points that were given by hand since.
"""

import argparse
import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import is_grade
from tqdm import tqdm

from assignments import sandbox
from grading.clean import changes, cleaned, grade_id
from grading.release import COURSE, SETS, SETTINGS, SOURCE, release

CELL_SECONDS = 20
SECONDS = 240  # of a submission in all
FILE_BYTES = 20 * 2**20  # of a notebook
CELLS = 1000  # of a notebook
ENCODING = "utf-8-sig"  # of the tables: spreadsheets know by its first bytes that it is Unicode

SIGNS = {  # in the log of a marking that came to no end, and what they mean
    "DeadKernelError": "its code ended the kernel, or used up its memory or its processor time",
    "CellTimeoutError": "its kernel stopped answering: a cell cannot be interrupted, or has used up its memory",
    "MemoryError": "it printed more than fits into memory",
}
ORDINARY = {"Failed", "NotImplementedError", "KeyboardInterrupt"}  # errors; a Timeout follows the last of them


@dataclass
class Row:
    """What one student got for one set. Points are None where they are to be given by hand."""

    student: str
    points: dict
    problems: list


def find(submissions):
    """The notebooks handed in: pairs (student, set) to the list of files of that name, or of a second download's."""
    students = sorted(path for path in submissions.iterdir() if path.is_dir() and not path.name.startswith("."))
    if not students:
        sys.exit(f"There is no folder in {submissions}. It must hold one for each student, named by the student's id.")
    for folder in students:
        if folder.name != folder.name.strip() or set(folder.name) & set("[]*?"):
            sys.exit(f"Rename the folder {folder.name!r}: no spaces at its ends, and none of [ ] * ?, please.")
    found = {}
    for folder in students:
        files = [path for path in sorted(folder.rglob("*.ipynb")) if ".ipynb_checkpoints" not in path.parts]
        for name in SETS:
            again = rf"{name}( ?\(\d+\))?"  # a browser's name for a second download
            found[folder.name, name] = [path for path in files if re.fullmatch(again, path.stem)]
    handed_in = [name for name in SETS if any(found[folder.name, name] for folder in students)]
    if not handed_in:
        sys.exit(f"There is no {' or '.join(f'{name}.ipynb' for name in SETS)} in any folder of {submissions}.")
    return {(student, name): paths for (student, name), paths in found.items() if name in handed_in}


def read(paths, name):
    """The notebook handed in. ValueError, in words for the table, if there is not exactly one fit to be run."""
    if not paths:
        raise ValueError(f"no {name}.ipynb handed in")
    if len(paths) > 1:
        raise ValueError(f"{len(paths)} files named {name}.ipynb handed in; which one counts?")
    [path] = paths
    if path.resolve() != path or not path.is_file():
        raise ValueError(f"{name}.ipynb is a link or a device, not a file")
    if path.stat().st_size > FILE_BYTES:
        raise ValueError(f"{name}.ipynb is larger than {FILE_BYTES // 2**20} MB")
    try:
        with warnings.catch_warnings(action="ignore"):  # about ids of cells
            notebook = nbformat.read(path, as_version=4)
    except Exception as error:
        raise ValueError(f"{name}.ipynb is not a notebook that can be read ({type(error).__name__})") from None
    if len(notebook.cells) > CELLS:
        raise ValueError(f"{name}.ipynb has {len(notebook.cells)} cells; {CELLS} are too many already")
    return notebook


@contextmanager
def temporary_folder():
    """A folder that is gone afterwards, however deep a submission has dug in it."""
    folder = Path(tempfile.mkdtemp())
    try:
        yield folder
    finally:
        subprocess.run(["rm", "-rf", folder], check=True)


def watch(process, folder, seconds):
    """Wait for a process. RuntimeError, in words for the table, if it takes too long or fills the folder."""
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        time.sleep(0.2)
        if time.monotonic() > deadline:
            raise RuntimeError(f"stopped after {seconds} seconds in all")
        used = subprocess.run(["du", "-sk", folder], capture_output=True, encoding="utf-8")
        if int(used.stdout.split()[0]) * 1024 > 2 * sandbox.DISK:
            raise RuntimeError("stopped: it fills the disk")


def mark(course, name, student, page_only, hidden, protected, cell_seconds, seconds):
    """Run a submission and write its page, in a process of its own. RuntimeError, in words, if that came to no end."""
    with temporary_folder() as folder, (folder / "log").open("w", encoding="utf-8") as log:
        sockets, jupyter = folder / "sockets", folder / "jupyter"
        sockets.mkdir()
        sandbox.install(jupyter, sandbox.command(student, sockets, hidden, protected))
        environment = {"JUPYTER_PATH": jupyter, "JUPYTER_RUNTIME_DIR": sockets, "TMPDIR": sockets}
        marking = subprocess.Popen(
            [sys.executable, "-m", "grading.mark", str(course), name, student]
            + ([] if page_only else [str(sockets), str(cell_seconds)]),
            cwd=sandbox.ROOT,
            env=os.environ | {variable: str(path) for variable, path in environment.items()},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            watch(marking, folder, seconds)
        finally:
            if marking.poll() is None:
                os.killpg(marking.pid, signal.SIGKILL)  # the kernel dies with its parent
                marking.wait()
        with (folder / "log").open(errors="replace", encoding="utf-8") as file:
            text = file.read(2**20)
    if marking.returncode == 0:
        return
    logs = course / "logs"
    logs.mkdir(exist_ok=True)
    (logs / f"{student}-{name}.txt").write_text(text, encoding="utf-8")
    for sign, words in SIGNS.items():
        if sign in text:
            raise RuntimeError(words)
    raise RuntimeError(f"nbgrader stopped, see logs/{student}-{name}.txt")


def errors(notebook):
    """What went wrong in a notebook that was run, other than a check that failed and an answer left blank."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error" and output.ename not in ORDINARY:
                words = "".join(c if c.isprintable() else " " for c in f"{output.ename}: {output.evalue}")
                found.append(f"{grade_id(cell) or 'a cell'}: {words[:120]}")
    return found


def scores(course, name, student):
    """Points by question of a submission that was run; None where they are still to be given by hand."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", COURSE) as gradebook:
        grades = gradebook.find_submission_notebook(name, name, student).grades
        written = [grade for grade in grades if grade.cell.cell_type == "markdown"]
        waiting = {grade.name for grade in written if grade.auto_score is None and grade.manual_score is None}
        return {grade.name: None if grade.name in waiting else grade.score for grade in grades}


def clear(course, name, student):
    """Take away what an earlier run of a submission has left."""
    for stage in ("autograded", "feedback"):
        shutil.rmtree(course / stage / student / name, ignore_errors=True)


def forget(course, name, student):
    """Take an earlier submission out of the course, with its points, those given by hand too."""
    clear(course, name, student)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", COURSE) as gradebook:
        try:
            gradebook.remove_submission(name, student)
        except MissingEntry:
            pass


def grade(course, name, student, paths, run):
    """Grade what one student handed in for one set; run: what runs it or writes its page. Returns its Row."""
    submitted = course / "submitted" / student / name / f"{name}.ipynb"
    ran = course / "autograded" / student / name / f"{name}.ipynb"
    released = nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4)
    try:
        notebook = read(paths, name)
        text = nbformat.writes(cleaned(notebook, released))
        if not (submitted.exists() and submitted.read_text(encoding="utf-8") == text):
            forget(course, name, student)
            submitted.parent.mkdir(parents=True, exist_ok=True)
            submitted.write_text(text, encoding="utf-8")
        run(course, name, student, page_only=ran.exists())
    except (ValueError, RuntimeError) as error:
        clear(course, name, student)
        return Row(student, {}, [str(error)])
    problems = changes(notebook, released, student) + errors(nbformat.read(ran, as_version=4))
    return Row(student, scores(course, name, student), problems)


def prepare(course, name):
    """Make a set ready to be graded; if it has changed since, all that was run of it will be run again.

    Returns the points of its questions.
    """
    source, released = (course / stage / name / f"{name}.ipynb" for stage in ("source", "release"))
    if not released.exists() or source.read_bytes() != (SOURCE / name / source.name).read_bytes():
        released.unlink(missing_ok=True)  # there again only when all is done
        for results in course.glob(f"autograded/*/{name}"):
            shutil.rmtree(results)
        release(course, name)
    cells = nbformat.read(source, as_version=4).cells
    return {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points for cell in cells if is_grade(cell)}


def write(path, questions, rows):
    """The table of a set, for a learning-management system. Rows of students who are not graded now stay in it."""
    header = ["student", "score", "max_score", "to_grade_by_hand", *questions, "problems"]
    before = []
    if path.exists():
        with path.open(newline="", encoding=ENCODING) as file:
            old, *lines = csv.reader(file)
        before = [line for line in lines if old == header and line[0] not in {row.student for row in rows}]
    with path.open("w", newline="", encoding=ENCODING) as file:
        table = csv.writer(file)
        table.writerows([header, *before])
        for row in rows:
            points = [row.points.get(question, 0) for question in questions]
            by_hand = sum(questions[question] for question in questions if row.points.get(question, 0) is None)
            total = sum(point or 0 for point in points)
            numbers = [total, sum(questions.values()), by_hand, *points]
            shown = ["" if number is None else f"{number:g}" for number in numbers]
            table.writerow([row.student, *shown, "; ".join(row.problems)])


def show(name, path):
    """Print the table of a set."""
    with path.open(newline="", encoding=ENCODING) as file:
        rows = list(csv.DictReader(file))
    width = max(len("student"), *(len(row["student"]) for row in rows))
    print(f"\n{name}, of {rows[0]['max_score']} points\n{'student':{width}}  score  by hand  problems")
    for row in rows:
        first, *others = row["problems"].split("; ")
        print(f"{row['student']:{width}}  {row['score']:>5}  {row['to_grade_by_hand']:>7}  {first}")
        for problem in others:
            print(f"{'':{width}}                  {problem}")


def main(arguments=None, cell_seconds=CELL_SECONDS, seconds=SECONDS):
    parser = argparse.ArgumentParser(prog="python -m grading.grade", description=__doc__.split("\n\n")[1])
    parser.add_argument("submissions", type=Path)
    parser.add_argument("--grades", type=Path, default=sandbox.ROOT / "grades", help="folder for the results")
    parser.add_argument(sandbox.UNPROTECTED, dest="unprotected", action="store_true", help="do without bubblewrap")
    options = parser.parse_args(arguments)
    submissions, course = options.submissions.resolve(), options.grades.resolve()
    if not submissions.is_dir():
        parser.error(f"SUBMISSIONS is {submissions}; it must be a folder with one folder for each student")
    if course.is_relative_to(submissions):
        parser.error(f"GRADES is {course}; it must lie outside of SUBMISSIONS")
    obstacle = "" if options.unprotected else sandbox.missing()
    if obstacle:
        sys.exit(sandbox.ADVICE.format(obstacle))

    found = find(submissions)
    course.mkdir(parents=True, exist_ok=True)
    shutil.copy(SETTINGS, course)

    def run(course, name, student, page_only):
        hidden = [submissions, course]
        mark(course, name, student, page_only, hidden, not options.unprotected, cell_seconds, seconds)

    questions = {name: prepare(course, name) for name in sorted({name for _, name in found})}
    rows = {name: [] for name in questions}
    for (student, name), paths in tqdm(found.items(), desc="grading", unit="notebook"):
        rows[name].append(grade(course, name, student, paths, run))
    for name in rows:
        write(course / f"{name}.csv", questions[name], rows[name])
        show(name, course / f"{name}.csv")
    print(f"\nTables and pages of feedback: {course}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was begun is cleared away
    main()
