"""Exporting responses: one row for each, with what the latest analysis says of it."""

from __future__ import annotations

from typing import Any

import pytest

from saywhy import store
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.errors import Conflict, NotFound, TopicNotFound, WaveNotFound, WorkspaceNotFound
from saywhy.feedback import Comment, Response, Segment
from saywhy.store import Engine
from service import exports
from service.exports import ExportedResponse, ExportedSentiment, Selection
from tests.builders.exported_survey import AT, BLAME, FORMULA, PRAISE, RESPONSES, TOPICS, fill

CODE_FRAME = load_code_frame()


def exported(engine: Engine, *, with_personal_data: bool = False, **selection: Any) -> dict[str, ExportedResponse]:
    """The exported responses by id, in order."""
    chosen = Selection(**selection)
    rows = exports.export(engine, "acme", chosen, code_frame=CODE_FRAME, with_personal_data=with_personal_data)
    return {row.id: row for row in rows}


def test_every_response_is_a_row(engine: Engine) -> None:
    """With and without score, comment or analysis, in the order of import; unknown values are None, a 0 is a 0."""
    fill(engine)
    rows = exported(engine)
    assert list(rows) == [response.external_id for response in RESPONSES]
    zero, silent = rows["zero"], rows["silent"]
    assert (zero.score, zero.scale, zero.wave, zero.answered_at) == (0, "0-10", "W1", AT)
    assert zero.segments == {"region": "north"}
    assert silent == ExportedResponse("silent", None, None, None, None, None, None, {}, None, (), ())
    assert rows["blank"].score is None
    assert rows["blank"].answered_at is None
    assert (rows["non-answer"].score, rows["non-answer"].scale, rows["non-answer"].comment) == (5, "1-5", "-")
    assert (rows["non-answer"].language, rows["non-answer"].sentiment) == (None, None)
    assert (rows["new"].comment, rows["new"].language, rows["new"].themes) == (FORMULA, "en", ())
    assert rows["blame"].segments == {"region": "north", "plan": "free; trial"}


def test_themes_and_causes_are_those_of_the_comment(engine: Engine) -> None:
    """Two clauses that name a topic are two causes, ignored topics none; a neutral clause has its topic's polarity."""
    fill(engine)
    rows = exported(engine)
    blame, praise = rows["blame"], rows["blank"]
    assert blame.sentiment == ExportedSentiment(Polarity.MIXED, -0.5)
    (theme,) = blame.themes
    assert (theme.id, theme.label, theme.polarity) == ("support", CODE_FRAME["support"].name(), "negative")
    assert [(cause.id, cause.label, cause.theme, cause.polarity, cause.confidence) for cause in blame.causes] == [
        ("slow", "Slow replies", "support", "negative", 0.75)
    ] * 2
    assert [cause.part for cause in blame.causes] == [None, "Phone"]
    (cause,) = praise.causes
    assert (cause.id, cause.polarity) == ("kind", "positive")
    assert (PRAISE[cause.start : cause.end], praise.comment) == (PRAISE, PRAISE)


@pytest.mark.parametrize("with_personal_data", [False, True])
def test_offsets_point_at_the_clause(sqlite_engine: Engine, with_personal_data: bool) -> None:
    """In the comment as it is exported: behind masked data they move, in the verbatim they do not."""
    fill(sqlite_engine)
    blame = exported(sqlite_engine, with_personal_data=with_personal_data)["blame"]
    assert blame.comment is not None
    assert (blame.comment == BLAME) is with_personal_data
    assert ("jo.miller@example.com" in blame.comment, "1234567" in blame.comment) == (with_personal_data,) * 2
    assert [blame.comment[cause.start : cause.end] for cause in blame.causes] == [
        "Slow replies.",
        "nobody answers the phone",
    ]


def test_ranked_causes_are_those_of_the_report(sqlite_engine: Engine) -> None:
    """Those of the latest report on all waves; without a report, none."""
    fill(sqlite_engine)
    rows = exported(sqlite_engine)
    assert [[cause.ranked for cause in rows[key].causes] for key in ("blame", "blank")] == [[False] * 2, [False]]
    fill(sqlite_engine, with_report=True)
    rows = exported(sqlite_engine)
    assert [[cause.ranked for cause in rows[key].causes] for key in ("blame", "blank")] == [[True] * 2, [False]]


def test_edits_of_topics_are_applied(sqlite_engine: Engine) -> None:
    """A clause that people have moved names the topic that they moved it to."""
    fill(sqlite_engine)
    clause = (Comment(BLAME).content_hash, 0, len("Slow replies."))
    with sqlite_engine.begin() as connection:
        workspace = store.workspaces.find(connection, "acme")
        store.topics.save(connection, workspace, TOPICS, {each.id: each.id for each in TOPICS}, {clause: "kind"})
    assert [cause.id for cause in exported(sqlite_engine)["blame"].causes] == ["kind", "slow"]


def test_responses_are_selected(engine: Engine) -> None:
    """By wave, by segments that all must hold, and by a cause's id or label; together they narrow the selection."""
    fill(engine)
    north, free = Segment("region", "north"), Segment("plan", "free")
    assert list(exported(engine, wave="W1")) == ["blame", "zero"]
    assert list(exported(engine, wave="all")) == [response.external_id for response in RESPONSES]
    assert list(exported(engine, segments=[north])) == ["blame", "zero"]
    assert list(exported(engine, segments=[north, free])) == ["blame"]
    assert list(exported(engine, segments=[Segment("region", "south"), free])) == []
    for name in ("slow", "topic:slow", "slow REPLIES", "Langsame Antworten"):
        assert list(exported(engine, cause=name)) == ["blame"]
    assert list(exported(engine, wave="W2", cause="slow")) == []


def test_errors_say_what_there_is(sqlite_engine: Engine) -> None:
    """An unknown wave, cause, segment, dimension or workspace; ignored topics cannot be selected."""
    with pytest.raises(WorkspaceNotFound):
        exported(sqlite_engine)
    fill(sqlite_engine)
    with pytest.raises(WaveNotFound, match="'W3'; there are: W1, W2, all"):
        exported(sqlite_engine, wave="W3")
    for cause in ("parking", "hidden"):
        with pytest.raises(TopicNotFound, match=f"'{cause}'; the largest are: Kind people, Slow replies"):
            exported(sqlite_engine, cause=cause)
    with pytest.raises(NotFound, match="region=east; region is: north, south"):
        exported(sqlite_engine, segments=[Segment("region", "north"), Segment("region", "east")])
    with pytest.raises(NotFound, match="'mood'; there are: language, plan, region"):
        exported(sqlite_engine, segments=[Segment("mood", "sunny")])
    with pytest.raises(NotFound, match="region=south; region is: north"):
        exported(sqlite_engine, wave="W1", segments=[Segment("region", "south")])


def test_before_the_first_analysis_nothing_is_said(sqlite_engine: Engine) -> None:
    """Responses are exported as imported, and no cause can be selected."""
    with sqlite_engine.begin() as connection:
        store.responses.save(connection, store.workspaces.ensure(connection, "acme"), RESPONSES)
    blame = exported(sqlite_engine)["blame"]
    assert (blame.score, blame.sentiment, blame.themes, blame.causes) == (2, None, (), ())
    with pytest.raises(TopicNotFound, match="there are none yet"):
        exported(sqlite_engine, cause="slow")


def test_more_responses_than_are_read_at_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Annotations and topics are read batch by batch while responses stream; the result is the same."""
    fill(engine)
    whole = exported(engine)
    monkeypatch.setattr(exports, "BATCH", 2)
    assert exported(engine) == whole
    assert list(exported(engine, segments=[Segment("language", "+en")])) == ["new"]


def test_anonymous_responses_are_not_exported(sqlite_engine: Engine) -> None:
    """A workspace that promised anonymity gives no single response, whatever is asked for."""
    with sqlite_engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "acme")
        store.workspaces.promise_anonymity(connection, workspace)
        store.responses.save(connection, workspace, [Response("t", "1", None, Comment("slow"))])
    for wave, cause in (("all", None), ("W9", None), ("all", "guess")):
        with pytest.raises(Conflict, match="anonymity"):
            exported(sqlite_engine, wave=wave, cause=cause, with_personal_data=True)


def test_praise_of_staff_by_name_is_exported_where_asked(sqlite_engine: Engine) -> None:
    """The name of an employee is shown with `show_staff_names`; that of a customer never is."""
    text = "Anja from support was great. My name is Helen Ashworth."
    with sqlite_engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "acme")
        store.responses.save(connection, workspace, [Response("t", "1", None, Comment(text))])
    rows = [
        next(iter(exports.export(sqlite_engine, "acme", Selection(), code_frame=CODE_FRAME, show_staff_names=shown)))
        for shown in (False, True)
    ]
    assert [row.comment for row in rows] == [
        "[staff name] from support was great. My name is [name].",
        "Anja from support was great. My name is [name].",
    ]
