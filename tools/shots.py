"""Screenshots of every page, at two widths, light and dark."""

from playwright.sync_api import sync_playwright

from tools import browser, website

SHOTS = website.SITE.parent / "shots"


def main():
    with sync_playwright() as playwright, website.serve() as address:
        chromium = playwright.chromium.launch(executable_path=browser.find(playwright))
        for mode in ["light", "dark"]:
            for width in [360, 1280]:
                page = chromium.new_page(color_scheme=mode, viewport={"width": width, "height": 800})
                for path in website.pages():
                    page.goto(address + path, wait_until="load")
                    page.evaluate("window.MathJax?.startup.promise")
                    name = path.removesuffix(".html").replace("/", "-")
                    page.screenshot(path=SHOTS / f"{name}-{width}-{mode}.png", full_page=True)
                page.close()
        chromium.close()
    print("Screenshots:", SHOTS)


if __name__ == "__main__":
    main()
