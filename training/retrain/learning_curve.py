"""The learning curve of a fine-tuning: as CSV, and as a picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

#: An epoch, its last step, the mean loss in training, and that of the labels of comments that are kept out of it.
Curve = Sequence[Mapping[str, float]]

#: What the two losses are called in the picture. They are of different things, so each has a panel of its own.
_NAMES = {"train": "Loss in training", "dev": "Loss of labels kept out"}


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
    """Both losses by epoch, side by side."""
    import vl_convert  # a large library, which only this needs

    rows = [
        {"epoch": int(point["epoch"]), "loss": point[loss], "name": name}
        for loss, name in _NAMES.items()
        for point in curve
        if not isnan(point[loss])
    ]
    specification: dict[str, Any] = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": "white",
        "data": {"values": rows},
        "facet": {"column": {"field": "name", "title": None, "sort": list(_NAMES.values())}},
        "spec": {
            "width": 260,
            "height": 160,
            "mark": {"type": "line", "point": True},
            "encoding": {
                "x": {"field": "epoch", "type": "quantitative", "title": "Epoch", "axis": {"tickMinStep": 1}},
                "y": {"field": "loss", "type": "quantitative", "title": None, "scale": {"zero": False}},
            },
        },
        "resolve": {"scale": {"y": "independent"}},
    }
    return bytes(vl_convert.vegalite_to_png(specification, scale=2))
