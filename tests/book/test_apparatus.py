"""What the book says of itself and of the paper is the same wherever it is said."""

import re
import tomllib

import yaml
from pybtex.database import parse_string

from tools.execute import BOOK

ROOT = BOOK.parent
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def records(path, language):
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


def bibtex(text):
    [entry] = parse_string(text, "bibtex").entries.values()
    return entry


def ris(text):
    fields = {}
    for tag, value in re.findall(r"^(\w\w)  - ?(.*)$", text, re.MULTILINE):
        fields.setdefault(tag, []).append(value)
    return fields


def test_the_paper_is_cited_alike():
    entries = parse_string((BOOK / "references.bib").read_text(encoding="utf-8"), "bibtex").entries
    in_book, in_readme = records(BOOK / "citing.md", "bibtex")[0], records(ROOT / "README.md", "bibtex")[0]
    assert in_book == in_readme
    entry, record, [reference] = bibtex(in_book), ris(records(BOOK / "citing.md", "text")[0]), CITATION["references"]
    known = entries[entry.key]  # under the key that the chapters cite
    people = [f"{person.last_names[0]}, {person.first_names[0]}" for person in known.persons["author"]]
    for field in ["title", "booktitle", "year"]:
        assert entry.fields[field] == known.fields[field]
    assert [str(person) for person in entry.persons["author"]] == people == record["AU"]
    assert [f"{person['family-names']}, {person['given-names']}" for person in reference["authors"]] == people
    assert [known.fields["title"]] == [reference["title"]] == record["TI"]
    number = known.fields["eprint"]
    assert entry.fields["note"] == reference["identifiers"][0]["value"] == f"arXiv:{number}"
    assert record["UR"] == [f"https://arxiv.org/abs/{number}"]


def test_the_book_is_cited_alike():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    [author] = CITATION["authors"]
    entry, record = bibtex(records(BOOK / "citing.md", "bibtex")[1]), ris(records(BOOK / "citing.md", "text")[1])
    title = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]
    assert title == CITATION["title"] == entry.fields["title"] == record["TI"][0]
    [person] = entry.persons["author"]
    assert author["name"] == record["AU"][0] == str(person).strip("{}")
    assert version == str(CITATION["version"]) == record["ET"][0] == entry.fields["note"].removeprefix("Version ")
    year = str(CITATION["date-released"])[:4]
    assert year == entry.fields["year"] == record["PY"][0]


def test_the_changelog_begins_with_this_version():
    newest = re.search(r"^### (\S+),", (BOOK / "changes.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest[1] == str(CITATION["version"])
