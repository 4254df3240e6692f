"""What a workspace teaches models: its corrections as labelled comments, and the responses whose ranking would change.

Texts have their personal data masked: they leave the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from saywhy import store
from saywhy.annotation import Polarity
from saywhy.code_frame import CodeFrame
from saywhy.correction import NO_VALUE, Correction, CorrectionKind
from saywhy.feedback import Comment, Response, Scale, Score, Segment
from saywhy.frame import CORE_ID, frame_of
from saywhy.label import LabelledClause, LabelledComment
from saywhy.store import Engine
from service.cases import following_up
from service.exports import Exporter
from service.workspaces import reading


def corrected_comments(engine: Engine, workspace: str, code_frame: CodeFrame) -> list[LabelledComment]:
    """The comments that people corrected, with what they said; what nobody said is unknown.

    Causes that are no causes of the code frame are topics of this workspace, which models do not know: they are left
    out, as are themes and causes that were said in a code frame of its own. Raises `WorkspaceNotFound`, and
    `NoFollowUp` for an anonymous workspace, which has no corrections.
    """
    causes = {cause.id for cause in code_frame.causes}
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        exporter = Exporter.of(connection, workspace_id, code_frame)
        standing = {
            content_hash: [each for each in corrections if _is_of_models(each)]
            for content_hash, corrections in store.corrections.load(connection, workspace_id).items()
        }
        comments = store.comments.by_hash(connection, workspace_id, standing)
        labelled = []
        for content_hash, corrections in sorted(standing.items()):
            if content_hash not in comments:
                continue
            comment = comments[content_hash]
            spans = sorted({each.clause for each in corrections if each.clause is not None})
            text, shown = exporter.shown(comment, list(spans))
            clauses = tuple(
                clause
                for span, shown_span in zip(spans, shown, strict=True)
                if (clause := _clause(shown_span, [each for each in corrections if each.clause == span], causes))
            )
            whole = next((each.value for each in corrections if each.clause is None), None)
            if text and (whole or clauses):
                language = comment.language if comment.language != "und" else None
                labelled.append(LabelledComment(text, language, Polarity(whole) if whole else None, clauses=clauses))
        return labelled


def _is_of_models(correction: Correction) -> bool:
    is_in_frame = correction.kind in (CorrectionKind.THEME, CorrectionKind.CAUSE)
    return not is_in_frame or frame_of(correction.model) == CORE_ID


def _clause(span: tuple[int, int], corrections: Iterable[Correction], causes: set[str]) -> LabelledClause | None:
    """What the corrections say of one clause; None if models can learn nothing from it."""
    said: dict[CorrectionKind, str] = {each.kind: each.value or NO_VALUE for each in corrections}
    polarity = Polarity(said[CorrectionKind.SENTIMENT]) if said.get(CorrectionKind.SENTIMENT) else None
    theme, cause = said.get(CorrectionKind.THEME), said.get(CorrectionKind.CAUSE)
    themes = None if theme is None else ((theme, polarity),) if theme != NO_VALUE else ()
    named = None if cause is None else tuple(part for part in cause.split(",") if part in causes)
    if cause and not named:
        named = None  # only topics of the workspace
    if polarity is None and themes is None and named is None:
        return None
    return LabelledClause(*span, polarity, themes, named)


def scored_comments(
    engine: Engine, workspace: str, limit: int
) -> list[tuple[int, str, str | None, tuple[tuple[str, str], ...]]]:
    """(score, comment, language, segments) of the latest responses to the question for NPS that have both, at most
    `limit`; none of an anonymous workspace, as how many name a cause may say who does. Raises `WorkspaceNotFound`.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        if store.workspaces.is_anonymous(connection, workspace_id):
            return []
        exporter = Exporter.of(connection, workspace_id, CodeFrame(()))
        latest = list(_rankable(store.responses.load(connection, workspace_id)))[-limit:]
        scored = []
        for score, comment, segments in latest:
            text, _ = exporter.shown(comment, [])
            values = {segment.dimension: segment.value for segment in segments}
            scored.append((score.value, text or "", comment.language, tuple(sorted(values.items()))))
        return scored


def _rankable(responses: Iterable[Response]) -> Iterator[tuple[Score, Comment, Sequence[Segment]]]:
    for response in responses:
        score, comment = response.score, response.comment
        if score and score.scale is Scale.NPS and comment and comment.is_answer:
            yield score, comment, response.segments
