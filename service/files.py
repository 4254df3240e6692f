"""The files of jobs: uploads that wait for their import, exports that wait for their download.

Servers and workers of one store share the folder. Each file is in a folder of its own with a random name, so that its
own name can be the one that people know.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from saywhy.errors import Expired
from saywhy.store import Engine

#: How long an export can be downloaded.
EXPORT_LIFETIME = timedelta(days=7)

#: After this time, an upload that belongs to no job was left by a process that died.
_ABANDONED = timedelta(hours=6)

_UNSAFE = re.compile(r"[^\w.() -]")
_LONGEST_NAME = 100

_KEY = re.compile(r"[0-9a-f]{32}/[^/\\\0]+")


@dataclass(frozen=True, slots=True)
class JobFiles:
    """The folder of the files; a file in it is known by its key, `folder/name`."""

    root: Path

    @classmethod
    def of(cls, engine: Engine, root: Path | None) -> JobFiles:
        """`root`, or by default a folder beside the SQLite file, or `saywhy-files` in the working directory."""
        if root is None:
            database = engine.url.database if engine.dialect.name == "sqlite" else "saywhy"
            root = Path(f"{database}-files")
        return cls(root.absolute())

    def new_upload(self, name: str) -> tuple[str, Path]:
        """Key and path of a file that does not exist yet; of the name, what is safe is kept."""
        return self._new("uploads", name)

    def new_export(self, name: str) -> tuple[str, Path]:
        """Key and path of a file that does not exist yet."""
        return self._new("exports", name)

    def upload(self, key: str) -> Path:
        """The path of an upload, whose key nobody can guess. Raises `Expired` if it is not there."""
        path = self.root / "uploads" / key
        if not _KEY.fullmatch(key) or not path.is_file():
            raise Expired(f"the uploaded file is not in {self.root}; servers and workers need the same SAYWHY_DATA_DIR")
        return path

    def export(self, key: str) -> Path:
        """The path of an export. Raises `Expired` if it is not there any more."""
        path = self.root / "exports" / key
        if not path.is_file() or _age(path) > EXPORT_LIFETIME.total_seconds():
            raise Expired("the export has expired; start another one")
        return path

    def delete_upload(self, key: str) -> None:
        """Delete an upload, if it is there."""
        shutil.rmtree((self.root / "uploads" / key).parent, ignore_errors=True)

    def delete_export(self, key: str) -> bool:
        """Delete an export; whether it was there."""
        folder = (self.root / "exports" / key).parent
        is_there = folder.is_dir()
        shutil.rmtree(folder, ignore_errors=True)
        return is_there

    def sweep(self, uploads_in_use: Collection[str]) -> None:
        """Delete expired exports, and uploads that no job needs any more."""
        folders_in_use = {Path(key).parent.name for key in uploads_in_use}
        for folder in self._folders("uploads"):
            if folder.name not in folders_in_use and _age(folder) > _ABANDONED.total_seconds():
                shutil.rmtree(folder, ignore_errors=True)
        for folder in self._folders("exports"):
            if _age(folder) > EXPORT_LIFETIME.total_seconds():
                shutil.rmtree(folder, ignore_errors=True)

    def _new(self, kind: str, name: str) -> tuple[str, Path]:
        if not self.root.is_dir():
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)  # they hold what customers said
        folder = self.root / kind / uuid4().hex
        folder.mkdir(parents=True)
        path = folder / _safe(name)
        return f"{folder.name}/{path.name}", path

    def _folders(self, kind: str) -> Iterator[Path]:
        root = self.root / kind
        return iter(list(root.iterdir()) if root.is_dir() else ())


def save(path: Path) -> None:
    """Make sure that a file that was written outlasts a power cut."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _safe(name: str) -> str:
    """The last part of a path, without what file systems and terminals may take for a command."""
    base = _UNSAFE.sub("_", re.split(r"[/\\]", name)[-1]).strip(" .")
    stem, dot, ending = base.rpartition(".")
    if dot and len(ending) < 10:
        return f"{stem[: _LONGEST_NAME - 10]}.{ending}"
    return base[:_LONGEST_NAME] or "upload"


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:  # another worker sweeps too
        return 0.0
