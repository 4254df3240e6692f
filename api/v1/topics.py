"""Topics: read them, and say what is wrong with them."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, ConfigDict, Field

from api.http import problems
from api.http.dependencies import Opened, Snapshot
from saywhy.topic import EditKind, Fate, Topic
from service.topics import editing, views

router = APIRouter(prefix="/v1", tags=["topics"])

TopicId = Annotated[str, Path(description="The id of a topic.", examples=["d9bff10a9623"])]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class PartOut(BaseModel):
    """One of the smaller causes that a large topic falls into."""

    id: str
    label: str
    size: int


class TopicOut(BaseModel):
    """A root cause, as people have made it."""

    id: str = Field(description="Stays the same from run to run.", examples=["d9bff10a9623"])
    label: str = Field(examples=["Exports time out on large files"])
    labels: dict[str, str] = Field(description="By language of the reader, where members allow.")
    theme: str = Field(description="The theme that it sits under.", examples=["reliability"])
    polarity: str = Field(examples=["negative"])
    keywords: list[str]
    size: int = Field(description="Clauses in it.")
    growth: int = Field(description="Of them, those that came with the latest new feedback.")
    stability: float | None = Field(description="0 … 1; null where people made the topic.")
    is_unstable: bool = Field(
        description="The stability is below 0.7: reports rank it only if it is pinned or adopted."
    )
    is_emerging: bool = Field(description="Found since all feedback was last clustered together.")
    first_seen: datetime | None = Field(description="When it was first spoken of.")
    is_pinned: bool
    is_ignored: bool
    is_adopted: bool = Field(description="`theme` is a theme that people made of it.")
    parts: list[PartOut] = Field(description="The smaller causes in it, if it is large, or was merged.")

    @classmethod
    def of(cls, topic: Topic) -> TopicOut:
        return cls(**_members(topic), is_unstable=topic.is_unstable)


class Topics(BaseModel):
    """All topics: pinned ones first, then the largest first, unstable ones after them, ignored ones last."""

    topics: list[TopicOut]


class ExampleOut(BaseModel):
    """A clause of a topic, with personal data masked."""

    comment: str = Field(description="Names its comment in edits.")
    text: str
    language: str
    confidence: float


class LineageOut(BaseModel):
    """What became of a topic when all feedback was clustered together."""

    at: datetime
    fate: Fate
    topic: str
    other: str | None = Field(description="Into which it merged, or from which it was split.")
    share: float | None = Field(description="Of its clauses, those that are shared with the other.")


class EditOut(BaseModel):
    """What somebody said of a topic, and what became of it."""

    id: int
    kind: EditKind
    topic: str | None
    summary: str = Field(examples=["rename d9bff10a9623 to “Easy to use”"])
    author: str
    at: datetime
    note: str | None
    standing: views.Standing
    why: str | None = Field(default=None, description="Why it has no effect.")
    undone_by: int | None = Field(default=None, description="The edit that undid it.")
    made: str | None = Field(default=None, description="The id of the topic that a split made.")

    @classmethod
    def of(cls, said: views.EditStatus) -> EditOut:
        edit = said.edit
        return cls(
            id=edit.id,
            kind=edit.kind,
            topic=edit.topic,
            summary=views.sentence(edit),
            author=edit.author,
            at=edit.at,
            note=edit.note,
            standing=said.standing,
            why=said.why,
            undone_by=said.undone_by,
            made=edit.arguments["into"] if edit.kind is EditKind.SPLIT else None,
        )


class DetailsOut(TopicOut):
    """A topic, clauses in it, and its history, the latest first."""

    examples: list[ExampleOut]
    lineage: list[LineageOut]
    edits: list[EditOut]


class Edits(BaseModel):
    """All edits, the latest first."""

    edits: list[EditOut]


class Request(BaseModel):
    """What every edit says."""

    model_config = ConfigDict(extra="forbid")

    author: str = Field(min_length=1, max_length=120, description="Who says so.", examples=["Ada"])
    note: str | None = Field(default=None, max_length=1000, description="Why.")

    @property
    def by(self) -> editing.Attribution:
        return editing.Attribution(self.author, self.note)


class Rename(Request):
    """Give a topic a name. Its id stays."""

    kind: Literal["rename"]
    topic: Text
    name: Text


class Merge(Request):
    """Two topics are one cause; the one it goes into keeps its id and name."""

    kind: Literal["merge"]
    topic: Text
    into: Text


class Split(Request):
    """Make two topics of one: by a part of it, or by comments that are examples of the new one."""

    kind: Literal["split"]
    topic: Text
    name: Text
    part: Text | None = None
    examples: list[Text] | None = Field(default=None, min_length=1, max_length=100)


class Move(Request):
    """Put a comment, and all that say just the same, into another topic."""

    kind: Literal["move"]
    topic: Text | None = Field(default=None, description="The topic it is in, if it is in several.")
    comment: Text
    into: Text


class Mark(Request):
    """Keep a topic whatever an analysis finds, or leave it out of reports."""

    kind: Literal["pin", "ignore"]
    topic: Text


class Adopt(Request):
    """Make a theme of a topic."""

    kind: Literal["adopt"]
    topic: Text
    name: Text
    theme: Text | None = Field(default=None, description="The id of the theme; left out, made of the name.")


AnyEdit = Annotated[Rename | Merge | Split | Move | Mark | Adopt, Body(discriminator="kind")]

REFUSED = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@router.get("/topics", summary="List the topics")
def list_topics(opened: Opened, connection: Snapshot) -> Topics:
    """All topics: pinned ones first, then the largest first, unstable ones after them, ignored ones last."""
    return Topics(topics=[TopicOut.of(topic) for topic in views.overview(connection, opened.workspace)])


@router.get("/topics/{topic}", summary="Read a topic", responses=REFUSED)
def read_topic(topic: TopicId, opened: Opened, connection: Snapshot) -> DetailsOut:
    """One topic with clauses in it, what became of it and what people said of it."""
    found = views.details(connection, opened.workspace, topic, themes=opened.annotator.code_frame)
    return DetailsOut(
        **TopicOut.of(found.topic).model_dump(),
        examples=[ExampleOut(**_members(example)) for example in found.examples],
        lineage=[
            LineageOut(at=event.at, fate=event.fate, topic=event.cluster, other=event.other, share=event.share)
            for event in found.lineage
        ],
        edits=[EditOut.of(said) for said in found.edits],
    )


@router.get("/topic-edits", summary="List the edits")
def list_edits(opened: Opened, connection: Snapshot) -> Edits:
    """What people said of topics, the latest first, and what became of it."""
    return Edits(edits=[EditOut.of(said) for said in views.history(connection, opened.workspace)])


@router.post("/topic-edits", summary="Edit a topic", responses=REFUSED)
def edit_topic(edit: AnyEdit, opened: Opened) -> EditOut:
    """Say what is wrong with a topic. Topics show it at once, reports with the next analysis.

    What has been said already and still stands is answered with the edit that said it.
    """
    asked = edit.model_dump(exclude={"kind", "topic", "author", "note"}, exclude_none=True)
    with opened.engine.begin() as connection:
        kept = editing.edit(
            connection,
            opened.workspace,
            EditKind(edit.kind),
            edit.topic,
            asked,
            edit.by,
            themes=opened.annotator.code_frame,
        )
    return EditOut.of(views.EditStatus(kept, views.Standing.STANDS))


@router.post("/topic-edits/{edit}/undo", summary="Undo an edit", responses=REFUSED)
def undo_edit(edit: Annotated[int, Path(description="The number of an edit.")], by: Request, opened: Opened) -> EditOut:
    """Take an edit back. To undo an undoing is to do it again."""
    with opened.engine.begin() as connection:
        kept = editing.undo(connection, opened.workspace, edit, by.by)
    return EditOut.of(views.EditStatus(kept, views.Standing.STANDS))


def _members(value: Any) -> dict[str, Any]:
    """The members of a domain value; its vectors are for machines."""
    found = {name: getattr(value, name) for name in value.__slots__ if name != "centroid"}
    if "parts" in found:
        found["parts"] = [PartOut(**_members(part)) for part in found["parts"]]
    return found
