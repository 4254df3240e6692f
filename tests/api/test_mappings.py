"""`/v1/mappings`: saved, listed, used by imports, deleted."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from api.http.dependencies import Resources
from saywhy.feedback import Scale
from service.previews import preview_file

BODY = {
    "columns": ["id", "points", "said", "memo"],
    "roles": {"score": ["points"], "comment": ["said"], "id": "", "segments": ["memo"]},
    "scale": "0-10",
}


def test_a_mapping_over_http_is_used_by_imports(client: TestClient, resources: Resources, tmp_path: Path) -> None:
    """What is put is listed and decides how a file with these columns is read, until it is deleted."""
    path = tmp_path / "export.csv"
    path.write_text("id,points,said,memo\n" + "".join(f"r{i},{i % 3 + 1},text {i},m{i % 2}\n" for i in range(30)))
    saved = client.put("/v1/mappings/Q1/shop", json=BODY)
    assert saved.status_code == 200
    listed = client.get("/v1/mappings").json()["mappings"]
    assert listed == [saved.json()]
    assert listed[0]["name"] == "Q1/shop"
    assert listed[0]["roles"]["id"] == ""
    assert listed[0]["roles"]["wave"] is None
    preview = preview_file(resources.engine, resources.workspace, path)
    assert (preview.mapping, preview.scale) == ("Q1/shop", Scale.NPS)
    assert [column.role for column in preview.columns] == [None, "score", "comment", "segment memo"]
    assert client.delete("/v1/mappings/Q1/shop").status_code == 204
    assert client.get("/v1/mappings").json() == {"mappings": []}
    assert client.delete("/v1/mappings/Q1/shop").status_code == 404


def test_what_is_no_mapping_is_refused(client: TestClient) -> None:
    """Unknown roles, unknown scales and unprintable names."""
    assert client.put("/v1/mappings/m", json={**BODY, "roles": {"points": "x"}}).status_code == 422
    assert client.put("/v1/mappings/m", json={**BODY, "scale": "0-7"}).status_code == 422
    assert client.put("/v1/mappings/m%07", json=BODY).status_code == 400
