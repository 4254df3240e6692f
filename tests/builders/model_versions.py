"""Registries with versions that differ from the bundle that ships in a bias of their heads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from safetensors.numpy import load_file, save_file

from models.bundle import BUNDLED, CONFIG, ENCODER, EVALUATION, HEADS, TOKENIZER, content_version, seal
from models.promotion import add_candidate, add_champion, copy_of
from models.registry import Registry
from saywhy.model_version import Alias


def add_version(
    registry: Registry,
    shift: float,
    *,
    passes: bool = True,
    reasons: tuple[str, ...] = (),
    files: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Add a candidate whose sentiment is `shift` more positive, with this verdict against the champion and `files`."""
    champion = add_champion(registry)
    folder = copy_of(registry.root / champion, registry)
    heads = load_file(folder / HEADS)
    heads["bias"][-2] += shift
    save_file(heads, folder / HEADS)
    name(folder)
    verdict = {"champion": champion, "passes": passes, "reasons": list(reasons)}
    (folder / EVALUATION).write_text(json.dumps({"verdict": verdict}), "utf-8")
    for file, text in files.items():
        (folder / file).write_text(text, "utf-8")
    seal(folder)
    return add_candidate(registry, folder)


def light_bundle(folder: Path) -> Path:
    """The bundle that ships with a few bytes as encoder and tokenizer: for what opens bundles and annotates nothing."""
    folder.mkdir(parents=True)
    for path in BUNDLED.iterdir():
        if path.name in (ENCODER, TOKENIZER):
            (folder / path.name).write_bytes(b"light")
        else:
            shutil.copyfile(path, folder / path.name)
    seal(folder)
    return folder


def name(folder: Path) -> None:
    """Write the name that follows from the content."""
    config = json.loads((folder / CONFIG).read_text("utf-8")) | {"version": content_version(folder)}
    (folder / CONFIG).write_text(json.dumps(config), "utf-8")


def aliases(registry: Registry) -> dict[str, str]:
    """The aliases as in the file."""
    return {Alias(alias).value: version for alias, version in registry.aliases().items()}
