"""Checks for the problem sets: random numbers of a student's own, and tests that answer in plain words."""

import os
import sysconfig
import traceback
import unicodedata
from hashlib import sha256

import numpy as np

COURSE = ""  # any other text here draws other numbers for everybody
GRADED = "WNLIB_STUDENT"  # the environment variable in which a grader names the student
_OURS = os.path.dirname(os.path.dirname(__file__))
_LIBRARIES = (
    sysconfig.get_path("stdlib"),
    sysconfig.get_path("purelib"),
    *(os.path.join(_OURS, name) for name in ("wnlib", "wnbook")),
)
_results = {}  # (question, claim) -> passed, of this notebook, in the order of the first run


def plain_id(student):
    """A student's id without what does not count: capital letters, spaces around it, one character or two for "ü"."""
    return unicodedata.normalize("NFC", student).strip().lower()


def instance(student, label):
    """Random numbers that belong to one student and one question.

    Parameters
    ----------
    student : str
        The id under which the student hands in. Capital letters and spaces around it do not count. Where a grader
        names the student, by the environment variable ``WNLIB_STUDENT``, that name is taken instead.
    label : str
        The set and the question, such as ``"ps1 2a"``.

    Returns
    -------
    numpy.random.Generator

    Raises
    ------
    ValueError
        If the student is not a text, or has not replaced ``"your-id"``.
    """
    student = os.environ.get(GRADED, student)
    if not isinstance(student, str) or plain_id(student) in ("", "your-id"):
        raise ValueError(f"student is {student!r}; it must be the id under which you hand in, in quotation marks")
    digest = sha256(f"{COURSE}{plain_id(student)}\n{label}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8]))


class Failed(AssertionError):
    """A check that did not pass. Notebooks show its message alone, without a traceback."""

    def _render_traceback_(self):
        return [str(self)]


class check:
    """A context whose assertions are one check: prints that it passed, or says in plain words what went wrong.

    Parameters
    ----------
    question : str
        Such as ``"2a"``.
    claim : str
        What the check holds the answer to, such as ``"the step stays on the manifold"``.

    Raises
    ------
    Failed
        On leaving the context, if anything in it raised.

    Examples
    --------
    >>> with check("1a", "two and two make four"):
    ...     assert 2 + 2 == 4, f"they make {2 + 2}"
    ✓ 1a: two and two make four
    """

    def __init__(self, question, claim):
        self.question, self.claim = question, claim

    def __enter__(self):
        _results[self.question, self.claim] = False

    def __exit__(self, kind, error, frames):
        if error is None:
            _results[self.question, self.claim] = True
            print(f"✓ {self.question}: {self.claim}")
        elif isinstance(error, Exception):  # an interrupt goes through
            raise Failed(f"✗ {self.question}: {self.claim}\n  {_words(error, frames)}") from None


def _words(error, frames):
    """What went wrong, with the line of the student's own code where there is one."""
    if isinstance(error, NotImplementedError):
        return "Not written yet."
    if isinstance(error, AssertionError):
        return str(error) or "That does not hold."
    words = f"Your code stopped with {type(error).__name__}: {error}"
    called = traceback.extract_tb(frames)[1:]  # the first frame is the check's own
    own = [frame for frame in called if not frame.filename.startswith(_LIBRARIES)]
    return f"{words}\n  in {own[-1].name}, at the line: {own[-1].line}" if own else words


def report():
    """Print the last result of every check that this notebook has run."""
    for (question, claim), passed in _results.items():
        print("✓" if passed else "✗", f"{question}: {claim}")
    print(f"{sum(_results.values())} of the {len(_results)} checks that were run pass.")
    print("Grading runs these and others, so test your functions on cases of your own, too.")
