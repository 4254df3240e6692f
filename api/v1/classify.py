"""`POST /v1/classify`: the annotate stage on a list of comments, the same code as in an analysis."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue
from pydantic_core import PydanticCustomError

from api.http import problems
from api.http.auth import ClassifyAccess
from pipelines import annotate
from saywhy.annotation import Polarity

router = APIRouter(prefix="/v1", tags=["classify"])

MAX_COMMENTS = 256
MAX_CHARACTERS = 10_000


def _check_id(value: Any) -> Any:
    # A union of strict types would report one error per type, with pointers that do not exist in the body.
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise PydanticCustomError("id_type", "Input should be a string or an integer")
    return value


Id = Annotated[str | int, BeforeValidator(_check_id)]
Share = Annotated[float, Field(ge=0, le=1)]

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
            "model": "core-2026.12",
        }
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
    """Comments to classify."""

    model_config = ConfigDict(json_schema_extra={"examples": [REQUEST]})

    comments: list[SentComment] = Field(min_length=1, max_length=MAX_COMMENTS)


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


class ClassifiedComment(BaseModel):
    """Sentiment, themes and mentions of one comment."""

    id: Id
    language: str = Field(description="BCP 47 tag; `und` if it cannot be determined.")
    sentiment: SentimentOut
    themes: list[ThemeOut]
    mentions: list[MentionOut]
    model: str = Field(description="The model version.")


class ClassifyResponse(BaseModel):
    """One result per comment, in the order of the request."""

    model_config = ConfigDict(json_schema_extra={"examples": [RESPONSE]})

    results: list[ClassifiedComment]


@router.post(
    "/classify",
    summary="Classify comments",
    responses=problems.documented(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
def classify(request: ClassifyRequest, resources: ClassifyAccess) -> ClassifyResponse:
    """Sentiment and themes of each comment, and the words that mention them.

    Takes 1-256 comments of up to 10,000 characters. Nothing is stored.
    """
    texts = [(comment.text, comment.language) for comment in request.comments]
    annotated = annotate.classify(texts, resources.annotator)
    return ClassifyResponse(
        results=[
            ClassifiedComment.model_validate(annotate.to_record(comment.id, *result))
            for comment, result in zip(request.comments, annotated, strict=True)
        ]
    )
