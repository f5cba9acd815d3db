"""The head of every page: a description, a preview for whoever is sent the address, a content-security policy.

A Sphinx extension. Where the site's own address is known (`html_baseurl`), it also writes a sitemap.
"""

import base64
import hashlib
import html
import posixpath
import re
import textwrap
from pathlib import Path

from docutils import nodes

ABOUT = (
    "An interactive textbook on one sharp result: overparameterized matrix sensing "
    "by gradient descent stalls, by weight normalization it converges linearly."
)
PICTURE = "_static/headline.png"
PICTURE_ALT = (
    "Error against iterations, from the same data and the same first estimate: "
    "gradient descent bends and stalls, weight normalization falls on a straight line."
)

# Styles may stand in the page, since MathJax writes them there; scripts only if the build has seen them.
POLICY = (
    "default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'"
)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
CHARSET = re.compile(r"<meta charset=[^>]*>")


def plain(tex):
    """A formula as readable text: commands become the characters of the same name in HTML."""
    tex = re.sub(r"\\frac{(.*?)}{(.*?)}", r"(\1)/(\2)", tex)
    tex = re.sub(r"\\(?:[lr](?=Vert))?([A-Za-z]+)", lambda command: html.unescape(f"&{command[1]};").strip("&;"), tex)
    return re.sub(r"\\\W|[{}]", "", tex)


def description(doctree):
    """The page's own (`html_meta` in its front matter), or the paragraph that it begins with; None if it has neither."""
    for meta in doctree.findall(nodes.meta) if doctree else []:
        if meta.get("name") == "description":
            return meta["content"]
    section = next(doctree.findall(nodes.section), None) if doctree else None
    if section is None or not isinstance(section[1], nodes.paragraph):
        return None
    paragraph = section[1].deepcopy()
    for formula in list(paragraph.findall(nodes.math)):
        formula.replace_self(nodes.Text(plain(formula.astext())))
    return textwrap.shorten(paragraph.astext().removeprefix("The claim of this chapter."), 200, placeholder=" …")


def describe(app, pagename, templatename, context, doctree):
    title = html.unescape(re.sub("<.*?>", "", context.get("title", ""))) or app.config.html_title
    about = description(doctree) or f"{title}. {ABOUT}"
    written = context.get("metatags", "")
    meta = [] if 'name="description"' in written else [("name", "description", about)]
    meta += [
        ("property", "og:type", "article"),
        ("property", "og:site_name", app.config.html_title),
        ("property", "og:title", title),
        ("property", "og:description", about),
    ]
    if context.get("pageurl"):
        meta += [
            ("property", "og:url", context["pageurl"]),
            ("property", "og:image", posixpath.join(app.config.html_baseurl, PICTURE)),
            ("property", "og:image:alt", PICTURE_ALT),
            ("name", "twitter:card", "summary_large_image"),
        ]
    context["metatags"] = written + "".join(
        f'\n<meta {kind}="{key}" content="{html.escape(value)}" />' for kind, key, value in meta
    )
    app.pages_written.append(Path(app.builder.get_outfilename(pagename)))


def with_policy(page):
    """The text of a page with the policy that fits its scripts."""
    scripts = sorted({hashlib.sha256(script.encode()).digest() for script in INLINE_SCRIPT.findall(page)})
    hashes = " ".join(f"'sha256-{base64.b64encode(script).decode()}'" for script in scripts)
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY.format(hashes=hashes)}" />'
    return CHARSET.sub(lambda charset: f"{charset[0]}\n    {policy}", page, count=1)


def sitemap(addresses):
    places = "".join(f"<url><loc>{html.escape(address)}</loc></url>\n" for address in sorted(addresses))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
    )


def finish(app, error):
    if error:
        return
    for page in [*app.pages_written, Path(app.outdir) / "404.html"]:
        page.write_text(with_policy(page.read_text(encoding="utf-8")), encoding="utf-8")
    if app.config.html_baseurl:
        addresses = [
            posixpath.join(app.config.html_baseurl, app.builder.get_target_uri(name)) for name in app.env.found_docs
        ]
        (Path(app.outdir) / "sitemap.xml").write_text(sitemap(addresses), encoding="utf-8")


def setup(app):
    app.pages_written = []
    app.connect("html-page-context", describe)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True}
