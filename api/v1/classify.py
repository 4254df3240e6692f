"""`POST /v1/classify` and `/v1/classify/stream`: the annotate stage on comments, the same code as in an analysis."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from api.http import problems
from api.http.auth import ClassifyAccess
from api.http.worker_slots import in_slot
from api.v1.classified_comments import (
    ClassifyRequest,
    ClassifyResponse,
    SentComment,
    malformed,
    not_classified,
    refused,
)
from pipelines.annotate.classification import CommentAnnotator
from pipelines.render.wording import closest_language
from saywhy.code_frame import CodeFrame
from saywhy.errors import ModelNotFound, ServerBusy
from saywhy.frame import CORE_ID, frame_of
from service.classification import to_record
from service.micro_batches import MicroBatches, Results
from service.served_model import ServedModel
from service.shadow import ShadowRequests

router = APIRouter(prefix="/v1", tags=["classify"])

NDJSON = "application/x-ndjson"
_NDJSON_TYPES = (NDJSON, "application/ndjson", "application/jsonl")

#: A line that is not blank, from its first character that is no space.
_LINE = re.compile(rb"\S[^\n]*")

#: Lines of a stream that are classified together.
_CHUNK = 128

#: Seconds that a stream which has begun waits for room in the queue.
_STREAM_WAIT = 30

ERRORS = problems.documented(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)

#: What makes the result of a classified comment: its id and what the classifier says, None if it failed.
ToRecord = Callable[[SentComment, Any, int | None], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The annotator that serves, and the way its results are written."""

    annotator: CommentAnnotator
    record: ToRecord
    workspace: str


async def chosen(
    request: Request,
    resources: ClassifyAccess,
    model: Annotated[str, Query(description="An alias or a version: `champion` is the one that serves.")] = "champion",
    code_frame: Annotated[
        str | None,
        Query(description="The code frame of the themes; by default the one that the workspace uses.", max_length=40),
    ] = None,
    language: Annotated[str, Query(description="Language of the labels of causes.")] = "en",
) -> Chosen:
    """What classifies, and how results are written. Raises `ModelNotFound`, `CodeFrameNotFound` and `InvalidInput`."""
    version = resources.core.model
    if model not in ("champion", version):
        raise ModelNotFound(f"there is no model {model!r}; there is: champion, which is {version}")
    annotator: CommentAnnotator = resources.annotator
    if code_frame == CORE_ID:
        annotator = resources.core
    elif code_frame is not None and code_frame != frame_of(annotator.model):
        served: ServedModel = request.state.served
        annotator = await in_slot(request, served.frames.find, resources.workspace, code_frame, resources.core)
    themes: CodeFrame = annotator.code_frame
    language = closest_language(language)

    def record(comment: SentComment, classified: Any, line: int | None) -> dict[str, Any]:
        if classified is None:
            return not_classified(comment, line)
        return to_record(comment.id, classified, themes, language)

    return Chosen(annotator, record, resources.workspace)


async def get_micro_batches(request: Request) -> MicroBatches:
    """The queue of comments."""
    batches: MicroBatches = request.state.micro_batches
    return batches


ChosenDep = Annotated[Chosen, Depends(chosen)]
Batches = Annotated[MicroBatches, Depends(get_micro_batches)]


@router.post("/classify", summary="Classify comments", response_model=ClassifyResponse, responses=ERRORS)
async def classify(sent: ClassifyRequest, request: Request, batches: Batches, model: ChosenDep) -> Response:
    """Sentiment, themes and root causes of each comment, and the words that name them.

    Takes 1-256 comments of up to 10,000 characters. Nothing is stored. An invalid comment is answered with a `problem`
    in place of its result; all others are classified. Beyond what can wait, requests are refused with 503.
    """
    comments = [comment for comment in sent.comments if isinstance(comment, SentComment)]
    answers = await results_of(request, submit(batches, comments, model)) if comments else []
    _offer_to_shadow(request, comments, answers, model)
    results = iter(answers)
    content = {
        "results": [
            model.record(comment, next(results), None)
            if isinstance(comment, SentComment)
            else refused(comment, f"#/comments/{number}")
            for number, comment in enumerate(sent.comments)
        ]
    }
    return Response(orjson.dumps(content), media_type="application/json")


@router.post(
    "/classify/stream",
    summary="Classify many comments",
    response_class=StreamingResponse,
    responses={200: {"content": {NDJSON: {"schema": {"type": "string"}}}}, **ERRORS},
    openapi_extra={"requestBody": {"required": True, "content": {NDJSON: {"schema": {"type": "string"}}}}},
)
async def classify_stream(request: Request, batches: Batches, model: ChosenDep) -> Response:
    """Classify any number of comments in a body of at most 8 MiB: JSON Lines in, JSON Lines out.

    Each line is a comment as in `POST /v1/classify`, and is answered by a line, in order, as soon as it is classified.
    A line that is no comment is answered with a `problem` and its `line`. Blank lines are skipped.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _NDJSON_TYPES:
        detail = f"Send one JSON object a line, with the header `Content-Type: {NDJSON}`."
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    lines = _read_lines(await request.body())
    first = list(islice(lines, _CHUNK))
    pending = submit(batches, _comments_of(first), model)  # here it can still be refused with 503

    async def results() -> AsyncIterator[bytes]:
        chunk = first
        future: Future[Results] | None = pending
        while chunk:
            answers: Results | None = None
            if future is not None:
                answers = await asyncio.wrap_future(future)
                _offer_to_shadow(request, _comments_of(chunk), answers, model)
            yield b"".join(_lines_of(chunk, answers, model.record))
            chunk = list(islice(lines, _CHUNK))
            future = await _submit_when_possible(batches, _comments_of(chunk), model)

    return StreamingResponse(results(), media_type=NDJSON)


def _offer_to_shadow(request: Request, comments: Sequence[SentComment], answers: Results, model: Chosen) -> None:
    """Let the version in the shadow answer too, later, if it is to."""
    shadow: ShadowRequests = request.state.shadow
    shadow.offer(model.workspace, [(comment.text, comment.language) for comment in comments], answers)


def submit(batches: MicroBatches, comments: Sequence[SentComment], model: Chosen) -> Future[Results]:
    """Put comments into the queue; raises `ServerBusy`."""
    return batches.submit([(comment.text, comment.language) for comment in comments], model.annotator)


async def _submit_when_possible(
    batches: MicroBatches, comments: Sequence[SentComment], model: Chosen
) -> Future[Results] | None:
    """Wait for room in the queue; None if there is none for too long."""
    deadline = asyncio.get_running_loop().time() + _STREAM_WAIT
    while asyncio.get_running_loop().time() < deadline:
        with suppress(ServerBusy):
            return submit(batches, comments, model)
        await asyncio.sleep(0.05)
    return None


async def results_of(request: Request, future: Future[Results]) -> Results:
    """The results, those of one request in each turn of the event loop.

    If the client goes away, what waits is not classified; raises `HTTPException`.
    """
    answer = asyncio.wrap_future(future)
    gone = asyncio.ensure_future(request.receive())  # the body has been read: only a disconnection can follow
    await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
    gone.cancel()
    if not answer.done():
        answer.cancel()
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The client closed the connection.")
    # A micro-batch answers many requests at once. They go on one by one, so that the event loop is free between them.
    async with request.state.turns:
        await asyncio.sleep(0)
    return answer.result()


#: A line of a stream: its number, and the comment, or the result that says why it is none.
Line = tuple[int, SentComment | dict[str, Any]]


def _read_lines(body: bytes) -> Iterator[Line]:
    number, position = 1, 0
    for line in _LINE.finditer(body):  # not split at once, nor line by line: a body may be blank lines and nothing else
        number += body.count(b"\n", position, line.start())
        position = line.start()
        yield number, _read_line(line[0], number)


def _read_line(raw: bytes, number: int) -> SentComment | dict[str, Any]:
    try:
        value = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        return malformed(f"{error.msg} at character {error.pos + 1}", number)
    try:
        return SentComment.model_validate(value)
    except ValidationError:
        return refused(value, "#", number)


def _comments_of(lines: Sequence[Line]) -> list[SentComment]:
    return [comment for _, comment in lines if isinstance(comment, SentComment)]


def _lines_of(chunk: Sequence[Line], answers: Results | None, record: ToRecord) -> Iterator[bytes]:
    """A line of the answer for each line; `answers` are None if the server had no time for the comments."""
    results = iter(answers or ())
    for number, comment in chunk:
        if not isinstance(comment, SentComment):
            value = comment
        elif answers is None:
            value = not_classified(comment, number, is_busy=True)
        else:
            value = record(comment, next(results), number)
        yield orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
