"""The built site, in a real browser with every outside address blocked."""

import gzip
import re
from functools import cache
from types import SimpleNamespace
from urllib.parse import quote, unquote, urldefrag, urljoin
from xml.etree import ElementTree

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

from book._ext import head
from grading.release import SETS
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
UNREACHABLE = """[...document.querySelectorAll("mjx-container")]
  .filter(e => e.scrollWidth > e.clientWidth && e.tabIndex < 0).map(e => e.textContent)"""
UNFOLD = """
  document.querySelectorAll("details").forEach(e => (e.open = true))
  document.querySelectorAll(".toggle-button-hidden").forEach(e => e.click())
"""
# A formula is some fifty elements, of MathJax's own making: one page shows them to axe, the others take them away.
# Of the words in code, axe gets to see one for each colour and ground.
WITH_FORMULAS = "book/05-riemannian-update.html"
NO_FORMULAS = "document.querySelectorAll('mjx-container').forEach(formula => formula.remove())"
LESS_CODE = """
  const seen = new Set()
  for (const word of document.querySelectorAll("pre span")) {
    const look = `${word.className} in ${word.closest("div").parentElement.className}`
    if (seen.has(look)) word.replaceWith(...word.childNodes)
    else seen.add(look)
  }
"""
AXE = {"resultTypes": ["violations"], "preload": False, "rules": {"label-content-name-mismatch": {"enabled": True}}}
AXE_AGAIN = {"resultTypes": ["violations"], "preload": False, "runOnly": ["color-contrast"]}  # only colours differ
OVERFLOW = """document.documentElement.scrollWidth - window.innerWidth"""


@pytest.fixture(scope="module")
def visit(chromium, address):
    """Open a page once, as on a phone first, then change mode and width, and note all that the tests ask about."""

    @cache
    def visit(path):
        seen = SimpleNamespace(outside=[], errors=[], failed=[], bytes=0, modes=[], overflow={}, barriers=[])
        opened_in = MODES[PAGES.index(path) % 2]
        context = chromium.new_context(
            color_scheme=opened_in, viewport={"width": 360, "height": 740}, reduced_motion="reduce"
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
        seen.no_alt = page.evaluate(NO_ALT)
        seen.unreachable = page.evaluate(UNREACHABLE)
        if path != WITH_FORMULAS:
            page.evaluate(NO_FORMULAS)
        page.evaluate(f"{{{LESS_CODE}}}")
        for mode in sorted(MODES, key=lambda mode: mode != opened_in):
            page.emulate_media(color_scheme=mode)
            for width in [360, 1280]:
                page.set_viewport_size({"width": width, "height": 740})
                seen.overflow[width] = page.evaluate(OVERFLOW)
                page.evaluate(UNFOLD)
                page.evaluate("new Promise(requestAnimationFrame).then(() => new Promise(requestAnimationFrame))")
                seen.barriers += [
                    (violation["id"], mode, width, node["html"])
                    for violation in Axe()
                    .run(page, options=AXE if mode == opened_in else AXE_AGAIN)
                    .response["violations"]
                    for node in violation["nodes"]
                ]
            seen.modes.append((mode, page.evaluate("document.documentElement.dataset.theme")))
        context.close()
        return seen

    return visit


@pytest.fixture(params=PAGES)
def path(request):
    return request.param


@pytest.fixture
def seen(visit, path):
    return visit(path)


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


def test_every_page_is_accessible(seen):
    assert not seen.barriers


def test_wide_formulas_are_within_reach_of_the_keyboard(seen):
    assert not seen.unreachable


def test_no_sideways_scroll(seen):
    assert max(seen.overflow.values()) <= 0, seen.overflow


def test_page_weight(seen):
    assert seen.bytes <= PAGE_BUDGET


def test_theme_follows_the_reader(seen, path):
    if path != "404.html":
        assert all(mode == shown for mode, shown in seen.modes), seen.modes


@cache
def soup(path):
    return BeautifulSoup((website.SITE / path).read_bytes(), "html.parser")


@cache
def anchors(path):
    return {element["id"]: element for element in soup(path).find_all(id=True)}


def test_links_and_anchors(path):
    for link in soup(path).find_all("a", href=True):
        target, anchor = urldefrag(urljoin(f"https://site/{path}", link["href"]))
        if not target.startswith("https://site/"):
            continue
        file = unquote(target.removeprefix("https://site/")).split("?")[0]
        assert (website.SITE / file).is_file(), link
        if anchor and file.endswith(".html"):
            place = anchors(file).get(unquote(anchor))
            assert place, link
            # Numbers of figures and equations are typed, for JupyterLab's sake: they must be the site's.
            typed = re.fullmatch(r"Figure ([\d.]+)|\(([\d.]+)\)", link.get_text())
            if typed:
                number = place.select_one(".caption-number, .eqno").get_text()
                assert re.search(r"\d+(\.\d+)?", number)[0] in typed.groups(), f"{link}: run `make numbers`"


def test_an_id_is_one_elements(path):
    ids = [element["id"] for element in soup(path).find_all(id=True)]
    assert len(ids) == len(set(ids)), {name for name in ids if ids.count(name) > 1}


@pytest.mark.parametrize("name", SETS)
def test_problem_sets_are_downloaded_without_answers_and_outputs(name):
    path = f"book/release/{name}.html"
    [link] = soup(path).select('a[title="Download source file"]')
    text = (website.SITE / urljoin(path, link["href"])).read_text(encoding="utf-8")
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


def test_descriptions(path):
    [description] = soup(path).select('meta[name="description"]')
    assert 40 <= len(description["content"]) <= 250
    assert not re.search(r"[\\{}]", description["content"]), "a formula that is not readable as text"


def test_a_preview_has_absolute_addresses_or_none():
    config = SimpleNamespace(html_title="Book", html_baseurl="https://example.org/book/")
    app = SimpleNamespace(config=config, builder=SimpleNamespace(get_outfilename=lambda name: name), pages_written=[])
    context = {"title": "7. A <em>&amp;</em> B", "pageurl": "https://example.org/book/a.html", "metatags": ""}
    head.describe(app, "a", "page.html", context, None)
    written = BeautifulSoup(context["metatags"], "html.parser")
    content = {meta.get("property", meta.get("name")): meta["content"] for meta in written.find_all("meta")}
    assert content["og:title"] == "7. A & B"
    assert content["og:url"] == "https://example.org/book/a.html"
    assert content["og:image"] == "https://example.org/book/_static/headline.png"
    assert (website.SITE / head.PICTURE).is_file()

    home = soup("book/index.html")
    located = home.select('link[rel="canonical"]')
    assert bool(located) == bool(home.select('meta[property="og:image"]')) == (website.SITE / "sitemap.xml").exists()


def test_sitemap():
    root = ElementTree.fromstring(head.sitemap(["https://example.org/b.html", "https://example.org/a&b.html"]))
    assert [place.text for place in root.findall("{*}url/{*}loc")] == [
        "https://example.org/a&b.html",
        "https://example.org/b.html",
    ]


def test_policy_comes_first_and_is_strict(path):
    charset, policy = soup(path).find_all("meta")[:2]
    assert charset.has_attr("charset") and policy["http-equiv"] == "Content-Security-Policy"
    directives = dict(part.split(maxsplit=1) for part in policy["content"].split(";"))
    assert directives["default-src"] == "'self'"
    assert not re.search(r"unsafe|\*|http", directives["script-src"])


INTRUDE = """() => new Promise((done) => {
  const blocked = []
  document.addEventListener("securitypolicyviolation", (e) => blocked.push(e.effectiveDirective))
  const script = document.createElement("script")
  script.textContent = "window.intruded = true"
  const button = document.createElement("button")
  button.setAttribute("onclick", "window.intruded = true")
  const image = new Image()
  image.src = "https://example.org/image.png"
  document.body.append(script, button, image)
  button.click()
  setTimeout(() => done(blocked.sort()), 200)
})"""


@pytest.mark.parametrize("path", ["book/index.html", "404.html"])
def test_policy_keeps_intruders_out(chromium, address, path):
    page = chromium.new_page()
    page.goto(address + path)
    assert page.evaluate(INTRUDE) == ["img-src", "script-src-attr", "script-src-elem"]
    assert not page.evaluate("window.intruded")
    page.close()


def test_a_page_works_from_a_disk(chromium):
    page = chromium.new_page()
    errors = []
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((website.SITE / "book/index.html").as_uri())
    page.evaluate("MathJax.startup.promise")
    assert page.locator("mjx-container").count() and page.locator(".explorer input").count()
    assert not errors
    page.close()


@pytest.fixture
def phone(chromium, address):
    """The chapter with an explorer, folded solutions and wide formulas, on a phone with a keyboard."""
    page = chromium.new_page(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    page.goto(address + "book/06-linear-versus-sublinear.html", wait_until="networkidle")
    page.evaluate("MathJax.startup.promise")
    yield page
    page.close()


# What has the focus: its kind, and whether the reader sees that.
FOCUS = """() => {
  const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect()
  const ring = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none"
  const inside = box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight
  const kinds = [".skip-link a", ".copybtn", ".explorer input", ".toggle-button", "summary", "pre", "mjx-container"]
  return {
    end: element === document.body,
    kind: kinds.find((kind) => element.matches(kind)) ?? element.localName,
    seen: ring && inside && style.opacity === "1",
    scrolls: element.scrollWidth > element.clientWidth,
    html: element.outerHTML.slice(0, 200),
  }
}"""


def test_the_keyboard_gets_everywhere_and_shows_where_it_is(phone):
    stops = []
    while len(stops) < 500:
        phone.keyboard.press("Tab")
        stops.append(phone.evaluate(FOCUS))
        if stops[-1]["end"]:
            break
    *stops, end = stops
    assert end["end"], "a trap"
    assert stops[0]["kind"] == ".skip-link a"
    assert {"a", "button", "pre", ".copybtn", ".explorer input", ".toggle-button", "mjx-container"} <= {
        stop["kind"] for stop in stops
    }
    assert not [stop["html"] for stop in stops if not stop["seen"]]
    assert not [stop["html"] for stop in stops if stop["kind"] == "mjx-container" and not stop["scrolls"]]

    solution = phone.locator(".toggle-button").first
    solution.press("Enter")
    assert solution.get_attribute("aria-expanded") == "true"


def test_skip_link(phone):
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("opener", [".primary-toggle", ".secondary-toggle", ".search-button"])
def test_drawers_open_and_close_by_keyboard(phone, opener):
    button = phone.locator(f"main {opener}")
    button.press("Enter")
    drawer = phone.locator("dialog[open]")
    drawer.wait_for()
    assert drawer.evaluate("(drawer) => drawer.contains(document.activeElement)")
    barriers = Axe().run(phone, "dialog[open]", AXE).response["violations"]
    assert not barriers
    phone.keyboard.press("Escape")
    drawer.wait_for(state="detached")
    assert button.evaluate("(button) => button === document.activeElement")


def test_less_motion(phone):
    moving = """[...document.querySelectorAll("*")].filter((element) => {
      const style = getComputedStyle(element)
      return !/^0s(, 0s)*$/.test(style.transitionDuration) || style.animationName !== "none"
        || style.scrollBehavior === "smooth"
    }).map((element) => element.outerHTML.slice(0, 100))"""
    phone.evaluate(NO_FORMULAS)
    assert not phone.evaluate(moving)
    phone.emulate_media(reduced_motion="no-preference")
    assert phone.evaluate(moving), "nothing moves anyway"


@pytest.fixture(scope="module")
def search_page(chromium):
    """One for all, so that the index is loaded once."""
    page = chromium.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("words", ["kappa", "Theta", "eta", "r_A", "rank", "condition number", "retraction", "adjoint"])
def test_search_leads_to_symbols_and_terms(search_page, address, words):
    search_page.goto(f"{address}search.html?q={quote(words)}")
    first = search_page.locator("#search-results li a").first.get_attribute("href")
    assert urldefrag(first)[0].split("?")[0] in ["book/notation.html", "book/glossary.html"]


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


def test_without_storage_search_theme_and_drawer_work(chromium, address):
    """In a frame without an origin, as where the reader blocks site data, the browser denies storage."""
    page = chromium.new_page(viewport={"width": 360, "height": 740}, reduced_motion="reduce", color_scheme="light")
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    frame = f'<iframe sandbox="allow-scripts" src="{address}book/06-linear-versus-sublinear.html" '
    page.route("**/frame", lambda route: route.fulfill(content_type="text/html", body=f"{frame}width=340 height=700>"))
    page.goto(address + "frame", wait_until="networkidle")
    frame = page.frames[1]
    assert frame.evaluate("[origin, localStorage.getItem('nothing')]") == ["null", None]
    frame.locator("main .search-button").click()
    frame.locator("dialog[open] input").wait_for()
    frame.locator("dialog[open]").evaluate("(dialog) => dialog.close()")
    for _ in range(3):  # dark, light and the system's, in some order
        seen = frame.evaluate("document.documentElement.dataset.mode")
        frame.locator("main .theme-switch-button").click()
        assert frame.evaluate("document.documentElement.dataset.mode") != seen
    frame.locator("main .primary-toggle").click()
    frame.locator("#pst-primary-sidebar-modal[open]").wait_for()
    assert not errors
    page.close()


def test_what_the_copy_button_takes(chromium, address):
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(address + "book/reference.html")
    session = page.locator("div.doctest").first
    assert ">>> " in session.inner_text()
    session.hover()
    session.locator(".copybtn").click()
    taken = page.evaluate("navigator.clipboard.readText()")
    assert taken.strip() and ">>>" not in taken
    typed = re.findall(r"^(?:>>>|\.\.\.) ?(.*)", session.locator("pre").inner_text(), re.MULTILINE)
    assert taken.split() == " ".join(typed).split()
    page.goto(address + "book/06-linear-versus-sublinear.html")
    assert page.locator(".cell_input .copybtn").count() and not page.locator(".cell_output .copybtn").count()
    context.close()


# The words of titles that are broken in two lines.
BROKEN = """() => {
  const broken = [], range = document.createRange()
  for (const title of document.querySelectorAll(".bd-article :is(h1, h2, h3)")) {
    const walker = document.createTreeWalker(title, NodeFilter.SHOW_TEXT)
    for (let node; (node = walker.nextNode()); ) {
      for (const word of node.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
        range.setStart(node, word.index)
        range.setEnd(node, word.index + word[0].length)
        const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)))
        if (lines.size > 1) broken.push(word[0])
      }
    }
  }
  return broken
}"""


@pytest.mark.parametrize("width", [360, 1280])
def test_titles_are_whole_in_text_of_twice_the_size(chromium, address, width):
    page = chromium.new_page(viewport={"width": width, "height": 740})
    page.route("**/mathjax/*.js*", lambda route: route.fulfill(body=""))
    for path in [path for path in PAGES if path.startswith(("book/0", "book/1"))]:
        page.goto(address + path)
        page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
        assert not page.evaluate(BROKEN), path
        assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('article p')).fontSize)") > 30
    page.close()
