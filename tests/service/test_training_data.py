"""Corrections in the store as labels that models learn from."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from saywhy import store
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.correction import NO_VALUE, Correction, CorrectionKind
from saywhy.feedback import Comment, Response, Score
from saywhy.label import LabelledClause, LabelledComment
from service.labelling.training_data import corrected_comments, scored_comments
from service.workspaces import create

TEXT = "Ask mary@x.example, she was slow. The price is fine."
SLOW, PRICE = (0, 33), (34, 52)


def test_corrections_become_labels(sqlite_engine: Engine) -> None:
    """What people said of comment and clauses, in the masked text; topics of the workspace are left out."""
    comment = Comment(TEXT, "en")
    create(sqlite_engine, "default")
    with sqlite_engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, "default")
        store.responses.save(connection, workspace_id, [Response("s", "1", Score(3), comment)])
        store.comments.save_cleaned(connection, workspace_id, [comment])

        def said(kind: CorrectionKind, value: str | None, clause: tuple[int, int] | None = None) -> Correction:
            return Correction(comment.content_hash, kind, clause, value, "", "core", "Ada", datetime.now(UTC))

        store.corrections.add(
            connection,
            workspace_id,
            [
                said(CorrectionKind.SENTIMENT, "negative"),
                said(CorrectionKind.THEME, "timeliness", SLOW),
                said(CorrectionKind.CAUSE, "price.too_expensive,our-own-topic", PRICE),
                said(CorrectionKind.THEME, "price", PRICE),
                said(CorrectionKind.THEME, NO_VALUE, PRICE),
            ],
        )
    [labelled] = corrected_comments(sqlite_engine, "default", load_code_frame())
    assert "mary@x.example" not in labelled.text
    shift = len(labelled.text) - len(TEXT)
    assert labelled == LabelledComment(
        labelled.text,
        "en",
        Polarity.NEGATIVE,
        clauses=(
            LabelledClause(0, SLOW[1] + shift, None, (("timeliness", None),)),
            LabelledClause(PRICE[0] + shift, PRICE[1] + shift, None, (), ("price.too_expensive",)),
        ),
    )
    [(score, text, language, segments)] = scored_comments(sqlite_engine, "default", 10)
    assert (score, text, language, segments) == (3, labelled.text, "en", ())
