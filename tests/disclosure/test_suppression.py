"""Anonymous surveys: no identity is stored, and no difference of published numbers discloses a small group."""

from __future__ import annotations

import json
import random
from collections import Counter
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
from pipelines.disclosure.thresholds import SMALLEST_QUOTED, is_disclosive
from pipelines.report.build import report_on
from pipelines.tabulate.tabulation import tabulate
from saywhy import store
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.errors import Conflict
from saywhy.feedback import Comment, Customer, Rejection, Response, Score, Segment
from saywhy.report import Report
from saywhy.store import Connection
from tests.builders.answers import NOW, annotate_by_words

THEME_WORDS = {
    word: (theme, Polarity.NEGATIVE) for word, theme in {"slow": "support", "rude": "staff", "dear": "price"}.items()
}


def survey(seed: int, people: int = 120) -> list[Response]:
    """Employees of sites and teams (3 % of a team belong to another site), in waves of all sizes."""
    draw = random.Random(seed)
    responses = []
    for number in range(people):
        team = draw.choice(["a1", "a1", "a1", "a2", "b1", "b1", "b2", "c1"])
        site = {"a": "A", "b": "B", "c": "B"}[team[0]] if draw.random() < 0.97 else "C"
        words = [word for word in THEME_WORDS if draw.random() < 0.25]
        text = f"{' '.join(words)} place {number}" if words or draw.random() < 0.3 else None
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


def outside_small_waves(responses: Sequence[Response]) -> list[Response]:
    """The responses of waves of neither one to four responses nor one to four scores."""
    counts = Counter(entry.wave for entry in responses)
    scores = Counter(entry.wave for entry in responses if entry.score is not None)
    return [entry for entry in responses if not is_disclosive(counts[entry.wave]) | is_disclosive(scores[entry.wave])]


def publish(responses: Sequence[Response]) -> dict[str, Report]:
    """The reports that `saywhy analyse` first writes for an anonymous workspace, with all larger waves in them."""
    comments = [entry.comment for entry in responses if entry.comment is not None]
    annotations = {comment.content_hash: annotate_by_words(comment, THEME_WORDS) for comment in comments}
    publishable = outside_small_waves(responses)
    if not publishable:
        return {}
    data = tabulate(publishable, Annotations.of(annotations.items()), (), (), load_code_frame())
    reports: dict[str, Report] = {}
    for wave in (*data.waves, "all"):
        before = tuple(reports.values())
        reports[wave] = report_on(wave, data, "m", NOW, anonymous=True, published=before)
    return reports


def groups_of(report: Report, responses: Sequence[Response]) -> dict[str, frozenset[int]]:
    """The members, known to an insider, of each group with a published score and of the rest of each dimension."""
    if report.nps is None:
        return {}
    scored = {number for number, entry in enumerate(responses) if entry.score and (report.wave in (entry.wave, "all"))}
    groups = {"whole": frozenset(scored)}
    by_dimension: dict[str, set[int]] = {}
    for group in report.segments:
        members = frozenset(number for number in scored if group.name in map(str, responses[number].segments))
        assert len(members) == group.nps.n
        groups[group.name] = members
        by_dimension.setdefault(group.name.partition("=")[0], set()).update(members)
    for dimension, published_members in by_dimension.items():
        groups[f"rest of {dimension}"] = frozenset(scored - published_members)
    return groups


def attack(reports: dict[str, Report], responses: Sequence[Response]) -> list[str]:
    """The groups of one to four people that an insider can compute by subtracting published numbers."""
    leaks = []
    publishable = outside_small_waves(responses)
    groups: dict[str, frozenset[int]] = {}
    for wave, report in reports.items():
        groups |= {f"{wave}: {name}": members for name, members in groups_of(report, publishable).items()}
    leaks += [name for name, members in groups.items() if is_disclosive(len(members))]
    for (one, first), (other, second) in combinations(groups.items(), 2):
        smaller, larger = sorted((first, second), key=len)
        if smaller < larger and smaller and is_disclosive(len(larger) - len(smaller)):
            leaks.append(f"{one} against {other}")
    for name in ("issues", "delights"):
        whole = {(issue.kind, issue.id): issue.mentions for issue in getattr(reports["all"], name)}
        for key, mentions in whole.items():
            in_waves = sum(
                issue.mentions
                for wave, report in reports.items()
                if wave != "all"
                for issue in getattr(report, name)
                if (issue.kind, issue.id) == key
            )
            if is_disclosive(mentions) or is_disclosive(mentions - in_waves):
                leaks.append(f"{name} {key}")
    for report in reports.values():
        for group in report.waves:
            if is_disclosive(group.nps.n):
                leaks.append(f"wave {group.name}")
        if report.nps and report.nps_with_comment and is_disclosive(report.nps.n - report.nps_with_comment.n):
            leaks.append(f"without comment in {report.wave}")
        for issue in (*report.issues, *report.delights):
            if is_disclosive(issue.mentions) or (issue.quotes and issue.mentions < SMALLEST_QUOTED) or issue.waves:
                leaks.append(f"{report.wave}: {issue.id}")
            leaks += [f"quote of {issue.id}" for q in issue.quotes if q.segments or q.wave or q.score is not None]
        leaks += [f"{language} in {report.wave}" for language, count in report.languages if is_disclosive(count)]
    return leaks


@pytest.mark.parametrize(
    "seed", [*range(6), *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in range(6, 12))]
)
def test_subtraction_discloses_no_small_group(seed: int) -> None:
    """No two of segments, rests of dimensions, waves and causes differ by one to four people."""
    responses = survey(seed)
    reports = publish(responses)
    assert attack(reports, responses) == []
    assert any(report.issues for report in reports.values())


def test_the_attack_succeeds_without_protection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same attack on unprotected reports finds small groups: the attack itself works."""
    monkeypatch.setattr("pipelines.report.build.protect", lambda report, *_: report)
    responses = survey(1)
    leaks = " ".join(attack(publish(responses), responses))
    assert "against" in leaks
    assert "quote of" in leaks


@pytest.mark.slow
@given(st.integers(0, 10**6), st.integers(1, 60))
@settings(max_examples=12)
def test_small_surveys_disclose_no_small_group(seed: int, people: int) -> None:
    """From one employee to sixty, with any groups, nothing leaks."""
    responses = survey(seed, people)
    reports = publish(responses)
    if reports:
        assert attack(reports, responses) == []


def test_large_groups_are_still_shown() -> None:
    """Both large waves, the large teams and the causes with quotes are safe and stay published."""
    reports = publish(survey(3, 600))
    assert {"W1", "W2", "all"} <= reports.keys()
    assert {group.name for group in reports["W1"].segments} >= {"team=a1", "team=b1"}
    assert len(reports["W1"].issues) == 3
    assert all(issue.quotes for issue in reports["W1"].issues)
    assert any(note.key == "anonymous" for note in reports["all"].notes)


def test_no_identity_reaches_the_database(connection: Connection, workspace_id: int) -> None:
    """No table contains customer, id, time or rejected rows; a second import still recognises each response."""
    store.workspaces.promise_anonymity(connection, workspace_id)
    person = Customer("id-77", "Jo Doe", "jo@example.com", "Doe Ltd", Decimal(12345))
    answered_at = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
    response = Response("hr", "employee-4711", Score(2), Comment("fine"), answered_at, "W1", customer=person)
    assert store.responses.save(connection, workspace_id, [response]).new == 1
    assert store.responses.save(connection, workspace_id, [response]).unchanged == 1
    entry = store.imports.start(connection, workspace_id, "survey.csv", "digest")
    rejected = [Rejection(3, "score 99 is outside 0-10", "employee-4712,99,Jo Doe")]
    store.imports.advance(connection, workspace_id, entry.id, 3, store.responses.SaveCounts(), rejected)
    tables = sa.inspect(connection).get_table_names()
    everything = str([connection.execute(sa.text(f"SELECT * FROM {table}")).all() for table in tables])
    for trace in ("4711", "4712", "Jo Doe", "jo@example", "Doe Ltd", "id-77", "12345", "9, 26", "09:26"):
        assert trace not in everything, trace
    [stored] = store.responses.load(connection, workspace_id)
    assert stored.customer is None
    assert stored.answered_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert stored.score == Score(2)


def test_anonymity_cannot_be_promised_afterwards(connection: Connection, workspace_id: int) -> None:
    """The promise is refused if identities are stored already; giving it twice changes nothing."""
    store.responses.save(connection, workspace_id, [Response("hr", "1", Score(2))])
    with pytest.raises(Conflict, match="responses with identities"):
        store.workspaces.promise_anonymity(connection, workspace_id)
    other = store.workspaces.ensure(connection, "employees")
    store.workspaces.promise_anonymity(connection, other)
    key = store.workspaces.anonymity_key(connection, other)
    store.workspaces.promise_anonymity(connection, other)
    assert store.workspaces.anonymity_key(connection, other) == key
    assert store.workspaces.anonymity_key(connection, workspace_id) is None


def test_protected_reports_are_plain_json() -> None:
    """A protected report is a report like any other."""
    for report in publish(survey(7)).values():
        assert json.loads(json.dumps(asdict(report)))["wave"] == report.wave
