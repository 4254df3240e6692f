"""`/v1/code-frames`: the themes and causes by which the comments of a workspace are told apart."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, Field

from api.http import problems
from api.http.auth import PrincipalDep, ReadAccess, WriteAccess
from api.http.bodies import SentObject
from api.http.dependencies import Resources
from saywhy.code_frame import VERDICT, CodeFrame, Theme
from saywhy.frame_file import read_frame
from saywhy.frame_yaml import MAX_CHARACTERS
from service import code_frames
from service.code_frames import ListedFrame

router = APIRouter(prefix="/v1/code-frames", tags=["code frames"])

FrameId = Annotated[
    str, Path(max_length=40, description="The id of a code frame; `core` is that of the models.", examples=["employee"])
]


class CodeFrameOut(BaseModel):
    """A code frame, in the version that is used."""

    id: str = Field(examples=["employee"])
    names: dict[str, str] = Field(description="By language.", examples=[{"en": "Employee survey"}])
    version: str | None = Field(
        description="The digest of its content; null for that of the models, whose version is theirs.",
        examples=["3ec1156610d0"],
    )
    themes: int = Field(description="The number of its themes, without verdicts that have no reason.")
    causes: int = Field(description="The number of its causes.")
    is_shipped: bool = Field(description="It ships with saywhy, and nobody has added another version.")
    is_chosen: bool = Field(description="The workspace uses it, from the next analysis on.")

    @classmethod
    def of(cls, listed: ListedFrame, core: CodeFrame) -> CodeFrameOut:
        frame = listed.frame
        shown = frame.code_frame if frame else core
        return cls(
            id=listed.id,
            names=dict(frame.names) if frame else {"en": "Core"},
            version=frame.version if frame else None,
            themes=len(_themes(shown)),
            causes=len(shown.causes),
            is_shipped=listed.is_shipped,
            is_chosen=listed.is_chosen,
        )


class CodeFrames(BaseModel):
    """That of the models, then all others by id."""

    code_frames: list[CodeFrameOut]


class FrameTheme(BaseModel):
    """A theme; texts are by language."""

    id: str = Field(examples=["leadership"])
    names: dict[str, str]
    definitions: dict[str, str]
    examples: int = Field(description="The number of its examples, without labels of comments.")


class FrameCause(FrameTheme):
    """A root cause under a theme."""

    theme: str = Field(examples=["leadership"])
    polarity: str = Field(description="negative: a complaint; positive: praise.", examples=["negative"])


class FrameVersionOut(BaseModel):
    """A version that somebody added."""

    version: str = Field(examples=["3ec1156610d0"])
    added_by: str = Field(examples=["Ada"])
    added_at: AwareDatetime


class CodeFrameDetails(BaseModel):
    """A code frame with all that it consists of."""

    code_frame: CodeFrameOut
    themes: list[FrameTheme]
    causes: list[FrameCause]
    versions: list[FrameVersionOut] = Field(description="The latest first; none for one that ships.")
    yaml: str | None = Field(description="What was added, to be changed and added again; null for that of the models.")


class NewCodeFrame(SentObject):
    """A code frame to add."""

    yaml: str = Field(max_length=MAX_CHARACTERS, description="The YAML, as `saywhy frames add` reads it.")
    check: bool = Field(default=False, description="Only say what is wrong with it, and add nothing.")


class Added(BaseModel):
    """A code frame that was added, or checked."""

    id: str = Field(examples=["shop"])
    version: str = Field(examples=["ceaf2f17c08d"])
    is_added: bool


@router.get("", summary="List the code frames")
def list_code_frames(resources: ReadAccess) -> CodeFrames:
    """The code frames of the workspace, and which one it uses."""
    listed = code_frames.list_frames(resources.engine, resources.workspace)
    return CodeFrames(code_frames=[CodeFrameOut.of(one, resources.core.code_frame) for one in listed])


@router.get("/{frame}", summary="Read a code frame", responses=problems.documented(HTTPStatus.NOT_FOUND))
def read_code_frame(frame: FrameId, resources: ReadAccess) -> CodeFrameDetails:
    """Its themes, causes, and versions."""
    return _details(resources, frame)


@router.post("", summary="Add a code frame", responses=problems.documented(HTTPStatus.BAD_REQUEST))
def add_code_frame(body: NewCodeFrame, resources: WriteAccess, principal: PrincipalDep) -> Added:
    """Add a code frame, or another version of it, which is used from the next analysis on where the frame is.

    Whatever is wrong with the YAML is said with line and path. It must say what became of themes and causes of the
    version before that it does not have.
    """
    frame = read_frame(body.yaml)
    if body.check:
        code_frames.check_frame(resources.engine, resources.workspace, frame)
    else:
        code_frames.add_frame(resources.engine, resources.workspace, frame, by=principal.name)
    return Added(id=frame.id, version=frame.version, is_added=not body.check)


@router.post("/{frame}/use", summary="Use a code frame", responses=problems.documented(HTTPStatus.NOT_FOUND))
def use_code_frame(frame: FrameId, resources: WriteAccess) -> CodeFrameOut:
    """Use a code frame in the workspace, from the next analysis on; requests are answered in it within seconds."""
    code_frames.choose_frame(resources.engine, resources.workspace, frame)
    return _details(resources, frame).code_frame


def _details(resources: Resources, frame_id: str) -> CodeFrameDetails:
    listed = code_frames.read_listed(resources.engine, resources.workspace, frame_id)
    core = resources.core.code_frame
    shown = listed.frame.code_frame if listed.frame else core
    examples = listed.frame.examples if listed.frame else {}
    return CodeFrameDetails(
        code_frame=CodeFrameOut.of(listed, core),
        themes=[
            FrameTheme(
                id=theme.id,
                names=dict(theme.names),
                definitions=dict(theme.descriptions),
                examples=len(examples.get(theme.id, ())),
            )
            for theme in _themes(shown)
        ],
        causes=[
            FrameCause(
                id=cause.id,
                names=dict(cause.names),
                definitions=dict(cause.definitions),
                examples=len(examples.get(cause.id, ())),
                theme=cause.theme,
                polarity=cause.polarity,
            )
            for cause in shown.causes
        ],
        versions=[
            FrameVersionOut(version=one.version, added_by=one.added_by, added_at=one.added_at)
            for one in listed.versions
        ],
        yaml=listed.frame.source if listed.frame else None,
    )


def _themes(code_frame: CodeFrame) -> list[Theme]:
    return [theme for theme in code_frame if theme.id != VERDICT]
