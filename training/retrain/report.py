"""What a retraining found: as JSON for programs, and as the card of the model. `page` shows it to people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from math import isnan
from typing import Any

from saywhy.model_version import Verdict
from training.retrain.comparison import Comparison
from training.retrain.gate import Reason
from training.retrain.options import HEADS_ONLY, RetrainOptions
from training.retrain.ranking import Move
from training.retrain.suspects import Suspect
from training.retrain.wording import RetrainingWording

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
    ranking of `responses`. `reasons` are those of the verdict, for any language.
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
    reasons: tuple[Reason, ...] = ()

    def trained(self, wording: RetrainingWording) -> str:
        """What was trained, and on what, as a sentence."""
        if self.options.depth == HEADS_ONLY:
            return wording.say("trained_heads", champion=self.champion)
        best = min(self.curve, key=lambda point: point["dev"])
        return wording.say(
            f"trained_{self.options.depth if self.options.start is None else 'from'}",
            champion=self.champion,
            start=self.options.start or "",
            n=wording.count(int(self.curve[-1]["epoch"])),
            best=wording.count(int(best["epoch"])),
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
        trained=evaluation.trained(RetrainingWording("en")),
        new=new,
        gate="passed" if evaluation.verdict.passes else "failed",
        reasons="".join(f"\n- {reason}" for reason in evaluation.verdict.reasons),
        rows="\n".join(rows),
        options=json.dumps(evaluation.options.values()),
    )
