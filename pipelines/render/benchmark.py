"""Builds what a report shows beside a reference: the panel before the rankings, and two columns in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.render.context import BenchmarkPanel, Figure, FigureRow, FigureTable
from pipelines.render.wording import Wording
from saywhy.benchmark import Benchmark, ComparedGroup, Comparison
from saywhy.code_frame import CodeFrame
from saywhy.issue import CauseKey
from saywhy.report import ALL_WAVES

#: Names in one sentence.
MAX_NAMES = 5

#: The sentences on significant differences: polarity, number, the key if it is higher here, and that if it is lower.
_CLAIMS = (
    ("negative", "rate", "benchmark_complaint_oftener", "benchmark_complaint_rarer"),
    ("negative", "points", "benchmark_costs_more", "benchmark_costs_less"),
    ("positive", "rate", "benchmark_praise_oftener", "benchmark_praise_rarer"),
    ("positive", "points", "benchmark_adds_more", "benchmark_adds_less"),
)


#: The figure of a number that one of the groups does not have.
NOT_COMPARED = Figure("–")


def panel(
    benchmark: Benchmark | None, names: Mapping[str, str], code_frame: CodeFrame, wording: Wording
) -> BenchmarkPanel | None:
    """The NPS of both groups, the causes that differ, those that only the reference names, and what is not comparable.

    `names` are those of the causes on the page, by their keys.
    """
    if benchmark is None:
        return None
    names = {**_common_names(code_frame, wording), **names}
    return BenchmarkPanel(
        title=wording("benchmark", name=reference_name(benchmark, wording)),
        scores=_scores(benchmark, wording),
        sentences=tuple(_sentences(benchmark, names, wording)),
        only_there=_only_there(benchmark, names, wording),
        notes=(wording["benchmark_hint"], *map(wording.note, benchmark.notes)),
    )


def columns(benchmark: Benchmark, wording: Wording) -> tuple[str, ...]:
    """The titles of the columns in the ranking."""
    name = reference_name(benchmark, wording)
    return wording("benchmark_rate", name=name), wording("benchmark_points", name=name)


def figures(benchmark: Benchmark, polarity: str, key: CauseKey, wording: Wording) -> tuple[Figure, ...]:
    """The figures of a cause in these columns; dashes for what is not compared."""
    cause = next((each for each in benchmark.causes if each.polarity == polarity and each.key == key), None)
    return (
        _rate(cause.rate if cause else None, wording),
        _points(cause.points if cause else None, wording),
    )


def reference_name(benchmark: Benchmark, wording: Wording) -> str:
    """The name of the wave, segment or workspace that the report is compared with."""
    return _group_name(benchmark.reference, benchmark, wording)


def _group_name(group: ComparedGroup, benchmark: Benchmark, wording: Wording) -> str:
    against = benchmark.against

    def name(part: str) -> str:
        if part == ALL_WAVES:
            return wording["all_waves"]
        return wording.segment(part) if against.kind == "segment" and part == against.name else part

    if against.kind == "workspace" and group is benchmark.reference:
        wave = against.wave
        return group.name if wave in (None, ALL_WAVES) else wording("benchmark_of_wave", name=group.name, wave=wave)
    if group.without is None:
        return name(group.name)
    return wording("benchmark_without", name=name(group.name), part=name(group.without))


def _common_names(code_frame: CodeFrame, wording: Wording) -> dict[str, str]:
    """The names of themes and of causes of the library by their keys."""
    names = {str(CauseKey("theme", theme.id)): theme.name(wording.language) for theme in code_frame}
    for cause in code_frame.causes:
        names[str(CauseKey("topic", cause.id))] = cause.names.get(wording.language, cause.names["en"])
    return names


def _scores(benchmark: Benchmark, wording: Wording) -> FigureTable | None:
    """The NPS of both groups and the difference; None if neither has one."""
    here, there = (_group_name(group, benchmark, wording) for group in (benchmark.group, benchmark.reference))
    if benchmark.group.nps is None and benchmark.reference.nps is None:
        return None
    figures = _nps(benchmark.group, wording), _nps(benchmark.reference, wording), _nps_difference(benchmark, wording)
    row = FigureRow(wording["nps"], "", figures)
    return FigureTable(
        title=wording["nps"],
        hint=wording("benchmark_scores_hint", here=here, there=there),
        item_title=wording["benchmark_short"],
        columns=(here, there, wording["benchmark_difference"]),
        rows=(row,),
    )


def _nps(group: ComparedGroup, wording: Wording) -> Figure:
    if group.nps is None:
        return NOT_COMPARED
    interval = wording.interval(group.nps.low, group.nps.high, signed=True)
    detail = wording("benchmark_size", interval=interval, n=wording.count(group.nps.n))
    return Figure(wording.points(group.nps.score, signed=True), detail)


def _nps_difference(benchmark: Benchmark, wording: Wording) -> Figure:
    nps = benchmark.nps
    if nps is None or nps.difference is None:
        return NOT_COMPARED
    interval = wording.interval(nps.difference.low, nps.difference.high, signed=True)
    return Figure(wording.points(nps.difference.value, signed=True), interval, _mark(nps, wording))


def _sentences(benchmark: Benchmark, names: Mapping[str, str], wording: Wording) -> Iterator[str]:
    """What was tested of the NPS and of the causes; nothing where there were too few responses for a test."""
    nps = benchmark.nps
    if nps and nps.difference and nps.q_value is not None:
        yield wording(
            "benchmark_nps",
            change=wording.points(nps.difference.value, signed=True),
            interval=wording.interval(nps.difference.low, nps.difference.high, signed=True),
            sure=wording["change_sure" if nps.significant else "change_unsure"],
        )
    claims = [*_claims(benchmark, names, wording)]
    if claims:
        yield from claims
    elif any(each and each.q_value is not None for cause in benchmark.causes for each in (cause.rate, cause.points)):
        yield wording["benchmark_none"]


def _claims(benchmark: Benchmark, names: Mapping[str, str], wording: Wording) -> Iterator[str]:
    """A sentence for each kind of significant difference, which names the causes in the order of the ranking."""
    for polarity, number, higher, lower in _CLAIMS:
        for key, sign in ((higher, 1), (lower, -1)):
            causes = [
                names.get(str(cause.key), cause.label)
                for cause in benchmark.causes
                if cause.polarity == polarity and _direction(cause.rate if number == "rate" else cause.points) == sign
            ]
            if causes:
                shown = causes[:MAX_NAMES] + (["…"] if len(causes) > MAX_NAMES else [])
                yield wording(key, names=wording["comma"].join(shown))


def _direction(comparison: Comparison | None) -> int:
    """1 if the number is significantly higher here, -1 if it is lower, else 0."""
    if comparison is None or comparison.difference is None or not comparison.significant:
        return 0
    return 1 if comparison.difference.value > 0 else -1


def _only_there(benchmark: Benchmark, names: Mapping[str, str], wording: Wording) -> FigureTable | None:
    """The causes that nobody names here, most frequent there first."""
    causes = [cause for cause in benchmark.causes if cause.rate and not cause.rate.value]
    if not causes:
        return None
    rows = tuple(
        FigureRow(
            names.get(str(cause.key), cause.label),
            wording["complaint" if cause.polarity == "negative" else "delight"],
            (_rate(cause.rate, wording),),
        )
        for cause in sorted(causes, key=lambda cause: -cause.rate.reference if cause.rate else 0.0)
    )
    return FigureTable(
        title=wording["benchmark_only_there"],
        hint=wording["benchmark_only_there_hint"],
        item_title=wording["issue"],
        columns=columns(benchmark, wording)[:1],
        rows=rows,
    )


def _rate(comparison: Comparison | None, wording: Wording) -> Figure:
    if comparison is None or comparison.difference is None:
        return NOT_COMPARED
    low, value, high = (
        100 * share for share in (comparison.difference.low, comparison.difference.value, comparison.difference.high)
    )
    return Figure(
        wording("benchmark_pair", here=wording.share(comparison.value), there=wording.share(comparison.reference)),
        wording(
            "benchmark_percentage_points",
            difference=wording.points(value, signed=True),
            interval=wording.interval(low, high, signed=True),
        ),
        _mark(comparison, wording),
    )


def _points(comparison: Comparison | None, wording: Wording) -> Figure:
    if comparison is None:
        return NOT_COMPARED
    pair = wording("benchmark_pair", here=wording.points(comparison.value), there=wording.points(comparison.reference))
    difference = comparison.difference
    if difference is None:
        return Figure(pair)
    return Figure(
        pair,
        wording(
            "benchmark_change",
            difference=wording.points(difference.value, signed=True),
            interval=wording.interval(difference.low, difference.high, signed=True),
        ),
        _mark(comparison, wording),
    )


def _mark(comparison: Comparison, wording: Wording) -> str:
    return {1: wording["benchmark_higher"], -1: wording["benchmark_lower"], 0: ""}[_direction(comparison)]
