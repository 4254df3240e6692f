"""Whether what a depth of training needs is installed, and the folder in which a run keeps its state."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from saywhy.errors import Conflict, NotInstalled
from training.retrain.options import HEADS_ONLY, RetrainOptions

_NEEDED = ("torch", "transformers", "peft", "onnx", "onnxscript")
_LOCK = ".lock"


def check_installed(depth: str) -> None:
    """Raises `NotInstalled` if the depth needs a library that is not there."""
    if depth != HEADS_ONLY:
        check_importable(*_NEEDED, what=f"--depth {depth}")


def check_importable(*names: str, what: str) -> None:
    """Raises `NotInstalled` if `what` needs a library that is not there."""
    if missing := [name for name in names if find_spec(name) is None]:
        raise NotInstalled(f"{what} needs {', '.join(missing)}: pip install 'saywhy[train]'")


@contextmanager
def run_folder(parent: Path, options: RetrainOptions, *parts: str) -> Iterator[Path]:
    """The folder of a run, the same for the same options and other `parts`; it is deleted when the run has succeeded.

    Raises `Conflict` if another process trains the same. A run of heads alone keeps nothing.
    """
    if options.depth == HEADS_ONLY:
        yield parent
        return
    key = json.dumps([options.values(), _fingerprint(options.start), parts], sort_keys=True)
    folder = parent / hashlib.sha256(key.encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("another process trains with the same data and options") from None
        yield folder
        shutil.rmtree(folder)


def _fingerprint(start: str | None) -> list[tuple[str, int, int]]:
    """What tells whether the files of a folder are still the same; empty for what is no folder."""
    files = sorted(Path(start).glob("*")) if start and Path(start).is_dir() else []
    return [(path.name, (stat := path.stat()).st_size, stat.st_mtime_ns) for path in files]
