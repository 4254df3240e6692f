"""The page of causes of several reports: with everything, as praise, hostile, and of a topic that no report ranks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from api.web.pages.cause.build import Shown, cause_page
from api.web.rendering import Web
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Group
from saywhy.fix import Fix, FixOutcome, FixState
from saywhy.handling import Aside, Handling, HandlingChange, HandlingField, Progress
from saywhy.issue import CoNamed, Issue, TopicState
from saywhy.report import Report
from saywhy.topic import Definition, Edit, EditKind, Fate, Lineage, Part, Topic
from service.causes import CauseDetails
from service.evidence import CauseCustomer, CauseCustomers, CauseEvidence, CauseQuote
from service.topics.views import EditOutcome, EditStatus, TopicDetails
from tests.builders.extreme_reports import HOSTILE, HOSTILE_TEXT
from tests.builders.reports import FULL, INVOICES, RATED, RICH

NOW = datetime(2027, 5, 4, tzinfo=UTC)
FRAME = load_code_frame()
TOPIC = Topic("topic-17", "billing", "Invoices", (), "negative", 61, b"", parts=(Part("p-1", "PDF", 9),))
OTHER = replace(TOPIC, id="topic-18", label="Refunds", is_pinned=True, is_ignored=False)

#: What each field is set to, one after the other.
VALUES = {
    HandlingField.PROGRESS: "reviewed",
    HandlingField.OWNER: HOSTILE_TEXT[:100],
    HandlingField.TICKET: "https://tracker.example/1",
    HandlingField.ASIDE: Aside(1.5, 10, date(2027, 6, 1), 4.8, 3).as_json(),
    HandlingField.EFFORT: {"days": 10.0},
    HandlingField.FIX: Fix("topic:topic-17", date=date(2027, 1, 2), release="4.1").as_json(),
}

ARGUMENTS: dict[EditKind, dict[str, Any]] = {
    EditKind.RENAME: {"name": HOSTILE_TEXT[:100]},
    EditKind.MERGE: {"into": "topic-18"},
    EditKind.SPLIT: {"name": "PDF", "into": "topic-18"},
    EditKind.MOVE: {"into": "gone", "clauses": [["abc", 0, 1]]},
    EditKind.ADOPT: {"name": "Ours", "theme": "ours"},
    EditKind.CREATE: {"name": "Made", "clauses": [], "texts": ["a", "b"]},
    EditKind.UNDO: {"edit": 1},
}


def samples(web: Web) -> list[object]:
    """A cause with everything in every state of a fix, and the others."""
    topic = details(INVOICES, RICH)
    return [
        *(page(replace(topic, outcome=outcome), RICH, web) for outcome in outcomes()),
        page(topic, RICH, web, evidence=None),
        *(
            page(details(issue, report), report, web)
            for report in (FULL, RATED, HOSTILE)
            for issue in report.issues[:2]
        ),
        *(page(details(issue, RICH, is_praise=True), RICH, web, is_praise=True) for issue in RICH.delights[:2]),
        page(replace(topic, issue=None, handling=Handling()), RICH, web),
        page(both_sides(), RICH, web),
    ]


def outcomes() -> list[FixOutcome | None]:
    """A fix in each state, and one without points."""
    fix = RICH.fixes[0]
    states = [replace(fix, state=state) for state in FixState]
    return [None, *states, replace(fix, state=FixState.VERIFIED, recovered=None)]


def both_sides() -> CauseDetails:
    """A theme that some complain of and others praise, without anything that people did."""
    theme = next(issue for issue in RICH.issues if issue.kind == "theme")
    return replace(details(theme, RICH), praise=theme, topic=None, changes=(), handling=Handling())


def details(issue: Issue, report: Report, *, is_praise: bool = False) -> CauseDetails:
    """A cause with a long history."""
    issue = replace(issue, co_named=tuple(CoNamed(str(other.key), 0.2) for other in report.issues[:2]))
    topic = TopicDetails(TOPIC, (), lineage(), edits()) if issue.kind == "topic" else None
    if topic is not None:
        issue = replace(issue, topic=TopicState(0.9, False, False, "2026-01-02", 2, (("PDF", 9),)))
        topic = replace(topic, topic=replace(TOPIC, definition=Definition({"en": HOSTILE_TEXT}, is_proposed=True)))
    return CauseDetails(
        key=issue.key,
        issue=None if is_praise else issue,
        praise=issue if is_praise else None,
        topic=topic,
        topics=(TOPIC, OTHER),
        handling=Handling(Progress.BEING_FIXED, HOSTILE_TEXT[:100], "https://t.example/1", Aside(1.0, 2)),
        changes=changes(),
        outcome=None,
        release="4.1",
    )


def changes() -> tuple[HandlingChange, ...]:
    """Every field set, then the first one set back, latest first."""
    made = [
        HandlingChange(number, "topic:topic-17", field, None, value, "Eda", NOW + timedelta(hours=number))
        for number, (field, value) in enumerate(VALUES.items(), 1)
    ]
    first = made[0]
    undone = replace(first, id=99, before=first.value, value=None, at=NOW + timedelta(days=1), undoes=1)
    return (undone, *reversed(made))


def edits() -> tuple[EditStatus, ...]:
    """Every kind of edit with every outcome."""
    statuses = []
    for number, kind in enumerate(EditKind, 1):
        edit = Edit(number, kind, "topic-17", ARGUMENTS.get(kind, {}), "Eda", NOW, HOSTILE_TEXT)
        outcome = list(EditOutcome)[number % 3]
        statuses.append(EditStatus(edit, outcome, undone_by=50 if outcome is EditOutcome.UNDONE else None))
    named = {"name": "Named", "definition": "What it is"}
    return (*statuses, EditStatus(Edit(70, EditKind.RENAME, "topic-17", named, "Eda", NOW), EditOutcome.STANDS))


def lineage() -> tuple[Lineage, ...]:
    """Everything that may become of a topic."""
    return tuple(Lineage(NOW, fate, "topic-17", "topic-18") for fate in Fate)


def evidence() -> CauseEvidence:
    """More quotes and customers than are shown at once."""
    quotes = INVOICES.quotes[:1] * 5
    marked = [CauseQuote(quote, f"{number:064x}") for number, quote in enumerate(quotes)]
    customers = [
        CauseCustomer(account, 2, 3, NOW, "2026-Q2", Decimal(100))
        for account in (HOSTILE_TEXT, None, *map(str, range(9)))
    ]
    unknown = CauseCustomer("Nobody", 1, None, None, None, None)
    return CauseEvidence(
        {Group.DETRACTOR: tuple(marked), Group.PROMOTER: tuple(marked[:1])},
        CauseCustomers((*customers, unknown), 30, 400),
    )


EVIDENCE = evidence()


def page(
    details: CauseDetails,
    report: Report,
    web: Web,
    evidence: CauseEvidence | None = EVIDENCE,
    *,
    is_praise: bool = False,
) -> object:
    """The page of a cause, after something was done."""
    issue = details.praise if is_praise else details.issue
    waves = (*(group.name for group in report.waves), "all")
    in_wave = {report.waves[0].name: issue} if report.waves and issue else {}
    shown = Shown(report, waves, in_wave, is_praise, "edit-2")
    return cause_page(details, shown, evidence, FRAME, web)
