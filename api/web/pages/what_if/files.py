"""What if as files."""

from __future__ import annotations

from collections.abc import Sequence

from api.web.figures import Figure
from api.web.pages.what_if.context import WhatIf
from api.web.row_figures import RowText, bar_figure
from pipelines.render.tables import Column, Kind, Table, estimate_columns
from pipelines.render.wording import Wording
from saywhy.scenario import Scenario


def scenario_table(scenarios: Sequence[Scenario], wording: Wording) -> Table:
    """A row for each share."""
    columns: tuple[Column[Scenario], ...] = (
        Column("causes", wording["what_if.picked"], Kind.TEXT, lambda scenario: scenario.causes),
        Column("fewer", wording["tables.fewer"], Kind.SHARE, lambda scenario: scenario.fewer),
        Column("responses", wording["mentions"], Kind.COUNT, lambda scenario: scenario.responses),
        *estimate_columns("gain", wording["scenario_gain"], Kind.NUMBER, lambda scenario: scenario.gain, wording),
        *estimate_columns("nps", wording["score_short"], Kind.NUMBER, lambda scenario: scenario.nps, wording),
    )
    return Table.of(wording["what_if.title"], columns, scenarios)


def scenario_figure(page: WhatIf, wording: Wording) -> Figure | None:
    """The NPS as it is, and for each share."""
    if page.outcome is None:
        return None
    table, names = page.outcome.table, wording["comma"].join(page.outcome.names)
    rows = ((RowText(row.name, "", row.score, row.interval), row.mark, row.current) for row in table.rows)
    return bar_figure(table.title, names, rows, table.ticks, table.zero, "score")
