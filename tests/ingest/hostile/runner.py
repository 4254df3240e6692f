"""Imports files with the command, each in a process of its own with bounds on time and memory.

    python -m tests.ingest.hostile.runner STORE

A line of stdin is a task, `{"arguments": […], "folder": …}`; a line of stdout says how it ended. Processes are forked
from one in which the modules are loaded, because to start Python 500 times takes longer than all imports.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import cli.main
import service.imports  # noqa: F401 (loaded before the forks)

#: Seconds of CPU, and of the clock, after which an import hangs: far more than it needs on a slow or busy machine.
HANG_CPU, HANG = 300, 1800
#: Address space that a process may add to what the loaded modules take; far more than it may use.
ADDED = 2 << 30


def run(arguments: list[str], store: Path, folder: Path) -> dict[str, Any]:
    """How the command ended: exit code or signal, output, seconds of CPU, and the largest memory in MB."""
    database = folder / "store.db"
    shutil.copy(store, database)
    child = os.fork()
    if child == 0:
        _import(arguments, database, folder)
    _, status, usage = os.wait4(child, 0)
    return {
        "exit_code": os.waitstatus_to_exitcode(status),
        "stdout": (folder / "stdout").read_text("utf-8", "surrogateescape"),
        "stderr": (folder / "stderr").read_text("utf-8", "surrogateescape"),
        "seconds": usage.ru_utime + usage.ru_stime,
        "megabytes": usage.ru_maxrss // 1024,
    }


def _import(arguments: list[str], database: Path, folder: Path) -> None:
    """The life of the child: it ends here, whatever happens."""
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(folder / name, os.O_CREAT | os.O_TRUNC | os.O_WRONLY), descriptor)
    os.environ["SAYWHY_DATABASE_URL"] = f"sqlite:///{database}"
    with open("/proc/self/statm") as file:  # noqa: PTH123
        size = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + ADDED, size + ADDED))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (HANG_CPU, HANG_CPU))
    signal.alarm(HANG)
    code = 0
    try:
        cli.main.app(["import", *arguments], standalone_mode=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
        code = 70
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


if __name__ == "__main__":
    for line in sys.stdin:
        task = json.loads(line)
        print(json.dumps(run(task["arguments"], Path(sys.argv[1]), Path(task["folder"]))), flush=True)
