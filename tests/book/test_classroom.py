import os
import subprocess
import sys

import numpy as np
import pytest

from wnbook import classroom
from wnbook.classroom import Failed, check, instance, report


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(classroom, "_results", {})
    monkeypatch.delenv("WNLIB_STUDENT", raising=False)


def draw(student, label="ps1 1a"):
    return instance(student, label).integers(2**62)


def test_instances_differ_between_students_and_questions_and_nowhere_else():
    assert draw("ada") == draw(" Ada\n")
    assert draw("M\N{LATIN SMALL LETTER U WITH DIAERESIS}ller") == draw("mu\N{COMBINING DIAERESIS}ller")
    draws = [draw(student, label) for student in ("ada", "bob", "ada2") for label in ("ps1 1a", "ps1 1b", "ps2 1a")]
    assert len(set(draws)) == 9


def test_instances_are_the_same_in_another_process():
    code = "from wnbook.classroom import instance; print(instance('ada', 'ps1 1a').integers(2**62))"
    environment = os.environ | {"PYTHONHASHSEED": "5"}
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=environment
    ).stdout
    assert int(printed) == draw("ada")


def test_the_graders_name_counts(monkeypatch):
    expected = draw("ada")
    monkeypatch.setenv("WNLIB_STUDENT", "ada")
    assert draw("bob") == expected == draw("your-id")


@pytest.mark.parametrize("student", ["your-id", "Your-ID ", "", 17, None])
def test_refuses_an_id_that_is_none(student):
    with pytest.raises(ValueError, match="student is .*; it must be the id under which you hand in"):
        instance(student, "ps1 1a")


def test_a_check_that_passes_says_so(capsys):
    with check("2a", "one and one make two"):
        assert 1 + 1 == 2
    assert capsys.readouterr().out == "✓ 2a: one and one make two\n"


def unwritten():
    raise NotImplementedError("your code goes here")


def wrong_shapes():
    return np.eye(3) @ np.ones(2)


def claims():
    raise AssertionError("the difference is 0.3")


def says_nothing():
    raise AssertionError


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (unwritten, "Not written yet."),
        (claims, "the difference is 0.3"),
        (says_nothing, "That does not hold."),
        (wrong_shapes, "Your code stopped with ValueError: matmul"),
        (wrong_shapes, "in wrong_shapes, at the line: return np.eye(3) @ np.ones(2)"),
        (lambda: np.linalg.solve(np.zeros((2, 2)), np.ones(2)), "LinAlgError: Singular matrix\n  in <lambda>, at"),
    ],
)
def test_a_check_that_fails_says_why_in_words_alone(answer, words):
    with pytest.raises(Failed) as failure, check("2a", "it works"):
        answer()
    assert str(failure.value).startswith("✗ 2a: it works\n  ")
    assert words in str(failure.value)
    assert failure.value._render_traceback_() == [str(failure.value)]
    assert failure.value.__suppress_context__


def test_an_error_in_the_check_itself_shows_none_of_its_lines():
    with pytest.raises(Failed) as failure, check("2a", "it works"):
        undefined_name + 1  # noqa: F821
    assert (
        str(failure.value) == "✗ 2a: it works\n  Your code stopped with NameError: name 'undefined_name' is not defined"
    )


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_stop_is_not_a_failure(stop):
    with pytest.raises(stop), check("2a", "it works"):
        raise stop


def test_report_counts_each_check_once_with_its_last_result(capsys):
    for answer in (claims, dict):
        try:
            with check("2a", "it works"):
                answer()
        except Failed:
            pass
    with pytest.raises(Failed), check("1a", "it works, too"):
        claims()
    capsys.readouterr()
    report()
    printed = capsys.readouterr().out
    assert printed.splitlines()[:3] == [
        "✓ 2a: it works",
        "✗ 1a: it works, too",
        "1 of the 2 checks that were run pass.",
    ]
