"""How heavy each page is, and when its mathematics is typeset: `python -m tools.weigh` prints a table.

Each page is opened five times on localhost, with an empty cache; in the table is the median.
"""

import gzip
import statistics

from playwright.sync_api import sync_playwright

from tools import browser, website

OPENINGS = 5
NOTE_WHEN_TYPESET = """
  addEventListener("DOMContentLoaded", () =>
    (window.MathJax?.startup.promise ?? Promise.resolve()).then(() => (window.typesetAt = performance.now())))
"""


def opening(chromium, url):
    """Bytes, gzipped, of all that a page loads, and ms from opening it until its formulas stand."""
    context = chromium.new_context()
    page = context.new_page()
    responses = []
    page.on("response", lambda response: responses.append(response))
    page.add_init_script(NOTE_WHEN_TYPESET)
    page.goto(url, wait_until="networkidle")
    when = page.evaluate("typesetAt")
    size = sum(len(gzip.compress(response.body())) for response in responses if response.status == 200)
    context.close()
    return size, when


def main():
    with sync_playwright() as playwright, website.serve() as address:
        chromium = playwright.chromium.launch(executable_path=browser.find(playwright))
        rows = []
        for path in website.pages():
            sizes, times = zip(*(opening(chromium, address + path) for _ in range(OPENINGS)), strict=True)
            rows.append((statistics.median(times), max(sizes), path))
        chromium.close()
    print("    ms     kB  page")
    for ms, size, path in sorted(rows, reverse=True):
        print(f"{ms:6.0f} {size / 1000:6.0f}  {path}")


if __name__ == "__main__":
    main()
