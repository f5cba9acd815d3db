"""Explorers on the built pages: a Sphinx extension. `{explorer} race` puts one into a page of text."""

import re
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from docutils.parsers.rst import Directive
from wnbook import explorers
from wnbook.explorers._explorer import CSS

EXPLORERS = {name.lower(): getattr(explorers, name) for name in explorers.__all__}
HERE = Path(explorers.__file__).parent
STILLS = HERE / "stills"
PLACE = r'<div class="explorer" id="(\w+)"[^>]*>'


class ExplorerDirective(Directive):
    required_arguments = 1

    def run(self):
        return [nodes.raw("", EXPLORERS[self.arguments[0]]().fragment(), format="html")]


def page_script(explorer):
    """An explorer's module as a plain script, which pages opened from a disk may load, too."""
    place = f"(window.explorers ??= {{}}).{explorer.name()} ="
    return f"(() => {{\n{explorer.module().replace('export default', place)}}})();\n"


def still(explorer):
    """The picture at the defaults, in light colours, as an HTML image that needs nothing around it."""
    drawing = (STILLS / f"{explorer.name()}.svg").read_text(encoding="utf-8")
    width, height = re.search(r'viewBox="0 0 (\S+) (\S+)"', drawing).groups()
    label = re.search(r'aria-label="(.*?)"', drawing).group(1)
    plain = ".explorer { border: 0; padding: 0; margin: 0; max-width: none }"
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="explorer" viewBox="0 0 {width} {height}">'
        f"<style>{CSS}{plain}</style>{drawing}</svg>"
    )
    source = f"data:image/svg+xml,{quote(svg)}"
    return f'<img class="explorer-still" width="{width}" height="{height}" alt="{label}" src="{source}">'


def complete(app, pagename, templatename, context, doctree):
    """Give a page with explorers their stills, until scripts run, and the scripts, before MathJax, which takes its time."""
    names = re.findall(PLACE, context.get("body", ""))
    if names:
        context["body"] = re.sub(PLACE, lambda place: place[0] + still(EXPLORERS[place[1]]), context["body"])
        app.add_css_file("explorers/explorer.css")
        for priority, name in enumerate([*names, "page"], start=100):
            app.add_js_file(f"explorers/{name}.js", loading_method="defer", priority=priority)


def write_scripts(app, error):
    if not error:
        folder = Path(app.outdir) / "_static" / "explorers"
        folder.mkdir(exist_ok=True)
        folder.joinpath("page.js").write_text((HERE / "page.js").read_text(encoding="utf-8"), encoding="utf-8")
        folder.joinpath("explorer.css").write_text(CSS, encoding="utf-8")
        for name, explorer in EXPLORERS.items():
            folder.joinpath(f"{name}.js").write_text(page_script(explorer), encoding="utf-8")


def setup(app):
    app.add_directive("explorer", ExplorerDirective)
    app.connect("html-page-context", complete)
    app.connect("build-finished", write_scripts)
    return {"parallel_read_safe": True}
