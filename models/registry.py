"""Which model version serves.

A registry is a folder of bundles with a file `aliases.json`: {"champion": "FOLDER"}, FOLDER relative to the registry.
The champion is the version that serves. Without a registry (`SAYWHY_REGISTRY` unset), it is the bundle that ships.
"""

from __future__ import annotations

import json
from pathlib import Path

from models.bundle import BUNDLED, CODE_FRAME
from saywhy.code_frame import CodeFrame, load_code_frame
from saywhy.errors import BundleDamaged


def champion(registry: Path | None = None) -> Path:
    """Folder of the model version that serves: the `champion` of the registry's `aliases.json`.

    Without a registry, it is the bundle that ships. Raises `BundleDamaged` if there is no `aliases.json`.
    """
    if registry is None:
        return BUNDLED
    aliases = registry / "aliases.json"
    if not aliases.is_file():
        raise BundleDamaged(f"{registry} has no aliases.json that names a champion")
    return registry / str(json.loads(aliases.read_text("utf-8"))["champion"])


def code_frame(registry: Path | None = None) -> CodeFrame:
    """Code frame of the model version that serves, without opening its encoder or verifying checksums (fast).

    Raises `BundleDamaged` if there is none.
    """
    path = champion(registry) / CODE_FRAME
    if not path.is_file():
        raise BundleDamaged(f"{path.parent}: {CODE_FRAME} is missing")
    return load_code_frame(path)
