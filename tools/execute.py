"""Run chapters and write their outputs into them, the same bytes each time."""

import base64
import csv
import os
import platform
import sys
import time
from datetime import date
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

BOOK = Path(__file__).resolve().parent.parent / "book"
HEADLINE_CHAPTER = BOOK / "06-linear-versus-sublinear.ipynb"
HEADLINE = BOOK / "_assets" / "headline.png"
RUNS = BOOK / "data" / "runs.csv"
PACKAGES = ["numpy", "scipy", "matplotlib"]

# No progress bars on stderr. One thread: two chapters are tested side by side on two cores,
# and sums come out in the same order in every run.
ENVIRONMENT = {"TQDM_DISABLE": "1", "OMP_NUM_THREADS": "1"}


def execute(path):
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    client = NotebookClient(
        notebook,
        timeout=120,
        record_timing=False,
        coalesce_streams=True,
        store_widget_state=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": path.parent}},
    )
    client.execute()
    del notebook.metadata["language_info"]["version"]
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            # Of an explorer the page keeps the HTML, which needs no kernel and has no random id.
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = shrink(output.data["image/png"])

    nbformat.write(notebook, path)


def shrink(png):
    """The picture with 256 colours: a chart or a grey photograph needs no more, and weighs a third."""
    image = Image.open(BytesIO(base64.b64decode(png))).convert("RGB")
    small = BytesIO()
    image.quantize(256, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return base64.b64encode(small.getvalue()).decode() + "\n"


def headline():
    """The picture of the cell of chapter 6 that is tagged `headline`, as the bytes of a PNG."""
    notebook = nbformat.read(HEADLINE_CHAPTER, as_version=4)
    [picture] = [
        output.data["image/png"]
        for cell in notebook.cells
        if "headline" in cell.metadata.get("tags", [])
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    return base64.b64decode(picture)


def note(path, seconds):
    """Write down how long a chapter took, when, and with what."""
    rows = (
        {row["Chapter"]: row for row in csv.DictReader(RUNS.read_text(encoding="utf-8").splitlines())}
        if RUNS.exists()
        else {}
    )
    link = f"[Chapter {int(path.name[:2])}]({path.name})"
    versions = [f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in PACKAGES)]
    environment = ", ".join([*versions, f"{platform.system()} {platform.machine()}"])
    rows[link] = {"Chapter": link, "Seconds": f"{seconds:.0f}", "Date": date.today(), "Environment": environment}
    with RUNS.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[link], lineterminator="\n")
        table.writeheader()
        table.writerows(sorted(rows.values(), key=lambda row: row["Chapter"].split("]")[1]))


def main():
    os.environ.update(ENVIRONMENT)
    paths = [Path(argument).resolve() for argument in sys.argv[1:]]
    for path in paths:
        start = time.perf_counter()
        execute(path)
        seconds = time.perf_counter() - start
        note(path, seconds)
        print(f"{seconds:6.1f} s  {path.name}", flush=True)
    if HEADLINE_CHAPTER in paths:
        HEADLINE.write_bytes(headline())


if __name__ == "__main__":
    main()
