"""Attacks on an anonymous employee survey: from its export to everything that is published of it."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from pipelines.disclosure.thresholds import SMALLEST_QUOTED, is_disclosive
from pipelines.render import to_csv, to_html, to_json
from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment, Response
from saywhy.publication import PublishedGroup
from saywhy.report import Report
from saywhy.settings import Settings
from saywhy.store import Engine
from service.analysis import analyse
from service.imports import import_file
from tests.disclosure.test_fields import never_shown
from tests.disclosure.test_suppression import THEME_WORDS, attack
from tests.doubles import FakeAnnotator, Mention

HEADER = [
    "Response ID",
    "Employee ID",
    "Name",
    "E-mail",
    "Team",
    "Location",
    "Wave",
    "How likely are you to recommend us (0-10)?",
    "Why?",
]


def mentioned_themes(comment: Comment) -> list[Mention]:
    """The themes whose words occur in the comment, so that the attacker knows exactly what everybody mentioned."""
    return [
        (comment.verbatim.index(word), comment.verbatim.index(word) + len(word), theme, polarity)
        for word, (theme, polarity) in THEME_WORDS.items()
        if word in comment.verbatim
    ]


@dataclass(frozen=True)
class Person:
    """One row of the export."""

    number: int
    wave: str
    team: str
    score: int | None
    comment: str | None

    def row(self) -> list[Any]:
        """The cells as the survey tool writes them."""
        identity = [
            f"R-{4711 + self.number}",
            f"E-{4711 + self.number}",
            f"Jo Doe {self.number}",
            f"jo.doe{self.number}@example.com",
        ]
        location = {"a": "Aachen", "b": "Berlin", "c": "Cuxhaven"}[self.team[0]]
        return [*identity, self.team, location, self.wave, self.score, self.comment]


def people(draw: random.Random, wave: str, count: int, first: int) -> list[Person]:
    """Employees of four teams, one of them small; some complain."""
    employees = []
    for number in range(first, first + count):
        words = [word for word in THEME_WORDS if draw.random() < 0.3]
        text = f"{' '.join(words)} as I see it {number}" if words or draw.random() < 0.3 else None
        team = draw.choice(["a1", "a1", "a1", "b1", "b1", "b2", "b2", "c1"])
        employees.append(Person(number, wave, team, draw.randrange(11) if draw.random() < 0.95 else None, text))
    return employees


def published(engine: Engine, folder: Path, everyone: Sequence[Person]) -> dict[str, Report]:
    """The published reports after importing and analysing the export with everyone so far."""
    file = folder / "employees.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEADER, *(person.row() for person in everyone)])
    import_file(engine, "default", file)
    analyse(engine, "default", FakeAnnotator(mentioned_themes), progress=lambda *_: None)
    with store.reading(engine) as connection:
        workspace_id = store.workspaces.find(connection, "default")
        waves = store.reports.waves(connection, workspace_id)
        return {wave: store.reports.latest(connection, workspace_id, wave) for wave in waves}


def counts(report: Report) -> Iterator[tuple[str, int]]:
    """Every number of people that a report shows, or that can be computed from it alone."""
    yield "whole", report.counts.responses
    if report.nps:
        yield "scored", report.nps.n
    for group in report.segments:
        yield group.name, group.nps.n
        if report.nps:
            yield f"without {group.name}", report.nps.n - group.nps.n
    for language, comments in report.languages:
        yield f"language {language}", comments
    for name in ("issues", "delights"):
        for issue in getattr(report, name):
            yield f"{name} {issue.kind} {issue.id}", issue.mentions


def differences(reports: Sequence[dict[str, Report]]) -> list[str]:
    """Numbers that differ by one to four people between any two publications."""
    leaks = []
    for (one, first), (other, second) in combinations(enumerate(reports), 2):
        for wave in first.keys() & second.keys():
            before, after = dict(counts(first[wave])), dict(counts(second[wave]))
            leaks += [
                f"{wave} {name}: {one} against {other}"
                for name in before.keys() & after.keys()
                if is_disclosive(abs(after[name] - before[name]))
            ]
            nps_before, nps_after = first[wave].nps, second[wave].nps
            if nps_before and nps_after and nps_before.n == nps_after.n:
                promoters, detractors = (
                    abs(getattr(nps_after, group) - getattr(nps_before, group)) for group in ("promoters", "detractors")
                )
                leaks += [f"{wave} edited"] if is_disclosive(max(promoters, detractors)) else []
        in_waves = [report.nps.n for wave, report in second.items() if wave != "all" and report.nps]
        if second["all"].nps and is_disclosive(abs(second["all"].nps.n - sum(in_waves))):
            leaks.append(f"all minus the waves of {other}")
    return leaks


@pytest.fixture
def anonymous(sqlite_engine: Engine) -> Engine:
    """A store whose workspace has promised anonymity."""
    with sqlite_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "default"))
    return sqlite_engine


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.exhaustive) for seed in (1, 2, 3))])
def test_no_publication_or_difference_discloses_a_small_group(anonymous: Engine, tmp_path: Path, seed: int) -> None:
    """Two waves and a tiny one; then three more people, ten more, twelve more, and one who changes the answer: within
    each publication and between any two no difference is one to four people.
    """
    draw = random.Random(seed)
    everyone = [*people(draw, "W1", 70, 0), *people(draw, "W2", 60, 100), *people(draw, "W3", 3, 200)]
    reports = [published(anonymous, tmp_path, everyone)]
    for more in (people(draw, "W2", 3, 300), people(draw, "W2", 10, 400), people(draw, "W1", 12, 500)):
        everyone += more
        reports.append(published(anonymous, tmp_path, everyone))
    changed = next(index for index, person in enumerate(everyone) if person.wave == "W1" and person.score == 10)
    everyone[changed] = Person(everyone[changed].number, "W1", everyone[changed].team, 0, everyone[changed].comment)
    reports.append(published(anonymous, tmp_path, everyone))
    assert differences(reports) == []
    assert reports[1]["W2"].counts == reports[0]["W2"].counts  # three new responses wait
    assert (
        reports[2]["W2"].counts.responses >= reports[1]["W2"].counts.responses + 5
    )  # with ten others they are published
    assert reports[-1]["W1"].nps == reports[-2]["W1"].nps  # a single changed answer is not published
    assert "W3" not in reports[0]
    with store.reading(anonymous) as connection:
        stored = list(store.responses.load(connection, store.workspaces.find(connection, "default")))
    assert attack(reports[0], _as_published(stored, reports[0])) == []
    # What is shown is not protected by showing nothing; later, causes are hidden until five more people name them.
    assert all(report.issues for report in reports[0].values())


def _as_published(responses: Sequence[Response], reports: dict[str, Report]) -> list[Response]:
    """The responses in a publication: the first ones of each wave."""
    remaining = {wave: report.counts.responses for wave, report in reports.items() if wave != "all"}
    in_publication = []
    for response in responses:
        if remaining.get(str(response.wave), 0) > 0:
            remaining[str(response.wave)] -= 1
            in_publication.append(response)
    return in_publication


def test_the_attack_between_publications_can_succeed(anonymous: Engine, tmp_path: Path, monkeypatch: Any) -> None:
    """Without the rules on later publications the same attack finds small groups."""
    monkeypatch.setattr("pipelines.disclosure.release.may_publish", lambda _: True)
    monkeypatch.setattr("pipelines.report.waves.against", lambda report, *_: report)
    draw = random.Random(1)
    everyone = people(draw, "W1", 60, 0)
    reports = [published(anonymous, tmp_path, everyone)]
    reports.append(published(anonymous, tmp_path, [*everyone, *people(draw, "W1", 3, 100)]))
    assert differences(reports)


def test_another_model_version_protects_as_well(
    anonymous: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade, newcomers and a changed answer are compared with the publications of the version before."""
    draw = random.Random(2)
    everyone = people(draw, "W1", 80, 0)
    reports = [published(anonymous, tmp_path, everyone)]
    monkeypatch.setattr(FakeAnnotator, "model", "upgraded-1")
    everyone = [*everyone, *people(draw, "W1", 9, 100)]
    reports.append(published(anonymous, tmp_path, everyone))
    changed = next(index for index, person in enumerate(everyone) if person.score == 10)
    everyone[changed] = Person(everyone[changed].number, "W1", everyone[changed].team, 0, everyone[changed].comment)
    monkeypatch.setattr(FakeAnnotator, "model", "upgraded-2")
    reports.append(published(anonymous, tmp_path, everyone))
    assert differences(reports) == []


@pytest.mark.slow
def test_no_identity_is_stored_or_published(anonymous: Engine, tmp_path: Path, sqlite_url: str) -> None:
    """Neither the database nor page, CSV, JSON and HTTP responses contain a name, an id, an address or a small team;
    quotes come from groups of at least eight, without score, wave or segment.
    """
    everyone = [*people(random.Random(4), "W1", 80, 0), *people(random.Random(5), "W2", 80, 100)]
    everyone += [Person(900 + number, "W1", "c9", 3, "slow in c9 only") for number in range(3)]
    reports = published(anonymous, tmp_path, everyone)
    outputs: list[str] = []
    with TestClient(create_app(Settings(database_url=sqlite_url))) as client:
        for wave, report in reports.items():
            outputs += [to_json(report), to_csv(report), client.get(f"/v1/reports/{wave}").text]
            outputs += [to_html(report, load_code_frame(), language=language) for language in ("en", "zh-Hant")]
            outputs.append(client.get(f"/reports/{wave}").text)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("store.db*"))
    for person in everyone:
        for trace in (
            f"R-{4711 + person.number}",
            f"E-{4711 + person.number}",
            f"Jo Doe {person.number}",
            f"doe{person.number}@",
        ):
            assert trace.encode() not in stored
            assert not any(trace in text for text in outputs)
    assert not any("team=c9" in text or '"c9"' in text or ">c9<" in text for text in outputs)
    for report in reports.values():
        for issue in (*report.issues, *report.delights):
            assert issue.mentions >= SMALLEST_QUOTED or not issue.quotes
            assert all(not quote.segments and quote.wave is None and quote.score is None for quote in issue.quotes)
    for served in (json.loads(text) for text in outputs if text.startswith("{")):
        assert [*never_shown(served)] == []


def test_edits_and_moves_beside_newcomers_are_not_published(anonymous: Engine, tmp_path: Path) -> None:
    """While six people join, one changes the answer, one the team, and one the wave: the newcomers alone are the
    difference between two reports, as saved answers and groups stay.
    """
    everyone = [Person(number, "W1", "a1", 9, "slow") for number in range(20)]
    everyone += [Person(number, "W1", "b1", 9, f"fine {number}") for number in range(100, 115)]
    everyone += [Person(number, "W1", "c1", 9, f"fine {number}") for number in range(200, 203)]
    everyone += [Person(number, "W2", "b1", 9, f"fine {number}") for number in range(300, 320)]
    before = published(anonymous, tmp_path, everyone)
    newcomers = [Person(number, "W1", "a1", 9, f"slow {number}") for number in range(400, 406)]
    moved = [
        replace(everyone[0], score=0),
        replace(everyone[1], team="c1"),
        replace(everyone[2], wave="W2"),
        *everyone[3:],
    ]
    after = published(anonymous, tmp_path, [*moved, *newcomers])
    first, second = before["W1"].nps, after["W1"].nps
    assert first
    assert second
    assert (second.n - first.n, second.detractors - first.detractors) == (6, 0)
    assert after["W2"].counts == before["W2"].counts
    assert [dict(counts(reports["W1"]))["team=a1"] for reports in (before, after)] == [20, 26]


def test_groups_are_remembered_from_analysis_to_analysis(anonymous: Engine, tmp_path: Path) -> None:
    """Of ten newcomers two write nothing: the score of those who wrote is not published, as its difference from that of
    all is known. What is published again unchanged is remembered once.
    """
    everyone = [Person(number, "W1", "a1", 9, "slow" if number < 30 else None) for number in range(50)]
    assert published(anonymous, tmp_path, everyone)["W1"].nps_with_comment
    remembered = groups(anonymous)
    newcomers = [
        Person(number, "W1", "a1", 9, f"slow {number}" if number > 101 else None) for number in range(100, 110)
    ]
    assert published(anonymous, tmp_path, [*everyone, *newcomers])["W1"].nps_with_comment is None
    assert groups(anonymous) > remembered
    remembered = groups(anonymous)
    published(anonymous, tmp_path, [*everyone, *newcomers, *people(random.Random(1), "W1", 2, 200)])
    assert groups(anonymous) == remembered


def groups(engine: Engine) -> set[PublishedGroup]:
    """The groups that the store remembers."""
    with store.reading(engine) as connection:
        return store.published_groups.load(connection, store.workspaces.find(connection, "default"))
