"""Exporting responses: a row for each, with everything that is said of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from pipelines.clean.personal_data import Span, mask
from saywhy import store
from saywhy.annotation import Polarity, ThemeLabel
from saywhy.code_frame import CodeFrame
from saywhy.errors import TopicNotFound, WaveNotFound
from saywhy.feedback import Comment, Response, Scale, Segment
from saywhy.issue import CauseKey
from saywhy.report import ALL_WAVES
from saywhy.store import Connection, Engine
from saywhy.topic import Assignment, Topic
from service.anonymity import Withheld, refuse
from service.not_found import listed, no_such_segment
from service.read_responses import ReadResponse, read_all
from service.reports.reading import find_latest_report
from service.topics.lookup import topics_called
from service.workspaces import reading

#: Responses for which annotations and topics are read together.
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Selection:
    """Which responses are exported: those of the wave, in all of the segments, whose comment names the cause."""

    wave: str = ALL_WAVES
    segments: Collection[Segment] = ()
    cause: str | None = None  # a topic: its id, `topic:ID`, or its label, in any case of letters


@dataclass(frozen=True, slots=True)
class ExportedSentiment:
    """Sentiment of the whole comment; `score` is in -1 … +1."""

    label: Polarity
    score: float


@dataclass(frozen=True, slots=True)
class ExportedTheme:
    """A theme of the comment."""

    id: str
    label: str
    polarity: Polarity
    confidence: float


@dataclass(frozen=True, slots=True)
class ExportedCause:
    """A clause that names a topic: `comment[start:end]`, in characters (code points).

    `ranked` tells whether the latest report on all waves has the topic. `part` is the label of the part of the topic
    that the clause is in, if it is in one.
    """

    id: str
    label: str
    theme: str
    polarity: Polarity
    ranked: bool
    start: int
    end: int
    confidence: float
    part: str | None


@dataclass(frozen=True, slots=True)
class ExportedResponse:
    """One response. What is not known is None. Several values of one dimension are joined by "; "."""

    id: str
    score: int | None
    scale: str | None
    comment: str | None
    wave: str | None
    answered_at: datetime | None
    language: str | None
    segments: dict[str, str]
    sentiment: ExportedSentiment | None  # None if the comment is no answer or has not been analysed yet
    themes: tuple[ExportedTheme, ...]
    causes: tuple[ExportedCause, ...]  # in order of position; a cause that two clauses name is there twice


def export(
    engine: Engine,
    workspace: str,
    selection: Selection,
    *,
    code_frame: CodeFrame,
    with_personal_data: bool = False,
    show_staff_names: bool = False,
) -> Iterator[ExportedResponse]:
    """The selected responses as a stream, in the order in which they were first imported.

    What is said of them is that of the latest analysis, with people's edits of topics applied. Personal data in
    comments is masked unless `with_personal_data`; `show_staff_names` shows only the names of employees. All errors
    are raised before the first response: `WorkspaceNotFound`; `Conflict` for an anonymous workspace; and, with what
    there is, `WaveNotFound`, `TopicNotFound` for the cause, and `NotFound` for a segment that no response of the wave
    is in.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        refuse(connection, workspace_id, Withheld.EXPORTS)
        wave = existing_wave(connection, workspace_id, selection.wave)
        exporter = Exporter.of(
            connection,
            workspace_id,
            code_frame,
            with_personal_data=with_personal_data,
            show_staff_names=show_staff_names,
        )
        causes = None if selection.cause is None else cause_ids(selection.cause, exporter.topics.values())
        wanted, existing = set(selection.segments), set[Segment]()
        responses = store.responses.load(connection, workspace_id, wave=wave)
        while batch := list(islice(responses, BATCH)):
            if wanted:
                existing.update(segment for response in batch for segment in response.segments)
                batch = [response for response in batch if wanted.issubset(response.segments)]
            for exported in exporter.export_all(batch):
                if causes is None or any(cause.id in causes for cause in exported.causes):
                    yield exported
        # A segment that there is not has selected no response, so none has been given out.
        for segment in selection.segments:
            if segment not in existing:
                raise no_such_segment(segment, existing)


@dataclass(frozen=True, slots=True)
class Exporter:
    """Puts together what is said of responses, in one transaction. `ranked` are the topics that the report has.

    `model` is the version by which the latest analysis annotated comments, None before the first one.
    """

    connection: Connection
    workspace_id: int
    model: str | None
    theme_names: Mapping[str, str]
    topics: Mapping[str, Topic]
    ranked: Collection[str]
    with_personal_data: bool
    show_staff_names: bool

    @classmethod
    def of(
        cls,
        connection: Connection,
        workspace_id: int,
        code_frame: CodeFrame,
        *,
        with_personal_data: bool = False,
        show_staff_names: bool = False,
    ) -> Exporter:
        """The exporter of a workspace, as the latest analysis left it. Personal data as in `export`."""
        topics = {topic.id: topic for topic in store.topics.load(connection, workspace_id)}
        fit = store.clusters.fit(connection, workspace_id)
        return cls(
            connection,
            workspace_id,
            fit.model if fit else None,
            {theme.id: theme.name() for theme in code_frame},
            topics,
            _ranked(connection, workspace_id, topics.values()),
            with_personal_data,
            show_staff_names,
        )

    def export_all(self, responses: Sequence[Response]) -> Iterator[ExportedResponse]:
        """The responses, in order, with their annotations and topics, which are read together."""
        return map(self.export, read_all(self.connection, self.workspace_id, self.model, responses))

    def export(self, read: ReadResponse) -> ExportedResponse:
        """The response with what is said of it."""
        response, annotation, assigned = read.response, read.annotation, read.assigned
        comment, score = response.comment, response.score
        text, spans = self.shown(comment, [read.span_of(clause.span) for clause in assigned])
        clauses = annotation.clauses if annotation else ()
        polarities = {clause.span: clause.polarity for clause in clauses}
        sentiment = annotation.sentiment if annotation else None
        causes = [
            self._cause(clause, polarities.get(clause.span, Polarity.NEUTRAL), span)
            for clause, span in zip(assigned, spans, strict=True)
        ]
        return ExportedResponse(
            id=response.external_id,
            score=score.value if score and score.scale is not Scale.GROUPS else None,
            scale=score.scale.value if score else None,
            comment=text,
            wave=response.wave,
            answered_at=response.answered_at,
            language=comment.language if comment and comment.language != "und" else None,
            segments=_values(response.segments),
            sentiment=ExportedSentiment(sentiment.label, sentiment.score) if sentiment else None,
            themes=self._themes(annotation.themes if annotation else (), causes),
            causes=tuple(causes),
        )

    def _themes(self, labels: Iterable[ThemeLabel], causes: Iterable[ExportedCause]) -> tuple[ExportedTheme, ...]:
        """The themes of the comment; as in reports, a clause that names a cause names the cause's theme too."""
        named = {label.theme: (label.polarity, label.confidence) for label in labels}
        for cause in causes:
            named.setdefault(cause.theme, (cause.polarity, cause.confidence))
        return tuple(ExportedTheme(theme, self.theme_names.get(theme, theme), *said) for theme, said in named.items())

    def _cause(self, clause: Assignment, polarity: Polarity, span: Span) -> ExportedCause:
        """A clause that names a topic. As in reports, a neutral clause has the polarity of its topic."""
        topic = self.topics[clause.topic]
        return ExportedCause(
            topic.id,
            topic.label,
            topic.theme,
            Polarity(topic.polarity) if polarity is Polarity.NEUTRAL else polarity,
            topic.id in self.ranked,
            *span,
            clause.confidence,
            next((part.label for part in topic.parts if part.id == clause.part), None),
        )

    def shown(self, comment: Comment | None, spans: list[Span]) -> tuple[str | None, list[Span]]:
        """The comment as it is exported, and the spans in it."""
        if comment is None:
            return None, spans
        if self.with_personal_data:
            return comment.verbatim, spans
        return mask(comment.verbatim, spans, show_staff_names=self.show_staff_names)

    def verbatim_span(self, comment: Comment, shown: Span) -> Span | None:
        """The span in the verbatim of one in the comment as it is exported, without white space at its ends; None if
        there is nothing but white space.
        """
        verbatim = comment.verbatim
        _, spans = self.shown(comment, [(at, at + 1) for at in range(len(verbatim))])
        inside = [at for at, (start, end) in enumerate(spans) if start < shown[1] and shown[0] < end]
        inside = [at for at in inside if not verbatim[at].isspace()]
        return (inside[0], inside[-1] + 1) if inside else None


def _values(segments: Iterable[Segment]) -> dict[str, str]:
    """The value of each dimension."""
    values: dict[str, str] = {}
    for segment in segments:
        earlier = values.get(segment.dimension)
        values[segment.dimension] = segment.value if earlier is None else f"{earlier}; {segment.value}"
    return values


def _ranked(connection: Connection, workspace_id: int, topics: Iterable[Topic]) -> set[str]:
    """The ids of the topics that the latest report on all waves has."""
    report = find_latest_report(connection, workspace_id, ALL_WAVES)
    keys = {issue.key for issue in (*report.issues, *report.delights)} if report else set()
    return {topic.id for topic in topics if CauseKey.of(topic) in keys}


def existing_wave(connection: Connection, workspace_id: int, wave: str) -> str | None:
    """The wave, or None for all; raises `WaveNotFound`."""
    if wave == ALL_WAVES:
        return None
    waves = store.responses.waves(connection, workspace_id)
    if wave not in waves:
        raise WaveNotFound(f"there is no wave {wave!r}; there are: {', '.join([*waves, ALL_WAVES])}")
    return wave


def cause_ids(name: str, topics: Collection[Topic]) -> set[str]:
    """The ids of the topics with this id or label; raises `TopicNotFound`."""
    causes = topics_called(topics, name)
    if not causes:
        there_are = f"the largest are: {listed(topic.label for topic in topics)}" if topics else "there are none yet"
        raise TopicNotFound(f"there is no cause {name!r}; {there_are}")
    return {cause.id for cause in causes}
