"""The notebooks in the reader's own browser: JupyterLite in the built site, with Pyodide and no numpy.

Pyodide's core comes from npm and its packages in plain Python from PyPI, each in the place of its copy in Pyodide's
distribution. The compiled ones are to be had nowhere else, so the test goes as far as the request for them.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import version
from urllib.parse import parse_qs, urljoin, urlsplit

import numpy as np
import pytest
from bs4 import BeautifulSoup
from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_PYTHON_VERSION, PYODIDE_VERSION

from tools import website
from tools.lite import LITE
from wnlib import (
    Gaussian,
    Gram,
    Population,
    SubsampledDCT,
    Symmetric,
    _arguments,
    iterate,
    methods,
    problem,
    sensing,
    states,
    stiefel,
)

TYPES = {".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json"}
KERNEL_NEEDS = ["micropip", "ipython", "jedi", "six", "decorator", "traitlets"]
NPM_ABSENT = "NO NPM: Pyodide's core comes from npm, so JupyterLite's kernel is NOT tested."


def test_every_launch_button_opens_a_notebook():
    opened = set()
    for page in website.pages():
        soup = BeautifulSoup((website.SITE / page).read_bytes(), "html.parser")
        for link in soup.select(".dropdown-launch-buttons a"):
            address = urlsplit(urljoin(f"https://site/{page}", link["href"]))
            assert (website.SITE / address.path.removeprefix("/")).is_file(), link
            [notebook] = parse_qs(address.query)["path"]
            opened.add(LITE / "files" / notebook)
    assert opened == set(LITE.glob("files/**/*.ipynb"))


def test_only_pages_of_the_contents_are_there():
    notebooks = {path.stem for path in LITE.glob("files/*.ipynb")}
    texts = {path.stem for path in LITE.glob("files/*.md")}
    contents = set(
        re.findall(r"book/([\w-]+)$", (LITE.parents[2] / "_toc.yml").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert notebooks | texts == contents


def pure(lock):
    """Names of the packages in plain Python that the kernel loads before any other."""
    names, queue = set(), list(KERNEL_NEEDS)
    while queue:
        name = queue.pop().replace("_", "-").lower()
        if name not in names:
            names.add(name)
            queue += lock["packages"][name]["depends"]
    return sorted(name for name in names if lock["packages"][name]["file_name"].endswith("none-any.whl"))


@pytest.fixture(scope="module")
def distribution():
    """What Pyodide's distribution holds as far as it can be had: names of files and their bytes."""
    if not shutil.which("npm"):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NPM_ABSENT)
    folder = website.SITE.parent / f"pyodide-{PYODIDE_VERSION}"
    if not folder.exists():
        new = folder.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        subprocess.run(["npm", "pack", "--silent", f"pyodide@{PYODIDE_VERSION}"], cwd=new, check=True)
        with tarfile.open(*new.glob("*.tgz")) as archive:
            archive.extractall(new, filter="data")
        lock = json.loads((new / "package" / "pyodide-lock.json").read_text(encoding="utf-8"))
        wanted = [f"{name}=={lock['packages'][name]['version']}" for name in pure(lock)]
        any_machine = ["--only-binary=:all:", "--platform=any", f"--python-version={PYODIDE_PYTHON_VERSION}"]
        any_machine += ["--implementation=py"]
        command = ["pip", "download", "--quiet", "--no-deps", *any_machine, "--abi=none", "--dest=package", *wanted]
        subprocess.run([sys.executable, "-m", *command], cwd=new, check=True)
        new.rename(folder)
    files = {path.name: path.read_bytes() for path in (folder / "package").iterdir()}
    lock = json.loads(files["pyodide-lock.json"])
    for package in lock["packages"].values():
        if package["file_name"] in files:  # the same sources, packed by another
            package["sha256"] = hashlib.sha256(files[package["file_name"]]).hexdigest()
    return files | {"pyodide-lock.json": json.dumps(lock).encode()}


def test_a_notebook_opens_and_installs_wnlib_up_to_what_is_compiled(chromium, address, distribution):
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    asked, outside, failed = [], [], []

    def answer(route):
        url = route.request.url
        outside.append(url)
        name = url.rsplit("/", 1)[1]
        if name not in distribution:
            return route.abort()
        kind = TYPES.get(os.path.splitext(name)[1], "application/zip")
        headers = {"Access-Control-Allow-Origin": "*", "Content-Type": kind}
        return route.fulfill(body=distribution[name], headers=headers)

    context.route(lambda url: not url.startswith(address), answer)
    context.on("response", lambda response: response.status >= 400 and failed.append(response.url))
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(f"{address}lite/notebooks/index.html?path=01-matrix-sensing.ipynb")
    page.locator(".jp-Notebook .jp-CodeCell").first.click(timeout=60_000)
    page.get_by_role("strong").filter(has_text="The claim of this chapter.").wait_for()
    assert not page.locator(".jp-Dialog").count()
    with context.expect_event("request", lambda request: "/numpy-" in request.url, timeout=90_000):
        page.keyboard.press("Shift+Enter")
    assert f"{address}lite/pypi/wnlib-{version('wnlib')}-py3-none-any.whl" in [url.split("?")[0] for url in asked]
    assert outside and not [url for url in outside if not url.startswith(f"{PYODIDE_CDN_URL}/")]
    assert not failed
    context.close()


class Numpy32:
    """numpy as wnlib meets it in the browser: whole numbers come out with 32 bits."""

    def __getattr__(self, name):
        thing = getattr(np, name)
        return thing if isinstance(thing, type) or not callable(thing) else lambda *a, **k: narrow(thing(*a, **k))


def narrow(value):
    if isinstance(value, tuple):
        return tuple(map(narrow, value))
    return value.astype(np.int32) if getattr(value, "dtype", None) == np.int64 else value


M = 310  # the square of the space's dimension is more than 32 bits hold
OPERATORS = {
    "population": lambda: Population(Symmetric(M)),
    "gaussian": lambda: Gaussian(Symmetric(M), 20, rng=1),
    "gram": lambda: Gram(Symmetric(8), 60, rng=1),
    "dct": lambda: SubsampledDCT(Symmetric(M), 2000, rng=1),
}


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_integers_of_32_bits_are_enough(operator, monkeypatch):
    def error():
        measurements = operator()
        m = measurements.space.m
        posed = problem.PlantedProblem(measurements, problem.planted(m, [2.0, 1.0], rng=0))
        return iterate.run(methods.wn, posed, states.DirectionMagnitude.random(m, 4, rng=0), 3, eta=0.1).error

    expected = error()
    for module in [_arguments, iterate, methods, problem, sensing, states, stiefel]:
        monkeypatch.setattr(module, "np", Numpy32())
    np.testing.assert_array_equal(error(), expected)
