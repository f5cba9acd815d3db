"""The kernel that runs a submission: bubblewrap around ipykernel, so that its code reaches nothing but itself.

No network, no file but the Python installation and wnlib, an empty home that vanishes with the kernel, and limits on
memory, processor time, processes and the home. The grader outside talks to it through Unix sockets in a folder of
theirs, and watches how full that gets.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SYSTEM = ["/usr", "/bin", "/lib", "/lib64", "/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache"]
HOME = "/home/student"

MEMORY = 3 * 2**30  # bytes of address space of a process
PROCESSOR_SECONDS = 300
PROCESSES = 32  # threads count; the system does not hold root to it
DISK = 2**27  # bytes of a file, and of the home

UNPROTECTED = "--run-submissions-unprotected-DANGEROUS"
ADVICE = f"""\
Grading runs students' code, and bubblewrap, which locks that code in, does not work here:
  {{}}
Install it (Debian, Ubuntu: sudo apt-get install bubblewrap; Fedora: sudo dnf install bubblewrap), allow it to make
user namespaces (Ubuntu 24.04 and newer: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0), or grade on
another Linux machine. To go on without any protection, which lets every submission read, change and send whatever you
can: python -m grading.grade {UNPROTECTED} SUBMISSIONS"""


def missing():
    """What keeps bubblewrap from working here; an empty text if nothing does."""
    for program in ("bwrap", "prlimit", "choom"):
        if shutil.which(program) is None:
            return f"there is no `{program}` on the PATH"
    trial = subprocess.run(
        ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"], capture_output=True, encoding="utf-8"
    )
    return trial.stderr.strip() if trial.returncode else ""


def command(student, sockets, hidden, protected):
    """The command that starts a kernel for one student, locked in if `protected`.

    sockets: the folder that it shares with the grader. hidden: folders that are to be empty in there, wherever they lie.
    """
    python = (sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}")
    environment = {
        "PYTHONPATH": str(ROOT),  # where wnlib is; the rest of it is hidden
        "MPLBACKEND": "agg",
        "OMP_NUM_THREADS": "1",
        "TQDM_DISABLE": "1",
        "WNLIB_STUDENT": student,
    }
    if not protected:
        return ["env", *(f"{name}={value}" for name, value in environment.items()), *python]

    installation = {*SYSTEM, sys.base_prefix, sys.prefix}
    inside = sorted(path for path in installation if Path(path).is_relative_to(ROOT))
    outside = sorted(installation.difference(inside))
    environment |= {"HOME": HOME, "PATH": "/usr/bin:/bin"}
    room = ("--size", str(DISK), "--tmpfs")
    return [
        *("prlimit", f"--as={MEMORY}", f"--cpu={PROCESSOR_SECONDS}", f"--fsize={DISK}", "--core=0"),
        *("choom", "-n", "1000", "--"),  # where the machine's memory runs out, this one goes first
        *("bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"),
        *(word for path in outside for word in ("--ro-bind-try", path, path)),
        *("--proc", "/proc", "--dev", "/dev", *room, "/dev/shm", "--remount-ro", "/dev", *room, "/tmp", *room, HOME),
        *(word for path in (ROOT, *hidden) for word in (*room, str(path))),
        *(word for path in (*inside, str(ROOT / "wnlib"), str(ROOT / "wnbook")) for word in ("--ro-bind", path, path)),
        *(word for path in (ROOT, *hidden) for word in ("--remount-ro", str(path))),
        *("--bind", str(sockets), str(sockets), "--remount-ro", "/", "--chdir", HOME),
        *(word for name, value in environment.items() for word in ("--setenv", name, value)),
        *("prlimit", f"--nproc={PROCESSES}", *python),
    ]


def install(folder, command):
    """Write the specification of the kernel `python3` into a folder for JUPYTER_PATH."""
    place = folder / "kernels" / "python3"
    place.mkdir(parents=True)
    specification = {
        "argv": command,
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "interrupt_mode": "message",  # a signal would not get in
    }
    (place / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")
