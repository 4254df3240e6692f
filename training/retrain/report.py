"""What a retraining found: as JSON for programs, as a page for people, and as the card of the model."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from math import isnan
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from pipelines.render.html import TEMPLATES, environment
from saywhy.model_version import Verdict
from training.retrain.comparison import Comparison
from training.retrain.options import ADAPTERS, HEADS_ONLY, RetrainOptions
from training.retrain.ranking import Move
from training.retrain.suspects import Suspect

#: Suspect labels that the page lists.
_LISTED = 50

_CARD = """# Model card: {version}

Made of **{champion}** with {trained_on:,} labelled comments (snapshot `{data}`), depth `{depth}`, on {at:%Y-%m-%d}.
{trained} {new}

**Gate: {gate}.**{reasons}

On {tested_on:,} labelled comments that were not trained on, and on a fixed reference of written comments:

| | labels | {champion} | {version} | difference (95 %) |
|---|--:|--:|--:|--:|
{rows}

Options: `{options}`

Languages, weaknesses and licences are those of {champion}.
"""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How a candidate compares with the version that it was made from.

    `taught` is measured on comments like those that were trained on, `reference` on written ones; `calibration` has
    the errors of both versions by kind. `suspects` of `judged` labels look wrong. `moves` are those of causes in the
    ranking of `responses`.
    """

    champion: str
    at: datetime
    data: str
    trained_on: int
    tested_on: int
    repeats: int
    kinds: tuple[str, ...]
    options: RetrainOptions
    verdict: Verdict
    taught: tuple[Comparison, ...]
    reference: tuple[Comparison, ...]
    calibration: dict[str, tuple[float, float]]
    suspects: tuple[Suspect, ...]
    judged: int
    moves: tuple[Move, ...]
    responses: int
    new_causes: tuple[str, ...]
    curve: tuple[Mapping[str, float], ...] = ()

    @property
    def trained(self) -> str:
        """What was trained, and on what, as a sentence."""
        if self.options.depth == HEADS_ONLY:
            return f"Encoder, attention and thresholds are those of {self.champion}; so are speed and export."
        what = "Adapters of the encoder" if self.options.depth == ADAPTERS else "All of the encoder"
        origin = f"that of {self.champion}" if self.options.start is None else self.options.start
        best = min(self.curve, key=lambda point: point["dev"])
        return (
            f"{what} and the heads were trained, starting from {origin}: {int(self.curve[-1]['epoch'])} epochs, of "
            f"which epoch {int(best['epoch'])} was best on comments that were kept out. Thresholds are those of "
            f"{self.champion}."
        )

    def to_json(self, version: str) -> str:
        """All of it but the texts of suspects, which are in the snapshot."""
        values: dict[str, Any] = asdict(self) | {"version": version, "at": self.at.isoformat()}
        values["suspects"] = len(self.suspects)
        values["curve"] = [{name: None if isnan(value) else value for name, value in one.items()} for one in self.curve]
        return json.dumps(values, ensure_ascii=False, indent=1) + "\n"


def card_of(version: str, evaluation: Evaluation) -> str:
    """The card as Markdown."""
    overall = [one for one in (*evaluation.taught, *evaluation.reference) if one.group == ("all", "")]
    rows = [
        f"| {one.kind}, {'taught' if one in evaluation.taught else 'reference'} | {one.labels:,} | {one.champion:.3f} "
        f"| {one.candidate:.3f} | {one.difference:+.3f} ({one.low:+.3f} … {one.high:+.3f}) |"
        for one in overall
    ]
    new = f"It knows {len(evaluation.new_causes)} further causes." if evaluation.new_causes else ""
    return _CARD.format(
        version=version,
        champion=evaluation.champion,
        trained_on=evaluation.trained_on,
        tested_on=evaluation.tested_on,
        data=evaluation.data,
        at=evaluation.at,
        depth=evaluation.options.depth,
        trained=evaluation.trained,
        new=new,
        gate="passed" if evaluation.verdict.passes else "failed",
        reasons="".join(f"\n- {reason}" for reason in evaluation.verdict.reasons),
        rows="\n".join(rows),
        options=json.dumps(evaluation.options.values()),
    )


def page_of(version: str, evaluation: Evaluation, curve: bytes | None = None) -> str:
    """The page, with the picture of the learning curve: self-contained, without scripts.

    Its content security policy allows only the style sheet, by hash, and pictures in the page.
    """
    style = (TEMPLATES / "report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            version=version,
            evaluation=evaluation,
            margin=evaluation.options.margin,
            tables=[
                (
                    "What was taught",
                    f"On {evaluation.tested_on:,} labelled comments that were not trained on.",
                    evaluation.taught,
                ),
                (
                    "What must not be forgotten",
                    "On written comments that are the same in every retraining. The version that ships has learnt most "
                    "of them, except for the hard cases.",
                    evaluation.reference,
                ),
            ],
            name=_name,
            order=_order,
            suspects=evaluation.suspects[:_LISTED],
            style=Markup(style),  # nosec B704  # a file of ours
            style_hash=digest,
            curve=base64.b64encode(curve).decode() if curve else None,
        )
    )


def _order(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """All texts first, then by group; within a group what lost most first."""
    return sorted(comparisons, key=lambda one: (one.kind, one.group[0] != "all", one.group[0], one.difference))


def _name(comparison: Comparison) -> str:
    dimension, value = comparison.group
    if dimension == "all":
        return comparison.kind
    return value if dimension == comparison.kind else f"{dimension}: {value}"


@cache
def _environment() -> Environment:
    return environment(Path(__file__).with_name("templates"))
