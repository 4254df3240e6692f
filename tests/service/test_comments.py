"""Comments page by page: by what they name and by who wrote them, with personal data masked."""

from __future__ import annotations

from typing import Any

import pytest

from saywhy import store
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.errors import InvalidInput, NotFound, TopicNotFound, WaveNotFound
from saywhy.feedback import Comment, Group, Response, Score, Segment
from saywhy.store import Engine
from service.comment_filters import CommentSearch
from service.comments import CommentPage, list_comments
from tests.builders.exported_survey import fill

FRAME = load_code_frame()


def read(
    engine: Engine, limit: int = 50, cursor: str | None = None, *, with_personal_data: bool = False, **search: Any
) -> CommentPage:
    """A page of comments."""
    return list_comments(
        engine,
        "acme",
        CommentSearch(**search),
        code_frame=FRAME,
        limit=limit,
        cursor=cursor,
        with_personal_data=with_personal_data,
    )


def ids(engine: Engine, **search: Any) -> list[str]:
    """The ids of the responses that are found."""
    return [comment.id for comment in read(engine, **search).comments]


def add(engine: Engine, *responses: Response) -> None:
    """Save responses."""
    with engine.begin() as connection:
        store.responses.save(connection, store.workspaces.ensure(connection, "acme"), responses)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ({}, ["new", "non-answer", "blank", "blame"]),
        ({"wave": "W1"}, ["blame"]),
        ({"cause": "Slow replies"}, ["blame"]),
        ({"cause": "topic:kind"}, ["blank"]),
        ({"cause": "langsame antworten"}, ["blame"]),
        ({"theme": "support"}, ["blame"]),
        ({"theme": "staff"}, ["blank"]),
        ({"sentiment": Polarity.MIXED}, ["blank", "blame"]),
        ({"sentiment": Polarity.POSITIVE}, []),
        ({"segments": [Segment("region", "north"), Segment("plan", "trial")]}, ["blame"]),
        ({"segments": [Segment("region", "south"), Segment("plan", "trial")]}, []),
        ({"group": Group.DETRACTOR}, ["blame"]),
        ({"group": Group.PROMOTER}, ["new"]),
        ({"score": 2}, ["blame"]),
        ({"score": 5}, []),  # on 1-5, not on 0-10
        ({"language": "und"}, ["non-answer"]),
        ({"text": "SLOW"}, ["blame"]),
        ({"text": "=hyperlink("}, ["new"]),
        ({"text": "%"}, []),
        ({"text": "slow", "cause": "slow", "theme": "support", "wave": "W1", "score": 2}, ["blame"]),
    ],
)
def test_all_conditions_hold(engine: Engine, search: dict[str, Any], expected: list[str]) -> None:
    """The last imported first; responses without a comment are left out."""
    fill(engine)
    assert ids(engine, **search) == expected


def test_a_score_of_0_is_found(engine: Engine) -> None:
    """0 is a score: it is neither blank nor any score."""
    fill(engine)
    add(engine, Response("test", "nought", Score(0), Comment("Awful")), Response("test", "none", None, Comment("Hm")))
    assert ids(engine, score=0) == ["nought"]
    assert ids(engine, group=Group.DETRACTOR) == ["nought", "blame"]


def test_letters_of_every_script_are_compared_in_any_case(engine: Engine) -> None:
    """Also those beyond ASCII."""
    add(
        engine,
        Response("test", "1", Score(1), Comment("Über den ÄRGER")),
        Response("test", "2", None, Comment("速度太慢")),
    )
    assert ids(engine, text="ärger") == ["1"]
    assert ids(engine, text="ÜBER") == ["1"]
    assert ids(engine, text="太慢") == ["2"]


def test_masked_data_is_neither_shown_nor_found_by_guessing(engine: Engine) -> None:
    """Looking for a masked address finds nothing, unless personal data may be shown."""
    fill(engine)
    [blame] = read(engine, wave="W1").comments
    assert blame.comment is not None
    assert "jo.miller" not in blame.comment
    assert ids(engine, text="jo.miller@example.com") == []
    assert ids(engine, text="1234567") == []
    [shown] = read(engine, text="jo.miller@example.com", with_personal_data=True).comments
    assert shown.comment is not None
    assert "jo.miller@example.com" in shown.comment
    assert [cause.label for cause in shown.causes] == ["Slow replies", "Slow replies"]


@pytest.mark.parametrize("search", [{}, {"text": "number"}, {"segments": [Segment("half", "odd")]}])
def test_pages_are_stable_while_responses_are_imported(engine: Engine, search: dict[str, Any]) -> None:
    """Every comment that was there is read once, in order, and none that comes meanwhile."""

    def response(number: int) -> Response:
        half = Segment("half", "odd" if number % 2 else "even")
        return Response("test", str(number), Score(number % 11), Comment(f"number {number}"), segments=(half,))

    add(engine, *(response(number) for number in range(523)))
    whole = [str(number) for number in reversed(range(523)) if number % 2 or "segments" not in search]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = read(engine, 100, cursor, **search)
        assert len(page.comments) == 100 or page.next is None
        seen += [comment.id for comment in page.comments]
        add(engine, response(10_000 + len(seen)), response(20_001 + len(seen)))
        if page.next is None:
            break
        cursor = page.next
    assert seen == whole


def test_a_full_last_page_has_no_next(engine: Engine) -> None:
    """Where nothing more is found there is no cursor, whatever else is stored."""
    fill(engine)
    page = read(engine, 2, text="l")
    assert [comment.id for comment in page.comments] == ["new", "blank"]
    last = read(engine, 1, page.next, text="l")
    assert ([comment.id for comment in last.comments], last.next) == (["blame"], None)


@pytest.mark.parametrize(
    ("search", "error", "message"),
    [
        ({"wave": "W9"}, WaveNotFound, "there are: W1, W2, all"),
        ({"cause": "parking"}, TopicNotFound, "no cause 'parking'"),
        ({"theme": "parking"}, NotFound, "no theme 'parking'; there are: "),
        ({"text": " "}, InvalidInput, "1 to 200"),
        ({"text": "x" * 201}, InvalidInput, "1 to 200"),
        ({"cursor": "x"}, InvalidInput, "not a cursor"),
        ({"cursor": "WyJhIl0"}, InvalidInput, "not a cursor"),
        ({"cursor": "Wy0xXQ"}, InvalidInput, "out of range"),
        ({"cursor": "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OV0"}, InvalidInput, "out of range"),
        ({"limit": 0}, InvalidInput, "1 to 500"),
        ({"limit": 501}, InvalidInput, "1 to 500"),
    ],
)
def test_what_cannot_be_is_refused(
    sqlite_engine: Engine, search: dict[str, Any], error: type[Exception], message: str
) -> None:
    """The error says what there is, or what may be given."""
    fill(sqlite_engine)
    with pytest.raises(error, match=message):
        read(sqlite_engine, **search)
