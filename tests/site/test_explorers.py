"""The explorers, on the built pages in a real browser with every outside address blocked."""

import re
import statistics

import numpy as np
import pytest
import traitlets
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from book._ext.explorers import EXPLORERS, page_script
from tools import stills, website
from wnbook import explorers

PLACES = sorted(
    (place["id"], path)
    for path in website.pages()
    for place in BeautifulSoup((website.SITE / path).read_bytes(), "html.parser").select("div.explorer")
)

# When the sliders of each explorer came into the page, in ms after it was opened.
NOTE_WHEN_LIVE = """
  window.live = {}
  new MutationObserver(() => {
    for (const { id } of document.querySelectorAll(".explorer:has(input)")) live[id] ??= performance.now()
  }).observe(document, { childList: true, subtree: true })
"""

# For each of some steps of a slider: from the event to after the frame that answers it has been painted, in ms.
REPAINTS = """async () => {
  const frame = () => new Promise(requestAnimationFrame)
  const times = []
  for (const input of document.querySelectorAll(".explorer input")) {
    for (const direction of [1, 1, -1, -1]) {
      await frame()
      input.value = +input.value + direction * input.step
      const begin = performance.now()
      input.dispatchEvent(new Event("input"))
      const painted = new MessageChannel()
      painted.port2.postMessage(0)
      await new Promise((done) => (painted.port1.onmessage = done))
      times.push(performance.now() - begin)
      while (document.querySelector('.explorer[aria-busy="true"]')) await frame()
    }
  }
  return times
}"""


@pytest.fixture(scope="module")
def context(chromium):
    """A phone's browser for most of the visits: to open one takes longer than a page."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def visit(chromium, address, context):
    """Open a page with nothing but the site within reach; fail on any error at the end.

    Formulas, which take most of the time, are set only where they matter. Options: of a browser of its own.
    """
    opened, errors = [], []

    def visit(path, formulas=False, **options):
        browser = chromium.new_context(viewport={"width": 360, "height": 740}, **options) if options else context
        page = browser.new_page()
        opened.append(browser if options else page)
        page.route(lambda url: not url.startswith(address), lambda route: errors.append(route.request.url))
        if not formulas:
            page.route("**/mathjax/*.js*", lambda route: route.fulfill(body=""))
        page.on("console", lambda message: message.type == "error" and errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.add_init_script(NOTE_WHEN_LIVE)
        page.goto(address + path)
        rests(page)
        return page

    yield visit
    for page in opened:
        page.close()
    assert not errors


@pytest.fixture(params=EXPLORERS)
def explorer(request):
    return EXPLORERS[request.param]


@pytest.fixture(params=PLACES, ids=lambda place: "-".join(place))
def place(request):
    return request.param


@pytest.fixture(scope="module")
def page(chromium):
    """An empty page with the scripts of all explorers."""
    page = chromium.new_page()
    for explorer in EXPLORERS.values():
        page.evaluate(page_script(explorer))
    yield page
    page.close()


def rests(page):
    expect(page.locator('.explorer[aria-busy="true"]')).to_have_count(0)  # the page's policy forbids wait_for_function


def test_every_explorer_has_its_page():
    assert {name for name, _ in PLACES} == set(EXPLORERS)


def test_live_soon_after_opening(visit, place, record_property):
    name, path = place
    ms = visit(path, formulas=True).evaluate(f"live['{name}']")
    record_property(
        f"{name} on {path} is live after", f"{ms:.0f} ms"
    )  # reported, never asserted: a machine may be busy
    assert ms > 0


def test_every_slider_answers_the_keyboard(visit, place):
    name, path = place
    page = visit(path)
    inputs = page.locator(f"#{name} input")
    for i, control in enumerate(EXPLORERS[name].sliders()):
        if i:
            page.keyboard.press("Tab")
        else:
            inputs.first.focus()
        assert page.evaluate("document.activeElement.name") == control
        value, picture = inputs.nth(i).input_value(), page.locator(f"#{name} svg").inner_html()
        page.keyboard.press("ArrowRight")
        rests(page)
        assert float(inputs.nth(i).input_value()) > float(value)
        assert page.locator(f"#{name} svg").inner_html() != picture
        assert re.search(r"\d", page.locator(f"#{name} output").inner_text())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Reset"


def test_handles_follow_a_finger_and_the_page_stays(visit, place):
    name, path = place
    page = visit(path, has_touch=True, is_mobile=True)
    touch = page.context.new_cdp_session(page)
    handles = page.locator(f"#{name} .handle")
    for i in range(handles.count()):
        page.locator(f"#{name} button").click()  # the handle may be at an end of its range
        handles.nth(i).scroll_into_view_if_needed()
        page.wait_for_timeout(100)
        box, picture = handles.nth(i).bounding_box(), page.locator(f"#{name} svg").inner_html()
        x, y, scrolled = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, page.evaluate("scrollY")
        for kind, steps in [("touchStart", [0]), ("touchMove", range(4, 44, 4)), ("touchEnd", [None])]:
            for step in steps:
                points = [] if step is None else [{"x": x - step, "y": y + step}]
                touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        rests(page)
        assert page.evaluate("scrollY") == scrolled
        assert page.locator(f"#{name} svg").inner_html() != picture


def test_reset_and_address(visit, place):
    name, path = place
    page = visit(path)
    start = page.locator(f"#{name} svg").inner_html()
    page.locator(f"#{name} input").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**#{name}?*")
    rests(page)
    changed = page.locator(f"#{name} svg").inner_html()
    linked = visit(path + "#" + page.url.split("#")[1])
    assert linked.locator(f"#{name} svg").inner_html() == changed != start
    linked.get_by_role("button", name="Reset").click()
    rests(linked)
    assert linked.locator(f"#{name} svg").inner_html() == start
    linked.wait_for_url(lambda url: "#" not in url)


def test_an_address_that_makes_no_sense_changes_nothing(visit):
    name, path = PLACES[0]
    parameter = next(iter(EXPLORERS[name].sliders()))
    page = visit(f"{path}#{name}?{parameter}=")
    start = visit(path).locator(f"#{name} svg").inner_html()
    for query in ["", "nothing=1", "{0}=", "{0}=x", "{0}=NaN", "{0}=1e99", "{0}=-1e99"]:
        page.evaluate("hash => { location.hash = hash }", f"{name}?{query.format(parameter)}")
        page.wait_for_timeout(50)
        rests(page)
        assert page.locator(f"#{name} svg").inner_html() == start


def test_every_move_of_a_slider_repaints(visit, place, record_property):
    name, path = place
    page = visit(path, formulas=True)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate(REPAINTS)  # warm
    times = page.evaluate(REPAINTS)
    record_property(f"{name} on {path} repaints in", f"{statistics.median(times):.1f} ms, at most {max(times):.0f} ms")
    assert len(times) > 0


def test_accessible(visit, place):
    name, path = place
    page = visit(path)
    for width in [360, 1280]:
        page.set_viewport_size({"width": width, "height": 800})
        for mode in ["light", "dark"]:
            page.evaluate("mode => { document.documentElement.dataset.theme = mode }", mode)
            page.wait_for_timeout(100)
            rests(page)
            violations = Axe().run(page, {"include": f"#{name}"}, {"preload": False}).response["violations"]
            assert not [(violation["id"], node["html"]) for violation in violations for node in violation["nodes"]]
            assert page.evaluate("document.documentElement.scrollWidth") <= width


LOOKS = """([name, theme]) => {
  document.documentElement.dataset.theme = theme
  const look = (selector) => getComputedStyle(document.querySelector(`#${name}${selector}`))
  const word = look(" svg text[class]")
  return [word.fill, word.stroke, look("").backgroundColor, ...[".wn", ".gd"].map((style) => look(` svg path${style}`).stroke)]
}"""


def contrast(one, other):
    """Of two colours as `rgb(1, 2, 3)`, by WCAG."""
    levels = []
    for colour in (one, other):
        channels = np.array(re.findall(r"[\d.]+", colour)[:3], dtype=float) / 255
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        levels.append(linear @ [0.2126, 0.7152, 0.0722] + 0.05)
    return max(levels) / min(levels)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_whatever_the_theme(visit, scheme):
    path = dict(PLACES)["race"]
    page = visit(path, forced_colors="active", color_scheme=scheme)
    for theme in ("light", "dark"):
        fill, halo, ground, *lines = page.evaluate(LOOKS, ["race", theme])
        assert halo == ground
        assert contrast(fill, ground) >= 7
        assert min(contrast(line, ground) for line in lines) >= 3


def test_a_still_picture_without_scripts(visit, place):
    name, path = place
    page = visit(path, java_script_enabled=False)
    still = page.locator(f"#{name} img")
    assert still.is_visible() and still.bounding_box()["height"] > 120
    assert len(still.get_attribute("alt")) > 40
    assert page.get_by_text("A live figure").first.is_visible()


def test_the_still_picture_is_what_the_script_draws(page, explorer):
    number = r"-?\d+(?:\.\d+)?"
    committed, drawn = (
        (stills.STILLS / f"{explorer.name()}.svg").read_text(encoding="utf-8").strip(),
        stills.draw(page, explorer),
    )
    assert re.split(number, committed) == re.split(number, drawn), "run `make stills`"
    values = [np.array(re.findall(number, text), dtype=float) for text in (committed, drawn)]
    np.testing.assert_allclose(*values, atol=0.15, err_msg="run `make stills`")


def ends(trait):
    values = trait.metadata.get("values") or [trait.min, trait.max]
    return values[0], values[-1]


def test_defaults_are_inside_the_range_and_on_the_grid(explorer):
    for trait in explorer.sliders().values():
        (low, high), value = ends(trait), trait.default_value
        if trait.metadata.get("log"):
            low, value, high = np.log10([low, value, high])
        assert low < value < high
        if "step" in trait.metadata:
            steps = (np.array([value, high]) - low) / trait.metadata["step"]
            np.testing.assert_allclose(steps, np.round(steps), atol=1e-9)


def test_every_corner_can_be_drawn(page, explorer):
    rng = np.random.default_rng(0)
    sliders = explorer.sliders()
    for _ in range(40):
        state = {name: ends(trait)[rng.integers(2)] for name, trait in sliders.items()}
        svg, text = page.evaluate(
            """([name, state]) => {
              const frames = explorers[name].draw(state, 340)
              for (;;) {
                const { done, value } = frames.next()
                if (done) return [value.svg, value.text]
              }
            }""",
            [explorer.name(), state],
        )
        for bad in ["NaN", "Infinity", "undefined"]:
            assert bad not in svg and bad not in text, (state, text)


def test_parameters_are_checked():
    with pytest.raises(TypeError, match="Race has no rnak; it has columns, rank"):
        explorers.Race(rnak=3)
    race = explorers.Race(columns=20)
    assert repr(race).startswith("Race(columns=20, rank=5")
    for name, value in [("columns", 51), ("columns", 5), ("columns", 9.5), ("eta_gd", np.nan), ("scale", "big")]:
        with pytest.raises(traitlets.TraitError, match=name):
            setattr(race, name, value)
    assert race.columns == 20
