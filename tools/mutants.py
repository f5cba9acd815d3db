"""Do the tests notice wrong explorers? `python -m tools.mutants` plants one fault at a time and names those that live.

A fault is one that a reader would see, in a prediction or in what all explorers compute with. Minutes.
"""

import subprocess
import sys
from pathlib import Path

EXPLORERS = Path(__file__).resolve().parent.parent / "wnbook" / "explorers"
SHARED = ["explorer.js", "linalg.js", "plot.js", "recursion.js"]
TESTS = "tests/site/test_explorers_mathematics.py"
MUTANTS = [  # the file, what stands there, and what is planted
    ("race.js", "(2 * eta_gd * t)", "(eta_gd * t)"),
    ("race.js", "Math.abs(1 - eta_wn * v * v)", "Math.abs(1 - eta_wn * v)"),
    ("sphere.js", "short(eta ** 2 * norm(gram(V)))", "short(eta * norm(gram(V)))"),
    ("sphere.js", "Math.log10(ETAS[3] / ETAS[0])", "Math.log10(ETAS[2] / ETAS[0])"),
    ("cobweb.js", "toTangent(theta) ** 2 / (2 * eta)", "toTangent(theta) ** 2 / eta"),
    ("cobweb.js", "toTangent(theta) ** 2 - 2 * eta * t", "toTangent(theta) ** 2 - eta * t"),
    ("saddles.js", "chart.line([1, STEPS], [level, level]", "chart.line([1, STEPS], [2 * level, 2 * level]"),
    ("saddles.js", "share.findLastIndex((b) => b <= 1 / 2) + 1", "share.findLastIndex((b) => b <= 1 / 2)"),
    ("phases.js", ".successes / DATA.seeds) * (", ".successes / DATA.seeds) ** 2 * ("),
    ("phases.js", "(r * (r - 1)) / 2;", "(r * (r + 1)) / 2;"),
    ("reconstruction.js", "gap.toFixed(2)", "(2 * gap).toFixed(2)"),
    ("recursion.js", "Math.max(loss, 0) / 4", "Math.max(loss, 0) / 2"),
    ("linalg.js", "sum + a * B.data[k]", "sum + Math.abs(a * B.data[k])"),
    ("plot.js", "10 ** Math.round(k * step)", "10 ** Math.round(k * step + 1)"),
    ("explorer.js", "from: (p) => 10 ** p", "from: (p) => 2 ** p"),
]


def noticed(file, old, new):
    """Whether the tests fail with the fault in place; the file is put back, whatever happens."""
    path = EXPLORERS / file
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        sys.exit(f"{file} has {old!r} {text.count(old)} times, not once: adapt tools/mutants.py")
    try:
        path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", TESTS]
        command += ["-k", "tell" if file in SHARED else f"{path.stem} and (tell or phases)"]
        status = subprocess.run(command, capture_output=True).returncode
    finally:
        path.write_text(text, encoding="utf-8", newline="\n")
    if status not in (0, 1):
        sys.exit(f"The tests did not run (pytest's exit status is {status}).")
    return status == 1


def main():
    survivors = 0
    for mutant in MUTANTS:
        seen = noticed(*mutant)
        survivors += not seen
        print("noticed" if seen else "SURVIVES", *mutant, sep="   ", flush=True)
    return f"{survivors} of {len(MUTANTS)} survive." if survivors else None


if __name__ == "__main__":
    sys.exit(main())
