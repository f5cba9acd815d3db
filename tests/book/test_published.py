"""What a fork publishes: workflows that call targets that exist, links that its addresses allow, times of the chapters."""

import csv
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from book._ext import links
from tools.execute import BOOK, PACKAGES, RUNS

ROOT = BOOK.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_call_targets_of_the_makefile(path):
    steps = [step for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values() for step in job["steps"]]
    called = [word for step in steps for word in re.findall(r"make (\w+)", step.get("run", ""))]
    assert called
    for target in called:
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE), target


def launch_buttons(monkeypatch, repository, page):
    monkeypatch.setattr(links, "REPOSITORY", repository)
    up = "../" * page.count("/")
    context = {"page_source_suffix": ".ipynb", "pathto": lambda path, _: up + path, "header_buttons": []}
    links.add_launch_buttons(None, page, None, context, None)
    [group] = context["header_buttons"]
    return {button["text"]: button["url"] for button in group["buttons"]}


def test_launch_links(monkeypatch):
    name = "book/02-gradient-descent"
    buttons = launch_buttons(monkeypatch, "", name)
    lite = buttons["In this browser (40 MB)"]
    assert buttons == {"In this browser (40 MB)": "../lite/notebooks/index.html?path=02-gradient-descent.ipynb"}
    assert launch_buttons(monkeypatch, "https://github.com/ada/book", name) == {
        "In this browser (40 MB)": lite,
        "Binder": "https://mybinder.org/v2/gh/ada/book/main?urlpath=lab/tree/book/02-gradient-descent.ipynb",
        "Colab": "https://colab.research.google.com/github/ada/book/blob/main/book/02-gradient-descent.ipynb",
    }
    assert len(launch_buttons(monkeypatch, "https://git.example/ada/book", name)) == 1
    # The problem sets' release notebooks are in no repository.
    assert len(launch_buttons(monkeypatch, "https://github.com/ada/book", "book/release/ps1")) == 1


@pytest.mark.parametrize("repository", ["", "https://github.com/ada/book"])
def test_settings_follow_the_addresses(monkeypatch, repository):
    monkeypatch.setattr(links, "REPOSITORY", repository)
    monkeypatch.setattr(links, "SITE", repository and "https://ada.github.io/book")
    config = SimpleNamespace(html_theme_options={}, html_baseurl="")
    links.configure(None, config)
    assert config.html_theme_options.get("repository_url", "") == repository
    assert config.html_theme_options.get("use_issues_button", False) == bool(repository)
    assert config.html_baseurl == (repository and "https://ada.github.io/book/")


def test_times_of_the_chapters_are_of_the_pinned_packages():
    rows = list(csv.DictReader(RUNS.read_text(encoding="utf-8").splitlines()))
    assert [row["Chapter"] for row in rows] == [
        f"[Chapter {int(path.name[:2])}]({path.name})" for path in sorted(BOOK.glob("*.ipynb"))
    ], "book/data/runs.csv has not one line for each chapter: make execute CHAPTERS=book/… writes it"
    pins = dict(
        re.findall(r"^([\w-]+)==(\S+)", Path(ROOT, "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for row in rows:
        assert {f"{name} {pins[name]}" for name in PACKAGES} <= set(row["Environment"].split(", "))
