"""Importing on the pages: a file, its preview, the job, and what was rejected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.access import Role
from service.jobs import list_jobs
from service.mappings import list_mappings
from service.workspaces import create
from tests.api.web.visitors import run_jobs, visitor
from tests.builders.followed_up import WORKSPACE

FILE = "id,nps,why,extra,acct\na,9,<script>alert(1)</script>,x,Acme\nb,12,odd,y,Birch\nc,0,=cmd|' /C calc'!A0,x,Cedar\n"


@pytest.fixture
def resources(sqlite_engine: Engine, annotator: Annotator, tmp_path: Path) -> Resources:
    """A server with a folder for files, that takes at most 1 MiB."""
    create(sqlite_engine, WORKSPACE)
    return Resources(sqlite_engine, WORKSPACE, annotator, data_dir=tmp_path / "files", upload_limit=1024**2)


@pytest.fixture
def editor(resources: Resources) -> Iterator[TestClient]:
    """The browser of an editor."""
    with visitor(resources.engine, resources.core, Role.EDITOR, resources) as client:
        yield client


def sent(client: TestClient, content: str | bytes = FILE, name: str = "april.csv") -> str:
    """Send a file; the address of its preview."""
    answer = client.post("/imports", files={"file": (name, content)}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def fields_of(page: str) -> list[tuple[str, str]]:
    """What the form of the preview sends: hidden fields and the chosen role of each column."""
    form = page.partition('<form method="get"')[2].partition("</form>")[0]
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    roles = re.findall(r'<select name="role">(.*?)</select>', form, re.DOTALL)
    chosen = [re.search(r'value="([^"]*)" selected', select) for select in roles]
    return [(name, unescape(value)) for name, value in hidden] + [("role", each[1]) for each in chosen if each]


def body(fields: list[tuple[str, str]], **more: str) -> dict[str, list[str]]:
    """The fields as those of a form."""
    sent_fields: dict[str, list[str]] = {name: [value] for name, value in more.items()}
    for name, value in fields:
        sent_fields.setdefault(name, []).append(value)
    return sent_fields


def test_a_file_is_previewed_mapped_and_imported(editor: TestClient, resources: Resources) -> None:
    """What its columns hold is shown and changed, nothing is stored before, and the page of the job has the counts."""
    address = sent(editor)
    page = editor.get(address).text
    assert "score 12 is outside 0-10" in page
    fields = fields_of(page)
    assert [value for name, value in fields if name == "role"] == ["id", "score", "comment", "-", "-"]
    with resources.engine.begin() as connection:
        assert list(store.responses.load(connection, store.workspaces.find(connection, WORKSPACE))) == []
    roles = iter(["id", "score", "comment", "segment", "account"])
    mapped = body([(name, next(roles) if name == "role" else value) for name, value in fields], wave="W1")
    again = editor.get("/imports/preview", params=mapped).text
    assert [value for name, value in fields_of(again) if name == "role"][3:] == ["segment", "account"]
    assert "Acme" in again
    started = editor.post("/imports/jobs", data=mapped | {"save_mapping": ["Ours"]})
    assert started.status_code == 200
    assert 'hx-trigger="every 1s"' in started.text
    run_jobs(resources)
    done = editor.get(started.url.path).text
    assert "every 1s" not in done
    assert re.search(r"<dt>New</dt><dd>2</dd>", done)
    assert "Analyse now" in done
    assert "score 12" not in done  # rejected rows have personal data, which is not for editors
    assert "2 new, 1 rejected" in editor.get("/imports").text
    with resources.engine.begin() as connection:
        loaded = store.responses.load(connection, store.workspaces.find(connection, WORKSPACE))
        accounts = {each.customer.account: (each.wave, str(each.segments[0])) for each in loaded if each.customer}
    assert accounts == {"Acme": ("W1", "extra=x"), "Cedar": ("W1", "extra=x")}
    assert [mapping.name for mapping in list_mappings(resources.engine, WORKSPACE)] == ["Ours"]


def test_rejected_rows_are_shown_as_text_to_those_who_may(resources: Resources) -> None:
    """With line and reason; the file of all of them is a link."""
    with visitor(resources.engine, resources.core, Role.ADMIN, resources) as admin:
        page = admin.get(sent(admin, FILE + "d,11,<b>hidden</b>,,\n")).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        job = admin.post("/imports/jobs", data=body(fields_of(page))).url.path
        run_jobs(resources)
        done = admin.get(job).text
        assert "&lt;b&gt;hidden&lt;/b&gt;" in done
        link = re.search(r'href="([^"]*rejections)"', done)
        assert link
        assert "score 11 is outside 0-10" in admin.get(link[1]).text


def test_what_cannot_be_read_says_why(editor: TestClient, resources: Resources) -> None:
    """The columns can be named then; nothing is imported before that."""
    page = editor.get(sent(editor, "a,b\n1,x\n2,y\n")).text
    assert "neither a score nor a comment" in page
    fields = body(fields_of(page))
    refused = editor.post("/imports/jobs", data=fields)
    assert "neither a score nor a comment" in refused.text
    named = editor.get("/imports/preview", params=fields | {"role": ["score", "comment"]}).text
    assert "neither a score" not in named
    twice = editor.get("/imports/preview", params=fields | {"role": ["account", "account"]}).text
    assert "only one column can be the account" in twice
    assert "cannot be read" in editor.get(sent(editor, b"\0\1\2", "x.bin")).text
    assert list_jobs(resources.engine, WORKSPACE).entries == ()


@pytest.mark.parametrize(
    "address",
    [
        "/imports/preview?upload=../../store.db",
        "/imports/preview?upload=" + "0" * 32 + "/..",
        "/imports/preview?upload=" + "0" * 32 + "/gone.csv",
        "/imports/preview",
    ],
)
def test_only_uploads_are_read(editor: TestClient, address: str) -> None:
    """No other file of the server, and none that is gone."""
    assert editor.get(address).status_code == 410


@pytest.mark.parametrize("query", ["role=score", "column=a&role=boss", "scale=nonsense", "wave=" + "x" * 501])
def test_a_form_that_no_page_sends_is_refused(editor: TestClient, query: str) -> None:
    """With a reason, as a page."""
    answer = editor.get(f"/imports/preview?upload=x&{query}")
    assert (answer.status_code, answer.text.startswith("<!doctype html>")) == (400, True)


def test_an_upload_that_cannot_be_is_refused(editor: TestClient, resources: Resources) -> None:
    """Too large, empty, no file at all, no form of that kind; nothing stays on the disk."""
    assert editor.post("/imports", files={"file": ("x.csv", b"a" * (1024**2 + 20_000))}).status_code == 413
    assert editor.post("/imports", files={"file": ("x.csv", b"")}).status_code == 400
    assert editor.post("/imports", files={"other": ("x.csv", b"a")}).status_code == 400
    assert editor.post("/imports", data={"file": "x"}).status_code == 415
    assert editor.post("/imports", content=b"x", headers={"content-type": "multipart/form-data"}).status_code == 400
    assert [path for path in (resources.files.root / "uploads").rglob("*") if path.is_file()] == []


def test_viewers_see_imports_and_start_none(resources: Resources) -> None:
    """Neither a form nor a preview, nor a job that they could cancel."""
    with visitor(resources.engine, resources.core, Role.EDITOR, resources) as editor:
        address = sent(editor)
        job = editor.post("/imports/jobs", data=body(fields_of(editor.get(address).text))).url.path
    with visitor(resources.engine, resources.core, Role.VIEWER, resources) as viewer:
        assert '<input type="file"' not in viewer.get("/imports").text
        assert "april.csv" in viewer.get(job).text
        assert "/cancel" not in viewer.get(job).text
        assert viewer.get(address).status_code == 403
        refused = [viewer.post("/imports", files={"file": ("x.csv", FILE)})]
        refused += [
            viewer.post(path, data={"x": "y"}) for path in ("/imports/jobs", "/imports/analyse", f"{job}/cancel")
        ]
        assert [answer.status_code for answer in refused] == [403] * 4


def test_a_job_is_cancelled_and_others_have_no_page(editor: TestClient, resources: Resources) -> None:
    """One that waits ends at once, and its file is deleted; what is neither an import nor an analysis is not found."""
    job = editor.post("/imports/jobs", data=body(fields_of(editor.get(sent(editor)).text))).url.path
    assert "Cancelled" in editor.post(f"{job}/cancel", data={"x": "y"}).text
    assert [path for path in (resources.files.root / "uploads").rglob("*") if path.is_file()] == []
    analysis = editor.post("/imports/analyse", data={"x": "y"})
    assert "Analysis" in analysis.text
    assert editor.get("/imports/jobs/99").status_code == 404
