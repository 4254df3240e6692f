"""The allow-list of what an anonymous report may publish: complete, and obeyed by what is published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

import pytest

from pipelines.disclosure.fields import PUBLICATION, Publication, published_fields
from pipelines.render import to_json
from saywhy.report import Report
from tests.builders.reports import FULL
from tests.disclosure.test_suppression import publish, survey


def dataclasses_in(hint: Any) -> list[type]:
    """The dataclasses that a type hint names."""
    if isinstance(hint, type) and is_dataclass(hint):
        return [hint]
    return [part for argument in get_args(hint) for part in dataclasses_in(argument)]


@cache
def members_of(kind: type) -> dict[str, list[type]]:
    """The fields of a dataclass, with the dataclasses that their values are made of."""
    hints = get_type_hints(kind)
    return {field.name: dataclasses_in(hints[field.name]) for field in fields(kind)}


def unclassified(kind: type = Report) -> Iterator[str]:
    """The fields of a dataclass, and of all that it publishes, that are not exactly once in the allow-list."""
    rules = PUBLICATION.get(kind, Publication())
    names = [*rules.as_is.split(), *rules.protected.split(), *rules.never.split()]
    for name in {*names, *members_of(kind)}:
        if names.count(name) != 1 or name not in members_of(kind):
            yield f"{kind.__name__}.{name}"
    for name in rules.published & members_of(kind).keys():
        for part in members_of(kind)[name]:
            yield from unclassified(part)


def never_shown(value: Any, kind: type = Report) -> Iterator[str]:
    """The fields with content, in the JSON of a dataclass, that are never published."""
    for name, parts in members_of(kind).items():
        content = value[name]
        if name not in PUBLICATION[kind].published:
            if content not in (None, 0, "", [], {}):
                yield f"{kind.__name__}.{name}"
        elif parts and content is not None:
            for part in content if isinstance(content, list) else [content]:
                yield from never_shown(part, parts[0])


def test_every_field_is_classified() -> None:
    """Each field that a report can reach is in the allow-list exactly once, and the list names no other field."""
    assert [*unclassified()] == []


def test_a_new_field_is_noticed_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A field that nobody has classified is found by the test above, and is not published."""

    @dataclass(frozen=True, slots=True)
    class GrownReport(Report):
        author: str = ""

    monkeypatch.setitem(PUBLICATION, GrownReport, PUBLICATION[Report])
    assert [*unclassified(GrownReport)] == ["GrownReport.author"]
    grown = GrownReport(**{name: getattr(FULL, name) for name in members_of(Report)}, author="Ann")
    assert published_fields(grown).author == ""


def test_no_published_report_has_what_is_never_published() -> None:
    """The JSON of anonymous reports has no content in a field that is never published; that of other reports has."""
    for report in (*publish(survey(3, 600)).values(), published_fields(FULL)):
        assert [*never_shown(json.loads(to_json(report)))] == []
    assert {"Issue.waves", "Issue.revenue_at_risk", "Quote.score"} <= {*never_shown(json.loads(to_json(FULL)))}
