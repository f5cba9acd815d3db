"""Run one submission and write its page of feedback: what `grading.grade` starts for each, in its own process.

python -m grading.mark COURSE SET STUDENT SOCKETS CELL_SECONDS
python -m grading.mark COURSE SET STUDENT                        only the page, of what was run before
"""

import resource
import sys

from nbgrader.converters import Autograde

from grading.clean import Outputs
from grading.release import nbgrader

MEMORY = 3 * 2**30  # bytes for what a submission prints, and for the page made of it


def run(course, name, student, sockets, cell_seconds):
    words = f"The cell was stopped after {cell_seconds} seconds."
    execute, *others = Autograde.autograde_preprocessors.default()
    api = nbgrader(
        course,
        Execute={
            "timeout": int(cell_seconds),
            "error_on_timeout": {"ename": "Timeout", "evalue": words, "traceback": [words]},
            "kernel_name": "python3",
        },
        KernelManager={"transport": "ipc", "ip": f"{sockets}/socket"},
        Autograde={"autograde_preprocessors": [execute, Outputs, *others]},
    )
    return api.autograde(name, student)


def check(result):
    print(result.get("log", ""), result.get("error", ""))
    if not result["success"]:
        sys.exit(1)


def main(course, name, student, *running):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    if running:
        check(run(course, name, student, *running))
    check(nbgrader(course).generate_feedback(name, student))


if __name__ == "__main__":
    main(*sys.argv[1:])
