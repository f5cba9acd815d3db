"""Mend in every page what the tools under the book do not write for every reader: a Sphinx extension."""

import re

from bs4 import BeautifulSoup

FORMULA = re.compile(r'([(\[“]*)(<span class="math[^>]*>[^<]*</span>)((?:[^\s\w(<&]+|-\w+)?)')


def together(formula):
    """A formula in a line with the bracket before and the comma after it, which no line break may part from it."""
    return f'<span class="together">{formula[0]}</span>' if formula[1] or formula[3] else formula[0]


def mend(app, pagename, templatename, context, doctree):
    page = BeautifulSoup(context.get("body", ""), "html.parser")
    for summary in page.select("summary[aria-label]"):
        del summary["aria-label"]  # it would be read instead of the line's own words, and is always the same
    for entry in page.select('[role="doc-biblioentry"]'):
        entry["role"] = "listitem"  # docutils makes a list without items: of entries whose role is deprecated
    taken = set()
    for element in page.select("[id]"):  # a theorem's is on two elements, and all exercises have one in common
        if element["id"] in taken:
            del element["id"]
        taken.add(element.get("id"))
    context["body"] = FORMULA.sub(together, str(page))

    # Buttons that carry a script (print, full screen) would need a looser policy, and every browser has both.
    context["header_buttons"] = without_scripts(context["header_buttons"])


def without_scripts(buttons):
    kept = [button for button in buttons if button["type"] != "javascript"]
    return [
        button | {"buttons": without_scripts(button["buttons"])} if "buttons" in button else button for button in kept
    ]


def setup(app):
    app.connect("html-page-context", mend, priority=900)  # after the theme has made its buttons
    return {"parallel_read_safe": True}
