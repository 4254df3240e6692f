"""The bundle of a candidate, written into the registry."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from models.arrays import Tensors
from models.bundle import (
    CARD,
    CODE_FRAME,
    CONFIG,
    CURVE,
    CURVE_PICTURE,
    ENCODER,
    EVALUATION,
    HEADS,
    REPORTS,
    TOKENIZER,
    Bundle,
    content_version,
    seal,
)
from models.promotion import add_candidate, copy_of
from models.registry import Registry
from saywhy.code_frame import CAUSES, LibraryCause, load_code_frame
from training.retrain.learning_curve import as_csv, as_png
from training.retrain.own_causes import to_line
from training.retrain.page import page_of
from training.retrain.report import Evaluation, card_of
from training.retrain.wording import RetrainingWording


def write_candidate(
    registry: Registry,
    champion: Bundle,
    tensors: Tensors,
    encoder: Path | None,
    causes: Sequence[LibraryCause],
    evaluation: Evaluation,
) -> str:
    """Write the bundle of the candidate and put it into the registry; returns its version.

    `encoder` is a folder with its graph and its tokenizer; None: those of the champion.
    """
    folder = copy_of(champion.folder, registry)
    try:
        for name in (EVALUATION, *REPORTS.values(), CURVE, CURVE_PICTURE):
            (folder / name).unlink(missing_ok=True)
        if encoder:
            for name in (ENCODER, TOKENIZER):
                (folder / name).unlink()  # it may be a link to that of the champion
                shutil.copyfile(encoder / name, folder / name)
        save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, folder / HEADS)
        if causes:
            with (folder / CAUSES).open("a", encoding="utf-8") as file:
                file.writelines(f"{to_line(cause)}\n" for cause in causes)
        version = content_version(folder)
        config = json.loads((folder / CONFIG).read_text("utf-8")) | {"version": version}
        (folder / CONFIG).write_text(json.dumps(config, indent=1) + "\n", "utf-8")
        (folder / CARD).write_text(card_of(version, evaluation), "utf-8")
        (folder / EVALUATION).write_text(evaluation.to_json(version), "utf-8")
        frame = load_code_frame(folder / CODE_FRAME)
        for language, name in REPORTS.items():
            (folder / name).touch(mode=0o600)  # it has comments
            (folder / name).write_text(page_of(version, evaluation, RetrainingWording(language, frame)), "utf-8")
        if evaluation.curve:
            (folder / CURVE).write_text(as_csv(evaluation.curve), "utf-8")
            (folder / CURVE_PICTURE).write_bytes(as_png(evaluation.curve))
        seal(folder)
        return add_candidate(registry, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
