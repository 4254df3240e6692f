"""Changing the registry: adding versions, promoting one, taking that back, removing one.

Whoever changes it holds its lock, and `aliases.json` is replaced whole, so that readers see it before or after a change
and never between. Folders of versions appear under their names when they are complete, and nothing in them changes.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from models.bundle import BUNDLED, ENCODER, TOKENIZER, open_bundle
from models.registry import ALIASES, SHADOW, Registry, version_of
from saywhy.errors import BundleDamaged, Conflict, GateFailed, ModelNotFound
from saywhy.model_version import Alias, Shadow

#: Who promoted what and why, a line each.
HISTORY = "history.jsonl"
_LOCK = ".lock"
#: Names of folders that are not complete yet, and seconds after which nobody completes them.
_HIDDEN, _ABANDONED = re.compile(r"\.[0-9a-f]{32}"), 24 * 3600
#: Files of versions that only differ in their heads: the same file on disk, where links are possible.
_SHARED = (ENCODER, TOKENIZER)


@contextmanager
def changing(registry: Registry) -> Iterator[None]:
    """Whoever else changes the registry waits until the block ends."""
    registry.root.mkdir(parents=True, exist_ok=True)
    with (registry.root / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def copy_of(bundle: Path, registry: Registry) -> Path:
    """A new hidden folder in the registry with the files of a bundle; encoder and tokenizer must not be changed."""
    folder = registry.root / f".{uuid4().hex}"
    folder.mkdir(parents=True)
    for path in bundle.iterdir():
        copy = folder / path.name
        try:
            if path.name not in _SHARED or bundle == BUNDLED:  # what is installed may be replaced in place
                shutil.copyfile(path, copy)
            else:
                copy.hardlink_to(path)
        except OSError:
            shutil.copyfile(path, copy)
    return folder


def add_champion(registry: Registry) -> str:
    """The version that serves, in the registry: the bundle that ships is added, so that one can go back to it."""
    with changing(registry):
        aliases = registry.aliases()
        if Alias.CHAMPION in aliases:
            return aliases[Alias.CHAMPION]
        name = version_of(BUNDLED)
        _write(registry, aliases)  # first: versions without the file are a damaged registry to all who look meanwhile
        _put(registry, copy_of(BUNDLED, registry), name)
        _write(registry, {Alias.CHAMPION: name})
        return name


def add_candidate(registry: Registry, folder: Path) -> str:
    """A sealed bundle in a hidden folder of the registry becomes a version, and the candidate. Returns its name.

    One that is there already stays as it is. Raises `BundleDamaged`.
    """
    name = open_bundle(folder).version
    with changing(registry):
        _sweep(registry)
        _put(registry, folder, name)
        _write(registry, dict(registry.aliases()) | {Alias.CANDIDATE: name})
    return name


def promote(registry: Registry, name: str, *, by: str, despite: str | None = None) -> str:
    """Make a version or an alias the champion; the champion becomes the previous one. Returns the version.

    Raises `ModelNotFound`, `Conflict` if it serves already or is damaged, and `GateFailed` if it was not shown to be
    better than the version that serves, unless there is a reason to promote it `despite` that, which is kept.
    """
    with changing(registry):
        version, aliases = registry.resolve(name), dict(registry.aliases())
        before = aliases.get(Alias.CHAMPION, version_of(BUNDLED))
        if version == before:
            raise Conflict(f"{version} is the champion already")
        _verify(registry, version)
        if (refusal := _refusal(registry, version, before)) and not (despite and despite.strip()):
            raise GateFailed(refusal)
        kept = {alias: other for alias, other in aliases.items() if other != version}
        _write(registry, kept | {Alias.CHAMPION: version, Alias.PREVIOUS: before})
        _end_shadow(registry, version)
        _record(registry, "promote", version, before, by, despite if refusal else None)
    return version


def roll_back(registry: Registry, *, by: str) -> str:
    """Make the previous version the champion again, whatever the gate says; the champion becomes the previous one.

    Returns the version. Raises `ModelNotFound` if there is none, and `Conflict` if it is damaged.
    """
    with changing(registry):
        aliases = dict(registry.aliases())
        if Alias.PREVIOUS not in aliases:
            raise ModelNotFound("there is no previous version to go back to")
        version, before = aliases[Alias.PREVIOUS], aliases[Alias.CHAMPION]
        _verify(registry, registry.resolve(version))
        _write(registry, aliases | {Alias.CHAMPION: version, Alias.PREVIOUS: before})
        _end_shadow(registry, version)
        _record(registry, "roll back", version, before, by, None)
    return version


def remove(registry: Registry, name: str) -> str:
    """Delete a version. Raises `ModelNotFound`, and `Conflict` for the champion, the previous one and the shadow."""
    with changing(registry):
        version, aliases = registry.resolve(name), dict(registry.aliases())
        for alias in (Alias.CHAMPION, Alias.PREVIOUS):
            if aliases.get(alias) == version:
                raise Conflict(f"{version} is the {alias} version: it cannot be removed")
        if (shadow := registry.shadow()) and shadow.version == version:
            raise Conflict(f"{version} runs in the shadow of the champion: stop that first")
        _write(registry, {alias: other for alias, other in aliases.items() if other != version})
        gone = registry.root / f".{uuid4().hex}"
        (registry.root / version).rename(gone)
    shutil.rmtree(gone)
    return version


def start_shadow(registry: Registry, name: str, *, share: float, analyses: bool, by: str) -> Shadow:
    """Let a version or an alias run in the shadow of the champion, in the place of the one that did.

    Raises `ModelNotFound`, and `Conflict` for the champion and a damaged version.
    """
    with changing(registry):
        version = registry.resolve(name)
        if registry.aliases().get(Alias.CHAMPION) == version:
            raise Conflict(f"{version} is the champion: it cannot run in its own shadow")
        _verify(registry, version)
        shadow = Shadow(version, share, analyses, datetime.now(UTC).isoformat(timespec="seconds"), by)
        _replace(registry.root / SHADOW, json.dumps(asdict(shadow), ensure_ascii=False, indent=1))
        return shadow


def stop_shadow(registry: Registry) -> Shadow:
    """Let nothing run in the shadow of the champion any more. Raises `ModelNotFound` if nothing did."""
    with changing(registry):
        shadow = registry.shadow()
        if shadow is None:
            raise ModelNotFound("no version runs in the shadow of the champion")
        (registry.root / SHADOW).unlink()
        return shadow


def _end_shadow(registry: Registry, version: str) -> None:
    """A version that serves casts no shadow. Whoever dies before that leaves one that `Registry.shadow` ignores."""
    with suppress(OSError, ValueError):
        path = registry.root / SHADOW
        if json.loads(path.read_text("utf-8")).get("version") == version:
            path.unlink()


def _verify(registry: Registry, version: str) -> None:
    """Raises `Conflict` for a version that is not what was added under this name."""
    try:
        opened = open_bundle(registry.root / version)
    except BundleDamaged as error:
        raise Conflict(f"{version} is refused: {error.detail}") from error
    if opened.version != version:
        raise Conflict(f"{version} is refused: its folder has the version {opened.version}")


def _refusal(registry: Registry, version: str, champion: str) -> str | None:
    """Why the gate does not let the version in the place of this champion; None if it does."""
    verdict = registry.verdict(version)
    if verdict is None:
        return f"{version} was not compared with the champion {champion}"
    if verdict.champion != champion:
        return f"{version} was compared with {verdict.champion}, but the champion is {champion} by now"
    return None if verdict.passes else f"{version} does not pass the gate: {'; '.join(verdict.reasons)}"


def _sweep(registry: Registry) -> None:
    """Delete the hidden folders of processes that died."""
    for path in registry.root.iterdir():
        if _HIDDEN.fullmatch(path.name) and path.stat().st_mtime < time.time() - _ABANDONED:
            shutil.rmtree(path, ignore_errors=True)


def _put(registry: Registry, folder: Path, name: str) -> None:
    """Move a hidden folder to its name; if there is such a version, the folder is deleted."""
    target = registry.root / name
    if target.exists():
        shutil.rmtree(folder)
    else:
        folder.rename(target)


def _write(registry: Registry, aliases: Mapping[Alias, str]) -> None:
    values = {alias.value: aliases[alias] for alias in Alias if alias in aliases}
    _replace(registry.root / ALIASES, json.dumps(values, indent=1))


def _replace(path: Path, text: str) -> None:
    """Replace a file whole: whoever reads or dies meanwhile leaves the one before or this one."""
    part = path.with_name(f".{path.name}")
    with part.open("w", encoding="utf-8") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _record(registry: Registry, action: str, version: str, before: str, by: str, despite: str | None) -> None:
    entry = {"at": datetime.now(UTC).isoformat(), "by": by, "action": action, "version": version, "before": before}
    with (registry.root / HISTORY).open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry | ({"despite_gate": despite} if despite else {}), ensure_ascii=False) + "\n")
