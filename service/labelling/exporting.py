"""What each person said of each comment, side by side, and what the model says, for a file to label or learn from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from pipelines.label_formats.task import LabelRecord, LabelTask, Prediction
from saywhy import store
from saywhy.annotation import Annotation, Polarity, Span
from saywhy.code_frame import CodeFrame
from saywhy.correction import Correction, CorrectionKind, by_person
from saywhy.feedback import Comment
from saywhy.label import LabelledClause, LabelledComment
from saywhy.store import Connection, Engine
from saywhy.store.statements import batches
from saywhy.topic import Assignment
from service.cases import following_up
from service.exports import Exporter
from service.workspaces import reading


def export_labels(
    engine: Engine,
    workspace: str,
    *,
    code_frame: CodeFrame,
    comments: Collection[str] | None = None,
    with_personal_data: bool = False,
) -> Iterator[LabelTask]:
    """The comments that have corrections, or those with these content hashes in their order, as a stream.

    Personal data in comments is masked unless `with_personal_data`. Raises `WorkspaceNotFound` and `NoFollowUp`, before
    the first comment.
    """
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        exporter = Exporter.of(connection, workspace_id, code_frame, with_personal_data=with_personal_data)
        if comments is None:
            comments = dict.fromkeys(each.content_hash for each in store.corrections.log(connection, workspace_id))
        for batch in batches(list(comments)):
            yield from _tasks(connection, workspace_id, batch, exporter)


def labels_of(annotation: Annotation, assigned: Sequence[Assignment], text: str, language: str | None) -> Prediction:
    """What a model says of a comment, in the form of labels; clauses that name nothing are left out."""
    clauses: dict[Span, LabelledClause] = {}
    scores: dict[Span, float] = {}
    polarities = {clause.span: clause.polarity for clause in annotation.clauses}
    for mention in annotation.mentions:
        span = mention.span
        known = clauses.get(span)
        themes = (*(known.themes or ()), (mention.theme, None)) if known else ((mention.theme, None),)
        clauses[span] = LabelledClause(*span, _one_sided(mention.polarity), themes)
        scores[span] = max(mention.confidence, scores.get(span, 0.0))
    for assignment in assigned:
        span = assignment.span
        clause = clauses.get(span) or LabelledClause(*span, _one_sided(polarities.get(span, Polarity.NEUTRAL)))
        clauses[span] = replace(clause, causes=(*(clause.causes or ()), assignment.topic))
        scores[span] = max(assignment.confidence, scores.get(span, 0.0))
    sentiment = annotation.sentiment
    labels = LabelledComment(text, language, sentiment.label, clauses=tuple(clauses[span] for span in sorted(clauses)))
    return Prediction(annotation.model, labels, sentiment.confidence, scores)


def _one_sided(polarity: Polarity) -> Polarity | None:
    """The polarity of a clause; a clause is never mixed."""
    return None if polarity is Polarity.MIXED else polarity


def _tasks(
    connection: Connection, workspace_id: int, content_hashes: Sequence[str], exporter: Exporter
) -> Iterator[LabelTask]:
    existing = store.comments.by_hash(connection, workspace_id, content_hashes)
    annotations = (
        store.annotations.by_hash(connection, workspace_id, exporter.model, existing, as_annotated=True)
        if exporter.model
        else {}
    )
    assignments = store.topics.by_hash(connection, workspace_id, existing)
    log: dict[str, list[Correction]] = {}
    for correction in store.corrections.log(connection, workspace_id, existing):
        log.setdefault(correction.content_hash, []).append(correction)
    for content_hash in content_hashes:
        if content_hash not in existing:
            continue  # deleted since it was chosen
        comment, annotation = existing[content_hash], annotations.get(content_hash)
        language = comment.language if comment.language != "und" else None
        said = log.get(content_hash, [])
        prediction = None
        if annotation is not None:
            corrected = {each.clause for each in said if each.kind is CorrectionKind.CAUSE}
            assigned = [each for each in assignments.get(content_hash, ()) if each.span not in corrected]
            prediction = labels_of(annotation, assigned, comment.verbatim, language)
            prediction = replace(
                prediction,
                labels=_shown(prediction.labels, comment, exporter),
                scores=dict(
                    zip(exporter.shown(comment, list(prediction.scores))[1], prediction.scores.values(), strict=True)
                ),
            )
        records = tuple(_records(said, comment, language, exporter))
        text = exporter.shown(comment, [])[0] or ""
        yield LabelTask(content_hash, text, language, records, prediction)


def _records(
    log: Sequence[Correction], comment: Comment, language: str | None, exporter: Exporter
) -> Iterator[LabelRecord]:
    """What each person says of a comment, in order of the names."""
    of_person: dict[str, list[Correction]] = {}
    for by_author in by_person(log).values():
        for author, correction in by_author.items():
            of_person.setdefault(author, []).append(correction)
    for author, corrections in sorted(of_person.items()):
        labels = _labels(corrections, comment.verbatim, language)
        at = max(each.at for each in corrections)
        yield LabelRecord(_shown(labels, comment, exporter), comment.content_hash, author, at)


def _labels(corrections: Sequence[Correction], text: str, language: str | None) -> LabelledComment:
    """What one person says of a comment."""
    sentiment: Polarity | None = None
    clauses: dict[Span, LabelledClause] = {}
    for each in corrections:
        if each.clause is None:
            sentiment = Polarity(each.value or "")
            continue
        clause = clauses.get(each.clause) or LabelledClause(*each.clause)
        if each.kind is CorrectionKind.SENTIMENT:
            clause = replace(clause, polarity=Polarity(each.value or ""))
        elif each.kind is CorrectionKind.THEME:
            clause = replace(clause, themes=((each.value, None),) if each.value else ())
        elif each.kind is CorrectionKind.CAUSE:
            clause = replace(clause, causes=(each.value,) if each.value else ())
        else:
            clause = replace(clause, start=each.span[0], end=each.span[1])
        clauses[each.clause] = clause
    ordered = sorted(clauses.values(), key=lambda clause: (clause.start, clause.end))
    return LabelledComment(text, language, sentiment, clauses=tuple(ordered))


def _shown(labels: LabelledComment, comment: Comment, exporter: Exporter) -> LabelledComment:
    """The labels with text and offsets as they are exported."""
    text, spans = exporter.shown(comment, [(clause.start, clause.end) for clause in labels.clauses])
    clauses = (
        replace(clause, start=start, end=end) for clause, (start, end) in zip(labels.clauses, spans, strict=True)
    )
    return replace(labels, text=text or "", clauses=tuple(clauses))
