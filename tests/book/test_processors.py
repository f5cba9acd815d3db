"""The chapters that print the smallest numbers print the same with another kernel of OpenBLAS.

OpenBLAS takes its kernel from the processor; sums then come out in another order, and round-off with other digits. The
environment of these tests may have chosen a kernel, so one run is without that choice.
"""

import os
import subprocess
import sys

import pytest

from tools.execute import BOOK

CHAPTERS = sorted(BOOK / name for name in os.listdir(BOOK) if name[:3] in ("02-", "05-", "07-"))


def environment(kernel):
    chosen = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    return chosen | ({"OPENBLAS_CORETYPE": kernel} if kernel else {})


def kernel_of(environment):
    """What OpenBLAS says that it uses, or nothing if it cannot choose (or is another library)."""
    speaking = environment | {"OPENBLAS_VERBOSE": "2"}
    done = subprocess.run(
        [sys.executable, "-c", "import numpy"], env=speaking, capture_output=True, encoding="utf-8", check=True
    )
    return [line for line in done.stderr.splitlines() if line.startswith("Core: ")]


@pytest.mark.parametrize("kernel", [None, "Prescott"])
def test_the_same_numbers_with_another_kernel(kernel):
    if kernel:
        chosen, usual = kernel_of(environment(kernel)), kernel_of(environment(None))
        if not chosen or chosen == usual:
            pytest.skip(f"numpy's BLAS does not change to {kernel}: it is no OpenBLAS for many x86 processors")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *CHAPTERS],
        cwd=BOOK.parent,
        env=environment(kernel),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr[-2_000:]
    assert " passed" in done.stdout
