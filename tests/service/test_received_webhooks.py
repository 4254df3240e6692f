"""Webhooks: stored before they are processed, processed once; what fails is kept and says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from saywhy import store
from saywhy.errors import (
    Conflict,
    DeliveryNotFound,
    InvalidInput,
    InvalidSignature,
    SourceNotFound,
    TooManyRequests,
)
from saywhy.feedback import Scale
from saywhy.job import JobState
from saywhy.mapping import ColumnChoice, Mapping
from saywhy.source import Credentials, SourceDeliveryState, SourceKind
from saywhy.store.job_tables import jobs as jobs_table
from saywhy.store.source_tables import source_deliveries
from service import jobs
from service.mappings import save_mapping
from service.sources import processing
from service.sources.configuration import change_source, find_source, remove_source
from service.sources.processing import process_again
from service.sources.saving import save_records
from service.workspaces import promise_anonymity
from tests.builders.sources import WORKSPACE, deliveries_of, feedback, run_next, saved, send, source_of
from tests.builders.stored_rows import stored_text

GENERIC = SourceKind.GENERIC


def waiting(engine: Engine) -> list[str]:
    """The kinds of the jobs that wait."""
    listed = jobs.list_jobs(engine, WORKSPACE, limit=100, states=[JobState.PENDING])
    return [job.kind for job in listed.entries]


@pytest.mark.parametrize("kind", [SourceKind.TYPEFORM, SourceKind.DELIGHTED, SourceKind.PROMOTERIO, GENERIC])
def test_a_webhook_becomes_a_response(engine: Engine, kind: SourceKind) -> None:
    """It is stored when it comes, and a job makes a response of it, and forgets what was sent."""
    source = source_of(engine, kind)
    receipt = send(engine, source)
    assert (receipt.state, receipt.is_new) == (SourceDeliveryState.RECEIVED, True)
    [delivery] = deliveries_of(engine, source)
    assert (delivery.id, delivery.state, delivery.has_payload) == (receipt.delivery, SourceDeliveryState.RECEIVED, True)
    assert saved(engine) == {}
    job = run_next(engine)
    assert (job.kind, job.state, job.result) == ("receive", JobState.SUCCEEDED, {"processed": 1, "failed": 0})
    [delivery] = deliveries_of(engine, source)
    assert (delivery.state, delivery.new, delivery.has_payload) == (SourceDeliveryState.PROCESSED, 1, False)
    assert "score: " in (delivery.detail or "")
    assert len(saved(engine)) == 1


def test_a_webhook_that_is_sent_again_does_nothing(engine: Engine) -> None:
    """Neither while it waits nor after it was processed, and also with a new time in its signature."""
    source = source_of(engine, GENERIC)
    first = send(engine, source, feedback(1))
    assert (send(engine, source, feedback(1)).is_new, waiting(engine)) == (False, ["receive"])
    run_next(engine)
    again = send(engine, source, feedback(1), at=datetime.now(UTC).timestamp() - 60)
    assert (again.delivery, again.is_new, again.state) == (first.delivery, False, SourceDeliveryState.PROCESSED)
    assert waiting(engine) == []
    other = send(engine, source, feedback(1, score=9), webhook_id="msg_2")
    assert other.is_new
    run_next(engine)
    assert saved(engine) == {"r1": (9, "so 1", "c-1")}
    assert [(one.new, one.changed) for one in deliveries_of(engine, source)] == [(0, 1), (1, 0)]


def test_many_webhooks_are_one_job(engine: Engine) -> None:
    """Those that come while a job waits are processed by it, in the order in which they came."""
    source = source_of(engine, GENERIC)
    for number in range(5):
        send(engine, source, feedback(1, score=number), webhook_id=f"msg_{number}")
    assert waiting(engine) == ["receive"]
    assert run_next(engine).result == {"processed": 5, "failed": 0}
    assert saved(engine)["r1"][0] == 4


def test_a_job_that_was_killed_continues(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it had processed is not processed again, and nothing is left out."""
    source = source_of(engine, GENERIC)
    for number in range(3):
        send(engine, source, feedback(number), webhook_id=f"msg_{number}")
    calls = []

    def killed(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return save_records(*arguments)

    monkeypatch.setattr(processing, "save_records", killed)
    with pytest.raises(KeyboardInterrupt):
        run_next(engine)
    assert run_next(engine).result == {"processed": 2, "failed": 0}
    assert [(one.state, one.new) for one in deliveries_of(engine, source)] == [(SourceDeliveryState.PROCESSED, 1)] * 3


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"data": {"id": "1", "age": 30}}, "neither a score nor a comment"),
        ({"data": {"id": "1", "score": 12, "comment": "x"}}, "score 12 is outside 0-10"),
        ({"data": {"score": 1, "comment": "x"}}, "no response id"),
        ({"data": 1}, "not a JSON object"),
    ],
)
def test_what_cannot_be_read_fails_with_the_reason(engine: Engine, payload: Any, reason: str) -> None:
    """It is kept, and does not hold up what comes after it."""
    source = source_of(engine, GENERIC)
    send(engine, source, payload)
    send(engine, source, feedback(1), webhook_id="msg_2")
    assert run_next(engine).result == {"processed": 1, "failed": 1}
    good, bad = deliveries_of(engine, source)
    assert good.state is SourceDeliveryState.PROCESSED
    assert (bad.state, bad.has_payload) == (SourceDeliveryState.FAILED, True)
    assert reason in (bad.detail or "")
    assert list(saved(engine)) == ["r1"]


def test_a_bug_does_not_hold_up_others(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason names the kind of the error, and not what was sent."""
    source = source_of(engine, GENERIC)
    send(engine, source, feedback(1))

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("so 1")

    monkeypatch.setattr(processing, "save_records", broken)
    assert run_next(engine).result == {"processed": 0, "failed": 1}
    [delivery] = deliveries_of(engine, source)
    assert delivery.detail == "unexpected error (ZeroDivisionError); the log of the worker says more"


def test_a_failed_webhook_is_processed_again(engine: Engine) -> None:
    """By a mapping that was mended since; one that was processed is not."""
    source = source_of(engine, GENERIC)
    send(engine, source, {"data": {"id": "1", "a": 3}})
    run_next(engine)
    [failed] = deliveries_of(engine, source)
    save_mapping(engine, WORKSPACE, Mapping("m", ("x",), ColumnChoice(score="a"), Scale.NPS))
    columns = ColumnChoice(comment="b")
    settings = find_source(engine, WORKSPACE, "my generic").settings
    change_source(engine, WORKSPACE, source.id, replace(settings, columns=columns, mapping="m"), Credentials())
    again = process_again(engine, WORKSPACE, source.id, failed.id)
    assert (again.state, again.detail, waiting(engine)) == (SourceDeliveryState.RECEIVED, None, ["receive"])
    run_next(engine)
    assert saved(engine) == {"1": (3, None, None)}
    with pytest.raises(Conflict, match="is processed"):
        process_again(engine, WORKSPACE, source.id, failed.id)
    with pytest.raises(DeliveryNotFound):
        process_again(engine, WORKSPACE, source.id, failed.id + 1)
    with pytest.raises(SourceNotFound):
        process_again(engine, WORKSPACE, "other", failed.id)


def test_webhooks_without_answers_start_one_pull(engine: Engine) -> None:
    """However many come before it starts; without a token they fail."""
    source = source_of(engine, SourceKind.SURVEYMONKEY)
    for number in range(3):
        send(engine, source, {"event_type": "response_completed", "event_id": str(number)})
    run_next(engine)
    assert waiting(engine) == ["pull"]
    assert {one.state for one in deliveries_of(engine, source)} == {SourceDeliveryState.PROCESSED}
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE sources SET token = NULL"))
        connection.execute(sa.delete(jobs_table))
    send(engine, source, {"event_type": "response_updated"})
    run_next(engine)
    assert "access token" in (deliveries_of(engine, source)[0].detail or "")
    assert waiting(engine) == []


def test_what_is_not_signed_stores_nothing(engine: Engine) -> None:
    """Nor does what is for another source or another kind of source."""
    source = source_of(engine, GENERIC)
    other = source_of(engine, SourceKind.TYPEFORM)
    with pytest.raises(InvalidSignature):
        send(engine, source, feedback(1), at=1.0)
    with pytest.raises(SourceNotFound):
        send(engine, replace(source, id="f" * 32))
    with pytest.raises(SourceNotFound):
        send(engine, replace(source, id=other.id))
    remove_source(engine, WORKSPACE, source.id)
    with pytest.raises(SourceNotFound):
        send(engine, source)
    with store.reading(engine) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(source_deliveries)) == 0


def test_webhooks_are_limited(engine: Engine) -> None:
    """Those of a source, and wrongly signed ones of an address, which do not use up those of the source."""
    source = source_of(engine, GENERIC)
    for _ in range(2):
        with pytest.raises(InvalidSignature):
            send(engine, source, at=1.0, limit=2)
    with pytest.raises(TooManyRequests) as refusal:
        send(engine, source, at=1.0, limit=2)
    assert 1 <= refusal.value.retry_after <= 60
    for number in range(2):
        send(engine, source, limit=2, webhook_id=f"msg_{number}")
    with pytest.raises(TooManyRequests):
        send(engine, source, limit=2, webhook_id="msg_3")
    assert len(deliveries_of(engine, source)) == 2


def test_an_anonymous_workspace_stores_responses_and_nothing_else(engine: Engine) -> None:
    """No payload, no delivery, no name, no id; what is sent again is known, and what cannot be read is refused."""
    promise_anonymity(engine, WORKSPACE)
    source = source_of(engine, GENERIC)
    customer = {"id": "c-4711", "name": "Martha Quill", "email": "martha@quill.example"}
    receipt = send(engine, source, feedback(3, id="answer-4711", customer=customer))
    assert (receipt.delivery, receipt.state, receipt.is_new) == (None, SourceDeliveryState.PROCESSED, True)
    again = send(engine, source, feedback(5, id="answer-4711", customer=customer), webhook_id="msg_2")
    assert not again.is_new
    with pytest.raises(InvalidInput):
        send(engine, source, {"data": {"id": "answer-4711"}}, webhook_id="msg_3")
    assert deliveries_of(engine, source) == []
    assert waiting(engine) == []
    assert [score for score, _, _ in saved(engine).values()] == [3]
    stored = stored_text(engine).casefold()
    assert "so 3" in stored
    assert not any(trace in stored for trace in ("4711", "martha", "quill"))
