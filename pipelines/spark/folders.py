"""The folder of results: what is in it, and writing a file or folder at once, so that what is there is complete."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from saywhy.errors import Conflict, InvalidInput

#: How Hive, and so Spark, calls the partition of rows without a value.
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
_MANIFEST = "manifest.json"
#: By this a manifest is told from the file of another program.
_KIND = "saywhy-spark"


@dataclass(frozen=True, slots=True)
class Results:
    """A folder of results.

    - `manifest.json`: the input, its parts and waves, and what was done with them.
    - `parts/KEY/`: a chunk of the input, cleaned and annotated; `rejections/KEY.parquet`: its rows that were refused.
    - `topics/KEY/`: the topics of a sample.
    - `responses/wave=WAVE/KEY.parquet`: each response with what it names.
    - `counts/KEY.json` and `.parquet`: how many responses of a part name what; `causes.parquet` and `waves.parquet` are
      the sums. `reports/WAVE.json` and `.html`: the ranking.
    """

    root: Path

    def part(self, key: str) -> Path:
        return self.root / "parts" / key

    def sample(self, key: str, part: str) -> Path:
        return self.root / "samples" / key / part

    def topics(self, key: str) -> Path:
        return self.root / "topics" / key

    def rejections(self, key: str) -> Path:
        return self.root / "rejections" / f"{key}.parquet"

    def responses(self, wave: str | None, key: str) -> Path:
        return self.root / "responses" / f"wave={NO_VALUE if wave is None else quoted(wave)}" / f"{key}.parquet"

    def counts(self, key: str) -> Path:
        return self.root / "counts" / f"{key}.json"

    def report(self, wave: str, ending: str) -> Path:
        return self.root / "reports" / f"{quoted(wave)}.{ending}"

    def manifest(self) -> dict[str, Any]:
        """The manifest, {} before the first run. Raises `InvalidInput` if it is none."""
        try:
            manifest = json.loads((self.root / _MANIFEST).read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise InvalidInput(f"{self.root / _MANIFEST} cannot be read: {error}") from error
        if not isinstance(manifest, dict) or manifest.get("kind") != _KIND:
            raise InvalidInput(f"{self.root / _MANIFEST} is no manifest of saywhy; choose another folder")
        return manifest

    def write_manifest(self, **entries: Any) -> None:
        """Replace entries of the manifest; the others stay."""
        text = json.dumps({"kind": _KIND} | self.manifest() | entries, ensure_ascii=False, indent=1, sort_keys=True)
        with written_at_once(self.root / _MANIFEST) as path:
            path.write_text(text + "\n", "utf-8")

    @contextmanager
    def claimed(self, files: dict[str, int]) -> Iterator[None]:
        """Make the folder that of an input (the sizes of `files` by path), for one run at a time.

        More files may come and others go, but if none is the same, it is another input. Raises `InvalidInput` for the
        folder of another one and for one that has other things in it, `Conflict` while another run writes to it.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # given up when the process ends, however it does
            except OSError as error:
                raise Conflict(f"another run writes to {self.root}") from error
            known = self.manifest().get("files", {})
            if known and not known.items() & files.items():
                raise InvalidInput(
                    f"{self.root} has the results of another input ({', '.join(sorted(known)[:3])} …); choose another "
                    "folder for these"
                )
            if not known and (others := [path.name for path in self.root.iterdir() if path.name != ".lock"]):
                raise InvalidInput(f"{self.root} is not empty and has no results of saywhy ({sorted(others)[0]})")
            self.write_manifest(files=files)
            yield

    def keep_only(self, keys: Iterable[str]) -> None:
        """Delete what was made of rows that are in the input no more, or by another model, and what was left half
        written. `keys` are those of parts, samples and topics that stay.
        """
        kept = set(keys)
        for folder in ("parts", "samples", "topics", "rejections", "responses", "counts"):
            for path in [*(self.root / folder).glob("*"), *(self.root / folder).glob("wave=*/*")]:
                if not path.name.startswith("wave=") and not kept.issuperset(path.name.partition(".")[0].split("-")):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
        for wave in (self.root / "responses").glob("wave=*"):
            if not any(wave.iterdir()):
                wave.rmdir()


@contextmanager
def written_at_once(path: Path) -> Iterator[Path]:
    """A new path beside this one, which is moved to it in one step when all is written.

    Of two tasks that write the same, as when Spark repeats one, the first wins: what they write is equal.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        yield temporary
        try:
            temporary.replace(path)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):  # a folder that is there already
                raise
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)


def key_of(*contents: object) -> str:
    """24 hex digits that are equal for equal contents."""
    digest = hashlib.blake2b(digest_size=12)
    for content in contents:
        digest.update(repr(content).encode("utf-8", "backslashreplace") + b"\n")
    return digest.hexdigest()


def quoted(name: str) -> str:
    """A wave as a part of a path: `2026/Q1` → `2026%2FQ1`, as Hive and Spark do it."""
    return quote(name, safe=" ") if name not in (".", "..") else name.replace(".", "%2E")
