"""Number the chapters anew, in the order of _toc.yml: their files, names, links, and every number that is typed.

A chapter is known by the name of its file without the number; the number in that name is the one that the text goes by.
Links to chapters, figures and equations get the number of what they lead to; other numbers of chapters are translated.
A number of a figure or a theorem that is no link stays: it may be another paper's.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
MADE_UP = "tests/book/test_numbers.py"  # speaks of another book

NAME = re.compile(r"(?<![\w-])[a-z0-9]+(?:-[a-z0-9]+)+(?![\w-])")
LABEL = re.compile(r"(?::label: |:name: |^\()(([a-z]+)-\d\d-([a-z0-9-]+))", re.MULTILINE)
EQUATION = re.compile(r"^\$\$ \(([\w-]+)\)$", re.MULTILINE)
NUMBERED_LINK = re.compile(r"\[(?:Figure [\d.]+|\([\d.]+\))\](\([^)\s]*#([\w-]+)\))")
ITEM = r"\d+(?:(?: to |–|-)\d+)?(?: \([^()\n]*\))?"  # 7, or 7 to 9, or 7 (the exact recursion)
PARTS_OF_ITEM = re.compile(r"(\d+)(?:( to |–|-)(\d+))?( \([^()\n]*\))?")
CHAPTER = re.compile(
    r"(?P<link>\[Chapter |\{doc\}`(?:Chapter )?)\d+(?P<rest>[^\]<`\n]*(?:\]\(|<)(?:[\w./]*/)?(?P<stem>[\w-]+)[.>])"
    rf"|(?P<word>[Cc]hapter(?P<s>s)?\s+)(?P<listed>(?(s){ITEM}(?:, {ITEM})*(?:,? (?:and|or) {ITEM})?|\d+))"
)


def plan(root):
    """What there is to do: {file: its new text}, {chapter: its new file}, and what the author should look at."""
    numbers = contents(root)
    stems = {old: f"{number:02d}-{slug(old)}" for old, number in numbers.items()}
    chapters = {new: numbers[old] for old, new in stems.items()}
    translation = {int(old[:2]): number for old, number in numbers.items() if slug(old) != old}
    names = {old: new for old, new in stems.items() if slug(old) != old}
    typed = {}
    for old, new in stems.items():
        figures, labels, equations = defined(root / "book" / f"{old}.ipynb")
        renamed = [(name, re.sub(r"^(fig-)?(\d\d-)?", f"fig-{new[:2]}-", name)) for name in figures]
        for name, new_name in [*renamed, *((name, f"{kind}-{new[:2]}-{rest}") for name, kind, rest in labels)]:
            if name in names:
                raise ValueError(f"{name} names two things, one of them in book/{old}.ipynb: give that another name")
            names[name] = new_name
        # What is numbered in chapter zero has one number only, since it stands in a part without numbers.
        within = f"{numbers[old]}." if numbers[old] else ""
        typed |= {name: f"Figure {within}{k}" for k, (_, name) in enumerate(renamed, start=1)}
        typed |= {f"equation-{name}": f"({within}{k})" for k, name in enumerate(equations, start=1)}

    # A file without a number may be called like a common word: it counts only where a file is meant.
    new_files = "|".join(old for old in stems if slug(old) == old) or "(?!)"
    new_files = re.compile(
        rf"(?<=book/)(?:{new_files})(?![\w-])|(?<=<)(?:{new_files})(?=>)|(?<![\w-])(?:{new_files})(?=\.ipynb)"
    )

    book = root / "book"
    renames = {book / f"{old}.ipynb": book / f"{new}.ipynb" for old, new in stems.items() if old != new}
    texts, notes = {}, []
    for path in files(root):
        old = path.read_bytes()
        try:
            text = old.decode()
        except UnicodeDecodeError:
            continue

        def chapter(found, path=path):
            if found["link"]:
                number = chapters.get(found["stem"])
                return found[0] if number is None else f"{found['link']}{number}{found['rest']}"
            listed, whole = translate(found["listed"], translation, path.relative_to(root))
            if not whole:
                place = renames.get(path, path).relative_to(root)
                notes.append(f"{place}: “{found[0]}” became “{found['word']}{listed}”. Is it still true?")
            return found["word"] + listed

        text = new_files.sub(lambda found: stems[found[0]], text)
        text = NAME.sub(lambda found: names.get(found[0], found[0]), text)
        text = CHAPTER.sub(chapter, text)
        text = NUMBERED_LINK.sub(
            lambda found: f"[{typed[found[2]]}]{found[1]}" if found[2] in typed else found[0], text
        )
        if path.name == "runs.csv":
            head, *rows = text.splitlines(keepends=True)
            text = "".join([head, *sorted(rows, key=lambda row: row.partition("](")[2])])
        if text.encode() != old:
            texts[path] = text
    return texts, renames, notes


def contents(root):
    """The chapters in the order of _toc.yml: {name of the file: number}. Chapter zero stands in a part without numbers."""
    numbers, number = {}, 0
    for part in yaml.safe_load((root / "_toc.yml").read_bytes())["parts"]:
        for page in part["chapters"]:
            stem = page["file"].removeprefix("book/")
            if part.get("numbered"):
                numbers[stem] = number = number + 1
            elif stem.startswith("00-"):
                numbers[stem] = 0
    there = {path.stem for path in (root / "book").glob("*.ipynb")}
    for stem in there - numbers.keys():
        raise ValueError(
            f"book/{stem}.ipynb is not in _toc.yml: list it in the numbered part. "
            "To take the chapter out of the book, delete the file, too, and what refers to it."
        )
    for stem in numbers.keys() - there:
        raise ValueError(
            f"_toc.yml lists book/{stem}, and there is no book/{stem}.ipynb: take the line out, or write it"
        )
    met = {}
    for stem in numbers:
        for part in {slug(stem), stem[: -len(slug(stem))]} - {""}:
            other = met.setdefault(part, stem)
            if other != stem:
                raise ValueError(
                    f"book/{other} and book/{stem} have “{part}” in common, and the text could mean either: "
                    "give the new one another name, with a number that is free or with none, on disk and in _toc.yml"
                )
    return numbers


def slug(stem):
    return re.sub(r"^\d\d-", "", stem)


def defined(notebook):
    """What a chapter defines: names of figures, labels (whole, kind, rest), labels of equations; each in order."""
    cells = json.loads(notebook.read_bytes())["cells"]
    figures = [cell["metadata"].get("mystnb", {}).get("figure", {}).get("name") for cell in cells]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return [name for name in figures if name], LABEL.findall(text), EQUATION.findall(text)


def files(root):
    """All that git knows, or would know after `git add`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout
    return [root / name for name in sorted(set(listed.split("\0")) - {"", MADE_UP}) if (root / name).is_file()]


def translate(listed, translation, path):
    """“6 and 11” or “2 to 7” in new numbers, and whether a range still holds the same chapters."""
    items, whole = [], True
    for first, to, last, words in PARTS_OF_ITEM.findall(listed):
        first, last = int(first), int(last or first)
        for number in (first, last):
            if number not in translation:
                raise ValueError(
                    f"{path} speaks of chapter {number}, and no file has this number: "
                    "mend that place (and of a chapter of another book, write “chap.”)"
                )
        ends = sorted({translation[first], translation[last]})
        held = {translation.get(number) for number in range(first, last + 1)}
        whole &= held == set(range(ends[0], ends[-1] + 1))
        items.append((first, ends[0], f"{ends[0]}{to}{ends[-1] if to else ''}{words}"))
    if items == sorted(items):
        items.sort(key=lambda item: item[1])
    rewritten = iter(items)
    return PARTS_OF_ITEM.sub(lambda _: next(rewritten)[2], listed), whole


def main():
    try:
        texts, renames, notes = plan(ROOT)
    except ValueError as error:
        sys.exit(f"Nothing is changed. {error}")
    for path, text in texts.items():
        path.write_bytes(text.encode())
    for old, new in renames.items():
        old.rename(new)
        print(f"{old.relative_to(ROOT)} is now {new.relative_to(ROOT)}")
    print(f"Rewritten: {len(texts)} files.", *notes, sep="\n")


if __name__ == "__main__":
    main()
