"""Evaluations with everything that the page on a candidate can show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from saywhy.model_version import Verdict
from training.evaluation.hard_cases import read_cases
from training.retrain.comparison import CAUSES, KINDS, SENTIMENT, THEMES, Comparison
from training.retrain.gate import judge
from training.retrain.options import RetrainOptions
from training.retrain.ranking import Move
from training.retrain.report import Evaluation
from training.retrain.suspects import Suspect
from training.retrain.wording import RetrainingWording

#: Causes of the library, and one that no code frame has.
LATE, RUDE, OWN = "delivery.late", "staff.rude", "own.moles"
COMMENT = "Der Fahrer kam nie an."


def comparison(kind: str, group: tuple[str, str], difference: float) -> Comparison:
    """F1 from 0.8 on; intervals of ±0.05."""
    return Comparison(kind, group, 1234, 1234, 0.8, 0.8 + difference, difference - 0.05, difference + 0.05)


TAUGHT = (
    *(comparison(kind, ("all", ""), 0.012) for kind in KINDS),
    *(comparison(SENTIMENT, ("language", language), -0.2) for language in ("en", "de", "zh-Hans", "zh-Hant", "und")),
    *(comparison(SENTIMENT, ("length", length), 0.1) for length in ("short", "medium", "long")),
    comparison(SENTIMENT, ("length", "12 months"), 0.0),  # a segment of that name
    comparison(SENTIMENT, ("plan", "Pro = 5 <b>"), -0.3),
    comparison(THEMES, (THEMES, "price"), -0.1),
    *(comparison(CAUSES, (CAUSES, cause), 0.0) for cause in (LATE, RUDE, OWN)),
)
REFERENCE = (
    comparison(SENTIMENT, ("all", ""), -0.1),
    *(comparison(SENTIMENT, ("reference", kind), -0.1) for kind in ("written", "causes")),
    *(comparison(SENTIMENT, ("reference", kind), 0.0) for kind in sorted({case.kind for case in read_cases()})),
)
OPTIONS = RetrainOptions(depth="adapters")
REASONS = judge(
    TAUGHT, REFERENCE, {SENTIMENT: (0.02, 0.08)}, leaked=[COMMENT], suspects=0.2, options=OPTIONS, kinds=KINDS
) + judge((), (), {}, leaked=[], suspects=0.0, options=OPTIONS, kinds=KINDS)
REFUSED = Evaluation(
    champion="core-1",
    at=datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
    data="abc",
    trained_on=12_345,
    tested_on=1234,
    repeats=2,
    kinds=KINDS,
    options=OPTIONS,
    verdict=Verdict("core-1", passes=False, reasons=tuple(map(RetrainingWording("en").reason, REASONS))),
    taught=TAUGHT,
    reference=REFERENCE,
    calibration={SENTIMENT: (0.02, 0.08)},
    suspects=(
        Suspect(COMMENT, SENTIMENT, "positive", "negative"),
        *(Suspect(f"{number} {COMMENT}", CAUSES, RUDE, "none") for number in range(60)),
    ),
    judged=2000,
    moves=(
        Move(LATE, 1234.5, None, 1200, 0, 1, None, breaks=False),
        Move(RUDE, 1.25, 3.5, 12, 30, 2, 1, breaks=True),
    ),
    responses=5000,
    new_causes=(),
    curve=(
        {"epoch": 0, "step": 0, "train": float("nan"), "dev": 2.0},
        {"epoch": 1, "step": 8, "train": 3.25, "dev": 1.5},
        {"epoch": 2, "step": 16, "train": 2.5, "dev": 1.25},
    ),
    reasons=REASONS,
)
PASSED = replace(
    REFUSED, options=RetrainOptions(), verdict=Verdict("core-1", passes=True), reasons=(), taught=(), suspects=(),
    moves=(), curve=(), repeats=0,
)  # fmt: skip
