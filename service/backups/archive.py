"""The file of a backup: a ZIP archive, which any tool can look into and test.

`manifest.json` says what is in it, with SHA-256 of each member; `tables/NAME.jsonl` has the rows of a table, and
`files/…` the files of jobs. The manifest is the last member, and the file gets its name when it is complete.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from saywhy.errors import BackupDamaged, Conflict, InvalidInput

#: Of this layout; a program reads those up to its own.
FORMAT = 1

MANIFEST = "manifest.json"

#: As large as vectors, which do not compress, allow to be fast.
_COMPRESSION = 3

_CHUNK = 1024 * 1024
_LARGEST_MANIFEST = 64 * 1024**2

#: The longest line that is read: no database has such rows, and a small archive must not fill the memory.
_LONGEST_LINE = 1024**3

#: The key of a file of a job, `folder/name`, within uploads or exports.
_FILE = r"^(uploads|exports)/[0-9a-f]{32}/[^./\\\x00][^/\\\x00]*$"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class TablePart(_Frozen):
    """The rows of a table: the names of the columns, the number of lines, and the digest of them."""

    name: str = Field(pattern=r"^[a-z_]+$")
    columns: tuple[str, ...]
    rows: int
    sha256: str


class FilePart(_Frozen):
    """A file of a job: where it lies, when it was written (seconds since 1970), and the digest of its content."""

    path: str = Field(pattern=_FILE)
    modified: float = Field(ge=0, lt=2**40, allow_inf_nan=False)
    sha256: str


class Manifest(_Frozen):
    """What is in a backup: by which version, with which schema, when, and what."""

    format: int
    version: str
    revision: str  # of the schema that the rows fit
    created_at: datetime
    tables: tuple[TablePart, ...]
    files: tuple[FilePart, ...]


class Writer:
    """Adds members to an archive."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, chunks: Iterable[bytes]) -> tuple[int, str]:
        """Add a member; the number of chunks, and the SHA-256 of the content."""
        digest, count = hashlib.sha256(), 0
        with self._archive.open(name, "w", force_zip64=True) as member, io.BufferedWriter(member, _CHUNK) as buffered:
            for chunk in chunks:
                digest.update(chunk)
                buffered.write(chunk)
                count += 1
        return count, digest.hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new archive, for its owner only, which gets its name at the end: half a backup never has it.

    Raises `Conflict` if there is such a file already.
    """
    if path.exists():
        raise Conflict(f"{path} exists already: give each backup a name of its own")
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


class Reader:
    """Reads an archive, and compares each member with its digest."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._archive = path, archive
        try:
            with archive.open(MANIFEST) as member:
                content = json.loads(member.read(_LARGEST_MANIFEST))
            if not isinstance(content, dict) or not isinstance(content.get("format"), int):
                raise ValueError
            if content["format"] > FORMAT:
                raise InvalidInput(
                    f"{path} was written by saywhy {content.get('version')}, whose backups this version cannot read; "
                    "upgrade saywhy"
                )
            self.manifest = Manifest.model_validate(content)
        except (KeyError, ValueError, ValidationError):
            raise BackupDamaged(f"{path} is not a backup: it has no readable {MANIFEST}") from None

    @property
    def size(self) -> int:
        """Bytes of all tables and files, unpacked; no more are read. Raises `BackupDamaged` if one is missing."""
        parts: list[TablePart | FilePart] = [*self.manifest.tables, *self.manifest.files]
        return sum(self._info(_name_of(part)).file_size for part in parts)

    def lines(self, table: TablePart) -> Iterator[bytes]:
        """The lines of a table. Raises `BackupDamaged` at the end if they are not those that were written."""
        with self._open(table) as member:
            lines = iter(lambda: member.readline(_LONGEST_LINE), b"")
            yield from self._checked(table.name, table.sha256, lines)

    def copy(self, file: FilePart, target: IO[bytes]) -> None:
        """Write the content of a file. Raises `BackupDamaged` if it is not the one that was written."""
        with self._open(file) as member:
            for chunk in self._checked(file.path, file.sha256, iter(lambda: member.read(_CHUNK), b"")):
                target.write(chunk)

    def _open(self, part: TablePart | FilePart) -> IO[bytes]:
        member = self._archive.open(self._info(_name_of(part)))
        return io.BufferedReader(member, _CHUNK)  # type: ignore[type-var, unused-ignore]

    def _info(self, name: str) -> zipfile.ZipInfo:
        try:
            return self._archive.getinfo(name)
        except KeyError:
            raise BackupDamaged(f"{self._path} is damaged: {name} is missing") from None

    def _checked(self, name: str, sha256: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for chunk in chunks:
            digest.update(chunk)
            yield chunk
        if digest.hexdigest() != sha256:
            raise BackupDamaged(f"{self._path} is damaged: {name} is not what was written")


def _name_of(part: TablePart | FilePart) -> str:
    return f"tables/{part.name}.jsonl" if isinstance(part, TablePart) else f"files/{part.path}"


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """An archive to read. Raises `BackupDamaged`, and `InvalidInput` if it is of a newer version."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield Reader(path, archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        if type(error) is RuntimeError and "password" not in str(error):
            raise
        raise BackupDamaged(f"{path} is damaged, or not a backup: {error}") from None
