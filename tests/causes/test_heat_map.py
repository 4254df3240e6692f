"""The heat map of complaints by segment."""

from __future__ import annotations

import pytest

from pipelines.causes.analysis import Analysis
from pipelines.causes.heat_map import heat_map
from saywhy.feedback import Response, Segment
from saywhy.heat_map import HeatMap
from tests.builders.answers import report_on, response
from tests.builders.fixed_survey import WORDS, survey


def answers() -> list[Response]:
    """Of 60 in the north 30 blame the support, of 140 in the south 7, and 20 of each blame the price."""
    texts = ["slow support"] * 30 + ["high price"] * 20 + ["as expected"] * 10
    texts += ["slow support"] * 7 + ["high price"] * 20 + ["as expected"] * 113
    return [
        response(
            number,
            3 if "expected" not in text else 9,
            f"{text} {number}",
            segments=(Segment("region", "north" if number < 60 else "south"),),
        )
        for number, text in enumerate(texts)
    ]


def shown() -> HeatMap:
    """The heat map of these answers."""
    data = survey(answers())
    return heat_map(Analysis.of(data, data.responses_of("all")), "all")


def test_rates_are_compared_with_elsewhere() -> None:
    """By hand: 30 of 60 against 7 of 140 is ten times as often, shrunk towards 1; where it is rarer, below 1."""
    heat = shown()
    assert (heat.segments, heat.sizes) == (("region=north", "region=south"), (60, 140))
    rows = {row.key.id: row.cells for row in heat.rows}
    assert set(rows) == {"support", "price"}  # and none of the themes that nobody names
    north, south = rows["support"]
    assert (north.mentions, north.rate, north.elsewhere) == (30, 0.5, 0.05)
    assert north.times is not None
    assert south.times is not None
    assert 1 < north.times.low < north.times.value < 10
    assert south.times.high < 1
    assert south.times.value == pytest.approx(1 / north.times.value)
    assert (north.is_elevated, south.is_elevated) == (True, False)


def test_it_says_of_a_segment_what_the_ranking_says() -> None:
    """The cells that are elevated are those that the report lists, with the same ratio."""
    listed = {
        (issue.key, segment.segment): segment.times
        for issue in report_on(answers(), WORDS).issues
        for segment in issue.segments
    }
    heat = shown()
    elevated = {
        (row.key, segment): cell.times
        for row in heat.rows
        for segment, cell in zip(heat.segments, row.cells, strict=True)
        if cell.is_elevated
    }
    assert listed
    assert elevated == listed


def test_a_segment_of_everybody_has_nothing_to_be_compared_with() -> None:
    """There is no ratio, and no number is made up."""
    everybody = [response(n, 3, f"slow support {n}", segments=(Segment("region", "north"),)) for n in range(5)]
    data = survey(everybody)
    [row] = heat_map(Analysis.of(data, data.responses_of("all")), "all").rows
    assert (row.cells[0].times, row.cells[0].rate, row.cells[0].is_elevated) == (None, 1.0, False)
