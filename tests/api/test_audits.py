"""`/v1/audits`: a sample drawn, labelled and handed in over HTTP, and the report that uses it."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.annotation import Polarity
from saywhy.audit import MIN_COMMENTS, AuditLabel
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment, Response, Score
from saywhy.settings import Settings
from service.analysis import analyse
from service.workspaces import create, promise_anonymity

TEXTS = ["=slow support", "too dear", "lovely staff", "Mail me at jo@example.com, the invoice is wrong", "客服很慢"]
CSV = {"Content-Type": "text/csv"}


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory, annotator: Annotator) -> Path:
    """A store with 60 analysed comments."""
    path = tmp_path_factory.mktemp("audits") / "store.db"
    responses = [
        Response("t", str(number), Score(number % 11), Comment(f"{TEXTS[number % 5]} {number}")) for number in range(60)
    ]
    opened = resources_of(path, annotator)
    with opened.engine.begin() as connection:
        store.responses.save(connection, store.workspaces.find(connection, opened.workspace), responses)
    analyse(opened.engine, "default", annotator, progress=lambda *_: None)
    opened.close()
    return path


@pytest.fixture
def resources(analysed: Path, tmp_path: Path, annotator: Annotator) -> Resources:
    """A copy of the store, to be written to."""
    return resources_of(Path(shutil.copy(analysed, tmp_path / "store.db")), annotator)


def resources_of(path: Path, annotator: Annotator) -> Resources:
    """The resources of an application on that store."""
    engine = store.open_store(f"sqlite:///{path}")
    create(engine, "default")
    return Resources(engine, "default", annotator)


@pytest.fixture
def client(resources: Resources) -> Iterator[TestClient]:
    """A client of the application on that store."""
    with TestClient(create_app(Settings(), resources)) as client:
        yield client


def kept(resources: Resources) -> dict[str, tuple[AuditLabel, ...]]:
    """The labels in the store."""
    with store.reading(resources.engine) as connection:
        return store.audits.load(connection, store.workspaces.find(connection, resources.workspace))


def draw(client: TestClient, **query: Any) -> Any:
    """A sample as JSON."""
    answer = client.get("/v1/audits/sample", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_from_the_sample_to_the_report(client: TestClient, resources: Resources, annotator: Annotator) -> None:
    """After labels are handed in, the next sample continues behind them, and the next report contains the audit."""
    assert client.get("/v1/audits").json() == {"labelled": 0, "unlabelled": 60, "skipped": 0, "least": MIN_COMMENTS}
    sample = draw(client, size=50, language="de")
    code_frame = load_code_frame()
    assert sample["themes"] == [{"id": theme.id, "name": theme.name("de")} for theme in code_frame]
    ids = [comment["id"] for comment in sample["comments"]]
    assert ids == sorted(ids)
    assert draw(client, size=50)["comments"] == sample["comments"]
    slow = [{"theme": "support", "polarity": "negative"}]
    labels = [{"id": one["id"], "labels": slow if "slow" in one["text"] else []} for one in sample["comments"]]
    done = client.post("/v1/audits", json={"comments": labels})
    assert done.json() == {"labelled": 50, "unmarked": 0, "rejections": 0, "rejected": []}
    assert len(draw(client)["comments"]) == 10
    assert client.get("/v1/audits").json()["unlabelled"] == 10
    with_labels = [key for key, labels in kept(resources).items() if labels]
    assert with_labels == [one["id"] for one in sample["comments"] if "slow" in one["text"]]
    analyse(resources.engine, "default", annotator, progress=lambda *_: None)
    audit = client.get("/v1/reports/all").json()["audit"]
    assert (audit["comments"], audit["missing"]) == (50, 0)


def test_a_sheet_goes_out_and_comes_back(client: TestClient, resources: Resources) -> None:
    """As CSV, masked, formulas escaped; marks are kept, rows without any count as unmarked, bad ones are rejected."""
    answer = client.get("/v1/audits/sample", params={"format": "csv", "size": 60})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    header, *rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 60
    assert not any(row[2].startswith("=") or "jo@" in row[2] for row in rows)
    price = header.index(next(name for name in header if name.endswith("[price]")))
    rows[0][price], rows[1][3], rows[2][price] = "+-", "x", "perhaps"
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([header, *rows])
    done = client.post("/v1/audits/sheet", content=out.getvalue().encode("utf-16"), headers=CSV).json()
    assert (done["labelled"], done["unmarked"]) == (2, 57)
    [rejected] = done["rejected"]
    assert (rejected["line"], rejected["id"]) == (4, None)
    assert "perhaps" in rejected["reason"]
    assert kept(resources) == {rows[0][0]: (AuditLabel("price", Polarity.MIXED),), rows[1][0]: ()}


def test_invalid_labels_are_rejected(client: TestClient, resources: Resources) -> None:
    """An unknown theme, a comment twice, an unknown comment; all others are kept."""
    first, second = (comment["id"] for comment in draw(client, size=2)["comments"])
    sent = [
        {"id": first, "labels": [{"theme": "parking", "polarity": "negative"}]},
        {"id": second, "labels": []},
        {"id": second, "labels": [{"theme": "price", "polarity": "mixed"}]},
        {"id": "nobody", "labels": []},
    ]
    done = client.post("/v1/audits", json={"comments": sent}).json()
    assert done["labelled"] == 1
    assert [(one["id"], one["line"]) for one in done["rejected"]] == [(first, None), (second, None), ("nobody", None)]
    assert "parking" in done["rejected"][0]["reason"]
    assert kept(resources) == {second: ()}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"comments": []}, "#/comments"),
        (
            {"comments": [{"id": "x", "labels": [{"theme": "price", "polarity": "bad"}]}]},
            "#/comments/0/labels/0/polarity",
        ),
        ({"comments": [{"id": "x"}]}, "#/comments/0/labels"),
        ({"comments": [{"id": "x", "labels": [], "label": 1}]}, "#/comments/0/label"),
    ],
)
def test_an_invalid_payload_is_refused_with_a_pointer(client: TestClient, body: Any, pointer: str) -> None:
    """An invalid payload is a 422 problem with a pointer to the invalid member."""
    answer = client.post("/v1/audits", json=body)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("sent", "media_type", "status", "says"),
    [
        (b"", "text/csv", 400, "empty"),
        (b"score,comment\n1,no", "text/csv", 400, "id or done"),
        (b"id,done,P [parking]\n1,x,", "text/csv", 400, "parking"),
        (b"PK\x03\x04", "text/csv", 415, "save it as CSV"),
        (b"id,done\n1,x", "application/json", 415, "text/csv"),
    ],
)
def test_other_bodies_than_a_sheet_are_refused(
    client: TestClient, sent: bytes, media_type: str, status: int, says: str
) -> None:
    """An empty body, other columns, an unknown theme, a workbook, another media type: a problem that says which."""
    answer = client.post("/v1/audits/sheet", content=sent, headers={"Content-Type": media_type})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


@pytest.mark.parametrize("query", [{"size": 0}, {"size": 10_001}, {"format": "pdf"}])
def test_invalid_parameters_of_a_sample_are_refused(client: TestClient, query: dict[str, Any]) -> None:
    """The problem names the parameter."""
    answer = client.get("/v1/audits/sample", params=query)
    assert answer.status_code == 422
    assert [fault["parameter"] for fault in answer.json()["errors"]] == [*query]


def test_a_language_without_words_is_refused(client: TestClient) -> None:
    """As for pages."""
    answer = client.get("/v1/audits/sample", params={"language": "fr"})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:saywhy:problem:invalid-input")


def test_anonymous_surveys_are_not_audited(tmp_path: Path, annotator: Annotator) -> None:
    """No comments, no counts, and no answer to a guessed comment: each is a conflict."""
    opened = resources_of(tmp_path / "store.db", annotator)
    promise_anonymity(opened.engine, opened.workspace)
    guess = {"comments": [{"id": Comment("slow").content_hash, "labels": []}]}
    with TestClient(create_app(Settings(), opened)) as client:
        answers = [
            client.get("/v1/audits"),
            client.get("/v1/audits/sample"),
            client.get("/v1/audits/sample", params={"format": "csv"}),
            client.post("/v1/audits", json=guess),
            client.post("/v1/audits/sheet", content=b"id,done\n1,x", headers=CSV),
        ]
    assert [answer.json()["type"] for answer in answers] == ["urn:saywhy:problem:conflict"] * 5
