"""`/v1/imports`: files are streamed to disk, previewed, imported by a worker, and their rejected rows downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.settings import Settings
from saywhy.store import Engine
from service.job_process import WorkerOptions
from service.worker import working
from service.workspaces import create
from tests.builders.queued_imports import wait_until

CSV = {"Content-Type": "text/csv"}
FILE = b"id,points,said,store\na,0,Too slow,north\nb,12,odd,south\nc,9,Fine,north\n"
COLUMNS = "score_column=points&comment_column=said&segment_column=store&scale=0-10"
LIMIT = 1024 * 1024


@pytest.fixture
def client(engine: Engine, annotator: Annotator, tmp_path: Path) -> Iterator[TestClient]:
    """A client of the application on an empty store of each kind, which takes files of at most 1 MiB."""
    create(engine, "default")
    resources = Resources(engine, "default", annotator, data_dir=tmp_path / "files", upload_limit=LIMIT)
    with TestClient(create_app(Settings(), resources)) as client:
        yield client


def uploads(tmp_path: Path) -> list[Path]:
    """The files that were uploaded and not deleted."""
    return list((tmp_path / "files" / "uploads").glob("*/*"))


@pytest.mark.slow
def test_a_file_is_imported(client: TestClient, engine: Engine, tmp_path: Path) -> None:
    """Options are those of the query; the result counts the rows, and the rejected ones can be downloaded."""
    started = client.post(f"/v1/imports?file=../a=b;\u202e.csv&wave=W1&{COLUMNS}", content=FILE, headers=CSV)
    assert started.status_code == 202
    assert [path.name for path in uploads(tmp_path)] == ["a_b__.csv"]
    url = engine.url.render_as_string(hide_password=False)
    location = started.headers["Location"]
    with working(WorkerOptions(url, data_dir=tmp_path / "files", slots=1)):
        wait_until(lambda: client.get(location).json()["state"] in ("succeeded", "failed"))
    done = client.get(location).json()
    assert done["state"] == "succeeded", done
    assert (done["result"]["new"], done["result"]["rejected"]) == (2, 1)
    assert "upload" not in done["arguments"]
    assert uploads(tmp_path) == []
    rejections = client.get(done["links"]["rejections"])
    assert rejections.headers["content-type"] == "text/csv; charset=utf-8"
    assert rejections.text.splitlines() == ["line,reason,row", '3,score 12 is outside 0-10,"b,12,odd,south"']
    with store.reading(engine) as connection:
        loaded = list(store.responses.load(connection, store.workspaces.find(connection, "default")))
    assert [(response.external_id, response.wave) for response in loaded] == [("a", "W1"), ("c", "W1")]


def test_a_repeated_upload_is_one_job(client: TestClient, tmp_path: Path) -> None:
    """The second file is deleted; another file with the same key is refused and deleted."""
    headers = CSV | {"Idempotency-Key": "k"}
    first = client.post("/v1/imports", content=FILE, headers=headers)
    assert client.post("/v1/imports", content=FILE, headers=headers).json() == first.json()
    assert client.post("/v1/imports", content=FILE + b"d,1,x,y\n", headers=headers).status_code == 422
    assert client.post("/v1/imports?wave=W1", content=FILE, headers=headers).status_code == 422
    assert len(uploads(tmp_path)) == 1
    client.post(f"{first.headers['Location']}/cancel")
    assert uploads(tmp_path) == []


def test_bad_uploads_leave_nothing(client: TestClient, tmp_path: Path) -> None:
    """Too large (declared or not), empty, of a form, or with unknown options: refused, and no file and no job stays."""

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    assert client.post("/v1/imports", content=b"x" * (LIMIT + 1), headers=CSV).status_code == 413
    assert client.post("/v1/imports", content=endless(), headers=CSV).status_code == 413
    assert client.post("/v1/imports", content=b"", headers=CSV).status_code == 400
    for media_type in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        assert client.post("/v1/imports", content=FILE, headers={"Content-Type": media_type}).status_code == 415
    assert client.post("/v1/imports", content=FILE).status_code == 415
    for query in ("scale=0-99", "waves=W1", "day_first=soon", f"wave={'x' * 501}"):
        assert client.post(f"/v1/imports?{query}", content=FILE, headers=CSV).status_code == 422
    assert uploads(tmp_path) == []
    assert client.get("/v1/jobs").json()["jobs"] == []


def test_a_preview_stores_no_response(client: TestClient, engine: Engine, tmp_path: Path) -> None:
    """It shows the columns and first rows, and saves the mapping by which later files are read."""
    preview = client.post(f"/v1/imports/preview?save_mapping=Shop&{COLUMNS}", content=FILE, headers=CSV)
    assert preview.status_code == 200
    columns = {column["name"]: column["role"] for column in preview.json()["columns"]}
    assert columns == {"id": "id", "points": "score", "said": "comment", "store": "segment store"}
    assert preview.json()["rows"][1]["reason"] == "score 12 is outside 0-10"
    assert [mapping["name"] for mapping in client.get("/v1/mappings").json()["mappings"]] == ["Shop"]
    assert client.post("/v1/imports/preview", content=FILE, headers=CSV).json()["mapping"] == "Shop"
    assert uploads(tmp_path) == []
    with store.reading(engine) as connection:
        assert store.responses.count(connection, store.workspaces.find(connection, "default")) == 0


def test_a_preview_of_nonsense_is_explained(client: TestClient, tmp_path: Path) -> None:
    """What is no survey export is refused by its name."""
    refused = client.post("/v1/imports/preview?file=scan.pdf", content=b"%PDF-1.7 ...", headers=CSV)
    assert (refused.status_code, "scan.pdf" in refused.json()["detail"]) == (400, True)
    assert client.post("/v1/imports/preview?mapping=none", content=FILE, headers=CSV).status_code == 404
    assert uploads(tmp_path) == []


HOSTILE = ("\0", "", " ", "ab", "\u202e", "Ä" * 20, "'", '"', "\n", "-1", "[", "%s", "../../etc/passwd")


@pytest.mark.parametrize(
    "option",
    ["file", "wave", "source", "encoding", "delimiter", "sheet", "mapping", "save_mapping", "question", "id_column"],
)
def test_hostile_options_are_no_bugs(client: TestClient, option: str) -> None:
    """Whatever an option says, the answer is a preview or a clear refusal."""
    for value in HOSTILE:
        answer = client.post("/v1/imports/preview", params={option: value}, content=FILE, headers=CSV)
        assert answer.status_code in (200, 400, 404, 422), (value, answer.text)


def test_rejections_of_no_import(client: TestClient) -> None:
    """An import that is not there is a 404."""
    assert client.get("/v1/imports/7/rejections").status_code == 404
