"""Lets a plain link such as [adjoint](glossary.md#term-adjoint) lead to whatever has an id. A Sphinx extension.

Jupyter understands such links, and no roles; MyST by itself finds headings only, and those on request.
"""

from docutils.nodes import Element


def add_anchors(app, doctree):
    anchors = {anchor: (None, anchor, "") for node in doctree.findall(Element) for anchor in node["ids"]}
    app.env.metadata[app.env.docname]["myst_slugs"] = anchors


def setup(app):
    app.connect("doctree-read", add_anchors)
    return {"parallel_read_safe": True}
