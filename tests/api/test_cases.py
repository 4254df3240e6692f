"""`/v1/cases`, `/v1/follow-up`, `/v1/customers` and `/v1/comments`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy.access import Scope
from saywhy.settings import Settings
from saywhy.store import Engine
from service.paging import cursor_of
from tests.api import PROBLEM
from tests.builders.access import bearing, key_of
from tests.builders.followed_up import WORKSPACE, anonymous, answer, save

#: The routes that say something of single customers or comments.
SINGLING_OUT = re.compile(r"/v1/(cases|follow-up|customers|comments)\b")


@pytest.fixture
def client(sqlite_engine: Engine, annotator: Annotator) -> Iterator[TestClient]:
    """A client of the application on three cases, with a key that may not read personal data."""
    responses = [
        answer(1, 0, "Slow. Write to jo@x.example", wave="W1", revenue=900),
        answer(2, 9, "Lovely", account="Birch/Co", customer="c-2", wave="W1"),
        answer(3, 7, account="Cedar", customer="c-3", wave="W2"),
    ]
    save(sqlite_engine, *responses)
    key = key_of(sqlite_engine, WORKSPACE, set(Scope) - {Scope.PII}, "CRM")
    with TestClient(create_app(Settings(), Resources(sqlite_engine, WORKSPACE, annotator))) as client:
        yield bearing(client, key)


def test_a_case_is_worked_on(client: TestClient) -> None:
    """Listed, read, changed with its version, and found again; a null owner is nobody."""
    first, *_ = client.get("/v1/cases").json()["cases"]
    assert (first["response"], first["group"], first["score"], first["task"]) == ("1", "detractor", 0, "recover")
    path = f"/v1/cases/{first['id']}"
    change = {"version": 1, "state": "contacted", "owner": "Ada", "note": "Called jo@x.example"}
    changed = client.patch(path, json=change).json()
    assert (changed["state"], changed["owner"], changed["version"]) == ("contacted", "Ada", 2)
    assert changed["history"][0]["author"] == "CRM"
    assert changed["history"][0]["changes"] == {"state": "contacted", "owner": "Ada"}
    assert "jo@x.example" not in changed["comment"]
    assert changed["history"][0]["note"].startswith("Called [")
    assert [case["id"] for case in client.get("/v1/cases?owner=Ada&state=contacted").json()["cases"]] == [first["id"]]
    freed = client.patch(path, json={"version": 2, "owner": None}).json()
    assert freed["owner"] is None
    page = client.get("/v1/cases?limit=2").json()
    rest = client.get("/v1/cases", params={"limit": 2, "cursor": page["next"]}).json()
    assert [case["response"] for case in page["cases"] + rest["cases"]] == ["1", "3", "2"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"version": 7, "owner": "Ada"}, 409, "somebody else changed it"),
        ({"version": 1, "state": "resolved"}, 409, "allowed is contacted or closed"),
        ({"version": 1, "outcome": "recovered"}, 400, "nobody has contacted"),
        ({"version": 1}, 400, "nothing to change"),
        ({"version": 1, "note": "a\0b"}, 400, "cannot be stored"),
        ({"version": 1, "author": "Bo", "note": "Called"}, 400, "leave out `author`: the edit is by 'CRM'"),
        ({"owner": "Bo"}, 422, "1 place"),
        ({"version": 1, "state": "lost"}, 422, "1 place"),
        ({"version": 1, "owner": "x" * 121}, 422, "1 place"),
    ],
)
def test_a_change_that_cannot_be_is_a_problem(
    client: TestClient, body: dict[str, object], status: int, detail: str
) -> None:
    """With the status of its kind and the reason; the case stays as it is."""
    result = client.patch("/v1/cases/1", json=body)
    assert (result.status_code, result.headers["content-type"]) == (status, PROBLEM)
    assert detail in result.json()["detail"]
    assert client.get("/v1/cases/1").json()["version"] == 1


def test_the_policy_is_read_and_set(client: TestClient) -> None:
    """With business hours, which are checked."""
    policy = client.get("/v1/follow-up/policy").json()
    assert policy == {
        "groups": ["detractor", "passive", "promoter"],
        "max_age_days": 30,
        "within_hours": 24,
        "business_hours": None,
    }
    hours = {"time_zone": "Asia/Shanghai", "opens": "08:30:00", "country": "CN"}
    changed = policy | {"groups": ["detractor"], "within_hours": 8, "business_hours": hours}
    saved = client.put("/v1/follow-up/policy", json=changed).json()
    assert saved == client.get("/v1/follow-up/policy").json()
    assert saved["business_hours"]["closes"] == "17:00:00"
    for wrong in ({"time_zone": "Mars"}, {"time_zone": "UTC", "country": "XX"}):
        refused = client.put("/v1/follow-up/policy", json=policy | {"business_hours": wrong})
        assert (refused.status_code, refused.headers["content-type"]) == (400, PROBLEM)
    assert client.get("/v1/follow-up/policy").json() == saved
    assert client.post("/v1/cases", json={"since": None}).json() == {"opened": 0}


def test_without_keys_the_body_says_who_changes_a_case(sqlite_engine: Engine, annotator: Annotator) -> None:
    """As for edits of topics; nobody, and a name that cannot be stored, are refused."""
    save(sqlite_engine, answer(1, 0, "Slow."))
    with TestClient(create_app(Settings(), Resources(sqlite_engine, WORKSPACE, annotator))) as client:
        for body, detail in (({}, "say who edits"), ({"author": "\0"}, "cannot be stored")):
            refused = client.patch("/v1/cases/1", json={"version": 1, "note": "Called", **body})
            assert (refused.status_code, detail in refused.json()["detail"]) == (400, True)
        changed = client.patch("/v1/cases/1", json={"version": 1, "note": "Called", "author": "Ada"}).json()
        assert [event["author"] for event in changed["history"]] == ["Ada"]


def test_a_customer_is_read_with_everything(client: TestClient, sqlite_engine: Engine) -> None:
    """Answers, scores, cases, health; names with a slash; personal data only where it may be read."""
    customer = client.get("/v1/customers/c-1").json()
    assert [point["score"] for point in customer["scores"]] == [0]
    assert (customer["customers"][0]["revenue"], customer["customers"][0]["email"]) == (900, None)
    assert customer["health"][0]["band"] == "at_risk"
    assert [case["response"] for case in customer["cases"]] == ["1"]
    assert "jo@x.example" not in str(customer)
    assert client.get("/v1/customers/Birch%2FCo").json()["customers"][0]["id"] == "c-2"
    missing = client.get("/v1/customers/nobody")
    assert (missing.status_code, missing.json()["type"]) == (404, "urn:saywhy:problem:customer-not-found")
    bearing(client, key_of(sqlite_engine, WORKSPACE, [Scope.READ, Scope.PII], "with personal data"))
    assert "jo@x.example" in client.get("/v1/customers/c-1").text
    assert "c-1@x.example" in client.get("/v1/cases").text


def test_accounts_are_listed_and_turn(client: TestClient, sqlite_engine: Engine) -> None:
    """The worst first, page by page; an alert when one turns."""
    page = client.get("/v1/customers?limit=2").json()
    rest = client.get("/v1/customers", params={"limit": 2, "cursor": page["next"]}).json()
    assert [one["account"] for one in page["customers"] + rest["customers"]] == ["Acme", "Cedar", "Birch/Co"]
    assert {one["account"] for one in client.get("/v1/customers?band=at_risk").json()["customers"]} == {"Acme"}
    assert client.post("/v1/customers/alerts").json() == {"alerts": []}
    save(sqlite_engine, answer(9, 0, account="Birch/Co", customer="c-2", days_ago=0))
    [alert] = client.post("/v1/customers/alerts").json()["alerts"]
    assert (alert["account"], alert["after"], alert["is_worse"]) == ("Birch/Co", "at_risk", True)
    assert client.get("/v1/customers/alerts").json() == {"alerts": [alert]}


def test_new_accounts_are_recorded_and_on_the_board(client: TestClient) -> None:
    """As JSON and as CSV; recorded twice is a conflict; removed it is gone."""
    new = {"account": "Elm", "origin": "referral", "brought_by": "c-2", "revenue": 1200.5, "acquisition_cost": 0}
    assert client.post("/v1/follow-up/new-accounts", json=new).status_code == 201
    assert client.post("/v1/follow-up/new-accounts", json=new).status_code == 409
    [listed] = client.get("/v1/follow-up/new-accounts").json()["new_accounts"]
    assert (listed["account"], listed["revenue"], listed["acquisition_cost"]) == ("Elm", 1200.5, 0)
    board = client.get("/v1/follow-up/board").json()
    assert (board["new_accounts"][0]["revenue"], board["cases"][0]["cases"]) == (1200.5, 1)
    table = client.get("/v1/follow-up/board?format=csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert "new_accounts,referral,revenue,1200.5,," in table.text.splitlines()
    assert client.get("/v1/follow-up/board?since=2099-01-01T00:00:00Z").json()["cases"][0]["cases"] == 0
    assert client.delete("/v1/follow-up/new-accounts/Elm").status_code == 204
    assert client.delete("/v1/follow-up/new-accounts/Elm").status_code == 404
    for wrong in (new | {"revenue": -1}, new | {"revenue": "NaN"}, new | {"case": 0}, new | {"account": ""}):
        assert client.post("/v1/follow-up/new-accounts", json=wrong).status_code == 422


@pytest.mark.parametrize("offset", ["+14:00", "-14:00"])
def test_times_beyond_all_calendars_are_refused(client: TestClient, offset: str) -> None:
    """422, as no database has them; and so few business hours that a case is never due, 400."""
    moment = f"{'0001-01-01T00:00:00' if offset[0] == '+' else '9999-12-31T23:59:59'}{offset}"
    assert client.get("/v1/follow-up/board", params={"since": moment}).status_code == 422
    assert client.post("/v1/cases", json={"since": moment}).status_code == 422
    assert client.post("/v1/keys", json={"name": "x", "scopes": ["read"], "expires_at": moment}).status_code == 422
    cursor = cursor_of((0, moment, 1))
    assert client.get("/v1/cases", params={"cursor": cursor}).status_code == 400
    policy = {"groups": ["detractor"], "max_age_days": None, "within_hours": 2160}
    hours = {"time_zone": "UTC", "opens": "09:00:00", "closes": "09:00:01", "country": "DE"}
    assert client.put("/v1/follow-up/policy", json=policy | {"business_hours": hours}).status_code == 400


def test_times_are_text(client: TestClient) -> None:
    """No number is a time: it could be seconds or milliseconds, and `0900` is no time of day."""
    new = {"account": "Elm", "origin": "referral", "brought_by": "c-2"}
    policy: dict[str, object] = {"groups": [], "max_age_days": None, "within_hours": 24}
    for number in (1700000000, "1700000000", 32400):
        assert client.get("/v1/follow-up/board", params={"since": number}).status_code == 422
        assert client.post("/v1/cases", json={"since": number}).status_code == 422
        assert client.post("/v1/follow-up/new-accounts", json=new | {"won_on": number}).status_code == 422
        hours = {"time_zone": "UTC", "opens": number}
        assert client.put("/v1/follow-up/policy", json=policy | {"business_hours": hours}).status_code == 422
    refused = client.post("/v1/cases", json={"since": 1700000000}).json()["errors"]
    assert refused == [
        {"detail": "Input should be text like 2026-04-01T09:30:00Z, from 1900 to 2199", "pointer": "#/since"}
    ]


def test_amounts_are_exact_to_a_hundredth_of_a_cent(client: TestClient) -> None:
    """As numbers or as text; further decimals are cut off, however many."""
    new = {"account": "Elm", "origin": "referral", "brought_by": "c-2"}
    amounts = {"revenue": "0.123456", "acquisition_cost": 1e-300, "lifetime_value": "999999999999999.99999"}
    stored = client.post("/v1/follow-up/new-accounts", json=new | amounts).json()
    shown = [stored[name] for name in amounts]
    assert [float(amount) for amount in shown] == [0.1234, 0, 999999999999999.9999]


def test_comments_are_read_by_condition(client: TestClient) -> None:
    """With their score and wave, masked, page by page; a segment must be written as one."""
    page = client.get("/v1/comments?limit=1").json()
    rest = client.get("/v1/comments", params={"limit": 1, "cursor": page["next"]}).json()
    assert [comment["id"] for comment in page["comments"] + rest["comments"]] == ["2", "1"]
    assert rest["next"] is None
    assert "jo@x.example" not in str(rest)
    [comment] = client.get("/v1/comments?score=0&wave=W1&group=detractor&text=SLOW").json()["comments"]
    assert (comment["id"], comment["score"]) == ("1", 0)
    assert client.get("/v1/comments?segment=north").status_code == 400
    assert client.get("/v1/comments?score=11").status_code == 422
    assert client.get("/v1/comments?cursor=x").status_code == 400


def test_an_anonymous_workspace_refuses_every_route(sqlite_engine: Engine, annotator: Annotator) -> None:
    """Whatever is asked of cases, customers and comments: 409, the reason, and nothing that somebody said."""
    anonymous(sqlite_engine)
    app = create_app(Settings(), Resources(sqlite_engine, WORKSPACE, annotator))
    bodies = {
        ("patch", "/v1/cases/{case}"): {"version": 1, "author": "Ada", "state": "contacted"},
        ("post", "/v1/cases"): {"since": None},
        ("put", "/v1/follow-up/policy"): {
            "groups": ["detractor"],
            "max_age_days": None,
            "within_hours": 24,
            "business_hours": None,
        },
        ("post", "/v1/follow-up/new-accounts"): {"account": "Elm", "origin": "referral", "brought_by": "Acme"},
    }
    tried = 0
    with TestClient(app) as client:
        for path, methods in app.openapi()["paths"].items():
            if not SINGLING_OUT.match(path):
                continue
            for method in methods:
                url = path.format(case=1, customer="c-1", account="Elm")
                refused = client.request(method, url, json=bodies.pop((method, path), None))
                assert (refused.status_code, refused.headers["content-type"]) == (409, PROBLEM), (method, path)
                assert "promised" in refused.json()["detail"], (method, path)
                tried += 1
    assert tried >= 15
    assert not bodies
