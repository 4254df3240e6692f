"""What came in with each wave, as a file."""

from __future__ import annotations

from collections.abc import Sequence

from api.web.pages.quality.build import WaveCounts
from pipelines.render.tables import Column, Kind, Table
from pipelines.render.wording import Wording


def wave_table(waves: Sequence[WaveCounts], wording: Wording) -> Table:
    """The numbers of which the page shows shares."""
    columns: tuple[Column[WaveCounts], ...] = (
        Column("wave", wording["wave"], Kind.TEXT, lambda each: each.wave),
        Column("responses", wording["responses"], Kind.COUNT, lambda each: each.counts.responses),
        Column("scored", wording["scored"], Kind.COUNT, lambda each: each.counts.scored),
        Column("comments", wording["comments"], Kind.COUNT, lambda each: each.counts.comments),
        Column("non_answers", wording["non_answers"], Kind.COUNT, lambda each: each.counts.non_answers),
        Column("duplicates", wording["duplicates"], Kind.COUNT, lambda each: each.counts.duplicates),
        Column("unknown_language", wording["tables.unknown_language"], Kind.COUNT, lambda each: each.unknown),
    )
    return Table.of(wording["quality.by_wave"], columns, waves)
