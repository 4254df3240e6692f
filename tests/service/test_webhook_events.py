"""What subscribers are told of: each event by what really causes it, in its transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from saywhy import store
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment, Group, Response, Score
from saywhy.fix import Fix
from saywhy.webhook import EventType
from saywhy.webhook_data import DATA
from service import saving
from service.analysis import analyse
from service.customer_health import check_health
from service.fixes import mark_fixed
from service.imports import import_file
from service.responses import save_responses
from service.webhooks.events import tell_new_detractors
from service.webhooks.outbox import as_json, from_json
from tests.builders.answers import response
from tests.builders.fixed_survey import analysed, responses
from tests.builders.followed_up import NOW, WORKSPACE, answer, save, save_and_tell
from tests.builders.receiver import Receiver, received, receiving, subscribe, told
from tests.doubles import FakeAnnotator, Mention

URL = "http://127.0.0.1:9/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""
    with receiving() as receiver:
        yield receiver


def test_a_new_detractor_is_told_once(engine: Engine) -> None:
    """An answer of 0 to 6 that is saved, with its case; not again when it is imported again, nor other groups."""
    subscribe(engine, URL)
    save_and_tell(engine, answer(1, 6, "Slow", wave="W1"), answer(2, 7, "Fine"), answer(3, 10), answer(4, None, "?"))
    [data] = told(engine)
    assert data == {
        "source": "survey",
        "response": "1",
        "score": 6,
        "comment": "Slow",
        "wave": "W1",
        "answered_at": "2026-11-23T12:00:00Z",
        "account": "Acme",
        "customer": None,
        "case": 1,
    }
    save_and_tell(engine, answer(1, 6, "Slower", wave="W1"), answer(2, 7, "Fine"))
    assert len(told(engine)) == 1
    save_and_tell(engine, answer(2, 3, "Not any more"))
    assert [data["response"] for data in told(engine)] == ["1", "2"]


def test_whatever_saves_responses_tells_of_detractors(sqlite_engine: Engine, tmp_path: Path) -> None:
    """A file and a request; where only the group is known, there is no score."""
    subscribe(sqlite_engine, URL)
    path = tmp_path / "survey.csv"
    path.write_text("id,NPS score (0-10),comment\na,0,Too slow\nb,9,Lovely\n")
    import_file(sqlite_engine, WORKSPACE, path)
    save_responses(sqlite_engine, WORKSPACE, [Response("api", "c", Score.of_group(Group.DETRACTOR))])
    assert [(data["response"], data["score"]) for data in told(sqlite_engine)] == [("a", 0), ("c", None)]


def test_history_is_not_told(sqlite_engine: Engine) -> None:
    """Answers older than 30 days come in by thousands when a survey moves in."""
    subscribe(sqlite_engine, URL)
    save_and_tell(sqlite_engine, answer(1, 0, days_ago=31), answer(2, 0, days_ago=29))
    assert [data["response"] for data in told(sqlite_engine)] == ["2"]


def test_without_subscribers_nothing_is_kept(sqlite_engine: Engine) -> None:
    """Neither without an endpoint nor for one that wants other events."""
    save_and_tell(sqlite_engine, answer(1, 0, "Slow"))
    subscribe(sqlite_engine, URL, frozenset({EventType.REPORT_FINISHED}))
    save_and_tell(sqlite_engine, answer(2, 0, "Slower"))
    assert told(sqlite_engine) == []


def test_event_and_change_are_one_transaction(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """If what comes after the event fails, there is neither the response nor the event."""
    subscribe(engine, URL)
    real = tell_new_detractors

    def tell_and_fail(*arguments: Any) -> None:
        real(*arguments)
        raise RuntimeError("the process dies")

    monkeypatch.setattr(saving, "tell_new_detractors", tell_and_fail)
    with pytest.raises(RuntimeError):
        save_responses(engine, WORKSPACE, [answer(1, 0, "Slow", days_ago=0)])
    assert told(engine) == []
    with store.reading(engine) as connection:
        assert store.responses.count(connection, store.workspaces.find(connection, WORKSPACE)) == 0


def test_an_account_that_turns_is_told(engine: Engine) -> None:
    """By the check of health, with the bands; once."""
    subscribe(engine, URL)
    save(engine, answer(1, 10), answer(2, 9, account="Birch", customer="c-2"))
    check_health(engine, WORKSPACE, now=NOW)
    save(engine, answer(3, 0, days_ago=0))
    for _ in range(2):
        check_health(engine, WORKSPACE, now=NOW)
    [data] = told(engine, EventType.ACCOUNT_TURNED)
    assert data.pop("health") < 50
    assert data == {"account": "Acme", "before": "healthy", "after": "at_risk", "is_worse": True}


def test_an_analysis_tells_of_its_report(sqlite_engine: Engine) -> None:
    """A finished report with its score and its first causes in four languages; once, and not when nothing is new."""
    subscribe(sqlite_engine, URL)
    annotator = analysed(sqlite_engine, responses())
    [data] = told(sqlite_engine, EventType.REPORT_FINISHED)
    assert (data["run"], data["waves"], data["responses"]) == (1, ["W1", "W2", "W3"], 240)
    assert data["nps"]["n"] == 240
    assert data["nps"]["low"] < data["nps"]["score"] < data["nps"]["high"]
    causes = {cause["cause"]: cause for cause in data["causes"]}
    assert causes.keys() >= {"theme:support", "theme:price"}
    assert causes["theme:support"]["labels"]["de"] == "Kundensupport"
    assert causes["theme:price"]["mentions"] == 36
    analyse(sqlite_engine, WORKSPACE, annotator, progress=lambda *_: None)
    assert len(told(sqlite_engine, EventType.REPORT_FINISHED)) == 1


def rising(wave: str, start: int, complaints: int) -> list[Response]:
    """100 responses of a wave, of which so many complain about support."""
    texts = [f"{'slow support' if number < complaints else 'as expected'} {start + number}" for number in range(100)]
    date = datetime(2026, int(wave[1:]), 10, tzinfo=UTC)
    return [
        response(start + n, 2 if n < complaints else 9, text, wave, answered_at=date) for n, text in enumerate(texts)
    ]


@pytest.mark.slow
def test_a_complaint_on_the_rise_is_told_once(sqlite_engine: Engine) -> None:
    """The alert of an analysis, and not again by the next analysis, which has it still."""
    subscribe(sqlite_engine, URL)
    analysed(sqlite_engine, [entry for number in range(1, 5) for entry in rising(f"W{number}", 1000 * number, 5)])
    assert told(sqlite_engine, EventType.COMPLAINT_RISING) == []
    for answers in (rising("W5", 5000, 40), [rising("W5", 9000, 40)[-1]]):
        analysed(sqlite_engine, answers)
        about = {data["cause"]: data for data in told(sqlite_engine, EventType.COMPLAINT_RISING)}
        assert len(about) == len(told(sqlite_engine, EventType.COMPLAINT_RISING))
        data = about["theme:support"]
        assert (data["wave"], data["mentions"]) == ("W5", 40)
        assert data["rate"] > 0.3 > 0.1 > data["expected"]
        assert data["labels"]["zh-Hant"] == "客戶支援"
    assert len(told(sqlite_engine, EventType.REPORT_FINISHED)) == 3


@pytest.mark.slow
def test_a_fix_that_regresses_is_told_once(sqlite_engine: Engine) -> None:
    """By the analysis that finds it; while it is watched or verified, and when it is found again, nothing is told."""
    subscribe(sqlite_engine, URL)
    analysed(sqlite_engine, [*rising("W1", 1000, 30), *rising("W2", 2000, 1)])
    mark_fixed(sqlite_engine, WORKSPACE, load_code_frame(), Fix("theme:support", wave="W2"), by="Ada")
    assert told(sqlite_engine, EventType.FIX_REGRESSED) == []
    analysed(sqlite_engine, rising("W3", 3000, 60))
    analysed(sqlite_engine, rising("W4", 4000, 60))
    [data] = told(sqlite_engine, EventType.FIX_REGRESSED)
    assert (data["cause"], data["wave"], data["date"]) == ("theme:support", "W2", None)
    assert data["rate"] > data["target"]


@pytest.mark.slow
def test_a_fix_that_never_worked_is_told_when_it_is_marked(sqlite_engine: Engine) -> None:
    """The feedback since then is there already; marked again from another wave on it is another fix."""
    subscribe(sqlite_engine, URL)
    analysed(sqlite_engine, responses())
    for wave in ("W2", "W2", "W3"):
        mark_fixed(sqlite_engine, WORKSPACE, load_code_frame(), Fix("theme:price", wave=wave, target=0.01), by="Ada")
    assert [data["wave"] for data in told(sqlite_engine, EventType.FIX_REGRESSED)] == ["W2", "W3"]


def praise(comment: Comment) -> list[Mention]:
    """Comments with "lovely" praise the staff, others complain of it."""
    polarity = Polarity.POSITIVE if "lovely" in comment.verbatim else Polarity.NEGATIVE
    return [(0, len(comment.verbatim), "staff", polarity)]


@pytest.mark.slow
def test_praise_of_staff_is_told_once(engine: Engine, receiver: Receiver) -> None:
    """By the analysis that reads it for the first time, for each answer; names of employees go where they may."""
    subscribe(engine, receiver.url, frozenset({EventType.STAFF_PRAISED}))
    subscribe(engine, receiver.url, frozenset({EventType.STAFF_PRAISED}), with_personal_data=True)
    now = datetime.now(UTC)
    words = "The driver Anna Müller was lovely, call me: 0171 1234567"
    texts = {1: words, 2: "The driver was rude", 3: words}
    recent = [replace(answer(n, 9, text), answered_at=now) for n, text in texts.items()]
    old = replace(answer(4, 9, "A lovely crew"), answered_at=now - timedelta(days=90))
    with engine.begin() as connection:
        store.responses.save(connection, store.workspaces.find(connection, WORKSPACE), [*recent, old])
    annotator = FakeAnnotator(praise)
    analyse(engine, WORKSPACE, annotator, progress=lambda *_: None)
    messages = received(engine, receiver)
    assert sorted(data["response"] for data in messages) == ["1", "1", "3", "3"]
    assert sorted(data["comment"] for data in messages) == sorted(
        2 * ["The driver Anna Müller was lovely, call me: [phone]"]
        + 2 * ["The driver [staff name] was lovely, call me: [phone]"]
    )
    annotator.model = "test-2"  # another version of the model reads all comments again
    analyse(engine, WORKSPACE, annotator, progress=lambda *_: None)
    assert received(engine, receiver) == []


def test_every_type_has_documented_data() -> None:
    """Each type of event has a class, and the example in the reference is valid and has each member. Programs get no
    digests.
    """
    page = (Path(__file__).parents[2] / "docs" / "reference" / "webhooks.md").read_text()
    assert DATA.keys() == set(EventType)
    for event, kind in ((event, kind) for event, kind in DATA.items() if event is not EventType.DIGEST):
        section = page.partition(f"### `{event}`")[2].partition("\n### ")[0]
        example = json.loads(section.partition("```json\n")[2].partition("```")[0])
        assert example.keys() == {member.name for member in fields(kind)}, event
        assert as_json(from_json(event, example)).keys() == example.keys()
