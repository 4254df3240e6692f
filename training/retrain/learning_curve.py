"""The learning curve of a fine-tuning: as CSV, and as pictures.

The state before the first epoch has no loss in training: its cell is empty, and the line begins at the first epoch.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

from training.retrain.wording import RetrainingWording

#: An epoch, its last step, the mean loss in training, and that of the labels of comments that are kept out of it.
Curve = Sequence[Mapping[str, float]]

#: The two losses. They are of different things, so each has a panel of its own in the pictures.
_LOSSES = ("train", "dev")


def as_csv(curve: Curve) -> str:
    """A row for each epoch, the state before the first one (epoch 0) included."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("epoch", "step", "train_loss", "dev_loss"))
    for point in curve:
        train = "" if isnan(point["train"]) else f"{point['train']:.5f}"
        writer.writerow((int(point["epoch"]), int(point["step"]), train, f"{point['dev']:.5f}"))
    return text.getvalue()


def as_png(curve: Curve) -> bytes:
    """Both losses by epoch, side by side, in English."""
    import vl_convert  # a large library, which only pictures need

    return bytes(vl_convert.vegalite_to_png(_chart(curve, RetrainingWording("en")), scale=2))


def as_svg(curve: Curve, wording: RetrainingWording) -> str:
    """The same in a language, as a drawing: its reader has the fonts that this machine may lack."""
    import vl_convert

    drawing: str = vl_convert.vegalite_to_svg(_chart(curve, wording), format_locale=wording.axis_format())
    return drawing.replace("<svg ", f'<svg lang="{wording.language}" ', 1)  # which glyphs Han characters have


def _chart(curve: Curve, wording: RetrainingWording) -> dict[str, Any]:
    names = {loss: wording.say(f"curve_{loss}") for loss in _LOSSES}
    rows = [
        {"epoch": int(point["epoch"]), "loss": point[loss], "name": name}
        for loss, name in names.items()
        for point in curve
        if not isnan(point[loss])
    ]
    epochs = {"values": [int(point["epoch"]) for point in curve], "format": "d", "labelOverlap": True}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": "white",
        "data": {"values": rows},
        "facet": {"column": {"field": "name", "title": None, "sort": list(names.values())}},
        "spec": {
            "width": 260,
            "height": 160,
            "mark": {"type": "line", "point": True},
            "encoding": {
                "x": {"field": "epoch", "type": "quantitative", "title": wording.say("curve_epoch"), "axis": epochs},
                "y": {"field": "loss", "type": "quantitative", "title": None, "scale": {"zero": False}},
            },
        },
        "resolve": {"scale": {"y": "independent"}},
    }
