"""Run one submission and write its feedback page: what `assignments.grade` starts, within limits, for each.

python -m assignments.mark COURSE SET STUDENT SOCKETS CELL_SECONDS
"""

import resource
import sys

from assignments.release import nbgrader

MEMORY = 3 * 2**30  # bytes for what a submission prints, and for the page made of it


def main(course, name, student, sockets, cell_seconds):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    words = f"The cell was stopped after {cell_seconds} seconds."
    api = nbgrader(
        course,
        Execute={
            "timeout": int(cell_seconds),
            "error_on_timeout": {"ename": "Timeout", "evalue": words, "traceback": [words]},
            "kernel_name": "python3",
        },
        KernelManager={"transport": "ipc", "ip": f"{sockets}/socket"},
        ClearHiddenTests={"enforce_metadata": False},  # its complaint would be about a student's own words
    )
    for result in (api.autograde(name, student), api.generate_feedback(name, student)):
        print(result.get("log", ""), result.get("error", ""))
        if not result["success"]:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
