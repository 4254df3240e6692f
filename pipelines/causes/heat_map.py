"""The rates of all complaints in all segments, as `pipelines.causes.segment_rates` compares and shrinks them."""

from __future__ import annotations

from pipelines.causes.analysis import Analysis
from pipelines.causes.segment_rates import SegmentComparison, ShrunkRatios
from pipelines.impact.nps import Z95
from saywhy.annotation import Polarity
from saywhy.heat_map import HeatCell, HeatMap, HeatRow


def heat_map(analysis: Analysis, wave: str) -> HeatMap:
    """The heat map of the responses of a report, whose wave is given; its rows are in no particular order."""
    named = analysis.named[Polarity.NEGATIVE]
    comparison = SegmentComparison.of(named, analysis.segmented)
    shrunk = ShrunkRatios.of(comparison)
    is_elevated = comparison.is_significant & (shrunk.log_ratio - Z95 * shrunk.error > 0)

    def cell(cause: int, segment: int) -> HeatCell:
        inside, outside = comparison.inside[cause, segment], comparison.outside[cause, segment]
        size, others = comparison.size[segment], comparison.others[segment]
        return HeatCell(
            mentions=int(inside),
            rate=float(inside / max(size, 1)),
            elsewhere=float(outside / max(others, 1)),
            times=shrunk.ratio(cause, segment) if comparison.is_testable[cause, segment] else None,
            is_elevated=bool(is_elevated[cause, segment]),
        )

    columns = range(len(analysis.segments))
    is_named = named.sum(axis=0) > 0
    return HeatMap(
        wave=wave,
        segments=tuple(map(str, analysis.segments)),
        sizes=tuple(int(size) for size in comparison.size),
        rows=tuple(
            HeatRow(cause.key, tuple(cell(index, column) for column in columns))
            for index, cause in enumerate(analysis.data.causes)
            if is_named[index]
        ),
    )
