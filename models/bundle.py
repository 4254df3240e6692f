"""A model bundle: the folder of one model version. Its files, their checksums, and how it is opened."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.numpy import load_file

from models.arrays import Tensors
from models.causes import CAUSE_BIAS, CAUSE_WEIGHT, CauseHead
from models.vector_map import VectorMap
from saywhy.code_frame import CAUSES, FIRST_CLASS_LANGUAGES, CodeFrame, load_code_frame
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
#: How a version that was retrained compares with the one it was made from: for programs, and as pages for people, by
#: language. A version may have the one in English alone.
EVALUATION = "evaluation.json"
REPORTS = {
    language: "report.html" if language == "en" else f"report.{language}.html" for language in FIRST_CLASS_LANGUAGES
}
#: The learning curve of a version whose encoder was trained.
CURVE, CURVE_PICTURE = "learning_curve.csv", "learning_curve.png"
#: Files with a checksum in `CHECKSUMS`; every bundle has them.
CHECKSUMMED = (ENCODER, TOKENIZER, HEADS, CONFIG, CODE_FRAME, CAUSES, CARD)
#: Files that a bundle may have beside them, with a checksum too. None of all these formats can contain code.
_OPTIONAL = (EVALUATION, *REPORTS.values(), CURVE, CURVE_PICTURE)

#: What separates, in the name of a version, the name of the version it was made from and the digest of its content.
CONTENT_MARK = "+"
#: Hex digits of that digest in the name.
_DIGEST_LENGTH = 16


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
    heads: Tensors
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
    """Open a bundle.

    Raises `BundleDamaged` if a file is missing, does not match its checksum or is none of a bundle, if there is a link
    or a folder, and if the name of the version has the digest of another content.
    """
    _verify(folder)
    config = json.loads((folder / CONFIG).read_text("utf-8"))
    version = str(config["version"])
    if CONTENT_MARK in version and version != content_version(folder):
        raise BundleDamaged(f"{folder}: the content is not that of version {version}")
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


def content_version(folder: Path) -> str:
    """The name of the version with this content: that which it was made from, and the digest of what decides answers.

    Equal data and seeds give equal names; other content cannot have the name.
    """
    config = json.loads((folder / CONFIG).read_text("utf-8"))
    base = str(config.pop("version")).partition(CONTENT_MARK)[0]
    parts = [digest(folder / name) for name in (ENCODER, TOKENIZER, HEADS, CODE_FRAME, CAUSES)]
    content = hashlib.sha256("\n".join([*parts, json.dumps(config, sort_keys=True)]).encode()).hexdigest()
    return f"{base}{CONTENT_MARK}{content[:_DIGEST_LENGTH]}"


def seal(folder: Path) -> None:
    """Write the checksums of all files of a bundle. Nothing in it may change afterwards."""
    present = [name for name in _OPTIONAL if (folder / name).is_file()]
    sums = {name: digest(folder / name) for name in (*CHECKSUMMED, *present)}
    (folder / CHECKSUMS).write_text(json.dumps(sums, indent=1) + "\n", "utf-8")


def _verify(folder: Path) -> None:
    try:
        expected: dict[str, str] = json.loads((folder / CHECKSUMS).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BundleDamaged(f"{folder} is not a model bundle: {CHECKSUMS} cannot be read") from error
    for path in folder.iterdir():
        if path.name not in (*CHECKSUMMED, *_OPTIONAL, CHECKSUMS):
            raise BundleDamaged(f"{folder}: {path.name} is no file of a model bundle")
        if path.is_symlink() or not path.is_file():
            raise BundleDamaged(f"{folder}: {path.name} is a link or a folder, not a file")
    for name in (*CHECKSUMMED, *(name for name in _OPTIONAL if name in expected or (folder / name).exists())):
        path = folder / name
        if not path.is_file():
            raise BundleDamaged(f"{folder}: {name} is missing")
        if digest(path) != expected.get(name):
            raise BundleDamaged(f"{folder}: {name} does not match its checksum")
