"""`POST /v1/classify`."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.http.dependencies import Resources
from api.v1.classify import results_of
from service.classification import classify, to_record
from service.micro_batches import Results
from tests.api import PROBLEM

COMMENTS: list[dict[str, Any]] = [
    {"id": "a", "text": "Support answered within minutes, but the invoice was wrong again."},
    {"id": 7, "text": "Leider stürzt die App seit dem letzten Update ständig ab.", "language": "de"},
    {"id": "c", "text": "價格合理，但是物流太慢了 👍🏽", "language": None},
    {"id": "", "text": "n/a"},
]


def post(client: TestClient, comments: Any) -> Any:
    """The response to classifying these comments."""
    return client.post("/v1/classify", json={"comments": comments})


def test_classify_answers_each_comment_in_order_with_the_members_of_the_contract(client: TestClient) -> None:
    """Every result has exactly the documented members and the id of its comment, in the order sent."""
    results = post(client, COMMENTS).json()["results"]
    assert [result["id"] for result in results] == ["a", 7, "c", ""]
    for result, sent in zip(results, COMMENTS, strict=True):
        assert set(result) == {"id", "language", "sentiment", "themes", "mentions", "causes", "model"}
        assert set(result["sentiment"]) == {"label", "score", "confidence", "uncertain"}
        assert all(set(theme) == {"theme", "polarity", "confidence"} for theme in result["themes"])
        for mention in result["mentions"]:
            assert set(mention) == {"theme", "polarity", "start", "end", "confidence"}
            assert 0 <= mention["start"] < mention["end"] <= len(sent["text"])
    assert [result["language"] for result in results[:3]] == ["en", "de", "zh-Hant"]
    assert results[3]["themes"] == []


def test_classify_is_the_annotate_stage(client: TestClient, resources: Resources) -> None:
    """Over HTTP the results are exactly those of the annotate stage."""
    items = [(comment["text"], comment.get("language")) for comment in COMMENTS]
    batch = classify(items, resources.annotator)
    code_frame = resources.annotator.code_frame
    expected = [to_record(sent["id"], result, code_frame) for sent, result in zip(COMMENTS, batch, strict=True)]
    assert post(client, COMMENTS).json() == {"results": expected}


def test_classify_answers_the_same_when_asked_by_many_at_once(client: TestClient) -> None:
    """Concurrent requests do not affect one another."""
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda comment: post(client, [comment]).json()["results"][0], COMMENTS * 4))
    assert answers == post(client, COMMENTS).json()["results"] * 4


def test_requests_of_one_batch_go_on_in_different_turns_of_the_event_loop() -> None:
    """What else the server has to do, such as liveness, comes between answers that are ready at the same time."""
    turn = 0

    async def ask(request: Any, future: Future[Results]) -> int:
        await results_of(request, future)
        return turn

    async def ask_ten() -> list[int]:
        nonlocal turn
        request = SimpleNamespace(state=SimpleNamespace(turns=asyncio.Lock()), receive=asyncio.Event().wait)
        futures: list[Future[Results]] = [Future() for _ in range(10)]
        asking = [asyncio.create_task(ask(request, future)) for future in futures]
        await asyncio.sleep(0.01)
        for future in futures:
            future.set_result([])
        while not all(task.done() for task in asking):
            await asyncio.sleep(0)
            turn += 1
        return [await task for task in asking]

    turns = asyncio.run(ask_ten())
    assert turns == sorted(set(turns))


def test_classify_takes_256_comments_and_no_more(client: TestClient) -> None:
    """The largest batch works; one more, or none, is refused with the place of the fault."""
    assert len(post(client, COMMENTS * 64).json()["results"]) == 256
    for comments in (COMMENTS * 64 + COMMENTS[:1], []):
        answer = post(client, comments)
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["#/comments"]


@pytest.mark.parametrize(
    ("comment", "pointer"),
    [
        ({"text": "fine"}, "#/comments/0/id"),
        ({"id": 1.5, "text": "fine"}, "#/comments/0/id"),
        ({"id": True, "text": "fine"}, "#/comments/0/id"),
        ({"id": 2**64, "text": "fine"}, "#/comments/0/id"),
        ({"id": "\ud800", "text": "fine"}, "#/comments/0/id"),
        ({"id": 1, "text": "\ud800"}, "#/comments/0/text"),
        ({"id": 1}, "#/comments/0/text"),
        ({"id": 1, "text": 5}, "#/comments/0/text"),
        ({"id": 1, "text": "x" * 10_001}, "#/comments/0/text"),
        ({"id": 1, "text": "fine", "language": 4}, "#/comments/0/language"),
        ("fine", "#/comments/0"),
    ],
)
def test_an_invalid_comment_is_answered_in_its_place(client: TestClient, comment: Any, pointer: str) -> None:
    """It gets a problem with a pointer to the invalid member, without the input; the others are classified."""
    content = json.dumps({"comments": [comment, COMMENTS[1]]})  # an unpaired surrogate is escaped
    answer = client.post("/v1/classify", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 200
    refused, classified = answer.json()["results"]
    assert (refused["problem"]["type"], refused["problem"]["status"]) == ("urn:saywhy:problem:invalid-comment", 422)
    assert [fault["pointer"] for fault in refused["problem"]["errors"]] == [pointer]
    assert '"input"' not in answer.text
    assert classified == post(client, [COMMENTS[1]]).json()["results"][0]


def stream(client: TestClient, content: bytes, **parameters: str) -> Any:
    """The response to a body of lines."""
    headers = {"content-type": "application/x-ndjson"}
    return client.post("/v1/classify/stream", content=content, headers=headers, params=parameters)


def test_a_stream_answers_each_line_in_order(client: TestClient) -> None:
    """There may be more lines than a request has comments; blank ones are skipped, faulty ones have a problem."""
    lines = [json.dumps(comment).encode() for comment in COMMENTS * 70]
    lines[1:1] = [b"", b"{broken", b'{"id": "x"}', b'"fine"']
    answer = stream(client, b"\r\n".join(lines))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    results = [json.loads(line) for line in answer.text.splitlines()]
    assert len(results) == 4 * 70 + 3
    first, broken, without_text, no_object, *rest = results
    assert [first, *rest] == post(client, COMMENTS).json()["results"] * 70
    assert (broken["line"], broken["problem"]["type"]) == (3, "urn:saywhy:problem:malformed-json")
    assert (without_text["line"], without_text["id"]) == (4, "x")
    assert [fault["pointer"] for fault in without_text["problem"]["errors"]] == ["#/text"]
    assert (no_object["line"], no_object["problem"]["status"]) == (5, 422)


def test_a_stream_is_refused_as_a_whole_where_it_can_be(client: TestClient) -> None:
    """Another media type is refused; an empty body has an empty answer."""
    assert client.post("/v1/classify/stream", json={"comments": COMMENTS}).status_code == 415
    assert stream(client, b"").content == b""


def test_model_code_frame_and_language_are_chosen_by_name(client: TestClient, resources: Resources) -> None:
    """Aliases and versions are known, others refused with what there is; labels of causes are in the language."""
    comments = {"comments": [{"id": 1, "text": "I was charged twice for the same invoice."}]}

    def ask(**parameters: str) -> Any:
        return client.post("/v1/classify", json=comments, params=parameters)

    for model in ("champion", resources.annotator.model):
        [result] = ask(model=model, code_frame="core", language="de-AT").json()["results"]
        [cause] = result["causes"]
        assert (cause["cause"], cause["label"]) == ("billing.charged_twice", "Doppelt abgebucht")
    for parameters, status, there_is in (
        ({"model": "challenger"}, 404, "champion"),
        ({"code_frame": "hotels"}, 404, "core"),
        ({"language": "xx"}, 400, "zh-Hant"),
    ):
        answer = ask(**parameters)
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
        assert there_is in answer.json()["detail"]
