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
        # The line's own words say what it does. The label would be read instead of them, and is always the same.
        del summary["aria-label"]
    for entry in page.select('[role="doc-biblioentry"]'):
        # docutils makes a bibliography a list without items: of entries whose role is deprecated.
        entry["role"] = "listitem"
    taken = set()
    for element in page.select("[id]"):
        # A theorem's id stands on two elements, and every proof and exercise has the same one inside.
        if element["id"] in taken:
            del element["id"]
        else:
            taken.add(element["id"])
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
