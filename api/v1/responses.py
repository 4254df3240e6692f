"""`POST /v1/responses`: responses that a program sends."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    Strict,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from api.http import problems
from api.http.auth import WriteAccess
from api.http.bodies import Items, SentObject
from api.http.idempotency import RequestKeyDep
from api.v1.parameters import SignedAmount
from pipelines.ingest.dates import parse_timestamp
from pipelines.ingest.row import LONGEST_CELL, SPOILED
from saywhy.errors import InvalidInput
from saywhy.feedback import LONGEST_KEY, Comment, Customer, Group, Response, Scale, Score, Segment
from service.responses import RejectedResponse, save_responses

router = APIRouter(prefix="/v1/responses", tags=["responses"])

MAX_RESPONSES = 1000

REQUEST: dict[str, JsonValue] = {
    "source": "shop",
    "responses": [
        {
            "id": "r-1001",
            "score": 3,
            "comment": "The parcel came a week late, and nobody answered my mail.",
            "answered_at": "2026-04-01T09:30:00Z",
            "wave": "2026-Q2",
            "segments": {"region": "north", "plan": ["pro", "yearly"]},
            "customer": {"id": "c-17", "account": "Acme", "revenue": 12000},
        },
        {"id": "r-1002", "score": 10, "comment": "Schnell und freundlich.", "language": "de"},
    ],
}


def _storable(text: str) -> str:
    if SPOILED.search(text):
        raise PydanticCustomError("storable", "contains a NUL character or half of a surrogate pair")
    return text


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        datetime.fromisoformat(value)
        return parse_timestamp(value)
    except (TypeError, ValueError):  # the message does not repeat the value
        detail = "Input should be a time from 1970 to 2100 as text, e.g. 2026-04-01T09:30:00Z"
        raise PydanticCustomError("time", detail) from None


Text = Annotated[str, Field(max_length=LONGEST_KEY), AfterValidator(_storable)]
Key = Annotated[str, Field(min_length=1, max_length=LONGEST_KEY), AfterValidator(_storable)]
Values = Annotated[Items[Key], Field(max_length=100)]


class CustomerIn(SentObject):
    """The customer who answered."""

    id: Text | None = None
    name: Text | None = None
    email: Text | None = None
    account: Text | None = None
    revenue: SignedAmount | None = Field(default=None, description="Annual revenue of the account.")
    lifetime_value: SignedAmount | None = None


class ResponseIn(SentObject):
    """One response. What is left out or null is not known, and overwrites nothing that is known."""

    id: Key = Field(description="Your id: with `source`, it identifies the response.", examples=["r-1001"])
    score: Annotated[int, Strict()] | None = Field(default=None, description="On `scale`. 0 is a score.", examples=[3])
    scale: Scale = Field(default=Scale.NPS, description="Only 0-10 is NPS.")
    group: Group | None = Field(default=None, description="Instead of a score, if only the group is known.")
    comment: Annotated[str, Field(max_length=LONGEST_CELL), AfterValidator(_storable)] | None = Field(
        default=None, description="The open answer, exactly as it was written."
    )
    language: Annotated[str, Field(max_length=16), AfterValidator(_storable)] | None = Field(
        default=None, description="BCP 47 tag, if known; by default detected."
    )
    answered_at: Annotated[datetime | None, BeforeValidator(_time)] = Field(
        default=None, description="ISO 8601; without a time zone, UTC. 1970 to 2100."
    )
    wave: Text | None = Field(default=None, examples=["2026-Q2"])
    segments: dict[Key, Key | Values] = Field(default={}, max_length=200, examples=[{"region": "north"}])
    customer: CustomerIn | None = None

    def to_response(self, source: str) -> Response:
        """Raises `InvalidInput` for a score outside its scale."""
        if self.score is not None and self.group is not None:
            raise InvalidInput("has a score and a group; send one of them")
        score = None if self.score is None else Score(self.score, self.scale)
        customer = Customer(**{name: value or None for name, value in self.customer or ()})
        return Response(
            source=source,
            external_id=self.id,
            score=Score.of_group(self.group) if self.group else score,
            comment=Comment(self.comment, self.language) if self.comment and not self.comment.isspace() else None,
            answered_at=self.answered_at,
            wave=self.wave or None,
            segments=tuple(
                Segment(dimension, value)
                for dimension, values in self.segments.items()
                for value in ([values] if isinstance(values, str) else values)
            ),
            customer=None if customer == Customer() else customer,
        )


def _faults_apart(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """The response, or what is wrong with it first, so that one invalid response does not reject the others."""
    try:
        return validate(value)
    except ValidationError as error:
        fault = error.errors()[0]
        return problems.invalid_field(problems.places(fault["loc"], value, fault["type"]), fault["msg"], parent="")


class Responses(SentObject):
    """Responses of one source."""

    model_config = ConfigDict(json_schema_extra={"examples": [REQUEST]})

    source: Key = Field(description="Where they come from: the namespace of their ids.", examples=["shop"])
    responses: Items[Annotated[ResponseIn, WrapValidator(_faults_apart)]] = Field(
        min_length=1, max_length=MAX_RESPONSES
    )


class RejectedItem(BaseModel):
    """A response that was not saved."""

    index: int = Field(description="Its position in the request, from 0.")
    pointer: str = Field(description="The place in the body, as a JSON pointer.", examples=["#/responses/4/score"])
    detail: str = Field(description="What is wrong.", examples=["score 12 is outside 0-10"])


class SavedResponses(BaseModel):
    """What happened to the responses; each is counted once."""

    new: int
    changed: int = Field(description="Known responses that were completed or changed.")
    unchanged: int
    rejected: list[RejectedItem] = Field(description="The others, in order; all else was saved.")


@router.post(
    "",
    summary="Send responses",
    responses=problems.documented(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)
def send_responses(body: Responses, resources: WriteAccess, request_key: RequestKeyDep) -> SavedResponses:
    """Save 1-1000 responses. One that is sent again changes nothing; with more values, it completes the earlier one.

    Invalid responses are rejected, each with the place and the reason, and all others are saved. If all are invalid,
    the status is 422. Reports have them after the next analysis.
    """
    items = [_read(index, item, body.source) for index, item in enumerate(body.responses)]
    saved = save_responses(resources.engine, resources.workspace, items, request_key)
    if not saved.accepted:
        raise RequestValidationError(
            [
                {"loc": ("body", "responses", one.index, *one.pointer.split("/")[1:]), "msg": one.detail, "type": ""}
                for one in saved.rejected
            ]
        )
    return SavedResponses(
        new=saved.new,
        changed=saved.changed,
        unchanged=saved.unchanged,
        rejected=[
            RejectedItem(index=one.index, pointer=f"#/responses/{one.index}{one.pointer}", detail=one.detail)
            for one in saved.rejected
        ],
    )


def _read(index: int, item: ResponseIn | problems.InvalidField, source: str) -> Response | RejectedResponse:
    if isinstance(item, problems.InvalidField):
        return RejectedResponse(index, item.pointer or "", item.detail)
    try:
        return item.to_response(source)
    except InvalidInput as error:
        return RejectedResponse(index, "/score", error.detail)
