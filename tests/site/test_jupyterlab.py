"""The explorers and a problem set in JupyterLab: a server on loopback, a kernel, a browser with the rest blocked."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import nbformat
import pytest
from jupyter_client import BlockingKernelClient
from nbformat.v4 import new_code_cell, new_notebook

from book._ext.explorers import EXPLORERS
from grading.release import release

TOKEN = "loopback"
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Address of a JupyterLab that has a notebook for each explorer and a blank set, and the folder of its kernels."""
    home = tmp_path_factory.mktemp("lab")
    for name, explorer in EXPLORERS.items():
        cell = new_code_cell(
            f"from wnbook.explorers import {explorer.__name__}\n\n{name} = {explorer.__name__}()\n{name}"
        )
        nbformat.write(new_notebook(cells=[cell], metadata=KERNEL), home / f"{name}.ipynb")
    problem_set = release(tmp_path_factory.mktemp("course"), "ps1").read_text(encoding="utf-8")
    (home / "ps1.ipynb").write_text(problem_set.replace("your-id", "ada"), encoding="utf-8")
    # All cells in the page from the start. As they come and go with scrolling, JupyterLab trips now and then by itself.
    settings = home / "jupyter" / "lab" / "user-settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {name: str(home / "jupyter") for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--ip=127.0.0.1", "--allow-root"]
    command += [f"--IdentityProvider.token={TOKEN}", "--LabApp.extension_manager=readonly"]
    with (home / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}/"
        try:
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"{address}api?token={TOKEN}")
                    break
                except OSError:
                    assert server.poll() is None, (home / "log").read_text(encoding="utf-8")
                    time.sleep(0.1)
            yield address, home / "jupyter"
        finally:
            server.terminate()
            server.wait(20)


@contextmanager
def kernel(runtime, known):
    """A client of the kernel that has come to those known."""
    client = BlockingKernelClient()
    (connection,) = set(runtime.glob("kernel-*.json")) - known
    client.load_connection_file(str(connection))
    client.start_channels()
    yield client
    client.stop_channels()


def evaluate(client, expression, statement=""):
    reply = client.execute_interactive(statement, user_expressions={"value": expression}, timeout=60)["content"]
    return json.loads(reply["user_expressions"]["value"]["data"]["text/plain"])


def open_and_run(lab, chromium, name):
    """A page on which a notebook is open and its cells are running, and a list that its errors will go to."""
    address, _ = lab
    page, errors = chromium.new_page(viewport={"width": 1280, "height": 1400}), []
    page.route(lambda url: not url.startswith((address, address.replace("http", "ws"))), lambda route: route.abort())
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{address}lab/tree/{name}.ipynb?reset&token={TOKEN}")
    page.get_by_role("button", name="| Idle").wait_for(timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    return page, errors


@pytest.mark.parametrize("name", EXPLORERS)
def test_both_sides_read_and_set_the_same_parameters(lab, chromium, name):
    _, runtime = lab
    known = set(runtime.glob("kernel-*.json"))
    page, errors = open_and_run(lab, chromium, name)
    explorer = page.locator('.explorer[aria-busy="false"]:has(input)')  # its picture is complete
    explorer.wait_for(timeout=60_000)

    parameter, trait = next(iter(EXPLORERS[name].sliders().items()))
    slider, attribute = explorer.locator(f"input[name={parameter}]"), f"{name}.{parameter}"
    picture = explorer.locator("svg").inner_html()
    with kernel(runtime, known) as client:
        # From the slider to Python …
        slider.focus()
        page.keyboard.press("ArrowRight")
        deadline = time.monotonic() + 10
        while evaluate(client, attribute) <= trait.default_value:
            assert time.monotonic() < deadline, "the kernel does not hear of the slider"
        assert explorer.locator("svg").inner_html() != picture
        # … and back.
        evaluate(client, attribute, f"{attribute} = {trait.default_value!r}")
        page.wait_for_function(
            "([old]) => document.querySelector('.explorer:has(input) svg').innerHTML === old", arg=[picture]
        )
    assert not errors
    page.close()


def test_run_all_goes_on_after_a_failed_check(lab, chromium):
    _, runtime = lab
    known = set(runtime.glob("kernel-*.json"))
    page, errors = open_and_run(lab, chromium, "ps1")
    page.get_by_text("checks that were run pass.").wait_for(timeout=60_000)
    with kernel(runtime, known) as client:
        checked = evaluate(
            client, "len({question for question, _ in _results})", "from wnbook.classroom import _results"
        )
    assert checked == 6
    assert not errors
    page.close()
