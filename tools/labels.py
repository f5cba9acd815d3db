"""Links to a label on another page: a Sphinx extension.

`[Theorem B](07-exact-recursion.ipynb#theorem-b)` works in JupyterLab and on the site alike. But MyST knows such
anchors only for headings and warns of others. This adds the labels of theorems, figures and equations.
"""

from docutils import nodes


def add_labels(app, doctree):
    anchors = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for node in doctree.findall(nodes.Element):
        for label in [node.get("label"), *node.get("names", [])]:
            if label and node["ids"]:
                anchors.setdefault(label, (node.line, node["ids"][0], ""))


def setup(app):
    app.connect("doctree-read", add_labels)
    return {"parallel_read_safe": True}
