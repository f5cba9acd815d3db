"""Explorers on the built pages: a Sphinx extension. `{explorer} race` puts one into a page of text."""

import re
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

from wnlib import explorers
from wnlib.explorers._explorer import CSS

EXPLORERS = {name.lower(): getattr(explorers, name) for name in explorers.__all__}
PAGE_SCRIPT = Path(explorers.__file__).parent / "page.js"


class ExplorerDirective(Directive):
    required_arguments = 1

    def run(self):
        return [nodes.raw("", EXPLORERS[self.arguments[0]]().fragment(), format="html")]


def page_script(explorer):
    """An explorer's module as a plain script, which pages opened from a disk may load, too."""
    place = f"(window.explorers ??= {{}}).{explorer.name()} ="
    return f"(() => {{\n{explorer.module().replace('export default', place)}}})();\n"


def add_scripts(app, pagename, templatename, context, doctree):
    """Only where there is an explorer, and before MathJax, which takes its time."""
    names = re.findall(r'class="explorer" id="(\w+)"', context.get("body", ""))
    if names:
        app.add_css_file("explorers/explorer.css")
        for priority, name in enumerate([*names, "page"], start=100):
            app.add_js_file(f"explorers/{name}.js", loading_method="defer", priority=priority)


def write_scripts(app, error):
    if not error:
        folder = Path(app.outdir) / "_static" / "explorers"
        folder.mkdir(exist_ok=True)
        folder.joinpath("page.js").write_text(PAGE_SCRIPT.read_text())
        folder.joinpath("explorer.css").write_text(CSS)
        for name, explorer in EXPLORERS.items():
            folder.joinpath(f"{name}.js").write_text(page_script(explorer))


def setup(app):
    app.add_directive("explorer", ExplorerDirective)
    app.connect("html-page-context", add_scripts)
    app.connect("build-finished", write_scripts)
    return {"parallel_read_safe": True}
