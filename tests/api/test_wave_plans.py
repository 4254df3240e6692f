"""`/v1/wave-plans`: whom to ask, and what came of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from api.v1.wave_plan_schemas import REQUEST
from models.annotator import Annotator
from saywhy import store
from saywhy.access import Scope
from saywhy.feedback import Customer, Response, Score
from saywhy.settings import Settings
from service.workspaces import create, promise_anonymity
from tests.api import PROBLEM
from tests.builders.access import bearing, check_at_once, key_of

LIST = "Customer ID,Name,E-Mail,Industry,Opted out\n" + "".join(
    f"c-{number},Name {number},p{number}@shop.example,{'retail' if number % 3 else '=health'},\n"
    for number in range(40)
)
FILE = "/v1/wave-plans/file?name=2027&start=2027-01-15&count=2&seed=3"


@pytest.fixture
def client(sqlite_engine: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """A client of the application on an empty workspace."""
    create(sqlite_engine, "default")
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "default", annotator))) as client:
        yield client


def sent(client: TestClient, url: str = FILE, content: str = LIST) -> dict[str, object]:
    """A plan that was made from a file."""
    answer = client.post(url, content=content, headers={"Content-Type": "text/csv"})
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


def test_the_example_is_a_plan(client: TestClient) -> None:
    """Four quarters; one customer was asked recently for the first wave, one opted out."""
    answer = client.post("/v1/wave-plans", json=REQUEST)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert [wave["name"] for wave in made["waves"]] == ["2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4"]
    assert (made["listed"], sum(wave["asked"] for wave in made["waves"])) == (3, 2)
    assert made["left_out"] == {"opted_out": 1}
    assert client.get("/v1/wave-plans/2027").json() == made
    [listed] = client.get("/v1/wave-plans").json()["plans"]
    assert (listed["name"], listed["seed"]) == ("2027", made["seed"])
    assert client.post("/v1/wave-plans", json=REQUEST).json()["type"] == "urn:saywhy:problem:plan-exists"
    assert client.post("/v1/wave-plans", json={**REQUEST, "replace": True}).json()["strata"] == made["strata"]
    assert client.delete("/v1/wave-plans/2027").status_code == 204
    assert client.get("/v1/wave-plans/2027").status_code == 404


def test_a_file_is_planned_and_exported(client: TestClient) -> None:
    """The table has every customer once, with the wave and the day, and runs no formula in a spreadsheet."""
    made = sent(client)
    assert made["columns"] == {"id": "Customer ID", "email": "E-Mail", "name": "Name", "opted_out": "Opted out"}
    assert (made["listed"], made["rejected"], made["stratify_by"]) == (40, 0, ["Industry"])
    answer = client.get("/v1/wave-plans/2027/customers")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sorted(row["id"] for row in rows) == sorted(f"c-{number}" for number in range(40))
    assert {(row["wave"], row["send_date"]) for row in rows} == {("2027-Q1", "2027-01-15"), ("2027-Q2", "2027-04-15")}
    assert {row["Industry"] for row in rows} == {"retail", "'=health"}
    assert rows[0]["email"].endswith("@shop.example")
    book = client.get("/v1/wave-plans/2027/customers?format=xlsx&wave=2027-Q1")
    sheet = load_workbook(io.BytesIO(book.content)).worksheets[0]
    first, *others = sheet.iter_rows()
    assert [cell.value for cell in first] == ["id", "name", "email", "Industry", "wave", "send_date"]
    assert len(others) == sum(row["wave"] == "2027-Q1" for row in rows)
    assert {cell.data_type for row in others for cell in row} == {"s"}
    assert "=health" in {row[3].value for row in others}


def test_names_and_addresses_need_a_scope(
    sqlite_engine: Engine, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without `pii` the table has neither; `read` alone plans nothing, and every write is in the audit log."""
    check_at_once(monkeypatch)
    bearing(client, key_of(sqlite_engine, "default", (Scope.READ, Scope.WRITE), name="planner"))
    assert sent(client)["created_by"] == "planner"
    table = client.get("/v1/wave-plans/2027/customers").content.decode("utf-8-sig")
    assert table.splitlines()[0] == "id,Industry,wave,send_date"
    assert "@" not in table
    assert "Name" not in table
    bearing(client, key_of(sqlite_engine, "default", (Scope.READ,), name="reader"))
    assert client.post("/v1/wave-plans", json=REQUEST).status_code == 403
    assert client.delete("/v1/wave-plans/2027").status_code == 403
    bearing(client, key_of(sqlite_engine, "default", (Scope.ADMIN,), name="admin"))
    [entry] = [one for one in client.get("/v1/audit-log").json()["entries"] if "wave-plans" in one["action"]]
    assert (entry["actor"], entry["action"]) == ("planner", "POST /v1/wave-plans/file")


def test_what_came_of_a_plan(sqlite_engine: Engine, client: TestClient) -> None:
    """Rates with intervals by wave and stratum; before a wave is sent there are none."""
    sent(client, "/v1/wave-plans/file?name=past&wave=one%3D2026-01-15&wave=two%3D2031-01-15&seed=3")
    table = client.get("/v1/wave-plans/past/customers?wave=one").content.decode("utf-8-sig")
    ids = [row["id"] for row in csv.DictReader(io.StringIO(table))]
    moment = datetime(2026, 1, 20, tzinfo=UTC)
    with sqlite_engine.begin() as connection:
        workspace = store.workspaces.find(connection, "default")
        answers = [Response("s", one, Score(9), None, moment, "one", (), Customer(one)) for one in ids[:8]]
        store.responses.save(connection, workspace, answers)
    one, two = client.get("/v1/wave-plans/past/responses").json()["waves"]
    assert (one["asked"], one["answered"], one["rate"]["value"]) == (len(ids), 8, 8 / len(ids))
    assert one["rate"]["low"] < 8 / len(ids) < one["rate"]["high"]
    assert (one["nps"]["score"], one["weighted_nps"]["value"]) == (100, 100)
    assert [dimension["dimension"] for dimension in one["balance"]] == ["Industry"]
    assert (two["is_sent"], two["rate"]) == (False, None)


@pytest.mark.parametrize(
    ("change", "status", "detail"),
    [
        ({"start": None}, 400, "say when"),
        ({"start": "2027-13-01"}, 422, "1 place"),
        ({"start": 5}, 422, "1 place"),
        ({"name": "a/b"}, 400, "without slashes"),
        ({"customers": []}, 422, "1 place"),
        ({"customers": [{"id": "1"}, {"id": "1"}], "stratify_by": []}, 400, "customers 1 and 2 of the list"),
        ({"customers": [{"id": "1"}, {"id": "a\u0000"}]}, 400, "customer 2 of the list has a NUL"),
        ({"stratify_by": ["region"]}, 400, "'region'"),
        ({"sample_size": 9}, 400, "sample of 9 is larger than the 2"),
        ({"waves": [{"name": "a", "send_on": "2027-01-01"}]}, 400, "either"),
        ({"note": "?"}, 422, "1 place"),
    ],
)
def test_what_is_refused_is_a_problem(client: TestClient, change: dict[str, object], status: int, detail: str) -> None:
    """With the status of its kind and the reason; nothing is kept of it."""
    answer = client.post("/v1/wave-plans", json={**REQUEST, **change})
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text
    assert detail in answer.json()["detail"]
    assert client.get("/v1/wave-plans").json() == {"plans": []}


@pytest.mark.parametrize(
    ("url", "content", "detail"),
    [
        (FILE, "Name,E-Mail\nAda,a@x.example\n", "no column with customer ids"),
        (FILE, "Customer ID,E-Mail\nc-1,a@x.example\nc-1,b@x.example\n", "lines 2 and 3 have the same customer id"),
        (FILE + "&stratify_by=Region", LIST, "no column 'Region'"),
        (FILE + "&wave=x", LIST, "NAME=YYYY-MM-DD"),
        ("/v1/wave-plans/file?name=2027", LIST, "say when"),
    ],
)
def test_files_that_are_refused(client: TestClient, url: str, content: str, detail: str) -> None:
    """400 with what is wrong and where; the file is not kept."""
    answer = client.post(url, content=content, headers={"Content-Type": "text/csv"})
    assert (answer.status_code, detail in answer.json()["detail"]) == (400, True), answer.text


def test_an_anonymous_workspace_refuses_every_route(sqlite_engine: Engine, annotator: Annotator) -> None:
    """409 with the reason: a plan says who was asked."""
    promise_anonymity(sqlite_engine, "secret")
    with TestClient(create_app(Settings(), Resources(sqlite_engine, "secret", annotator))) as client:
        answers = [
            client.get("/v1/wave-plans"),
            client.post("/v1/wave-plans", json=REQUEST),
            client.post(FILE, content=LIST, headers={"Content-Type": "text/csv"}),
            *(client.get(f"/v1/wave-plans/2027{part}") for part in ("", "/customers", "/responses")),
            client.delete("/v1/wave-plans/2027"),
        ]
        assert {(one.status_code, one.json()["type"]) for one in answers} == {(409, "urn:saywhy:problem:no-wave-plans")}
