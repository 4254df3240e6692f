"""An employee survey from its export to everything that is published of it, attacked."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from pipelines.disclosure.suppression import SMALLEST_QUOTED, reveals
from pipelines.ingest import import_file
from pipelines.render import to_csv, to_html, to_json
from saywhy import store
from saywhy.annotation import Annotation, Polarity
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment, Response
from saywhy.report import Report
from saywhy.settings import Settings
from saywhy.store import Engine
from service.analysis import analyse
from tests.builders.answers import annotate
from tests.disclosure.test_suppression import THEMES, attack

HEADER = [
    "Employee ID",
    "Name",
    "E-mail",
    "Team",
    "Location",
    "Wave",
    "How likely are you to recommend us (0-10)?",
    "Why?",
]


class Reader:
    """Reads themes by their words, so that the attacker knows exactly what everybody said."""

    model = "test-1"
    code_frame = load_code_frame()

    def annotate(self, comments: Sequence[Comment]) -> list[Annotation]:
        return [
            annotate(
                comment,
                [
                    (comment.verbatim.index(word), comment.verbatim.index(word) + 4, theme, Polarity.NEGATIVE)
                    for word, theme in THEMES.items()
                    if word in comment.verbatim
                ],
            )
            for comment in comments
        ]


@dataclass(frozen=True)
class Person:
    """One row of the export."""

    number: int
    wave: str
    team: str
    score: int | None
    said: str | None

    def row(self) -> list[Any]:
        """As the survey tool writes it."""
        named = [f"E-{4711 + self.number}", f"Jo Doe {self.number}", f"jo.doe{self.number}@example.com"]
        place = {"a": "Aachen", "b": "Berlin", "c": "Cuxhaven"}[self.team[0]]
        return [*named, self.team, place, self.wave, self.score, self.said]


def people(draw: random.Random, wave: str, count: int, first: int) -> list[Person]:
    """Employees of four teams, one of them small; some say what bothers them."""
    found = []
    for number in range(first, first + count):
        said = [word for word in THEMES if draw.random() < 0.3]
        text = f"{' '.join(said)} as I see it {number}" if said or draw.random() < 0.3 else None
        team = draw.choice(["a1", "a1", "a1", "b1", "b1", "b2", "b2", "c1"])
        found.append(Person(number, wave, team, draw.randrange(11) if draw.random() < 0.95 else None, text))
    return found


def published(engine: Engine, folder: Path, everyone: Sequence[Person]) -> dict[str, Report]:
    """Import the export of everyone so far, analyse it, and read the reports as they are published."""
    file = folder / "employees.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEADER, *(person.row() for person in everyone)])
    import_file(engine, "default", file)
    analyse(engine, "default", Reader(), progress=lambda *_: None)  # type: ignore[arg-type]
    with store.reading(engine) as connection:
        place = store.workspaces.find(connection, "default")
        return {wave: store.reports.latest(connection, place, wave) for wave in store.reports.waves(connection, place)}


def counts(report: Report) -> Iterator[tuple[str, int]]:
    """Every number of people that a report shows, and what can be reckoned from it alone."""
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
    """What few people did between any two publications: the same number, differing by one to four."""
    leaks = []
    for (one, first), (other, second) in combinations(enumerate(reports), 2):
        for wave in first.keys() & second.keys():
            before, after = dict(counts(first[wave])), dict(counts(second[wave]))
            leaks += [
                f"{wave} {name}: {one} against {other}"
                for name in before.keys() & after.keys()
                if reveals(abs(after[name] - before[name]))
            ]
            groups = [found[wave].nps for found in (first, second)]
            if groups[0] and groups[1] and groups[0].n == groups[1].n:
                moved = max(
                    abs(getattr(groups[0], kind) - getattr(groups[1], kind)) for kind in ("promoters", "detractors")
                )
                leaks += [f"{wave} edited"] if reveals(moved) else []
        singles = [report.nps.n for wave, report in second.items() if wave != "all" and report.nps]
        if second["all"].nps and reveals(abs(second["all"].nps.n - sum(singles))):
            leaks.append(f"all less the waves of {other}")
    return leaks


@pytest.fixture
def anonymous(sqlite_engine: Engine) -> Engine:
    """A store whose workspace has promised anonymity."""
    with sqlite_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "default"))
    return sqlite_engine


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))])
def test_an_attacker_who_holds_everything_finds_nobody(anonymous: Engine, tmp_path: Path, seed: int) -> None:
    """Two waves and a tiny one, then three people more, ten more, and one who changes the answer: within each
    publication and between any two no difference shows one to four people.
    """
    draw = random.Random(seed)
    everyone = [*people(draw, "W1", 70, 0), *people(draw, "W2", 60, 100), *people(draw, "W3", 3, 200)]
    reports = [published(anonymous, tmp_path, everyone)]
    for more in (people(draw, "W2", 3, 300), people(draw, "W2", 10, 400), people(draw, "W1", 12, 500)):
        everyone += more
        reports.append(published(anonymous, tmp_path, everyone))
    changed = next(place for place, person in enumerate(everyone) if person.wave == "W1" and person.score == 10)
    everyone[changed] = Person(everyone[changed].number, "W1", everyone[changed].team, 0, everyone[changed].said)
    reports.append(published(anonymous, tmp_path, everyone))
    assert differences(reports) == []
    assert reports[1]["W2"].counts == reports[0]["W2"].counts  # three more wait
    assert reports[2]["W2"].counts.responses >= reports[1]["W2"].counts.responses + 5  # with ten others they are shown
    assert reports[-1]["W1"].nps == reports[-2]["W1"].nps  # one changed answer is not told
    assert "W3" not in reports[0]
    with store.reading(anonymous) as connection:
        kept = list(store.responses.load(connection, store.workspaces.find(connection, "default")))
    assert attack(reports[0], _as_published(kept, reports[0])) == []
    assert any(report.issues for report in reports[-1].values())


def _as_published(responses: Sequence[Response], reports: dict[str, Report]) -> list[Response]:
    """The responses that a publication is about: the first of each wave."""
    left = {wave: report.counts.responses for wave, report in reports.items() if wave != "all"}
    found = []
    for response in responses:
        if left.get(str(response.wave), 0) > 0:
            left[str(response.wave)] -= 1
            found.append(response)
    return found


def test_the_attack_between_publications_can_succeed(anonymous: Engine, tmp_path: Path, monkeypatch: Any) -> None:
    """Without the rules on what comes later the same attack finds people."""
    monkeypatch.setattr(
        "pipelines.disclosure.differencing.limits", lambda responses, _: {found.wave: 10**6 for found in responses}
    )
    monkeypatch.setattr("pipelines.disclosure.differencing.against", lambda report, *_: report)
    draw = random.Random(1)
    everyone = people(draw, "W1", 60, 0)
    reports = [published(anonymous, tmp_path, everyone)]
    reports.append(published(anonymous, tmp_path, [*everyone, *people(draw, "W1", 3, 100)]))
    assert differences(reports)


def test_nothing_that_is_stored_or_published_names_anybody(anonymous: Engine, tmp_path: Path, sqlite_url: str) -> None:
    """Neither the database's files nor page, CSV, JSON and HTTP answers hold a name, an id, an address or a small team;
    quotes come from groups of eight and more, without score, wave or segment.
    """
    everyone = [*people(random.Random(4), "W1", 80, 0), *people(random.Random(5), "W2", 80, 100)]
    everyone += [Person(900 + number, "W1", "c9", 3, "slow in c9 only") for number in range(3)]
    reports = published(anonymous, tmp_path, everyone)
    shown: list[str] = []
    with TestClient(create_app(Settings(database_url=sqlite_url))) as client:
        for wave, report in reports.items():
            shown += [to_json(report), to_csv(report), client.get(f"/v1/reports/{wave}").text]
            shown += [to_html(report, load_code_frame(), language=language) for language in ("en", "zh-Hant")]
            shown.append(client.get(f"/reports/{wave}").text)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("store.db*"))
    for person in everyone:
        for trace in (f"E-{4711 + person.number}", f"Jo Doe {person.number}", f"doe{person.number}@"):
            assert trace.encode() not in stored
            assert not any(trace in text for text in shown)
    assert not any("team=c9" in text or '"c9"' in text or ">c9<" in text for text in shown)
    for report in reports.values():
        for issue in (*report.issues, *report.delights):
            assert issue.mentions >= SMALLEST_QUOTED or not issue.quotes
            assert all(not quote.segments and quote.wave is None and quote.score is None for quote in issue.quotes)
    served = json.loads(next(text for text in shown if text.startswith("{")))
    assert all(issue["revenue_at_risk"] is None and issue["waves"] == [] for issue in served["issues"])
