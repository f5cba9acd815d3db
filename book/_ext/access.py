"""Mend in every page what the tools under the book do not write for every reader: a Sphinx extension."""

import re

MENDED = {
    # The line's own words say what it does. The label would be read instead of them, and is always the same.
    '<summary aria-label="Toggle hidden content">': "<summary>",
    # docutils makes a bibliography a list without items: of entries whose role is deprecated.
    'role="doc-biblioentry"': 'role="listitem"',
}


FORMULA = re.compile(r'([(\[“]*)(<span class="math[^>]*>[^<]*</span>)((?:[^\s\w(<&]+|-\w+)?)')


def together(formula):
    """A formula in a line with the bracket before and the comma after it, which no line break may part from it."""
    return f'<span class="together">{formula[0]}</span>' if formula[1] or formula[3] else formula[0]


def mend(app, pagename, templatename, context, doctree):
    for written, mended in MENDED.items():
        context["body"] = context.get("body", "").replace(written, mended)
    context["body"] = FORMULA.sub(together, context.get("body", ""))

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
