"""Text is UTF-8 on every machine: no module leaves the encoding to a Windows that has its own."""

import ast

import pytest

from tools import website

ROOT = website.SITE.parents[1]
FOLDERS = ["benchmarks", "book/_ext", "experiments", "grading", "tests", "tools", "wnbook", "wnlib"]


def left_open(source):
    """The calls that read or write text without the word `encoding`; ruff's PLW1514 sees only some of them."""
    calls = []
    for call in [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]:
        name = getattr(call.func, "attr", getattr(call.func, "id", None))
        words = {word.arg: word.value for word in call.keywords}
        values = {value.value for value in [*call.args, *words.values()] if isinstance(value, ast.Constant)}
        opens = name == "open" and (
            values & set("rwax") or (isinstance(call.func, ast.Name) and not values & {"rb", "wb"})
        )
        if (
            opens or name in ("read_text", "write_text") or getattr(words.get("text"), "value", None) is True
        ) and "encoding" not in words:
            calls.append(ast.unparse(call))
    return calls


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_text_has_an_encoding(folder):
    modules = sorted(ROOT.glob(f"{folder}/**/*.py"))
    assert modules
    for path in modules:
        assert not left_open(path.read_text(encoding="utf-8")), path


def test_what_is_left_open_is_found():
    fine = ["open(f, 'rb')", "Image.open(f)", "f.read_bytes()", "f.open('w', encoding='utf-8')"]
    bad = ["open(f)", "open(f, 'w')", "f.open('w')", "f.read_text()", "f.write_text(s)", "run(c, text=True)"]
    assert left_open("\n".join(fine + bad)) == bad
