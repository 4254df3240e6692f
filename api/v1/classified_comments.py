"""What `api.v1.classify` takes and returns, and what it says of comments that it cannot take."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from api.http.problems import InvalidField, invalid_field
from saywhy.annotation import Polarity

MAX_COMMENTS = 256
MAX_CHARACTERS = 10_000


def _check_id(value: Any) -> Any:
    # A union of strict types would report one error per type, with pointers that do not exist in the body.
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise PydanticCustomError("id_type", "Input should be a string or an integer")
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        raise PydanticCustomError("id_size", "Input should be an integer of at most 64 bits")
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise PydanticCustomError("id_text", "Input should be Unicode, without unpaired surrogates") from None
    return value


Id = Annotated[str | int, BeforeValidator(_check_id)]
Share = Annotated[float, Field(ge=0, le=1)]

_ID: TypeAdapter[str | int] = TypeAdapter(Id)

REQUEST: dict[str, JsonValue] = {
    "comments": [
        {"id": "r-1", "text": "Support answered within minutes, but the invoice was wrong again."},
        {"id": "r-2", "text": "Leider stürzt die App seit dem letzten Update ständig ab.", "language": "de"},
        {"id": 3, "text": "價格合理，但是物流太慢了"},
    ]
}

RESPONSE: dict[str, JsonValue] = {
    "results": [
        {
            "id": "r-1",
            "language": "en",
            "sentiment": {"label": "mixed", "score": -0.12, "confidence": 0.81, "uncertain": False},
            "themes": [
                {"theme": "support", "polarity": "positive", "confidence": 0.93},
                {"theme": "billing", "polarity": "negative", "confidence": 0.9},
            ],
            "mentions": [
                {"theme": "support", "polarity": "positive", "start": 0, "end": 31, "confidence": 0.93},
                {"theme": "billing", "polarity": "negative", "start": 33, "end": 65, "confidence": 0.9},
            ],
            "causes": [
                {
                    "cause": "billing.wrong_amount",
                    "label": "Wrong amount charged",
                    "theme": "billing",
                    "polarity": "negative",
                    "start": 33,
                    "end": 65,
                    "confidence": 0.88,
                }
            ],
            "model": "core-2026.12",
        },
        {
            "id": "r-2",
            "problem": {
                "type": "urn:saywhy:problem:invalid-comment",
                "title": "Invalid comment",
                "status": 422,
                "detail": "The comment is invalid; see `errors`.",
                "errors": [{"detail": "Input should be a valid string", "pointer": "#/comments/1/text"}],
            },
        },
    ]
}


class SentComment(BaseModel):
    """One comment to classify."""

    id: Id = Field(description="Your id; returned unchanged.")
    text: str = Field(max_length=MAX_CHARACTERS, description="The comment, exactly as it was written.")
    language: str | None = Field(
        None, max_length=35, description="BCP 47 tag, if known; by default detected from the text."
    )


class ClassifyRequest(BaseModel):
    """Comments to classify. What is no comment is answered with a problem in its place."""

    model_config = ConfigDict(json_schema_extra={"examples": [REQUEST]})

    comments: list[Annotated[SentComment | Any, Field(union_mode="left_to_right")]] = Field(
        min_length=1, max_length=MAX_COMMENTS
    )


class SentimentOut(BaseModel):
    """The sentiment of the whole comment."""

    label: Polarity
    score: Annotated[float, Field(ge=-1, le=1, description="-1 negative … 1 positive.")]
    confidence: Share
    uncertain: bool = Field(description="The confidence is below the model's threshold: a person should check.")


class ThemeOut(BaseModel):
    """A theme that the comment is about."""

    theme: str = Field(description="Id in the code frame; stays the same when the theme is renamed.")
    polarity: Polarity
    confidence: Share


class MentionOut(BaseModel):
    """The words about one theme: `text[start:end]`, in Unicode code points."""

    theme: str
    polarity: Polarity
    start: int
    end: int
    confidence: Share


class CauseOut(BaseModel):
    """The words that name a root cause of the code frame's library: `text[start:end]`, in Unicode code points."""

    cause: str = Field(description="Id in the library.")
    label: str = Field(description="Its name, in the language that was asked for.")
    theme: str
    polarity: Polarity
    start: int
    end: int
    confidence: Share


class ClassifiedComment(BaseModel):
    """Sentiment, themes, mentions and causes of one comment."""

    id: Id
    language: str = Field(description="BCP 47 tag; `und` if it cannot be determined.")
    sentiment: SentimentOut
    themes: list[ThemeOut]
    mentions: list[MentionOut]
    causes: list[CauseOut]
    model: str = Field(description="The model version.")


class CommentProblem(BaseModel):
    """Why a comment was not classified (RFC 9457)."""

    type: str = Field(examples=["urn:saywhy:problem:invalid-comment"])
    title: str = Field(examples=["Invalid comment"])
    status: int = Field(description="What the status would be if it were the only comment.", examples=[422])
    detail: str
    errors: list[InvalidField] | None = Field(default=None, description="The invalid members, if it is invalid.")


class RefusedComment(BaseModel):
    """A comment that was not classified; all others are."""

    id: Id | None = Field(default=None, description="Its id, if it has a valid one.")
    line: int | None = Field(default=None, description="The number of its line, in a stream.")
    problem: CommentProblem


class ClassifyResponse(BaseModel):
    """One result per comment, in the order of the request."""

    model_config = ConfigDict(json_schema_extra={"examples": [RESPONSE]})

    results: list[ClassifiedComment | RefusedComment]


def refused(value: Any, pointer: str, line: int | None = None) -> dict[str, Any]:
    """The result for a value that is no comment; `pointer` is that to the value."""
    try:
        SentComment.model_validate(value)
    except ValidationError as error:
        faults = [invalid_field(fault["loc"], fault["msg"], pointer) for fault in error.errors()]
    problem = CommentProblem(
        type="urn:saywhy:problem:invalid-comment",
        title="Invalid comment",
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        detail="The comment is invalid; see `errors`.",
        errors=faults,
    )
    return _record(value, problem, line)


def malformed(reason: str, line: int) -> dict[str, Any]:
    """The result for a line that is not JSON."""
    problem = CommentProblem(
        type="urn:saywhy:problem:malformed-json",
        title="Malformed JSON",
        status=HTTPStatus.BAD_REQUEST,
        detail=f"Line {line} is not JSON: {reason}.",
    )
    return _record(None, problem, line)


def not_classified(comment: SentComment, line: int | None = None, *, is_busy: bool = False) -> dict[str, Any]:
    """The result for a comment on which the classifier failed, or that it had no time for (`is_busy`)."""
    title, status = ("Server busy", 503) if is_busy else ("Internal server error", 500)
    problem = CommentProblem(
        type=f"urn:saywhy:problem:{title.lower().replace(' ', '-')}",
        title=title,
        status=status,
        detail="The server has too much to do; send it again." if is_busy else "Something went wrong on our side.",
    )
    return _record({"id": comment.id}, problem, line)


def _record(value: Any, problem: CommentProblem, line: int | None) -> dict[str, Any]:
    record: dict[str, Any] = {"problem": problem.model_dump(exclude_none=True)}
    if line is not None:
        record = {"line": line, **record}
    try:
        return {"id": _ID.validate_python(value["id"]), **record}
    except (TypeError, KeyError, IndexError, ValidationError):
        return record
