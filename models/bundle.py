"""A model bundle: the folder of one model version. Its files, their checksums, and how it is opened."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from models.causes import CAUSE_BIAS, CAUSE_WEIGHT, CauseHead
from models.vector_map import VectorMap
from saywhy.code_frame import CAUSES, CodeFrame, load_code_frame
from saywhy.errors import BundleDamaged

#: The model version that ships with the code.
BUNDLED = Path(__file__).parent / "bundled"

ENCODER = "encoder.onnx"
TOKENIZER = "tokenizer.json"
HEADS = "heads.safetensors"
CONFIG = "config.json"
CODE_FRAME = "code_frame.toml"
CARD = "MODEL_CARD.md"
CHECKSUMS = "checksums.json"
#: Files with a checksum in `CHECKSUMS`.
CHECKSUMMED = (ENCODER, TOKENIZER, HEADS, CONFIG, CODE_FRAME, CAUSES, CARD)


@dataclass(frozen=True)
class Bundle:
    """One immutable version of the models.

    `heads` are the tensors `weight` and `bias` (see `models.heads`), those of the causes (see `models.causes`) and
    perhaps those of the map of the vectors (see `models.vector_map`). `config` holds `version`, `thresholds` (by theme,
    probability from which a theme applies), `temperature` (divides the sentiment logits) and `uncertain_below`
    (confidence below which a sentiment is marked as uncertain).
    """

    folder: Path
    version: str
    code_frame: CodeFrame
    heads: dict[str, NDArray[np.float32]]
    config: dict[str, Any]

    @property
    def cause_head(self) -> CauseHead:
        """The map from vectors to causes."""
        return CauseHead(self.heads[CAUSE_WEIGHT], self.heads[CAUSE_BIAS])

    @property
    def vector_map(self) -> VectorMap | None:
        """The map from the encoder's vectors to those of annotations; None: they are the same."""
        return VectorMap.of(self.heads)

    @property
    def encoder(self) -> Path:
        return self.folder / ENCODER

    @property
    def tokenizer(self) -> Path:
        return self.folder / TOKENIZER


def open_bundle(folder: Path) -> Bundle:
    """Open a bundle; raises `BundleDamaged` if a file is missing or does not match its checksum."""
    _verify(folder)
    config = json.loads((folder / CONFIG).read_text("utf-8"))
    return Bundle(
        folder=folder,
        version=config["version"],
        code_frame=load_code_frame(folder / CODE_FRAME),
        heads=load_file(folder / HEADS),
        config=config,
    )


def digest(path: Path) -> str:
    """SHA-256 of a file, as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal(folder: Path) -> None:
    """Write the checksums of all files of a bundle. Nothing in it may change afterwards."""
    sums = {name: digest(folder / name) for name in CHECKSUMMED}
    (folder / CHECKSUMS).write_text(json.dumps(sums, indent=1) + "\n", "utf-8")


def _verify(folder: Path) -> None:
    try:
        expected: dict[str, str] = json.loads((folder / CHECKSUMS).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BundleDamaged(f"{folder} is not a model bundle: {CHECKSUMS} cannot be read") from error
    for name in CHECKSUMMED:
        path = folder / name
        if not path.is_file():
            raise BundleDamaged(f"{folder}: {name} is missing")
        if digest(path) != expected.get(name):
            raise BundleDamaged(f"{folder}: {name} does not match its checksum")
