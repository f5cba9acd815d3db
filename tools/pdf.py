"""The whole book as one PDF, printed by a browser from the built site: python -m tools.pdf."""

import io
import json
import sys
import time
from html import escape
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import matplotlib
import pikepdf
import yaml
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

from book._ext import links
from tools import browser, website

ROOT = Path(__file__).resolve().parent.parent
FILE = website.SITE / "direction-and-magnitude.pdf"
FRONT_PAGE = website.SITE / "book" / "index.html"
STYLE = Path(__file__).with_suffix(".css")
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_bytes())
ONLY_ON_SCREEN = "script, noscript, a.headerlink, .toctree-wrapper, details.hide > summary, #pdf"

PLACE_OF_LINK = "<!-- the link to the PDF -->"
LINK = (
    '<p id="pdf">To print it, or to read it away from the net: '
    f'<a href="../{FILE.name}">the whole book as a PDF</a>, with pictures in place of the live figures.</p>'
)
PATIENCE_MS = 600_000  # for the one large page, on a slow or busy machine
STILL = "<figcaption><em>This figure is live in the online book.</em> Here it shows: {}.</figcaption>"
COVER = """<section id="cover">
<h1>{title}</h1>
<p class="subtitle">Weight normalization for overparameterized matrix sensing,<br>from linear algebra and calculus</p>
<img src="_static/headline.png" alt="">
<p>{author}</p>
<p class="small">{copyright}. Text and figures: CC BY 4.0. Code: MIT.<br>
Printed from the online book{place}, where the explorers are live and every chapter is a notebook.</p>
</section>"""

# MathJax without what only a screen needs.
MATHJAX = """window.MathJax = {
  chtml: { matchFontHeight: false },
  options: { processHtmlClass: "math", ignoreHtmlClass: "document", renderActions: { addMenu: [], assistiveMml: [] } },
}"""

# Shrink what is wider than its place, mark where lines of code go on, and return what still sticks out.
FIT = """() => {
  const scale = (element, ratio) => {
    if (ratio < 1) element.style.fontSize = `${0.99 * ratio * parseFloat(getComputedStyle(element).fontSize)}px`
  }
  for (const formula of document.querySelectorAll("mjx-container")) {
    const place = formula.closest("p, li, dd, dt, td, th, div, h1, h2, h3, h4")
    const number = place.querySelector(":scope > .eqno")?.getBoundingClientRect().width ?? 0
    const style = getComputedStyle(place)
    const room = place.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 2 * number
    if (!place.closest("table")) scale(formula, room / formula.querySelector("mjx-math").getBoundingClientRect().width)
  }
  for (const output of document.querySelectorAll("pre:not(:has(.line))")) {
    scale(output, output.clientWidth / output.scrollWidth)
  }
  for (const table of document.querySelectorAll("table")) {
    for (let tries = 0; tries < 5; tries++) scale(table, table.parentElement.clientWidth / table.offsetWidth)
  }
  for (const line of document.querySelectorAll(".line")) {
    const lines = Math.round(line.offsetHeight / parseFloat(getComputedStyle(line).lineHeight))
    line.dataset.arrows = "\\n↪".repeat(lines - 1)
  }
  const edge = document.querySelector("main").getBoundingClientRect().right + 0.5
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT)
  const wide = [...document.querySelectorAll("mjx-math, img, table, pre")]
    .filter(element => element.getBoundingClientRect().right > edge).map(element => element.outerHTML.slice(0, 300))
  const range = document.createRange()
  for (let node; (node = walker.nextNode()); ) {
    if (!node.data.trim()) continue
    range.setStart(node, node.data.search(/\\S/))  // spaces may hang over the edge
    range.setEnd(node, node.data.trimEnd().length)
    if (range.getBoundingClientRect().right > edge) wide.push(node.data)
  }
  return wide
}"""
ENTRIES = """() => {
  for (const formula of MathJax.startup.document.math) {
    const mathml = new DOMParser().parseFromString(MathJax.startup.toMML(formula.root), "text/xml")
    formula.typesetRoot.dataset.text = mathml.documentElement.textContent.replace(/\\s/g, "")
  }
  return [...document.querySelectorAll("#contents a")].map(link => {
    const title = link.querySelector(".title").cloneNode(true)
    title.querySelectorAll("mjx-container").forEach(formula => formula.replaceWith(formula.dataset.text))
    return { title: title.textContent, target: link.hash.slice(1), inner: Boolean(link.closest("ul ul")) }
  })
}"""
NUMBER_PAGES = """numbers => document.querySelectorAll("#contents .number").forEach((place, k) => {
  place.textContent = numbers[k]
})"""


def book():
    """The parts in the order of _toc.yml: pairs of a caption and the names of its pages."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_bytes())
    parts = [(part["caption"], [page["file"] for page in part["chapters"]]) for part in toc["parts"]]
    return [("", [toc["root"]]), *parts]


def anchor(name, fragment=""):
    """The id, in the one document, of a page or of a place on it."""
    page = name.removeprefix("book/").replace("/", "-")
    return f"{page}--{fragment}" if fragment else page


def indent(line):
    return len(line) - len(line.lstrip(" "))


def article(name, names):
    """The text of a page, made for paper. Links lead to places in the one document, or outside, or are plain text."""
    page = BeautifulSoup((website.SITE / f"{name}.html").read_bytes(), "html.parser").find("article")
    for element in page.select(ONLY_ON_SCREEN):
        element.decompose()
    for element in page.select("details"):
        element.name, element["class"] = "div", "folded"
    for element in page.select("[id]"):
        element["id"] = anchor(name, element["id"])
    for explorer in page.select("div.explorer"):
        state = json.loads(explorer["data-state"])
        settings = "; ".join(
            f"{control['label']}:\N{NO-BREAK SPACE}{str(state[control['name']]).replace('-', '−')}"
            for control in state["controls"]
        )
        caption = STILL.format(escape(settings))
        explorer.replace_with(BeautifulSoup(f"<figure>{explorer.img}{caption}</figure>", "html.parser"))
    for image in page.select("img"):
        image["src"] = urljoin(f"/{name}.html", image["src"]).removeprefix("/")
    for link in page.select("a[href]"):
        target, fragment = urldefrag(urljoin(f"/{name}.html", link["href"]))
        if target.startswith("/"):
            target = target.removeprefix("/").removesuffix(".html")
            if target in names:
                link["href"] = "#" + anchor(target, fragment)
            else:
                link.unwrap()
    for listing in page.select("pre"):
        lines = listing.decode_contents().rstrip("\n").split("\n")
        if not listing.find_parent(class_="cell_output"):
            spans = [f'<span class="line" style="--indent: {indent(line)}ch">{line}\n</span>' for line in lines]
            code = BeautifulSoup(f"<pre>{''.join(spans)}</pre>", "html.parser").pre
            listing.replace_with(code)
            listing = code
        if len(lines) <= 12:
            listing["class"] = "whole"
    for paragraph in page.select("section > p"):
        if len(paragraph.get_text()) < 60:  # it leads to what comes next
            paragraph["class"] = [*paragraph.get("class", []), "short"]
    page["id"] = anchor(name)
    page["style"] = f"page: page-{page['id']}"
    if name == "book/index":
        page.h1.string = "About this book"
    return page


def entry(title, target, inner=""):
    number = '<span class="leader"></span><span class="number">000</span>'
    return f'<li><a href="#{target}"><span class="title">{title}</span>{number}</a>{inner}</li>'


def contents(parts, articles):
    """The table of contents, two levels deep, with room for the page numbers."""
    html = '<section id="contents"><h1>Contents</h1>'
    for caption, names in parts:
        html += f'<p class="part">{escape(caption)}</p><ul>' if caption else "<ul>"
        for name in names:
            page = articles[name]
            for number, heading in enumerate(page.select("h2")):
                heading["id"] = f"{page['id']}--section-{number}"
            sections = "".join(entry(heading.decode_contents(), heading["id"]) for heading in page.select("h2"))
            html += entry(page.h1.decode_contents(), page["id"], f"<ul>{sections}</ul>" if sections else "")
        html += "</ul>"
    return html + "</section>"


def document(parts):
    """The pages of the parts as one HTML document."""
    names = [name for _, pages in parts for name in pages]
    articles = {name: article(name, names) for name in names}
    place = f' at <a href="{links.SITE}">{links.SITE}</a>' if links.SITE else ""
    heads = ""
    for page in articles.values():
        title = json.dumps(page.h1.get_text(), ensure_ascii=False)
        heads += f"@page page-{page['id']} {{ @top-right {{ content: {title} }} }}\n"
    return f"""<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<title>{escape(CONFIG["title"])}</title>
<link rel="stylesheet" href="_static/pygments.css">
<style>{STYLE.read_text(encoding="utf-8")}{heads}</style>
<script>{MATHJAX}</script>
<script defer src="_static/{CONFIG["sphinx"]["config"]["mathjax_path"]}"></script>
</head>
<body><main>
{COVER.format(place=place, **{key: escape(CONFIG[key]) for key in ("title", "author", "copyright")})}
{contents(parts, articles)}
{"".join(map(str, articles.values()))}
</main></body>
</html>"""


def typeset(page, parts):
    """Open the parts as one document in a browser's page, on the served site; return what is wider than the paper."""
    html = document(parts)
    page.route("**/pdf.html", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.route("**/fonts/*.ttf", lambda route: route.fulfill(path=FONTS / route.request.url.rsplit("/", 1)[1]))
    page.emulate_media(media="print")
    page.goto("pdf.html", wait_until="load", timeout=PATIENCE_MS)
    page.evaluate("MathJax.startup.promise.then(() => {})")
    page.evaluate("Promise.all([...document.fonts].map(font => font.load())).then(() => {})")
    return page.evaluate(FIT)


def printed(page):
    """The PDF of a typeset page, printed twice: only then it is known which numbers go into the contents."""
    entries = page.evaluate(ENTRIES)
    numbers = []
    while True:
        pdf = pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True, tagged=True)))
        order = {sheet.objgen: number for number, sheet in enumerate(pdf.pages, start=1)}
        places = [pdf.Root.Dests[f"/{entry['target']}"] for entry in entries]
        found = [order[place[0].objgen] for place in places]
        if found == numbers:
            break
        numbers = found
        page.evaluate(NUMBER_PAGES, numbers)
    # Chromium's own bookmarks repeat words and leave formulas out.
    with pdf.open_outline() as outline:
        for entry, place in zip(entries, places, strict=True):
            item = pikepdf.OutlineItem(entry["title"], place)
            if entry["inner"]:
                outline.root[-1].children.append(item)
            else:
                item.is_closed = True
                outline.root.append(item)
    pdf.docinfo = pdf.make_indirect(pikepdf.Dictionary(Title=CONFIG["title"], Author=CONFIG["author"]))  # no date
    pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    data = io.BytesIO()
    pdf.save(data, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return data.getvalue()


def main():
    if not FRONT_PAGE.exists():
        return "There is no site in _build/html to print: run `make book` first."
    start = time.perf_counter()

    def report(text):
        print(f"{time.perf_counter() - start:6.1f} s  {text}", flush=True)

    with sync_playwright() as playwright, website.serve() as address:
        path = browser.find(playwright)
        if not path:
            return "NO BROWSER: found no Chromium or Chrome that starts, and it takes one to print the book."
        chromium = playwright.chromium.launch(executable_path=path)
        page = chromium.new_page(base_url=address)
        wide = typeset(page, book())
        if wide:
            return "\n".join(["Wider than the paper:", *wide])
        report("typeset; now it is printed, twice")
        FILE.write_bytes(printed(page))
        chromium.close()
    FRONT_PAGE.write_bytes(FRONT_PAGE.read_bytes().replace(PLACE_OF_LINK.encode(), LINK.encode()))
    report(f"{FILE}, {FILE.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    sys.exit(main())
