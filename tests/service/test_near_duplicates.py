"""Near-duplicates from analysis to analysis: what was cleaned is not read again, and the result is the same."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from pipelines.clean import near_duplicates
from saywhy import store
from saywhy.feedback import Comment, Response
from saywhy.store.tables import comments as table
from service.analysis import clean_comments

LATE = "Unfortunately the delivery arrived two weeks too late and nobody could tell us why"
DEAR = "The price was raised without any notice and the reasons were never explained to us"
COURTEOUS = "Der Kundendienst war freundlich und hat uns schon nach wenigen Minuten weitergeholfen"


def save(engine: Engine, *texts: str, first: int = 0) -> int:
    """Responses with these comments, their ids counted from `first`, cleaned as an analysis does it; the workspace."""
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "acme")
        batch = [Response("test", str(first + number), comment=Comment(text)) for number, text in enumerate(texts)]
        store.responses.save(connection, workspace, batch)
    clean_comments(engine, workspace, lambda *_: None)
    return workspace


def originals(engine: Engine, workspace: int) -> dict[str, str | None]:
    """The verbatim of the original of each comment, by verbatim."""
    with store.reading(engine) as connection:
        comments = {comment.content_hash: comment for comment in store.comments.load(connection, workspace)}
    return {
        comment.verbatim: comments[comment.duplicate_of].verbatim if comment.duplicate_of else None
        for comment in comments.values()
    }


def test_repetitions_of_earlier_imports_are_found(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each import is compared with all before, also those of a version without fingerprints; only comments that may be
    repeated are read.
    """
    save(engine, LATE, DEAR, "keine", "Great")
    read: list[str] = []
    original = near_duplicates.read
    monkeypatch.setattr(near_duplicates, "read", lambda verbatim: read.append(verbatim) or original(verbatim))
    workspace = save(engine, LATE + "!!", "great", COURTEOUS, first=4)
    expected = {LATE: None, DEAR: None, "keine": None, "Great": None, LATE + "!!": LATE, "great": "Great"}
    assert originals(engine, workspace) == expected | {COURTEOUS: None}
    assert DEAR not in read
    with engine.begin() as connection:
        connection.execute(sa.update(table).values(fingerprint=None))
    save(engine, DEAR.replace("any notice", "any notices"), first=7)
    assert originals(engine, workspace)[DEAR.replace("any notice", "any notices")] == DEAR
    with store.reading(engine) as connection:
        assert store.fingerprints.missing(connection, workspace, 10) == []


def test_the_copies_of_a_deleted_comment_have_a_new_original(engine: Engine) -> None:
    """After the original is gone, one of its copies is the original of the others, also of later ones; and the deleted
    comment, imported again, is a copy as well.
    """
    copies = [LATE + "!", LATE.upper()]
    workspace = save(engine, LATE, DEAR)
    save(engine, *copies, first=2)
    assert originals(engine, workspace) == {LATE: None, DEAR: None, copies[0]: LATE, copies[1]: LATE}
    save(engine, COURTEOUS)  # in the place of the first response
    first, second = sorted(copies, key=lambda text: Comment(text).content_hash)
    assert originals(engine, workspace) == {COURTEOUS: None, DEAR: None, first: None, second: first}
    save(engine, LATE, LATE.title(), first=4)
    assert originals(engine, workspace) == {
        **{COURTEOUS: None, DEAR: None, first: None, second: first},
        **{LATE: first, LATE.title(): first},
    }
