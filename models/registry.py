"""The registry of model versions: which one serves."""

from __future__ import annotations

import json
from pathlib import Path

from models.bundle import BUNDLED, CODE_FRAME
from saywhy.code_frame import CodeFrame, load_code_frame
from saywhy.errors import BundleDamaged


def champion(registry: Path | None = None) -> Path:
    """The folder of the version that serves: what `aliases.json` calls champion, or the bundle that ships."""
    if registry is None:
        return BUNDLED
    aliases = registry / "aliases.json"
    if not aliases.is_file():
        raise BundleDamaged(f"{registry} has no aliases.json that names a champion")
    return registry / str(json.loads(aliases.read_text("utf-8"))["champion"])


def code_frame(registry: Path | None = None) -> CodeFrame:
    """The code frame of the version that serves, read without its encoder and without verifying checksums.

    Raises `BundleDamaged` if there is none.
    """
    path = champion(registry) / CODE_FRAME
    if not path.is_file():
        raise BundleDamaged(f"{path.parent}: {CODE_FRAME} is missing")
    return load_code_frame(path)
