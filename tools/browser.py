"""Find a Chromium or Chrome that really starts. `python -m tools.browser` installs one where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"]
PLACES = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
]
ABSENT = "NO BROWSER: found no Chromium or Chrome that starts, so the built site is NOT tested in one."


def find(playwright):
    """Path of a browser that starts, or None."""
    candidates = [playwright.chromium.executable_path, *map(shutil.which, NAMES), *PLACES]
    for path in candidates:
        if path and Path(path).exists():
            try:
                playwright.chromium.launch(executable_path=path).close()
            except Error:
                continue
            return path
    return None


def found():
    with sync_playwright() as playwright:
        return find(playwright)


def run(*command):
    print("No browser yet:", *command, flush=True)
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


def install_with_apt():
    if not shutil.which("apt-get"):
        return
    root = os.geteuid() == 0
    if not root and not (shutil.which("sudo") and run("sudo", "-n", "true")):
        return
    apt = ["apt-get"] if root else ["sudo", "-n", "apt-get"]
    run(*apt, "update") and run(*apt, "install", "-y", "--no-install-recommends", "chromium")


def main():
    path = found()
    if not path:
        run(sys.executable, "-m", "playwright", "install", "chromium")
        path = found()
    if not path:
        install_with_apt()
        path = found()
    if path:
        print("Browser:", path)
        return 0
    print("!" * len(ABSENT), ABSENT, "!" * len(ABSENT), sep="\n", file=sys.stderr)
    return int(os.environ.get("CI") == "true")


if __name__ == "__main__":
    sys.exit(main())
