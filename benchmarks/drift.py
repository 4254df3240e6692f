"""Drift of real model output: false alarms where nothing has changed, and power for planted changes.

`python -m benchmarks.drift [SHARE] [--store FILE]` prints the tables "Drift" of docs/benchmarks.md; SHARE (1 by
default) scales the number of looks. The comments are those with which the models were trained, annotated by the model
that ships; a look draws two samples of them, with replacement. `--store` keeps the annotated comments.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from models.annotator import load_annotator
from models.arrays import Floats, Integers
from pipelines.annotate.columns import POLARITIES, Annotations
from pipelines.drift import look_at
from pipelines.tabulate.survey_data import SurveyData
from pipelines.tabulate.tabulation import tabulate
from saywhy import store
from saywhy.annotation import Polarity
from saywhy.drift import Drift, DriftAspect
from saywhy.feedback import Comment, Response, Score
from saywhy.store import Engine
from service.analysis import analyse
from training.data.cause_library import comment_rows
from training.data.rows import read_written

#: Distinct comments that are drawn from.
COMMENTS = 6_000
WORKSPACE = "drift"
NOW = datetime(2027, 1, 1, tzinfo=UTC)
LANGUAGES = ("en", "de", "zh-Hans", "zh-Hant")

#: How much the share of each theme and language differs from wave to wave in surveys that are not drawn at random: the
#: coefficient of variation of its weight.
WANDERING = 0.1


@dataclass(frozen=True, slots=True)
class Pool:
    """H annotated comments to draw from."""

    data: SurveyData
    annotations: Annotations
    library: frozenset[str]
    weights: Floats  # (H,) of drawing each
    row: Integers  # (H,) of a response with it
    language: Integers  # (H,) into LANGUAGES; -1 for another one
    theme: Integers  # (H,) of the first theme that it names, the number of themes for none

    def draw(self, n: int, m: int, newest: Floats, before: Floats, rng: np.random.Generator) -> SurveyData:
        """A survey of two waves, of `m` and `n` comments, drawn with these weights, (H,)."""
        drawn = [rng.choice(len(odds), size, p=odds / odds.sum()) for odds, size in ((before, m), (newest, n))]
        rows, data = self.row[np.concatenate(drawn)], self.data
        columns = ("points", "scored", "score", "scale", "comment", "answered", "annotated", "answered_at", "account")
        values = {name: getattr(data, name)[rows] for name in columns}
        wave = np.repeat(np.array([0, 1], np.int32), [m, n])
        return replace(data, **values, wave=wave, waves=("before", "newest"), segmented=data.segmented[rows])

    def look(self, data: SurveyData, corrected: dict[str, bool] | None = None) -> Drift:
        """A look at it."""
        drift = look_at(data, self.annotations, corrected or {}, self.library, "benchmark", NOW)
        assert drift is not None
        return drift


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("share", nargs="?", type=float, default=1.0)
    parser.add_argument("--store", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pool = read_pool(options.store or Path(folder) / "pool.sqlite")
    print_false_alarms(pool, options.share)
    print_power(pool, options.share)


def read_pool(path: Path) -> Pool:
    """Annotate the comments, or read them from a store in which they are annotated."""
    annotator = load_annotator()
    engine = store.open_store(f"sqlite:///{path}")
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, WORKSPACE)
        is_new = not store.responses.count(connection, workspace)
    if is_new:
        fill(engine, workspace)
        analyse(engine, WORKSPACE, annotator, progress=lambda *_: None)
    with store.reading(engine) as connection:
        annotations = Annotations.of(store.annotations.load(connection, workspace, annotator.model))
        data = tabulate(
            store.responses.load(connection, workspace),
            annotations,
            store.topics.load(connection, workspace),
            store.topics.assignments(connection, workspace),
            annotator.code_frame,
        )
    theme = first_themes(data)
    # Themes are as unequally frequent as in a survey.
    popularity = np.random.default_rng(1).lognormal(0, 1, theme.max() + 1)
    codes = {language: code for code, language in enumerate(LANGUAGES)}
    languages = np.array([codes.get(comment.language or "", -1) for comment in data.comments])
    library = frozenset(cause.id for cause in annotator.code_frame.causes)
    row = np.unique(data.comment, return_index=True)[1]
    weights = popularity[theme] * data.annotated[row] * (languages >= 0)
    return Pool(data, annotations, library, weights, row, languages, theme)


def fill(engine: Engine, workspace: int) -> None:
    """Import the comments, a response each."""
    texts = {(row.text, row.language) for row in [*read_written(), *comment_rows()] if row.language in LANGUAGES}
    drawn = np.random.default_rng(0).permutation(sorted(texts))[:COMMENTS].tolist()
    responses = [
        Response("drift", str(number), Score(5), Comment(text, language), wave="pool")
        for number, (text, language) in enumerate(drawn)
    ]
    with engine.begin() as connection:
        store.responses.save(connection, workspace, responses)


def first_themes(data: SurveyData) -> Integers:
    """The first theme that each comment names, (H,), as an index into the themes; their number for none."""
    themes = [index for index, cause in enumerate(data.causes) if cause.kind == "theme" and cause.is_coded]
    theme = np.full(len(data.comments), len(themes))
    for mentions in data.cause_mentions.values():
        for number, cause in enumerate(themes):
            theme[mentions.comment[mentions.of(cause)]] = number
    return theme


def print_false_alarms(pool: Pool, share: float) -> None:
    """Alarms of looks at comments that are drawn as those before."""
    print("| comments before | newest | looks | any alarm | any alarm, shares that wander by 10 % | seconds a look |")
    print("|--:|--:|--:|--:|--:|--:|")
    for m, n, looks in ((200, 100, 400), (1_000, 300, 400), (5_000, 2_000, 300), (100_000, 100_000, 60)):
        looks = max(1, round(share * looks))
        alarms, wandering, start = 0, 0, time.perf_counter()
        for seed in range(looks):
            rng = np.random.default_rng((seed, n))
            data = pool.draw(n, m, pool.weights, pool.weights, rng)
            alarms += bool(pool.look(data, looked_at(data, 0.2, 0.2, rng)).drifted)
        seconds = (time.perf_counter() - start) / looks
        for seed in range(looks):
            rng = np.random.default_rng((seed, n, 1))
            newest, before = (pool.weights * wandered(pool, rng) for _ in range(2))
            data = pool.draw(n, m, newest, before, rng)
            wandering += bool(pool.look(data, looked_at(data, 0.2, 0.2, rng)).drifted)
        print(
            f"| {m:,} | {n:,} | {looks} | {alarms / looks:.1%} | {wandering / looks:.1%} | {seconds:.2f} |", flush=True
        )


def wandered(pool: Pool, rng: np.random.Generator) -> Floats:
    """Factors of the weights, (H,), of a wave whose themes and languages are somewhat more or less frequent."""
    sigma = np.sqrt(np.log(1 + WANDERING**2))
    of_theme, of_language = rng.lognormal(0, sigma, pool.theme.max() + 1), rng.lognormal(0, sigma, len(LANGUAGES))
    return np.asarray(of_theme[pool.theme] * of_language[pool.language])


def looked_at(
    data: SurveyData, wrong: float, wrong_before: float, rng: np.random.Generator, share: float = 0.1
) -> dict[str, bool]:
    """A person looks at a share of the comments, and finds so many wrong."""
    corrected = {}
    for wave, rate in ((0, wrong_before), (1, wrong)):
        comments = np.unique(data.comment[data.wave == wave])
        for comment in rng.choice(comments, round(share * len(comments)), replace=False).tolist():
            corrected[data.hashes[comment]] = bool(rng.random() < rate)
    return corrected


def times(pool: Pool, chosen: np.ndarray, factor: float) -> Floats:
    """The weights with those of the chosen comments, (H,), multiplied so that their share is that times as large."""
    share = pool.weights[chosen].sum() / pool.weights.sum()
    odds = factor * share / (1 - factor * share) * (1 - share) / share
    return np.asarray(np.where(chosen, pool.weights * odds, pool.weights))


def instead(pool: Pool, chosen: np.ndarray, share: float) -> Floats:
    """The weights if this share of the comments were chosen ones, (H,), in the place of any."""
    return np.asarray((1 - share) * pool.weights / pool.weights.sum() + share * chosen / chosen.sum())


def print_power(pool: Pool, share: float) -> None:
    """How often planted changes are found, in the aspect that they are in."""
    lengths = np.array([len(comment.verbatim) for comment in pool.data.comments])
    median = np.array([np.median(lengths[pool.language == language]) for language in range(len(LANGUAGES))])
    negative = pool.data.sentiment == POLARITIES.index(Polarity.NEGATIVE)
    shares = np.bincount(pool.theme, pool.weights) / pool.weights.sum()
    common = int(np.argmin(np.abs(shares - 0.05)))
    planted: dict[str, tuple[DriftAspect, Callable[[], Floats]]] = {
        "German half as often": (DriftAspect.LANGUAGES, lambda: times(pool, pool.language == 1, 0.5)),
        "short comments 1.4 times as often": (
            DriftAspect.LENGTH,
            lambda: times(pool, lengths < median[pool.language], 1.4),
        ),
        "a theme of 5 % 2.5 times as often": (DriftAspect.THEMES, lambda: times(pool, pool.theme == common, 2.5)),
        "30 % of the comments about that theme instead": (
            DriftAspect.CONTENT,
            lambda: instead(pool, pool.theme == common, 0.3),
        ),
        "negative comments 1.3 times as often": (DriftAspect.SENTIMENT, lambda: times(pool, negative, 1.3)),
        "comments outside the library twice as often": (
            DriftAspect.OUTSIDE,
            lambda: times(pool, outside_library(pool), 2),
        ),
        "one cause four times as often": (DriftAspect.CAUSES, lambda: times(pool, of_a_cause(pool), 4)),
    }
    sizes = (100, 300, 1_000, 3_000)
    looks = max(1, round(share * 60))
    print(
        f"\n| planted | aspect | {' | '.join(f'{n:,}' for n in sizes)} | effect |\n|---|---|{'--:|' * (len(sizes) + 1)}"
    )
    for name, (aspect, weights) in planted.items():
        newest = weights()
        cells = [power(pool, aspect, newest, n, looks) for n in sizes]
        effect = cells[-1][1]
        row = " | ".join(f"{share_found:.0%}" for share_found, _ in cells)
        print(f"| {name} | {aspect} | {row} | {effect:.3f} |", flush=True)
    cells = [power(pool, DriftAspect.CORRECTIONS, pool.weights, n, looks, wrong=0.4) for n in sizes]
    row = " | ".join(f"{share_found:.0%}" for share_found, _ in cells)
    print(f"| 40 % wrong instead of 20 %, a tenth looked at | corrections | {row} | {cells[-1][1]:.3f} |", flush=True)


def power(
    pool: Pool, aspect: DriftAspect, newest: Floats, n: int, looks: int, wrong: float = 0.2
) -> tuple[float, float]:
    """The share of looks at `n` newest comments and twice as many before that find it, and the mean effect."""
    times_found, effects = 0, []
    for seed in range(looks):
        rng = np.random.default_rng((seed, n, 2))
        data = pool.draw(n, 2 * n, newest, pool.weights, rng)
        drift = pool.look(data, looked_at(data, wrong, 0.2, rng))
        times_found += aspect in drift.drifted
        effects += [each.effect for each in drift.aspects if each.aspect is aspect and each.effect is not None]
    return times_found / looks, float(np.mean(effects)) if effects else float("nan")


def outside_library(pool: Pool) -> np.ndarray:
    """Whether each comment names a theme, but no cause of the library: (H,)."""
    named = np.zeros(len(pool.data.comments), bool)
    for mentions in pool.data.cause_mentions.values():
        is_library = np.array([cause.kind == "topic" and cause.id in pool.library for cause in pool.data.causes])
        named[mentions.comment[is_library[mentions.cause]]] = True
    return np.asarray(~named & (pool.theme < pool.theme.max()))


def of_a_cause(pool: Pool) -> np.ndarray:
    """Whether each comment names the cause of the library that is named tenth most: (H,)."""
    complaints = pool.data.cause_mentions[Polarity.NEGATIVE]
    is_library = np.array([cause.kind == "topic" and cause.id in pool.library for cause in pool.data.causes])
    counts = np.bincount(complaints.cause, pool.weights[complaints.comment], len(pool.data.causes)) * is_library
    chosen = np.zeros(len(pool.data.comments), bool)
    chosen[complaints.comment[complaints.of(int(np.argsort(-counts)[9]))]] = True
    return chosen


if __name__ == "__main__":
    main()
