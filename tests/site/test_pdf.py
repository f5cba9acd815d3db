"""The book on paper: a PDF of two chapters and the bibliography, made as the whole one is."""

import io
import re
import unicodedata
from types import SimpleNamespace

import pytest
from pypdf import PdfReader
from test_site import MATH_FAULTS

from tools import pdf

PARTS = [
    ("Chapters", ["book/02-gradient-descent", "book/06-linear-versus-sublinear"]),
    ("Back matter", ["book/bibliography"]),
]
NOT_LOADED = "[...document.images].filter(image => !image.naturalWidth).map(image => image.src.slice(0, 200))"
CUT = """[...document.querySelectorAll("pre, table, figure, .line")]
  .filter(element => element.scrollWidth > element.clientWidth + 1).map(element => element.textContent)"""


def squeeze(text):
    """The text without spaces and ligatures."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def read(sheet):
    """What stands on a page, squeezed, and where its pieces begin: points from the left edge."""
    places = []

    def note(text, page, line, *_):
        if text.strip():
            places.append(page[0] * line[4] + page[4])

    return squeeze(sheet.extract_text(visitor_text=note)), places


@pytest.fixture(scope="module")
def made(chromium, address):
    page = chromium.new_page(base_url=address)
    made = SimpleNamespace(wide=pdf.typeset(page, PARTS), page=page)
    made.reader = PdfReader(io.BytesIO(pdf.printed(page)))
    made.texts, made.places = zip(*map(read, made.reader.pages), strict=True)
    made.entries = page.evaluate(pdf.ENTRIES)
    made.numbers = page.eval_on_selector_all("#contents .number", "places => places.map(place => +place.textContent)")
    yield made
    page.close()


def test_nothing_is_wider_than_its_place(made):
    assert not made.wide
    assert not made.page.evaluate(CUT)


def test_what_is_too_wide_is_noticed(made):
    made.page.evaluate("document.querySelector('article p').style.width = '1000px'")
    assert made.page.evaluate(pdf.FIT)
    made.page.evaluate("document.querySelector('article p').style.width = ''")


def test_long_lines_of_code_go_on_after_an_arrow(made):
    lines = made.page.eval_on_selector_all(
        ".line", "lines => lines.map(line => [line.textContent, line.dataset.arrows])"
    )
    assert all(arrows for text, arrows in lines if len(text) > 100)
    assert not any(arrows for text, arrows in lines if len(text) < 80)


def test_mathematics_is_typeset(made):
    assert made.page.locator("mjx-container").count() > 100
    assert not made.page.evaluate(MATH_FAULTS)


def test_pictures_and_stills_are_there(made):
    assert not made.page.evaluate(NOT_LOADED)
    assert made.page.locator("figure img.explorer-still").count() == 1
    assert squeeze("This figure is live in the online book. Here it shows: columns r: 25;") in "".join(made.texts)


def test_everything_folded_is_open(made):
    assert made.page.locator("details").count() == 0
    assert made.page.locator(".folded pre").count() > 5


def test_the_contents_tell_the_page(made):
    assert len(made.entries) == len(made.numbers) > 20
    assert made.numbers == sorted(made.numbers)
    for entry, number in zip(made.entries, made.numbers, strict=True):
        assert squeeze(entry["title"]) in made.texts[number - 1]


def test_the_bookmarks_are_the_contents(made):
    found = []
    for item in made.reader.outline:
        found += item if isinstance(item, list) else [item]
    places = [(item.title, made.reader.get_destination_page_number(item) + 1) for item in found]
    assert places == [(entry["title"], number) for entry, number in zip(made.entries, made.numbers, strict=True)]


def test_links_lead_to_places_in_the_book_or_outside(made, address):
    inside = []
    for sheet in made.reader.pages:
        for annotation in sheet.get("/Annots", []):
            annotation = annotation.get_object()
            if "/Dest" in annotation:
                inside.append(annotation["/Dest"])
            else:
                assert annotation["/A"]["/URI"].startswith("https://")
    assert set(inside) <= made.reader.named_destinations.keys()
    assert "/02-gradient-descent" in inside[len(made.entries) :]
    assert any(place.startswith("/bibliography--") for place in inside)


def test_the_paper(made):
    assert made.reader.metadata.title == "Direction and Magnitude"
    assert made.reader.metadata.author
    assert made.reader.root_object["/Lang"] == "en"
    assert made.reader.root_object["/MarkInfo"]["/Marked"]
    for sheet, places in zip(made.reader.pages, made.places, strict=True):
        assert (sheet.mediabox.width, sheet.mediabox.height) == (504, 720)
        assert 47.9 < min(places) and max(places) < 504 - 48


def test_all_pages_of_the_book_are_printed():
    names = [name for _, names in pdf.book() for name in names]
    assert len(names) > 15
    assert all((pdf.website.SITE / f"{name}.html").is_file() for name in names)


def test_the_front_page_links_to_a_pdf_that_is_there():
    front = pdf.FRONT_PAGE.read_text(encoding="utf-8")
    assert (pdf.LINK in front) == pdf.FILE.exists()
    assert (pdf.PLACE_OF_LINK in front) != (pdf.LINK in front)
