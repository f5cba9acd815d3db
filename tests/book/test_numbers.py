"""`make numbers`: it has nothing to do in this book, and puts a made-up one in order."""

import json
import re
import subprocess

import pytest

from tools import numbers

ABOUT = """Chapters 1 and 3, chapters 2 to 4. Chapter 3, Exercise 4: 3 of 4 chapters, chapter by chapter.
[Chapter 9](03-cold.ipynb#why), {doc}`4 Sun <04-sun>`, {doc}`Chapter 4: the sun <04-sun>`, {doc}`1 Set <release/ps1>`.
[Figure 9.9](book/03-cold.ipynb#fig-03-ice), [(7.7)](03-cold.ipynb#equation-melt), Figure 3.1 of Wei, Theorem 3.2, (3.1).
Chapters 2 (rain), 3 (cold) and 4. `python -m pytest book/03-cold.ipynb`, ex-03-thaw, thm-03-none, 2026-03-04.
Chapter 3 and 4 others; [Chapter 9](../book/03-cold.ipynb).
"""


def write_chapter(root, stem, figures=(), equation="", label=""):
    cells = [
        {"cell_type": "code", "source": [], "metadata": {"mystnb": {"figure": {"name": name}}}} for name in figures
    ]
    source = f"# {stem}\n\n:label: {label}\n\n$$\nx = 1\n$$ ({equation})\n"
    cells.append({"cell_type": "markdown", "source": source.splitlines(keepends=True), "metadata": {}})
    (root / "book" / f"{stem}.ipynb").write_text(json.dumps({"cells": cells}, indent=1), encoding="utf-8")


def write_contents(root, *stems, zero=None):
    first = [f"  - caption: First\n    chapters:\n      - file: book/{zero}\n"] if zero else []
    numbered = "".join(f"      - file: book/{stem}\n" for stem in stems)
    text = f"parts:\n{''.join(first)}  - caption: Chapters\n    numbered: true\n    chapters:\n{numbered}"
    (root / "_toc.yml").write_text(
        text + "  - caption: More\n    chapters:\n      - file: book/index\n", encoding="utf-8"
    )


@pytest.fixture
def root(tmp_path, monkeypatch):
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / "book").mkdir()
    write_chapter(tmp_path, "01-wind")
    write_chapter(tmp_path, "02-rain", equation="drop")
    write_chapter(tmp_path, "03-cold", ["fig-03-snow", "fig-03-ice"], "melt", "ex-03-thaw")
    write_chapter(tmp_path, "04-sun")
    write_contents(tmp_path, "01-wind", "02-rain", "03-cold", "04-sun")
    (tmp_path / "book" / "index.md").write_text(ABOUT, encoding="utf-8")
    (tmp_path / "picture").write_bytes(b"\xffChapter 3")
    monkeypatch.setattr(numbers, "ROOT", tmp_path)
    numbers.main()
    return tmp_path


def run(root):
    """The page about the made-up book after a run; a second one has nothing to do."""
    numbers.main()
    assert numbers.plan(root) == ({}, {}, [])
    return (root / "book" / "index.md").read_text(encoding="utf-8")


def chapters(root):
    return sorted(path.stem for path in (root / "book").glob("*.ipynb"))


def test_this_book_is_in_order():
    texts, renames, _ = numbers.plan(numbers.ROOT)
    assert not texts and not renames, "numbers are not those of _toc.yml: run `make numbers`"


def test_library_docstrings_cite_no_chapter_numbers():
    for path in (numbers.ROOT / "wnlib").glob("*.py"):
        cited = re.findall(r"(?i)chapters?\s+\d+", path.read_text(encoding="utf-8"))
        assert not cited, f"{path.name} cites {cited}: the module is used without the book, say what is meant instead"


def test_links_get_the_numbers_of_what_they_lead_to(root):
    about = run(root)
    assert "[Chapter 3](03-cold.ipynb#why), {doc}`4 Sun <04-sun>`" in about
    assert "[Figure 3.2](book/03-cold.ipynb#fig-03-ice), [(3.1)](03-cold.ipynb#equation-melt)" in about
    assert "[Chapter 3](../book/03-cold.ipynb)" in about


def test_a_chapter_moves(root, capsys):
    write_contents(root, "01-wind", "04-sun", "03-cold", "02-rain")
    about = run(root)
    assert chapters(root) == ["01-wind", "02-sun", "03-cold", "04-rain"]
    assert "book/02-sun\n      - file: book/03-cold" in (root / "_toc.yml").read_text(encoding="utf-8")
    assert "Chapters 1 and 3, chapters 2 to 4. Chapter 3, Exercise 4: 3 of 4 chapters" in about
    assert "{doc}`2 Sun <02-sun>`, {doc}`Chapter 2: the sun <02-sun>`, {doc}`1 Set <release/ps1>`" in about
    assert "Chapters 2, 3 (cold) and 4 (rain)." in about
    assert capsys.readouterr().out.count("Is it still true?") == 0

    write_contents(root, "03-cold", "01-wind", "02-sun", "04-rain")
    about = run(root)
    assert "Chapters 1 and 2, chapters 3 to 4. Chapter 1, Exercise 4: 3 of 4 chapters" in about
    assert "book/index.md: “chapters 2 to 4” became “chapters 3 to 4”. Is it still true?" in capsys.readouterr().out
    assert "[Chapter 1](01-cold.ipynb#why)" in about
    assert "[Figure 1.2](book/01-cold.ipynb#fig-01-ice), [(1.1)](01-cold.ipynb#equation-melt)" in about
    assert "Figure 3.1 of Wei, Theorem 3.2, (3.1)." in about and "Chapter 1 and 4 others" in about
    assert "`python -m pytest book/01-cold.ipynb`, ex-01-thaw, thm-03-none, 2026-03-04." in about
    assert ":label: ex-01-thaw" in (root / "book" / "01-cold.ipynb").read_text(encoding="utf-8")
    assert (root / "picture").read_bytes() == b"\xffChapter 3"


@pytest.mark.parametrize("new", ["fog", "99-fog"])
def test_a_chapter_is_inserted_and_taken_out_again(root, new, capsys):
    before = {path: path.read_bytes() for path in numbers.files(root)}
    write_chapter(root, new, ["fig-99-grey", "fig-drops"], "mist", "ex-99-see")
    write_contents(root, "01-wind", "02-rain", new, "03-cold", "04-sun")
    link = f"[Chapter 0]({new}.ipynb), [Figure 1](book/{new}.ipynb#fig-drops), {{doc}}`7 Fog <{new}>`: fog."
    (root / "book" / "more.md").write_text(link, encoding="utf-8")
    about = run(root)
    assert chapters(root) == ["01-wind", "02-rain", "03-fog", "04-cold", "05-sun"]
    assert "Chapters 1 and 4, chapters 2 to 5. Chapter 4, Exercise 4: 3 of 4 chapters" in about
    assert "“chapters 2 to 4” became “chapters 2 to 5”. Is it still true?" in capsys.readouterr().out
    more = (root / "book" / "more.md").read_text(encoding="utf-8")
    assert (
        more == "[Chapter 3](03-fog.ipynb), [Figure 3.2](book/03-fog.ipynb#fig-03-drops), {doc}`3 Fog <03-fog>`: fog."
    )
    fog = (root / "book" / "03-fog.ipynb").read_text(encoding="utf-8")
    assert '"fig-03-grey"' in fog and '"fig-03-drops"' in fog and ":label: ex-03-see" in fog

    (root / "book" / "more.md").unlink()
    (root / "book" / "03-fog.ipynb").unlink()
    write_contents(root, "01-wind", "02-rain", "04-cold", "05-sun")
    run(root)
    assert "“chapters 2 to 5” became “chapters 2 to 4”. Is it still true?" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in numbers.files(root)} == before


def test_a_chapter_before_the_first_shifts_nothing(root):
    write_chapter(root, "00-hour", ["fig-00-sky"], "air", "ex-00-breathe")
    write_contents(root, "01-wind", "02-rain", "03-cold", "04-sun", zero="00-hour")
    about = root / "book" / "index.md"
    about.write_text(
        f"{ABOUT}Chapter 0, [Figure 2](00-hour.ipynb#fig-00-sky), [(9.9)](00-hour.ipynb#equation-air)", encoding="utf-8"
    )
    expected = run(root)
    assert chapters(root)[:2] == ["00-hour", "01-wind"]
    assert expected.endswith("Chapter 0, [Figure 1](00-hour.ipynb#fig-00-sky), [(1)](00-hour.ipynb#equation-air)")


def test_times_of_the_chapters_stay_in_order(root):
    times = root / "book" / "runs.csv"
    times.write_text(
        'Chapter,Seconds\n[Chapter 2](02-rain.ipynb),5\n[Chapter 3](03-cold.ipynb),"6, 7"\n', encoding="utf-8"
    )
    write_contents(root, "01-wind", "03-cold", "02-rain", "04-sun")
    run(root)
    assert (
        times.read_text(encoding="utf-8")
        == 'Chapter,Seconds\n[Chapter 2](02-cold.ipynb),"6, 7"\n[Chapter 3](03-rain.ipynb),5\n'
    )


def refused(root):
    before = {path: path.read_bytes() for path in numbers.files(root)}
    with pytest.raises(SystemExit) as refusal:
        numbers.main()
    assert {path: path.read_bytes() for path in numbers.files(root)} == before
    return str(refusal.value)


def test_what_is_not_in_the_contents_is_refused(root):
    write_contents(root, "01-wind", "02-rain", "04-sun")
    assert "Nothing is changed. book/03-cold.ipynb is not in _toc.yml: list it" in refused(root)


def test_what_is_no_file_is_refused(root):
    write_contents(root, "01-wind", "02-rain", "03-cold", "04-sun", "05-dew")
    assert "_toc.yml lists book/05-dew, and there is no book/05-dew.ipynb" in refused(root)


def test_a_removed_chapter_of_which_the_text_speaks_is_refused(root):
    (root / "book" / "03-cold.ipynb").unlink()
    write_contents(root, "01-wind", "02-rain", "04-sun")
    assert "book/index.md speaks of chapter 3, and no file has this number: mend that place" in refused(root)


@pytest.mark.parametrize(["new", "common"], [("03-fog", "03-"), ("07-cold", "cold"), ("cold", "cold")])
def test_two_chapters_that_cannot_be_told_apart_are_refused(root, new, common):
    write_chapter(root, new)
    write_contents(root, "01-wind", "02-rain", new, "03-cold", "04-sun")
    assert f"book/{new} and book/03-cold have “{common}” in common" in refused(root)


def test_a_name_of_two_things_is_refused(root):
    write_chapter(root, "fog", ["fig-03-snow"])
    write_contents(root, "01-wind", "02-rain", "fog", "03-cold", "04-sun")
    assert "fig-03-snow names two things, one of them in book/03-cold.ipynb" in refused(root)
