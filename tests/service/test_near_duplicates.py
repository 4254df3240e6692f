"""Near-duplicates from analysis to analysis: what was cleaned is not read again, and the result is the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from benchmarks.texts import recombined
from pipelines.clean import near_duplicates
from pipelines.clean.read_text import ReadText, read
from pipelines.topics.labelling.keywords import without_personal_data
from saywhy import store
from saywhy.correction import CorrectionKind
from saywhy.feedback import Comment, Customer, Response, Score
from saywhy.report import ALL_WAVES
from saywhy.store.tables import comments as table
from saywhy.topic import EditKind
from service.analysis import analyse, clean_comments
from service.comment_filters import CommentSearch
from service.comments import find_comments
from service.correction_requests import CorrectionRequest
from service.corrections import correct
from service.erasure import delete_customer
from service.files import JobFiles
from service.topics.editing import Attribution, apply_edit
from service.topics.validation import EditRequest
from tests.doubles import FakeAnnotator

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
    verbatims: list[str] = []

    def recorded(verbatim: str) -> ReadText:
        verbatims.append(verbatim)
        return read(verbatim)

    monkeypatch.setattr(near_duplicates, "read", recorded)
    workspace = save(engine, LATE + "!!", "great", COURTEOUS, first=4)
    expected = {LATE: None, DEAR: None, "keine": None, "Great": None, LATE + "!!": LATE, "great": "Great"}
    assert originals(engine, workspace) == expected | {COURTEOUS: None}
    assert DEAR not in verbatims
    with engine.begin() as connection:
        connection.execute(sa.update(table).values(fingerprint=None))
    save(engine, DEAR.replace("any notice", "any notices"), first=7)
    assert originals(engine, workspace)[DEAR.replace("any notice", "any notices")] == DEAR
    with store.reading(engine) as connection:
        copies_too = [store.fingerprints.missing(connection, workspace, 10, copies=copies) for copies in (False, True)]
    assert copies_too == [[], []]


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


class OtherModel(FakeAnnotator):
    """Another model version."""

    model = "test-2"


def changes(engine: Engine, files: JobFiles) -> Iterator[FakeAnnotator]:
    """What happens to a survey from analysis to analysis, and the model of each analysis."""
    texts = recombined(240)
    copies = [text + "!" for text in texts[:40]] + [text.replace("e", "ee", 1) for text in texts[20:60]]
    responses = [
        Response("test", str(number), Score(number % 11), Comment(text), customer=Customer(id=f"customer {number % 9}"))
        for number, text in enumerate([*texts[:200], *copies, *texts[200:]])
    ]
    frame, model = FakeAnnotator.code_frame, FakeAnnotator()

    def save(batch: list[Response]) -> None:
        with engine.begin() as connection:
            store.responses.save(connection, store.workspaces.ensure(connection, "acme"), batch)

    save(responses[:150])
    yield model
    save(responses[150:])
    delete_customer(engine, "acme", files, "customer 3")
    save([replace(response, score=Score(9)) for response in responses[::7]])
    yield model
    comment = find_comments(engine, "acme", CommentSearch(text="the"), code_frame=frame).comments[0]
    request = CorrectionRequest(comment.id, CorrectionKind.SENTIMENT, "mixed", None)
    correct(engine, "acme", [request], by="Eda", code_frame=frame)
    with store.reading(engine) as connection:
        topic = store.topics.load(connection, 1)[0]
    renamed = EditRequest(EditKind.RENAME, topic.id, {"name": "Our name"})
    apply_edit(engine, "acme", renamed, Attribution("Eda"), code_frame=frame)
    yield model
    yield OtherModel()


def results(engine: Engine) -> list[object]:
    """All comments as they were cleaned, and the report but for its time."""
    with store.reading(engine) as connection:
        report = store.reports.latest(connection, 1, ALL_WAVES)
        assert report
        return [*store.comments.load(connection, 1), replace(report, generated_at="")]


@pytest.mark.exhaustive
def test_what_is_kept_changes_no_result(sqlite_engine: Engine, sqlite_template: Path, tmp_path: Path) -> None:
    """After imports, a deletion, an import again, a correction, a renamed topic, and with another model, an analysis
    says what one says that finds nothing kept.
    """
    shutil.copy(sqlite_template, tmp_path / "scratch.db")
    scratch = store.open_store(f"sqlite:///{tmp_path / 'scratch.db'}")
    files = JobFiles(tmp_path / "files")
    for kept_model, model in zip(changes(sqlite_engine, files), changes(scratch, files), strict=True):
        analyse(sqlite_engine, "acme", kept_model, progress=lambda *_: None)
        with scratch.begin() as connection:
            connection.execute(sa.update(table).values(fingerprint=None))
        without_personal_data.cache_clear()
        analyse(scratch, "acme", model, progress=lambda *_: None)
        assert results(sqlite_engine) == results(scratch)
    assert len({original for original in originals(scratch, 1).values() if original}) > 30
    scratch.dispose()
