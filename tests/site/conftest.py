import os

import pytest
from playwright.sync_api import sync_playwright

from tools import browser, website


@pytest.fixture(scope="module")
def address():
    with website.serve() as address:
        yield address


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        path = browser.find(playwright)
        if not path:
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(browser.ABSENT)
        chromium = playwright.chromium.launch(executable_path=path)
        yield chromium
        chromium.close()
