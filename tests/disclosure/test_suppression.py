"""Surveys that promised anonymity: no identity is stored, and no difference of published numbers shows a few people."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.annotate.columns import Annotations
from pipelines.disclosure.suppression import SMALLEST_QUOTED, reveals, small_waves
from pipelines.report.build import report_on
from pipelines.tabulate.survey_data import tabulate
from saywhy import store
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.errors import Conflict
from saywhy.feedback import Comment, Customer, Rejection, Response, Score, Segment
from saywhy.report import Report
from saywhy.store import Connection
from tests.builders.answers import NOW, annotate

THEMES = {"slow": "support", "rude": "staff", "dear": "price"}


def survey(seed: int, people: int = 120) -> list[Response]:
    """Employees of sites and teams (teams lie within sites, save for a few), in waves of all sizes."""
    draw = random.Random(seed)
    responses = []
    for number in range(people):
        team = draw.choice(["a1", "a1", "a1", "a2", "b1", "b1", "b2", "c1"])
        site = {"a": "A", "b": "B", "c": "B"}[team[0]] if draw.random() < 0.97 else "C"
        said = [word for word in THEMES if draw.random() < 0.25]
        text = f"{' '.join(said)} place {number}" if said or draw.random() < 0.3 else None
        language = draw.choice(["en"] * 8 + ["de"] * 3 + ["it"])
        responses.append(
            Response(
                "hr",
                f"employee-{number}",
                Score(draw.randrange(11)) if draw.random() < 0.95 else None,
                Comment(text, language) if text else None,
                datetime(2026, 3, 14, 9, 26, tzinfo=UTC),
                draw.choice(["W1"] * 6 + ["W2"] * 6 + ["W3", None]),
                (Segment("site", site), Segment("team", team)) if draw.random() < 0.97 else (),
            )
        )
    return responses


def publish(responses: Sequence[Response]) -> dict[str, Report]:
    """The reports as `saywhy analyse` writes them for an anonymous workspace."""
    annotations = {}
    for comment in filter(None, (entry.comment for entry in responses)):
        named = [
            (comment.verbatim.index(word), comment.verbatim.index(word) + 4, theme, Polarity.NEGATIVE)
            for word, theme in THEMES.items()
            if word in comment.verbatim
        ]
        annotations[comment.content_hash] = annotate(comment, named)
    hidden = small_waves(responses)
    shown = [entry for entry in responses if entry.wave not in hidden]
    if not shown:
        return {}
    data = tabulate(shown, Annotations.of(annotations.items()), (), (), load_code_frame())
    reports: dict[str, Report] = {}
    for wave in (*data.waves, "all"):
        before = tuple(reports.values())
        reports[wave] = report_on(wave, data, "m", NOW, anonymous=True, published=before)
    return reports


def groups_of(report: Report, responses: Sequence[Response]) -> dict[str, frozenset[int]]:
    """Who is in each group whose score the report shows, as an insider would know it, and in what is left of each."""
    if report.nps is None:
        return {}
    inside = {number for number, entry in enumerate(responses) if entry.score and (report.wave in (entry.wave, "all"))}
    found = {"whole": frozenset(inside)}
    by_dimension: dict[str, set[int]] = {}
    for group in report.segments:
        members = frozenset(number for number in inside if group.name in map(str, responses[number].segments))
        assert len(members) == group.nps.n
        found[group.name] = members
        by_dimension.setdefault(group.name.partition("=")[0], set()).update(members)
    for dimension, members_shown in by_dimension.items():
        found[f"rest of {dimension}"] = frozenset(inside - members_shown)
    return found


def attack(reports: dict[str, Report], responses: Sequence[Response]) -> list[str]:
    """Everything small that someone who knows who is in which group can find by subtracting what is published."""
    leaks = []
    hidden = small_waves(responses)
    shown = [entry for entry in responses if entry.wave not in hidden]
    known: dict[str, frozenset[int]] = {}
    for wave, report in reports.items():
        known |= {f"{wave}: {name}": members for name, members in groups_of(report, shown).items()}
    leaks += [name for name, members in known.items() if reveals(len(members))]
    for (one, first), (other, second) in combinations(known.items(), 2):
        smaller, larger = sorted((first, second), key=len)
        if smaller < larger and smaller and reveals(len(larger) - len(smaller)):
            leaks.append(f"{one} against {other}")
    for name in ("issues", "delights"):
        whole = {(issue.kind, issue.id): issue.mentions for issue in getattr(reports["all"], name)}
        for key, mentions in whole.items():
            apart = sum(
                issue.mentions
                for wave, report in reports.items()
                if wave != "all"
                for issue in getattr(report, name)
                if (issue.kind, issue.id) == key
            )
            if reveals(mentions) or reveals(mentions - apart):
                leaks.append(f"{name} {key}")
    for report in reports.values():
        for group in report.waves:
            if reveals(group.nps.n):
                leaks.append(f"wave {group.name}")
        if report.nps and report.nps_with_comment and reveals(report.nps.n - report.nps_with_comment.n):
            leaks.append(f"silent of {report.wave}")
        for issue in (*report.issues, *report.delights):
            if reveals(issue.mentions) or (issue.quotes and issue.mentions < SMALLEST_QUOTED) or issue.waves:
                leaks.append(f"{report.wave}: {issue.id}")
            leaks += [f"quote of {issue.id}" for q in issue.quotes if q.segments or q.wave or q.score is not None]
        leaks += [f"{language} in {report.wave}" for language, count in report.languages if reveals(count)]
    return leaks


@pytest.mark.parametrize("seed", range(12))
def test_an_attacker_who_subtracts_finds_nobody(seed: int) -> None:
    """Segments, what is left of them, waves and causes, each against each other: no difference of one to four."""
    responses = survey(seed)
    reports = publish(responses)
    assert attack(reports, responses) == []
    assert any(report.issues for report in reports.values())


def test_the_attack_succeeds_without_protection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same attack on reports that are not protected finds people: it can fail."""
    monkeypatch.setattr("pipelines.report.build.protect", lambda report, *_: report)
    responses = survey(1)
    found = " ".join(attack(publish(responses), responses))
    assert "against" in found
    assert "quote of" in found


@given(st.integers(0, 10**6), st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_no_survey_is_too_small_to_hide(seed: int, people: int) -> None:
    """From one employee to sixty, whatever the groups: nothing leaks, and what is left is a report."""
    responses = survey(seed, people)
    reports = publish(responses)
    if reports:
        assert attack(reports, responses) == []


def test_large_groups_are_still_shown() -> None:
    """Protection leaves what is safe: both large waves, the large teams, causes with quotes."""
    reports = publish(survey(3, 600))
    assert {"W1", "W2", "all"} <= reports.keys()
    assert {group.name for group in reports["W1"].segments} >= {"team=a1", "team=b1"}
    assert len(reports["W1"].issues) == 3
    assert all(issue.quotes for issue in reports["W1"].issues)
    assert any(note.key == "anonymous" for note in reports["all"].notes)


def test_no_identity_reaches_the_database(connection: Connection, workspace: int) -> None:
    """Customer, id, time and rejected rows are nowhere in any table; a second import still knows each response."""
    store.workspaces.promise_anonymity(connection, workspace)
    person = Customer("id-77", "Jo Doe", "jo@example.com", "Doe Ltd", Decimal(12345))
    given_at = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
    response = Response("hr", "employee-4711", Score(2), Comment("fine"), given_at, "W1", customer=person)
    assert store.responses.save(connection, workspace, [response]).new == 1
    assert store.responses.save(connection, workspace, [response]).unchanged == 1
    entry = store.imports.start(connection, workspace, "survey.csv", "digest")
    rejected = [Rejection(3, "score 99 is outside 0-10", "employee-4712,99,Jo Doe")]
    store.imports.advance(connection, workspace, entry.id, 3, store.responses.Saved(), rejected)
    tables = sa.inspect(connection).get_table_names()
    everything = str([connection.execute(sa.text(f"SELECT * FROM {table}")).all() for table in tables])
    for trace in ("4711", "4712", "Jo Doe", "jo@example", "Doe Ltd", "id-77", "12345", "9, 26", "09:26"):
        assert trace not in everything, trace
    [stored] = store.responses.load(connection, workspace)
    assert stored.customer is None
    assert stored.answered_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert stored.score == Score(2)


def test_anonymity_cannot_be_promised_afterwards(connection: Connection, workspace: int) -> None:
    """Where identities are stored already the promise is refused; given once, it may be given again."""
    store.responses.save(connection, workspace, [Response("hr", "1", Score(2))])
    with pytest.raises(Conflict, match="identity"):
        store.workspaces.promise_anonymity(connection, workspace)
    other = store.workspaces.ensure(connection, "employees")
    store.workspaces.promise_anonymity(connection, other)
    key = store.workspaces.anonymity_key(connection, other)
    store.workspaces.promise_anonymity(connection, other)
    assert store.workspaces.anonymity_key(connection, other) == key
    assert store.workspaces.anonymity_key(connection, workspace) is None


def test_protected_reports_are_plain_json() -> None:
    """A protected report is a report like any other."""
    for report in publish(survey(7)).values():
        assert json.loads(json.dumps(asdict(report)))["wave"] == report.wave
