"""Saving and loading responses, on both databases."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import Connection

from saywhy import store
from saywhy.errors import InvalidInput, WorkspaceNotFound
from saywhy.feedback import Comment, Customer, Response, Scale, Score, Segment
from saywhy.store import statements
from saywhy.store.responses import SaveCounts

FULL = Response(
    source="survey",
    external_id="r-1",
    score=Score(0),
    comment=Comment("Die Lieferung kam zu spät 😠\r\n 送货太慢了，客服没人接。", language="de"),
    answered_at=datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC),
    wave="2026-Q1",
    segments=(Segment("Größe", "groß"), Segment("产品", "甲"), Segment("产品", "乙")),
    customer=Customer(
        "c-1", "张伟", "zhang@example.cn", "Müller & Söhne", Decimal("1234567.89"), Decimal("9876543.21")
    ),
)


def everything(connection: Connection, workspace_id: int) -> list[Response]:
    """All responses of a workspace."""
    return list(store.responses.load(connection, workspace_id))


def test_a_response_comes_back_as_it_was(connection: Connection, workspace_id: int) -> None:
    """Every field survives the database, in every script, to the microsecond and the cent."""
    assert store.responses.save(connection, workspace_id, [FULL]) == SaveCounts(new=1)
    assert everything(connection, workspace_id) == [FULL]


def test_an_empty_response_comes_back_as_it_was(connection: Connection, workspace_id: int) -> None:
    """Missing values stay missing."""
    store.responses.save(connection, workspace_id, [Response("survey", "r-1")])
    assert everything(connection, workspace_id) == [Response("survey", "r-1")]


@pytest.mark.parametrize("score", [Score(0), Score(10), Score(1, Scale.FIVE), Score(10, Scale.TEN), None])
def test_scores_keep_value_and_scale(connection: Connection, workspace_id: int, score: Score | None) -> None:
    """0 stays a score, no score stays none, and a rating never becomes an NPS score."""
    store.responses.save(connection, workspace_id, [Response("survey", "r-1", score)])
    assert [response.score for response in everything(connection, workspace_id)] == [score]


def test_moments_are_kept_in_utc(connection: Connection, workspace_id: int) -> None:
    """Datetimes of other time zones are converted to UTC; those without a time zone are taken as UTC."""
    in_shanghai = datetime(2026, 9, 3, 12, 0, tzinfo=timezone(timedelta(hours=8)))
    without = datetime(2026, 9, 3, 12, 0)
    store.responses.save(
        connection,
        workspace_id,
        [Response("survey", "1", answered_at=in_shanghai), Response("survey", "2", answered_at=without)],
    )
    moments = [response.answered_at for response in everything(connection, workspace_id)]
    assert moments == [datetime(2026, 9, 3, 4, 0, tzinfo=UTC), datetime(2026, 9, 3, 12, 0, tzinfo=UTC)]
    assert [moment.tzinfo for moment in moments if moment] == [UTC, UTC]


def test_saving_twice_changes_nothing(connection: Connection, workspace_id: int) -> None:
    """Saving the same responses again counts them as unchanged, also if their time has another time zone."""
    other_zone = FULL.answered_at.astimezone(timezone(timedelta(hours=-5))) if FULL.answered_at else None
    again = Response(
        FULL.source,
        FULL.external_id,
        FULL.score,
        FULL.comment,
        other_zone,
        FULL.wave,
        FULL.segments,
        FULL.customer,
    )
    store.responses.save(connection, workspace_id, [FULL])
    assert store.responses.save(connection, workspace_id, [FULL, again]) == SaveCounts(unchanged=2)
    assert everything(connection, workspace_id) == [FULL]


@pytest.mark.parametrize("in_one_batch", [True, False], ids=["one batch", "two batches"])
def test_a_later_row_completes_the_earlier_one(connection: Connection, workspace_id: int, in_one_batch: bool) -> None:
    """A later row adds missing values and replaces present ones; values that it lacks are kept."""
    earlier = Response(
        "survey",
        "r-1",
        Score(3),
        wave="2026-Q1",
        segments=(Segment("industry", "retail"), Segment("country", "DE")),
        customer=Customer("c-1", name="Eva"),
    )
    later = Response(
        "survey",
        "r-1",
        Score(4),
        Comment("too slow"),
        segments=(Segment("country", "AT"), Segment("plan", "pro")),
        customer=Customer(email="eva@example.at"),
    )
    for batch in [[earlier, later]] if in_one_batch else [[earlier], [later]]:
        saved = store.responses.save(connection, workspace_id, batch)
    assert saved == SaveCounts(new=int(in_one_batch), changed=1)
    assert everything(connection, workspace_id) == [
        Response(
            "survey",
            "r-1",
            Score(4),
            Comment("too slow"),
            wave="2026-Q1",
            segments=(Segment("industry", "retail"), Segment("country", "AT"), Segment("plan", "pro")),
            customer=Customer("c-1", "Eva", "eva@example.at"),
        )
    ]
    assert store.responses.save(connection, workspace_id, [Response("survey", "r-1")]) == SaveCounts(unchanged=1)


def test_counts_do_not_depend_on_batches(
    connection: Connection, workspace_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that is too long for one statement is split, with the same counts."""
    monkeypatch.setattr(statements, "BATCH", 3)
    batch = [
        Response("survey", str(number % 5), Score(number // 5), Comment(f"text {number % 2}")) for number in range(10)
    ]
    assert store.responses.save(connection, workspace_id, batch) == SaveCounts(new=5, changed=5)
    assert store.responses.save(connection, workspace_id, batch[5:]) == SaveCounts(unchanged=5)
    assert [response.score for response in everything(connection, workspace_id)] == [Score(1)] * 5
    assert store.responses.save(connection, workspace_id, []) == SaveCounts()


def test_order_is_that_of_the_first_save(connection: Connection, workspace_id: int) -> None:
    """A response that is completed later keeps its position."""
    store.responses.save(connection, workspace_id, [Response("survey", number) for number in "312"])
    store.responses.save(connection, workspace_id, [Response("survey", "3", Score(9)), Response("survey", "0")])
    assert [response.external_id for response in everything(connection, workspace_id)] == ["3", "1", "2", "0"]


def test_the_same_id_of_another_source_is_another_response(connection: Connection, workspace_id: int) -> None:
    """Responses are identified by source and external id, not by external id alone."""
    batch = [Response("survey", "1", Score(9)), Response("reviews", "1", Score(1))]
    assert store.responses.save(connection, workspace_id, batch) == SaveCounts(new=2)
    assert everything(connection, workspace_id) == batch


def test_workspaces_do_not_see_each_other(connection: Connection, workspace_id: int) -> None:
    """The same response and comment in two workspaces are stored and changed separately."""
    other = store.workspaces.ensure(connection, "other")
    assert store.workspaces.ensure(connection, "other") == other == store.workspaces.find(connection, "other")
    for each in (workspace_id, other):
        assert store.responses.save(connection, each, [FULL]) == SaveCounts(new=1)
    store.responses.save(connection, other, [Response("survey", "r-1", comment=Comment("another"))])
    assert everything(connection, workspace_id) == [FULL]
    assert [comment.verbatim for comment in store.comments.uncleaned(connection, other, 10)] == ["another"]
    assert store.responses.count(connection, workspace_id) == 1
    with pytest.raises(WorkspaceNotFound, match="nobody"):
        store.workspaces.find(connection, "nobody")


def test_waves_in_order_of_their_first_answer(connection: Connection, workspace_id: int) -> None:
    """Waves are in order of time, not of the alphabet; undated ones follow, by name."""
    dated = {"Spring": 3, "Autumn": 9, "Winter": 12}
    batch = [
        Response("survey", f"{wave} {day}", answered_at=datetime(2026, month, day, tzinfo=UTC), wave=wave)
        for wave, month in dated.items()
        for day in (20, 10)
    ]
    batch += [Response("survey", "u1", wave="undated b"), Response("survey", "u2", wave="Undated a")]
    store.responses.save(connection, workspace_id, [*reversed(batch), Response("survey", "none")])
    assert store.responses.waves(connection, workspace_id) == ["Spring", "Autumn", "Winter", "Undated a", "undated b"]
    only = store.responses.load(connection, workspace_id, wave="Autumn")
    assert {response.external_id for response in only} == {"Autumn 10", "Autumn 20"}
    assert list(store.responses.load(connection, workspace_id, wave="Summer")) == []


@pytest.mark.parametrize("bad", ["a\0b", "half \ud83d of an emoji"])
@pytest.mark.parametrize("field", ["comment", "segment", "customer"])
def test_text_that_cannot_be_stored_is_refused(connection: Connection, workspace_id: int, bad: str, field: str) -> None:
    """Text that a database cannot store is refused, naming the response, and nothing of the batch is saved."""
    response = {
        "comment": Response("survey", "r-7", comment=Comment(bad)),
        "segment": Response("survey", "r-7", segments=(Segment("plan", bad),)),
        "customer": Response("survey", "r-7", customer=Customer(name=bad)),
    }[field]
    with pytest.raises(InvalidInput, match="r-7"):
        store.responses.save(connection, workspace_id, [FULL, response])
    assert store.responses.count(connection, workspace_id) == 0


def test_a_long_comment_is_kept_whole(connection: Connection, workspace_id: int) -> None:
    """A comment of a million characters is stored completely."""
    long = Comment("太长了 " * 250_000)
    store.responses.save(connection, workspace_id, [Response("survey", "1", comment=long)])
    assert [response.comment for response in everything(connection, workspace_id)] == [long]


@pytest.mark.slow
def test_loading_takes_bounded_memory(connection: Connection, workspace_id: int) -> None:
    """Loading four times as many responses takes less than twice the memory: they are streamed."""

    def peak(responses: int) -> int:
        batch = [Response("survey", str(number), comment=Comment(f"{number} " * 50)) for number in range(responses)]
        store.responses.save(connection, workspace_id, batch)
        del batch
        tracemalloc.start()
        assert sum(1 for _ in store.responses.load(connection, workspace_id)) == responses
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    several_batches = 2 * statements.STREAMED["yield_per"]
    few, many = peak(several_batches), peak(4 * several_batches)
    assert many < 2 * few


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_responses_of_an_anonymous_workspace_never_change(
    connection: Connection, workspace_id: int, in_one_batch: bool
) -> None:
    """Another score, comment, wave or segment, and one that was blank, changes nothing and looks like the same."""
    store.workspaces.promise_anonymity(connection, workspace_id)
    first = Response("hr", "r-1", Score(9), Comment("fine"), None, "W1", (Segment("team", "a"),))
    others = [
        replace(first, score=Score(0)),
        replace(first, comment=Comment("bad")),
        replace(first, wave="W2"),
        replace(first, segments=(Segment("team", "b"),)),
        replace(first, segments=(Segment("site", "x"),)),
        replace(first, answered_at=datetime(2026, 3, 14, tzinfo=UTC)),
    ]
    same = [first, Response("hr", "r-1", Score(9)), replace(first, customer=Customer("c-1"))]
    batch = [*others, *same]
    if in_one_batch:
        saved = store.responses.save(connection, workspace_id, [first, *batch])
        assert saved == SaveCounts(new=1, unchanged=len(batch))
    else:
        assert store.responses.save(connection, workspace_id, [first]) == SaveCounts(new=1)
        assert store.responses.save(connection, workspace_id, batch) == SaveCounts(unchanged=len(batch))
    [stored] = store.responses.load(connection, workspace_id)
    assert replace(stored, external_id="r-1") == first
    assert len([*store.comments.by_hash(connection, workspace_id, [Comment("bad").content_hash])]) == 0


def test_responses_without_an_id_of_their_own_stay_recognisable(connection: Connection, workspace_id: int) -> None:
    """An anonymous workspace tells in which waves responses had no id; other ids never look like that."""
    store.workspaces.promise_anonymity(connection, workspace_id)
    unidentified = Response("file", f"row-{'0' * 24}-2", Score(9), wave="W1")
    batch = [unidentified, Response("file", "row-7", Score(9), wave="W2"), Response("file", "x", Score(9))]
    store.responses.save(connection, workspace_id, batch)
    assert store.responses.waves_with_responses(connection, workspace_id) == {"W1", "W2", None}
    assert store.responses.waves_with_responses(connection, workspace_id, only_unidentified=True) == {"W1"}
