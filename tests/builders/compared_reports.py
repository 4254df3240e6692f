"""Reports with a benchmark: against a wave, a segment and another workspace."""

from __future__ import annotations

from dataclasses import replace

from saywhy.benchmark import Against, Benchmark, CauseComparison, ComparedGroup, Comparison
from saywhy.estimate import Estimate, Nps
from saywhy.note import Note
from tests.builders.extreme_reports import HOSTILE, HOSTILE_TEXT, HUGE
from tests.builders.reports import RATED, RICH

_NPS = Nps(31.2, 26.4, 35.9, 1012, 540, 248, 224)

AGAINST_WAVE = Benchmark(
    against=Against("wave", "2026-Q1"),
    group=ComparedGroup("2026-Q2", None, RICH.nps, 614),
    reference=ComparedGroup("2026-Q1", None, _NPS, 540),
    nps=Comparison(23.4, 31.2, Estimate(-7.8, -14.1, -1.4), 0.016, True),
    causes=(
        CauseComparison(
            "negative",
            "topic",
            "topic-17",
            "Invoices that nobody understands",
            Comparison(0.0993, 0.0167, Estimate(0.0826, 0.0561, 0.1088), 0.0001, True),
            Comparison(4.83, 1.1, None),
        ),
        CauseComparison(
            "negative",
            "theme",
            "billing",
            "Billing and contract",
            Comparison(0.135, 0.124, Estimate(0.011, -0.027, 0.049), 0.62),
            Comparison(4.1, 9.6, Estimate(-5.5, -8.4, -2.6), 0.002, True),
        ),
        CauseComparison("negative", "topic", "topic-9", "客服电话总是打不通", None, None),
        CauseComparison(
            "positive",
            "theme",
            "staff",
            "Staff",
            Comparison(0.117, 0.22, Estimate(-0.103, -0.146, -0.059), 0.0001, True),
            Comparison(3.4, 3.1, Estimate(0.3, -1.6, 2.2), 0.9),
        ),
        CauseComparison(
            "negative",
            "theme",
            "delivery",
            "Delivery",
            Comparison(0.0, 0.004, Estimate(-0.004, -0.013, 0.003), 0.4),
            None,
        ),
    ),
    notes=(Note("benchmark_few", {"least": 30}),),
)

#: A report beside the wave before: causes that differ by rate, by points, and not at all, and one only there.
COMPARED = replace(RICH, benchmark=AGAINST_WAVE)

#: The report without the retail segment, beside that segment.
BESIDE_SEGMENT = replace(
    RICH,
    wave="all",
    benchmark=replace(
        AGAINST_WAVE,
        against=Against("segment", "industry=retail"),
        group=replace(AGAINST_WAVE.group, name="all", without="industry=retail"),
        reference=replace(AGAINST_WAVE.reference, name="industry=retail"),
        notes=(Note("benchmark_apart"),),
    ),
)

#: The report beside that of another workspace.
BESIDE_WORKSPACE = replace(
    RICH,
    benchmark=replace(
        AGAINST_WAVE,
        against=Against("workspace", "Nordwind", "2026-Q1"),
        reference=replace(AGAINST_WAVE.reference, name="Nordwind"),
        notes=(Note("benchmark_own", {"n": 1}), Note("benchmark_own_there", {"n": 2})),
    ),
)

#: Reviews without NPS on either side: rates alone.
RATED_COMPARED = replace(
    RATED,
    benchmark=replace(
        AGAINST_WAVE,
        group=ComparedGroup("all", None, None, 614),
        reference=ComparedGroup("2026-Q1", None, None, 540),
        nps=None,
        causes=tuple(replace(cause, points=None) for cause in AGAINST_WAVE.causes),
        notes=(Note("benchmark_no_nps"),),
    ),
)

#: Long names and large numbers, and names that inject markup.
HUGE_COMPARED = replace(
    HUGE,
    benchmark=replace(
        AGAINST_WAVE,
        reference=replace(AGAINST_WAVE.reference, name="Donaudampfschifffahrtsgesellschaft" * 4),
        causes=tuple(
            replace(
                cause,
                id=f"topic-{number}",
                kind="topic",
                points=Comparison(-150.0, 150.0, Estimate(-200.0, -200.0, 200.0), 0.0, True),
            )
            for number, cause in enumerate(AGAINST_WAVE.causes * 9)
        ),
    ),
)
HOSTILE_COMPARED = replace(
    HOSTILE,
    benchmark=replace(
        AGAINST_WAVE,
        against=Against("workspace", HOSTILE_TEXT, HOSTILE_TEXT),
        group=replace(AGAINST_WAVE.group, name=HOSTILE_TEXT, without=HOSTILE_TEXT),
        reference=replace(AGAINST_WAVE.reference, name=HOSTILE_TEXT),
        causes=tuple(replace(cause, id=HOSTILE_TEXT, label=HOSTILE_TEXT) for cause in AGAINST_WAVE.causes),
        notes=(Note("benchmark_other_model", {"model": HOSTILE_TEXT, "other": HOSTILE_TEXT}),),
    ),
)
