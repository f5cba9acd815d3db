"""The explorers' pictures before any script has run, drawn by their own scripts."""

from playwright.sync_api import sync_playwright

from book._ext.explorers import EXPLORERS, STILLS, page_script
from tools import browser

WIDTH = 640
DRAW = """([name, state, width]) => {
  const frames = explorers[name].draw(state, width)
  for (;;) {
    const { done, value } = frames.next()
    if (done) return value.svg
  }
}"""


def draw(page, explorer):
    """The picture at the default parameters, as the text of an SVG."""
    page.evaluate(page_script(explorer))
    defaults = {name: trait.default_value for name, trait in explorer.sliders().items()}
    return page.evaluate(DRAW, [explorer.name(), defaults, WIDTH])


def main():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.find(playwright))
        page = chromium.new_page()
        for name, explorer in EXPLORERS.items():
            path = STILLS / f"{name}.svg"
            path.write_text(draw(page, explorer) + "\n", encoding="utf-8")
            print(f"{path.stat().st_size:7d} bytes  {path.name}")
        chromium.close()


if __name__ == "__main__":
    main()
