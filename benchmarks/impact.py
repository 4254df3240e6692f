"""Ranking: time by size, and what its intervals and its order are worth where the truth is known.

`python -m benchmarks.impact` prints Markdown tables; all data are simulated, so nothing is needed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.annotations import Annotations
from pipelines.frame import tabulate
from pipelines.impact import measure
from pipelines.leave_out import leave_out
from pipelines.records import rank_records
from pipelines.report import report_on
from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel
from saywhy.code_frame import CodeFrame
from saywhy.feedback import Comment, Response, Score, Segment

THEMES = 40
MENTIONS = 1.5  # themes a response names, on average


def main() -> None:
    print("| responses | from records | from matrix | tabulate | report |\n|--:|--:|--:|--:|--:|")
    for responses in (10_000, 100_000, 1_000_000):
        print(f"| {responses:,} | " + " | ".join(f"{seconds:.2f} s" for seconds in times(responses)) + " |", flush=True)
    print("\n| responses | share that names it | coverage of the 95 % interval | called significant without effect |")
    print("|--:|--:|--:|--:|")
    for responses in (300, 1_000, 10_000):
        for share in (0.02, 0.1, 0.4):
            shares = coverage(responses, share), false_alarms(responses, share)
            print(f"| {responses:,} | {share:.0%} | {shares[0]:.1%} | {shares[1]:.1%} |")
    print(
        "\n| responses | true top 3 found, by lower end | by impact | harmless theme first, by lower end | by impact |"
    )
    print("|--:|--:|--:|--:|--:|")
    for responses in (60, 150, 300, 1_000):
        low, impact = (
            ordering(responses, lambda found: found["low"]),
            ordering(responses, lambda found: found["impact"]),
        )
        print(f"| {responses:,} | {low[0]:.1%} | {impact[0]:.1%} | {low[1]:.1%} | {impact[1]:.1%} |")


def times(responses: int) -> Iterator[float]:
    """Seconds to rank records, to rank a matrix, to tabulate responses with annotations, to report on the frame."""
    generator = np.random.default_rng(1)
    scores = generator.integers(0, 11, responses)
    cells = generator.integers(0, [[responses], [THEMES]], (2, int(MENTIONS * responses)))
    named = sparse.csr_array((np.ones(cells.shape[1], dtype=bool), tuple(cells)), (responses, THEMES))
    points = np.where(scores >= 9, 100, np.where(scores <= 6, -100, 0)).astype(np.int8)
    keys = [f"theme-{place}" for place in range(THEMES)]
    rows = [[keys[place] for place in row] for row in np.split(named.indices, named.indptr[1:-1])]
    yield seconds(lambda: rank_records(records(scores, rows)))
    yield seconds(lambda: measure(points, named, named[:, []], keys, []))
    annotations: dict[str, Annotation] = {}
    answers = [
        Response("b", str(place), Score(int(score)), Comment(f"comment {place}", "en"), wave=f"W{place % 4}",
                 segments=(Segment("plan", f"P{place % 5}"),))
        for place, score in enumerate(scores)
    ]  # fmt: skip
    vectors = [row.tobytes() for row in generator.normal(size=(1000, 384)).astype("<f2")]
    for place, answer in enumerate(answers):
        assert answer.comment is not None
        annotations[answer.comment.content_hash] = annotation(rows[place], vectors[place % len(vectors)])
    frame = tabulate(answers[:1], Annotations.of(()), (), (), CodeFrame(()))

    def build() -> None:
        nonlocal frame
        frame = tabulate(answers, Annotations.of(annotations.items()), (), (), CodeFrame(()))

    yield seconds(build)
    yield seconds(lambda: report_on("all", frame, "bench", datetime.now(UTC)))


def seconds(work: Callable[[], object]) -> float:
    """CPU time: all of this runs on one core, and others may be busy on the machine."""
    start = time.process_time()
    work()
    return time.process_time() - start


def records(scores: NDArray[np.int64], rows: list[list[str]]) -> Iterator[dict[str, Any]]:
    for score, themes in zip(scores.tolist(), rows, strict=True):
        yield {"score": score, "mentions": [{"theme": theme, "polarity": "negative"} for theme in themes]}


def annotation(themes: list[str], vector: bytes) -> Annotation:
    felt = Polarity.NEGATIVE
    return Annotation(
        "bench",
        Sentiment(felt, -1, 0.9),
        tuple(ThemeLabel(theme, felt, 0.9) for theme in themes),
        tuple(Mention(0, 7, theme, felt, 0.9) for theme in themes),
        (Clause(0, 7, "any", felt, vector),),
        vector,
    )


def coverage(responses: int, share: float, surveys: int = 20_000) -> float:
    """Share of simulated surveys whose interval holds the true impact of a theme that hurts."""
    inside, outside = np.array([0.15, 0.25, 0.6]), np.array([0.5, 0.3, 0.2])
    truth = 100 * share * ((outside[0] - outside[2]) - (inside[0] - inside[2]))
    impact, error = simulated(responses, share * inside, (1 - share) * outside, surveys)
    return float((np.abs(impact - truth) <= 1.96 * error).mean())


def false_alarms(responses: int, share: float, surveys: int = 20_000) -> float:
    """Share of simulated surveys that call a theme significant whose people score like all others."""
    everyone = np.array([0.45, 0.3, 0.25])
    impact, error = simulated(responses, share * everyone, (1 - share) * everyone, surveys)
    return float((impact - 1.96 * error > 0).mean())


def simulated(
    responses: int, inside: NDArray[np.float64], outside: NDArray[np.float64], surveys: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    draws = np.random.default_rng(2).multinomial(responses, np.append(inside, outside), size=surveys)
    draws = draws[draws[:, :3].any(axis=1)]
    return leave_out(draws[:, :3], draws[:, :3] + draws[:, 3:])


def ordering(responses: int, key: Callable[[dict[str, Any]], float], surveys: int = 300) -> tuple[float, float]:
    """Eight themes hurt, twelve do not: share of the true top 3 found, and how often a harmless one leads."""
    generator = np.random.default_rng(3)
    rates = np.array([0.15, 0.1, 0.08, 0.06, 0.05, 0.04, 0.03, 0.02] + [0.12, 0.08, 0.05, 0.03] + [0.02, 0.01] * 4)
    effects = np.array([1.6, 1.8, 1.4, 1.2, 1.0, 1.2, 1.0, 1.5] + [0] * 12)
    hits, harmless = 0, 0
    for _ in range(surveys):
        named = generator.random((responses, len(rates))) < rates
        mood = generator.normal(0.6, 1.2, responses) - named @ effects
        scores = np.where(mood > 0.6, 10, np.where(mood < -0.4, 0, 8))
        rows = [[str(place) for place in np.flatnonzero(row)] for row in named]
        order = [int(found["theme"]) for found in sorted(rank_records(records(scores, rows)), key=key, reverse=True)]
        hits += len({0, 1, 2} & set(order[:3]))
        harmless += order[0] >= 8
    return hits / (3 * surveys), harmless / surveys


if __name__ == "__main__":
    main()
