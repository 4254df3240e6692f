"""Labels of a file become corrections: side by side with those of other people, and without doubles."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice

from pipelines.clean.personal_data import mask
from pipelines.label_formats.task import LabelRecord, RejectedRecord
from saywhy import store
from saywhy.annotation import Span
from saywhy.code_frame import VERDICT, CodeFrame
from saywhy.correction import NO_VALUE, Correction, CorrectionKey, CorrectionKind, by_person, clause_at, span_text
from saywhy.errors import InvalidInput, NotFound, SaywhyError
from saywhy.feedback import Comment, Response
from saywhy.label import LabelledClause, LabelledComment
from saywhy.store import Connection, Engine
from saywhy.store.statements import batches
from service.cases import following_up
from service.correction_requests import CorrectionRequest, statements
from service.exports import Exporter
from service.read_responses import ReadResponse, read_all
from service.topics.state import save_edited_topics
from service.workspaces import writing

#: Records of a file that are imported at once; a larger file is sent in parts.
MOST_RECORDS = 20_000

#: Clauses of a record that are read: far more than people mark in a comment.
_MOST_CLAUSES = 100

_ID = re.compile("[0-9a-f]{64}")

#: Longest name of a person, in characters.
_LONGEST_AUTHOR = 200


@dataclass(frozen=True, slots=True)
class ImportedLabels:
    """How many corrections are new, how many were there already, and what was rejected."""

    new: int
    unchanged: int
    rejections: tuple[RejectedRecord, ...]


def import_labels(
    engine: Engine,
    workspace: str,
    records: Iterable[LabelRecord | RejectedRecord],
    *,
    by: str,
    code_frame: CodeFrame,
    with_personal_data: bool = False,
) -> ImportedLabels:
    """Keep what people say in a file. What is rejected does not keep the rest from being kept.

    A comment is known by its id or, without one, by its text, which must be that of the comment with personal data
    masked or, with `with_personal_data`, as it was written: nobody else finds personal data by guessing. `by` says what
    a record says that names nobody. A correction that the same person has given already is not kept again.

    Raises `WorkspaceNotFound`, `NoFollowUp`, and `InvalidInput` for more than `MOST_RECORDS` records.
    """
    records = list(islice(records, MOST_RECORDS + 1))
    if len(records) > MOST_RECORDS:
        raise InvalidInput(f"the file has more than {MOST_RECORDS:,} records; send a part at a time")
    rejections = [each for each in records if isinstance(each, RejectedRecord)]
    new, unchanged = 0, 0
    with following_up(writing(engine, workspace)) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        exporter = Exporter.of(connection, workspace_id, code_frame, with_personal_data=with_personal_data)
        has_causes = False
        for batch in batches([each for each in records if isinstance(each, LabelRecord)]):
            importer = _Importer.of(connection, workspace_id, batch, exporter, code_frame, by)
            for record in batch:
                rejections += importer.take(record)
            store.corrections.add(connection, workspace_id, importer.new)
            new, unchanged = new + len(importer.new), unchanged + importer.unchanged
            has_causes |= any(each.kind is CorrectionKind.CAUSE for each in importer.new)
        if has_causes:
            save_edited_topics(connection, workspace_id)
    return ImportedLabels(new, unchanged, tuple(sorted(rejections, key=lambda each: each.position)))


@dataclass(slots=True)
class _Importer:
    """Collects the corrections of some records."""

    comments: Mapping[str, Comment]  # by content hash, as what was read of them
    reads: Mapping[str, ReadResponse]
    log: list[Correction]
    said: dict[CorrectionKey, dict[str, Correction]]
    exporter: Exporter
    code_frame: CodeFrame
    by: str
    now: datetime
    new: list[Correction]
    unchanged: int = 0

    @classmethod
    def of(
        cls,
        connection: Connection,
        workspace_id: int,
        records: Collection[LabelRecord],
        exporter: Exporter,
        code_frame: CodeFrame,
        by: str,
    ) -> _Importer:
        hashes = {_content_hash(record) for record in records}
        comments = store.comments.by_hash(connection, workspace_id, hashes)
        responses = [Response("", "", comment=comment) for comment in comments.values()]
        reads = {read.content_hash: read for read in read_all(connection, workspace_id, exporter.model, responses)}
        log = store.corrections.log(connection, workspace_id, reads)
        return cls(comments, reads, log, by_person(log), exporter, code_frame, by, datetime.now(UTC), [])

    def take(self, record: LabelRecord) -> Iterator[RejectedRecord]:
        """Take what a record says; what is rejected, part by part."""
        try:
            (read, exporter), author = self._read(record), self._author(record)
            if len(record.comment.clauses) > _MOST_CLAUSES:
                raise InvalidInput(f"the record has more than {_MOST_CLAUSES} clauses")
            requests = [*_of_comment(record.comment), *_of_whole(record.comment, read), *record.comment.clauses]
        except SaywhyError as error:
            yield RejectedRecord(record.position, error.detail)
            return
        taken: dict[CorrectionKey, str | None] = {}
        for request in requests:
            try:
                said = self._said(request, read, exporter, len(record.comment.text))
                for key, (value, _) in said.items():
                    if taken.setdefault(key, value) != value:
                        clause = span_text(key[2]) if key[2] else "the comment"
                        raise InvalidInput(f"another label of the same person says otherwise of {clause}")
            except SaywhyError as error:
                yield RejectedRecord(record.position, error.detail)
                continue
            for key, (value, before) in said.items():
                self._keep(Correction(*key, value, before, self.exporter.model or "", author, self._at(record)), record)

    def _keep(self, correction: Correction, record: LabelRecord) -> None:
        """Keep a correction, unless the same person has said the same."""
        standing = self.said.get(correction.key, {}).get(correction.author)
        is_known = (standing is not None and standing.value == correction.value) or (
            record.at is not None
            and any(
                each.key == correction.key
                and each.author == correction.author
                and each.value == correction.value
                and each.at >= correction.at
                for each in self.log
            )
        )
        if is_known:
            self.unchanged += 1
            return
        self.said.setdefault(correction.key, {})[correction.author] = correction
        self.new.append(correction)

    def _at(self, record: LabelRecord) -> datetime:
        """When it was said; nothing is said in the future."""
        return min(record.at or self.now, self.now)

    def _author(self, record: LabelRecord) -> str:
        author = record.author or self.by
        if not author.isprintable() or len(author) > _LONGEST_AUTHOR:
            raise InvalidInput(f"the author must be a name of at most {_LONGEST_AUTHOR} printable characters")
        return author

    def _read(self, record: LabelRecord) -> tuple[ReadResponse, Exporter]:
        """The comment that is meant, and how its text is shown in the file, masked or not.

        Raises `NotFound`, and `InvalidInput` if its text is another one.
        """
        text, content_hash = record.comment.text, _content_hash(record)
        read = self.reads.get(content_hash)
        is_guess = record.id is None and not self.exporter.with_personal_data and mask(text)[0] != text
        if read is None or is_guess:
            name = f"comment {record.id!r:.80}" if record.id else "comment with this text"
            raise NotFound(f"there is no {name}")
        for exporter in (self.exporter, replace(self.exporter, with_personal_data=False)):
            if text == exporter.shown(self.comments[content_hash], [])[0]:
                return read, exporter
        raise InvalidInput("the text is not that of the comment, so it is not clear what the labels are of")

    def _said(
        self, part: CorrectionRequest | LabelledClause, read: ReadResponse, exporter: Exporter, length: int
    ) -> dict[CorrectionKey, tuple[str | None, str]]:
        """(value, what was there before) of what a part of a record says, by what it is said of; `length` is that of
        the text that offsets are in.
        """
        if isinstance(part, CorrectionRequest):
            requests = [part]
        else:
            span = exporter.verbatim_span(self.comments[read.content_hash], (part.start, part.end))
            if span is None or part.end > length:
                raise InvalidInput(f"{part.start}-{part.end} is not in the comment")
            requests = list(_requests(part, span, self._clause(span, read)))
        theme = next((each.value for each in requests if each.kind is CorrectionKind.THEME), None)
        said: dict[CorrectionKey, tuple[str | None, str]] = {}
        for request in requests:
            for kind, value, before in statements(request, read, self.code_frame, self.exporter.topics.values()):
                said[read.content_hash, kind, request.clause] = value, before
                topic = self.exporter.topics.get(value or "") if kind is CorrectionKind.CAUSE else None
                if topic and topic.theme not in (theme if theme is not None else topic.theme, VERDICT):
                    raise InvalidInput(f"the cause {topic.id} is of the theme {topic.theme}, not of {theme or 'none'}")
        return said

    def _clause(self, span: Span, read: ReadResponse) -> Span:
        """The clause that a span means: the one that people said is there, else that with which it shares most."""
        clauses = [each.span for each in read.annotation.clauses] if read.annotation else []
        moved = {
            each.value: each.clause
            for each in self.log
            if each.kind is CorrectionKind.SPAN and each.content_hash == read.content_hash and each.clause
        }
        if (corrected := moved.get(span_text(span))) and (clause := clause_at(corrected, clauses)):
            return clause
        if span in clauses:
            return span
        best = max(clauses, key=lambda clause: min(span[1], clause[1]) - max(span[0], clause[0]), default=None)
        if best is None or min(span[1], best[1]) <= max(span[0], best[0]):
            raise NotFound(f"the comment has no clause at {span_text(span)}")
        return best


def _requests(labelled: LabelledClause, span: Span, clause: Span) -> Iterator[CorrectionRequest]:
    """What is said of a clause that is at the span; a cause comes after its theme, which it brings."""
    themes = labelled.themes
    polarity = labelled.polarity or next((each for _, each in themes or () if each is not None), None)
    if polarity is not None:
        yield CorrectionRequest(0, CorrectionKind.SENTIMENT, polarity.value, clause)
    if themes is not None:
        yield CorrectionRequest(0, CorrectionKind.THEME, _only([theme for theme, _ in themes], "theme"), clause)
    if labelled.causes is not None:
        yield CorrectionRequest(0, CorrectionKind.CAUSE, _only(labelled.causes, "cause"), clause)
    if span != clause:
        yield CorrectionRequest(0, CorrectionKind.SPAN, span_text(span), clause)


def _content_hash(record: LabelRecord) -> str:
    """That of the comment that a record names; empty if what it names is no id."""
    if record.id is None:
        return Comment(record.comment.text).content_hash
    return record.id if _ID.fullmatch(record.id) else ""


def _of_comment(labelled: LabelledComment) -> list[CorrectionRequest | LabelledClause]:
    """What is said of the sentiment of the whole comment."""
    if labelled.sentiment is None:
        return []
    return [CorrectionRequest(0, CorrectionKind.SENTIMENT, labelled.sentiment.value)]


def _of_whole(labelled: LabelledComment, read: ReadResponse) -> list[LabelledClause]:
    """The themes and causes of a whole comment as those of its only clause. Raises `InvalidInput` if it has several."""
    if labelled.themes is None and labelled.causes is None:
        return []
    clauses = read.annotation.clauses if read.annotation else ()
    if len(clauses) != 1:
        raise InvalidInput(f"the comment has {len(clauses)} clauses: say of which one the theme or the cause is")
    return [LabelledClause(0, len(labelled.text), None, labelled.themes, labelled.causes)]


def _only(values: Collection[str], name: str) -> str:
    """The theme or cause of a clause. Raises `InvalidInput` for several."""
    if len(values) > 1:
        raise InvalidInput(f"a clause has one {name}; mark a part of it for each of: {list(values)!r:.200}")
    return next(iter(values), NO_VALUE)
