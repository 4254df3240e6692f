"""`/v1/topics` and `/v1/topic-edits`: read topics and correct them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, ConfigDict, Field

from api.http import problems
from api.http.auth import PrincipalDep, ReadAccess, WriteAccess
from api.http.bodies import Items
from api.v1.attribution import AttributedEdit
from api.v1.parameters import RowId
from saywhy.topic import Edit, EditKind, Fate, Lineage
from service.topics import editing, views
from service.topics.validation import EditRequest
from service.topics.views import EditOutcome, EditStatus

router = APIRouter(prefix="/v1", tags=["topics"])

TopicId = Annotated[str, Path(description="The id of a topic.", examples=["d9bff10a9623"])]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Example = Annotated[str, Field(min_length=1, max_length=400)]


class PartOut(BaseModel):
    """One of the smaller causes in a large topic."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    label: str
    size: int


class DefinitionOut(BaseModel):
    """What a topic is about, in a sentence."""

    model_config = ConfigDict(from_attributes=True)

    texts: dict[str, str] = Field(description="By language of the reader; `und` if it is not known.")
    is_proposed: bool = Field(description="A language model wrote it, and no person has said so.")


class TopicOut(BaseModel):
    """A root cause, with people's edits."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="Stays the same from analysis to analysis.", examples=["d9bff10a9623"])
    label: str = Field(examples=["Export to PDF, large files"])
    labels: dict[str, str] = Field(description="By language, in those in which the topic has enough clauses.")
    theme: str = Field(description="The theme that it belongs to.", examples=["reliability"])
    polarity: str = Field(examples=["negative"])
    definition: DefinitionOut | None
    keywords: list[str]
    size: int = Field(description="Number of clauses.")
    growth: int = Field(description="Number of clauses from the latest new feedback.")
    stability: float | None = Field(description="0 … 1; null if people made the topic.")
    is_unstable: bool = Field(description="The stability is below 0.7: its boundaries are not reliable.")
    is_vague: bool = Field(description="No clear subject, or unstable: ranked only if people name, pin or adopt it.")
    is_emerging: bool = Field(description="Found since all feedback was last clustered.")
    first_seen: datetime | None = Field(description="When it was first mentioned.")
    is_pinned: bool
    is_ignored: bool
    is_adopted: bool = Field(description="People made the topic a theme, which is `theme`.")
    parts: list[PartOut] = Field(description="The smaller causes in it, if it is large or the result of a merge.")


class Topics(BaseModel):
    """All topics: pinned ones first, then by size; unstable and vague ones after the others, ignored ones last."""

    topics: list[TopicOut]


class ExampleOut(BaseModel):
    """A clause of a topic, with personal data masked."""

    model_config = ConfigDict(from_attributes=True)

    comment: str = Field(description="The id of its comment, by which edits name it.")
    text: str
    language: str
    confidence: float


class LineageOut(BaseModel):
    """What happened to a topic when all feedback was clustered."""

    at: datetime
    fate: Fate
    topic: str
    other: str | None = Field(description="The topic that it was merged into or split from.")
    share: float | None = Field(description="The share of its clauses that are in the other topic.")

    @classmethod
    def of(cls, event: Lineage) -> LineageOut:
        return cls(at=event.at, fate=event.fate, topic=event.cluster, other=event.other, share=event.share)


class Standing(StrEnum):
    """Whether an edit holds."""

    STANDS = EditOutcome.STANDS.value
    UNDONE = EditOutcome.UNDONE.value
    WITHOUT_EFFECT = EditOutcome.WITHOUT_EFFECT.value


class EditOut(BaseModel):
    """An edit of a topic, and its outcome."""

    id: int
    kind: EditKind
    topic: str | None
    summary: str = Field(examples=["rename d9bff10a9623 to “Easy to use”"])
    author: str
    at: datetime
    note: str | None
    standing: Standing
    why: str | None = Field(default=None, description="Why it has no effect.")
    undone_by: int | None = Field(default=None, description="The edit that undid it.")
    made: str | None = Field(default=None, description="The id of the topic that it made.")

    @classmethod
    def of(cls, status: EditStatus) -> EditOut:
        edit = status.edit
        return cls(
            id=edit.id,
            kind=edit.kind,
            topic=edit.topic,
            summary=views.summarise(edit),
            author=edit.author,
            at=edit.at,
            note=edit.note,
            standing=Standing(status.outcome.value),
            why=status.why,
            undone_by=status.undone_by,
            made=views.created_topic(edit),
        )

    @classmethod
    def of_kept(cls, edit: Edit) -> EditOut:
        return cls.of(EditStatus(edit, EditOutcome.STANDS))


class DetailsOut(TopicOut):
    """A topic with example clauses, its history and its edits, latest first."""

    examples: list[ExampleOut]
    lineage: list[LineageOut]
    edits: list[EditOut]


class Edits(BaseModel):
    """All edits, latest first."""

    edits: list[EditOut]


class Rename(AttributedEdit):
    """Give a topic a name. Its id stays, and so does its definition unless there is a new one."""

    kind: Literal["rename"]
    topic: Text
    name: Text
    definition: Example | None = None


class Merge(AttributedEdit):
    """Merge two topics that are the same cause; `into` keeps its id and name."""

    kind: Literal["merge"]
    topic: Text
    into: Text


class Split(AttributedEdit):
    """Split a topic in two: by one of its parts, or by comments that are examples of the new topic."""

    kind: Literal["split"]
    topic: Text
    name: Text
    part: Text | None = None
    examples: Items[Text] | None = Field(default=None, min_length=1, max_length=100)


class Move(AttributedEdit):
    """Move a comment, and all with the same words, into another topic."""

    kind: Literal["move"]
    topic: Text | None = Field(default=None, description="The topic to move it from, if it is in several.")
    comment: Text
    into: Text


class Mark(AttributedEdit):
    """Pin a topic, so that no analysis merges or retires it, or leave it out of reports."""

    kind: Literal["pin", "ignore"]
    topic: Text


class Adopt(AttributedEdit):
    """Make a topic a theme."""

    kind: Literal["adopt"]
    topic: Text
    name: Text
    theme: Text | None = Field(default=None, description="The id of the theme; by default derived from the name.")


class Create(AttributedEdit):
    """Create a topic from 1 to 10 examples. From the next analysis on it collects what is like them."""

    kind: Literal["create"]
    topic: None = Field(default=None, description="It gets an id.")
    name: Text
    theme: Text = Field(description="The id of the theme that it belongs to.", examples=["features"])
    polarity: Literal["negative", "positive"]
    examples: Items[Example] | None = Field(
        default=None,
        description="Comments that name the cause: an id, or `ID:WORDS` with words of the clause that names it.",
    )
    texts: Items[Example] | None = Field(default=None, description="Examples in your own words.")


AnyEdit = Annotated[Rename | Merge | Split | Move | Mark | Adopt | Create, Body(discriminator="kind")]

REFUSED = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@router.get("/topics", summary="List the topics")
def list_topics(resources: ReadAccess) -> Topics:
    """All topics: pinned ones first, then by size; unstable and vague ones after the others, ignored ones last."""
    topics = views.list_topics(resources.engine, resources.workspace)
    return Topics(topics=[TopicOut.model_validate(topic) for topic in topics])


@router.get("/topics/{topic}", summary="Read a topic", responses=REFUSED)
def read_topic(topic: TopicId, resources: ReadAccess) -> DetailsOut:
    """One topic with example clauses, its history and its edits."""
    code_frame = resources.annotator.code_frame
    details = views.read_topic(resources.engine, resources.workspace, topic, code_frame=code_frame)
    return DetailsOut(
        **TopicOut.model_validate(details.topic).model_dump(),
        examples=[ExampleOut.model_validate(example) for example in details.examples],
        lineage=[LineageOut.of(event) for event in details.lineage],
        edits=[EditOut.of(status) for status in details.edits],
    )


@router.get("/topic-edits", summary="List the edits")
def list_edits(resources: ReadAccess) -> Edits:
    """All edits, latest first, with their outcome."""
    return Edits(edits=[EditOut.of(status) for status in views.list_edits(resources.engine, resources.workspace)])


@router.post("/topic-edits", summary="Edit a topic", responses=REFUSED)
def edit_topic(edit: AnyEdit, resources: WriteAccess, principal: PrincipalDep) -> EditOut:
    """Correct a topic. Topics show the edit at once, reports after the next analysis.

    A request that a standing edit already answers returns that edit.
    """
    arguments = edit.model_dump(exclude={"kind", "topic", "author", "note"}, exclude_none=True)
    request = EditRequest(EditKind(edit.kind), edit.topic, arguments)
    code_frame = resources.annotator.code_frame
    by = edit.attribution(principal)
    kept = editing.apply_edit(resources.engine, resources.workspace, request, by, code_frame=code_frame)
    return EditOut.of_kept(kept)


@router.post("/topic-edits/{edit}/undo", summary="Undo an edit", responses=REFUSED)
def undo_edit(
    edit: Annotated[RowId, Path(description="The number of an edit.")],
    by: AttributedEdit,
    resources: WriteAccess,
    principal: PrincipalDep,
) -> EditOut:
    """Undo an edit. Undoing an undo restores the edit."""
    attribution = by.attribution(principal)
    return EditOut.of_kept(editing.undo_edit(resources.engine, resources.workspace, edit, attribution))
