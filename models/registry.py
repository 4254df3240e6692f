"""Which model version serves: reading the registry. `models.promotion` changes it.

A registry is a folder of bundles, each in a folder with the name of its version, and a file `aliases.json`:
{"champion": VERSION, "candidate": VERSION, "previous": VERSION}. The champion is the version that serves; a registry
without one, which nobody has promoted anything in, leaves that to the bundle that ships.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.bundle import BUNDLED, CHECKSUMS, CODE_FRAME, CONFIG, EVALUATION
from saywhy.code_frame import CodeFrame, load_code_frame
from saywhy.errors import BundleDamaged, ModelNotFound
from saywhy.model_version import Alias, ModelVersion, Shadow, Verdict

ALIASES = "aliases.json"
#: Which version runs in the shadow of the champion, and how; it is not there if none does.
SHADOW = "shadow.json"

#: What names of versions consist of: no separator of paths, and no file that is hidden.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")


def champion(registry: Path | None = None) -> Path:
    """Folder of the model version that serves: the champion, or the bundle that ships.

    Raises `BundleDamaged` if there are versions but no `aliases.json`, or if it cannot be read.
    """
    if registry is None:
        return BUNDLED
    name = Registry(registry).aliases().get(Alias.CHAMPION)
    return BUNDLED if name is None else registry / name


def code_frame(registry: Path | None = None) -> CodeFrame:
    """Code frame of the model version that serves, without opening its encoder or verifying checksums (fast).

    Raises `BundleDamaged` if there is none.
    """
    path = champion(registry) / CODE_FRAME
    if not path.is_file():
        raise BundleDamaged(f"{path.parent}: {CODE_FRAME} is missing")
    return load_code_frame(path)


def shipped() -> ModelVersion:
    """The bundle that ships, as the champion."""
    return ModelVersion(version_of(BUNDLED), (Alias.CHAMPION,))


def version_of(folder: Path) -> str:
    """The name of the version in a bundle's folder, which is not verified. Raises `BundleDamaged`."""
    try:
        return str(json.loads((folder / CONFIG).read_text("utf-8"))["version"])
    except (OSError, ValueError, KeyError) as error:
        raise BundleDamaged(f"{folder} is not a model bundle: {CONFIG} cannot be read") from error


@dataclass(frozen=True, slots=True)
class Registry:
    """The folder of the versions. It need not exist: then it has none."""

    root: Path

    def aliases(self) -> Mapping[Alias, str]:
        """The version of each alias that there is. Raises `BundleDamaged` as `champion` does."""
        path = self.root / ALIASES
        try:
            entries = json.loads(path.read_text("utf-8"))
            aliases = {Alias(alias): str(name) for alias, name in entries.items()}
        except FileNotFoundError:
            if self.names():
                raise BundleDamaged(f"{self.root} has versions but no {ALIASES} that names a champion") from None
            return {}
        except (OSError, ValueError, AttributeError) as error:
            raise BundleDamaged(f"{path} cannot be read: {error}") from error
        for alias, name in aliases.items():
            if not _NAME.fullmatch(name):
                raise BundleDamaged(f"{path}: the {alias} {name!r:.120} is no name of a version")
        return aliases

    def names(self) -> list[str]:
        """The names of all versions, sorted."""
        if not self.root.is_dir():
            return []
        folders = (path for path in self.root.iterdir() if _NAME.fullmatch(path.name) and not path.is_symlink())
        return sorted(path.name for path in folders if (path / CHECKSUMS).is_file())

    def versions(self) -> list[ModelVersion]:
        """All versions, sorted by name, with the bundle that ships if it serves. Nothing is verified."""
        aliases = self.aliases()
        names = self.names()
        versions = [
            ModelVersion(name, tuple(alias for alias in Alias if aliases.get(alias) == name), self.verdict(name))
            for name in names
        ]
        return versions if Alias.CHAMPION in aliases else [shipped(), *versions]

    def resolve(self, name: str) -> str:
        """The version that a name or an alias means. Raises `ModelNotFound`."""
        aliases = self.aliases()
        resolved = aliases.get(Alias(name), "") if name in set(Alias) else name
        names = self.names()
        if resolved not in names:
            there_are = ", ".join([*aliases, *names]) or "none"
            raise ModelNotFound(f"there is no model version {name!r}; there are: {there_are}")
        return resolved

    def folder(self, name: str) -> Path:
        """The folder of a version or an alias. Raises `ModelNotFound`."""
        return self.root / self.resolve(name)

    def shadow(self) -> Shadow | None:
        """What runs in the shadow, unless it is the champion by now, or gone. Raises `BundleDamaged`."""
        path = self.root / SHADOW
        try:
            shadow = Shadow(**json.loads(path.read_text("utf-8")))
            runs = 0 <= shadow.share <= 1 and _NAME.fullmatch(shadow.version)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise BundleDamaged(f"{path} cannot be read: {error}") from error
        is_there = runs and (self.root / shadow.version / CHECKSUMS).is_file()
        return shadow if is_there and self.aliases().get(Alias.CHAMPION) != shadow.version else None

    def verdict(self, name: str) -> Verdict | None:
        """What the gate says of a version; None if it was not retrained. Raises `BundleDamaged`."""
        path = self.root / name / EVALUATION
        if not path.is_file():
            return None
        try:
            verdict = json.loads(path.read_text("utf-8"))["verdict"]
            return Verdict(verdict["champion"], verdict["passes"] is True, tuple(map(str, verdict["reasons"])))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BundleDamaged(f"{path} cannot be read") from error
