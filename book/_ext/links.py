"""The links out of a page: run it in the browser, on Binder or Colab, report an error. A Sphinx extension.

Two environment variables say where the book lives, and what needs one that is empty is left out:
REPOSITORY_URL, such as https://github.com/owner/name, and SITE_URL, where the site will be.
"""

import os
from urllib.parse import quote

REPOSITORY = os.environ.get("REPOSITORY_URL", "").rstrip("/")
SITE = os.environ.get("SITE_URL", "")


def configure(app, config):
    if SITE:
        config.html_baseurl = SITE.rstrip("/") + "/"
    if REPOSITORY:
        config.html_theme_options |= {
            "repository_url": REPOSITORY,
            "use_repository_button": True,
            "use_issues_button": True,
        }


def button(text, logo, url, tooltip):
    return {"type": "link", "text": text, "icon": f"_static/images/logo_{logo}", "url": url, "tooltip": tooltip}


def add_launch_buttons(app, pagename, templatename, context, doctree):
    """Beside the download button of a notebook. The theme's own launch buttons do not know pages in folders."""
    if context.get("page_source_suffix") != ".ipynb":
        return
    in_lite = pagename.removeprefix("book/")
    lite = f"{context['pathto']('lite/notebooks/index.html', 1)}?path={in_lite}.ipynb"
    buttons = [button("In this browser (40 MB)", "jupyterlite.svg", lite, "Run in JupyterLite")]
    owner_and_name = REPOSITORY.removeprefix("https://github.com/")
    if owner_and_name != REPOSITORY and "release" not in pagename:
        binder = f"https://mybinder.org/v2/gh/{owner_and_name}/main?urlpath={quote(f'lab/tree/{pagename}.ipynb')}"
        colab = f"https://colab.research.google.com/github/{owner_and_name}/blob/main/{pagename}.ipynb"
        buttons += [button("Binder", "binder.svg", binder, "Run on Binder")]
        buttons += [button("Colab", "colab.png", colab, "Run on Colab")]
    context["header_buttons"].append(
        {
            "type": "group",
            "tooltip": "Run this page",
            "icon": "fas fa-rocket",
            "buttons": buttons,
            "label": "launch-buttons",
        }
    )


def setup(app):
    app.connect("config-inited", configure)
    app.connect("html-page-context", add_launch_buttons, priority=600)  # after the theme has begun its list
    return {"parallel_read_safe": True}
