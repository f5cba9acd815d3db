"""The built site, in a real browser with every outside address blocked."""

import gzip
from functools import cache
from types import SimpleNamespace
from urllib.parse import quote, unquote, urldefrag, urljoin

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

from assignments.release import SETS
from tools import website

PAGES = website.pages()
MODES = ["light", "dark"]
PAGE_BUDGET = 1_200_000  # bytes, gzipped, with everything that the page loads

# What is wrong with the mathematics of a page, as a list of texts. Unknown macros come out in red.
MATH_FAULTS = """async () => {
  await window.MathJax?.startup.promise
  const raw = [...document.querySelectorAll(".math")].filter(e => !e.querySelector("mjx-container"))
  const errors = [...document.querySelectorAll('mjx-merror, mjx-container [style*="color: red"]')]
  const faults = [...raw, ...errors].map(e => e.closest("mjx-container, .math").outerHTML)
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node; (node = walker.nextNode()); ) {
    const verbatim = node.parentElement.closest("pre, code, script, style, mjx-container")
    if (!verbatim && /\\\\[([]|\\$/.test(node.data)) faults.push(node.data)
  }
  return faults
}"""
NO_ALT = """[...document.images].filter(e => !e.alt.trim()).map(e => e.src)"""
CONTENT = "article, .bd-search-container, body > main"  # not the theme's bars and menus
DOCUTILS = ["aria-allowed-role", "aria-deprecated-role", "aria-required-children"]  # how it marks up a bibliography
OVERFLOW = """document.documentElement.scrollWidth - window.innerWidth"""


@pytest.fixture(scope="module")
def visit(chromium, address):
    """Open a page once in a mode, as on a phone first, and note all that the tests ask about."""

    @cache
    def visit(path, mode):
        seen = SimpleNamespace(outside=[], errors=[], failed=[], bytes=0)
        context = chromium.new_context(
            color_scheme=mode, viewport={"width": 360, "height": 740}, reduced_motion="reduce"
        )

        def block(route):
            seen.outside.append(route.request.url)
            route.abort()

        context.route(lambda url: not url.startswith(address), block)
        page = context.new_page()
        responses = []
        page.on("response", lambda response: responses.append(response))
        page.on("console", lambda m: m.type == "error" and seen.errors.append(m.text))
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        page.on("requestfailed", lambda request: seen.failed.append(request.url))
        page.goto(address + path, wait_until="load")
        seen.math_faults = page.evaluate(MATH_FAULTS)
        seen.formulas = page.locator("mjx-container").count()
        page.wait_for_load_state("networkidle")
        for response in responses:
            if response.status >= 400:
                seen.failed.append(f"{response.status} {response.url}")
            elif response.status == 200:
                seen.bytes += len(gzip.compress(response.body()))
        seen.mode = page.evaluate("document.documentElement.dataset.theme")
        seen.no_alt = page.evaluate(NO_ALT)
        seen.overflow = {}
        for width in [360, 1280]:
            page.set_viewport_size({"width": width, "height": 740})
            seen.overflow[width] = page.evaluate(OVERFLOW)
        # Last, since it takes the formulas away: they are most of the elements, and MathJax's own.
        page.evaluate("document.querySelectorAll('mjx-container').forEach(formula => formula.remove())")
        options = {"resultTypes": ["violations"], "preload": False}
        if mode == "light":
            options["rules"] = {rule: {"enabled": False} for rule in DOCUTILS}
        else:  # only the colours differ
            options["runOnly"] = ["color-contrast"]
        seen.barriers = [
            (violation["id"], node["html"])
            for violation in Axe().run(page, {"include": CONTENT}, options).response["violations"]
            for node in violation["nodes"]
        ]
        context.close()
        return seen

    return visit


@pytest.fixture(params=MODES)
def mode(request):
    return request.param


@pytest.fixture(params=PAGES)
def path(request):
    return request.param


@pytest.fixture
def seen(visit, path, mode):
    return visit(path, mode)


def test_the_site_is_built():
    assert PAGES, "there is no site in _build/html: run `make book` first"
    assert {"search.html", "genindex.html", "404.html", "book/index.html"} <= set(PAGES)


def test_nothing_is_asked_of_the_outside(seen):
    assert not seen.outside


def test_no_errors(seen):
    assert not seen.errors
    assert not seen.failed


def test_mathematics_is_typeset(seen, path):
    assert not seen.math_faults
    if path.startswith("book/0"):
        assert seen.formulas


def test_pictures_have_alt_texts(seen):
    assert not seen.no_alt


def test_the_content_is_accessible(seen):
    assert not seen.barriers


def test_no_sideways_scroll(seen):
    assert max(seen.overflow.values()) <= 0, seen.overflow


def test_page_weight(seen):
    assert seen.bytes <= PAGE_BUDGET


def test_theme_follows_the_reader(seen, path, mode):
    if path != "404.html":
        assert seen.mode == mode


@cache
def soup(path):
    return BeautifulSoup((website.SITE / path).read_bytes(), "html.parser")


def test_links_and_anchors(path):
    for link in soup(path).find_all("a", href=True):
        target, anchor = urldefrag(urljoin(f"https://site/{path}", link["href"]))
        if not target.startswith("https://site/"):
            continue
        file = unquote(target.removeprefix("https://site/")).split("?")[0]
        assert (website.SITE / file).is_file(), link
        if anchor and file.endswith(".html"):
            assert soup(file).find(id=unquote(anchor)), link


@pytest.mark.parametrize("name", SETS)
def test_problem_sets_are_downloaded_without_answers_and_outputs(name):
    path = f"book/release/{name}.html"
    [link] = soup(path).select('a[title="Download source file"]')
    text = (website.SITE / urljoin(path, link["href"])).read_text()
    assert "your code goes here" in text and "BEGIN SOLUTION" not in text and "HIDDEN TESTS" not in text
    assert not any(cell.get("outputs") for cell in nbformat.reads(text, as_version=4).cells)


@pytest.mark.parametrize("missing", ["nowhere", "book/nowhere.html", "book/deep/er/nowhere.html"])
def test_404_leads_home_from_any_depth(chromium, address, missing):
    page = chromium.new_page()
    assert page.goto(address + missing).status == 404
    page.get_by_role("link").click()
    page.wait_for_url(address + "book/index.html")
    page.close()


def test_search_finds(chromium, address):
    page = chromium.new_page()
    page.goto(address + "search.html?q=Stiefel")
    page.locator("#search-results li").first.wait_for()
    page.close()


@pytest.mark.parametrize("words", ["kappa", "Theta", "eta", "r_A", "rank", "condition number", "retraction", "adjoint"])
def test_search_leads_to_symbols_and_terms(chromium, address, words):
    page = chromium.new_page()
    page.goto(f"{address}search.html?q={quote(words)}")
    first = page.locator("#search-results li a").first.get_attribute("href")
    assert first.split("?")[0].split("#")[0].endswith(("book/notation.html", "book/glossary.html"))
    page.close()


def test_the_index_has_the_terms_of_the_glossary():
    terms = soup("book/glossary.html").select("dl.glossary > dt")
    indexed = {link["href"] for link in soup("genindex.html").find_all("a", href=True)}
    assert len(terms) >= 40
    assert {f"book/glossary.html#{term['id']}" for term in terms} <= indexed


@pytest.mark.parametrize("path", [path for path in PAGES if path.startswith(("book/0", "book/1"))])
def test_chapters_link_words_to_the_glossary_once(path):
    links = [link["href"] for link in soup(path).select('article a[href^="glossary.html#term-"]')]
    assert 4 <= len(links) == len(set(links)) <= 9
    assert not soup(path).select(':is(h1, h2, h3) a[href^="glossary.html"]')
