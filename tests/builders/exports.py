"""Exports of surveys, written for a test or kept as fixtures, and how they are read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from pipelines.ingest import ExportLayout, examine, read_responses
from saywhy.feedback import Rejection, Response

#: Inputs of kinds that people reported to survey tools.
REPORTED = Path(__file__).parents[1] / "fixtures" / "reported"
SCORES = [2, 9, 4, 10, 3, 1, 9, 5, 10, 0, 6, 8]
TEXTS = [f"{reason}, for the {number}th time this year" for number in range(3, 6) for reason in (
    "The parcel came late", "Great price and it never breaks", "Nobody answered my ticket", "The bill was wrong again",
)]  # fmt: skip
IDS = [f"r{number}" for number in range(12)]


def table(folder: Path, named: Mapping[str, Sequence[object]] = MappingProxyType({}), **more: Sequence[object]) -> Path:
    """A CSV file with these columns."""
    columns = {**named, **more}
    path = folder / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def read(path: Path) -> tuple[ExportLayout, list[Response], list[str]]:
    """How the file is read, its responses, and the reasons of its rejections."""
    layout = examine(path)
    items = list(read_responses(layout))
    responses = [item for item in items if isinstance(item, Response)]
    return layout, responses, [item.reason for item in items if isinstance(item, Rejection)]


def roles(layout: ExportLayout) -> tuple[str | None, str | None]:
    """Names of the columns of score and comment."""
    names = layout.columns.names_by_role()
    return names.get("score"), names.get("comment")


def nps(responses: Iterable[Response]) -> float:
    """The NPS of the responses that have one."""
    points = [response.score.group.points for response in responses if response.score and response.score.group]
    return round(sum(points) / len(points), 1)
