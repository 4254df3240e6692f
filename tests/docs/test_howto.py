"""The Python of the how-to pages works, page by page, against a server on the sample survey."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import mcp.client.stdio  # noqa: F401 - it keeps the stderr that it finds, which must be a file
import pytest

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.access import Role
from saywhy.sample import SAMPLE
from saywhy.settings import Settings
from service.analysis import analyse
from service.imports import import_file
from service.job_process import WorkerOptions
from service.people import add_person
from service.worker import working
from tests.api.test_server import running
from tests.builders.access import key_of

ROOT = Path(__file__).parents[2]

PAGES = {page.stem: page for page in (ROOT / "docs" / "howto").glob("*.md")}

#: A file for the page on imports; its last row is rejected.
APRIL = "id,points,comment,date\n1,0,The parcel came late,2026-04-02\n2,10,Fine,2026-04-03\n3,eleven,So so,2026-04-03\n"


@pytest.fixture(scope="module")
def sample_store(tmp_path_factory: pytest.TempPathFactory, annotator: Annotator) -> Path:
    """The sample survey, imported and analysed."""
    path = tmp_path_factory.mktemp("howto") / "store.db"
    engine = store.open_store(f"sqlite:///{path}")
    import_file(engine, "default", SAMPLE, progress=lambda *_: None)
    analyse(engine, "default", annotator, progress=lambda *_: None)
    engine.dispose()
    return path


@pytest.fixture
def folder(sample_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of a page: a copy of the store, and the files that it names."""
    shutil.copy(sample_store, tmp_path / "store.db")
    (tmp_path / "april.csv").write_text(APRIL, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def server(folder: Path, annotator: Annotator) -> Iterator[tuple[str, str]]:
    """The address of a server with a worker on that store, and a key."""
    url = f"sqlite:///{folder / 'store.db'}"
    engine = store.open_store(url)
    key = key_of(engine, "default", name="how-to")
    add_person(engine, "default", "ada@example.com", Role.ADMIN, "correct horse battery")
    options = WorkerOptions(url, data_dir=folder / "files", slots=1)
    resources = Resources(engine, "default", annotator, data_dir=folder / "files")
    with running(create_app(Settings(), resources, working(options))) as (_, address):
        yield address, key


def test_pages_have_python_beside_curl() -> None:
    """Every page that shows curl shows how Python does it."""
    for page in PAGES.values():
        text = page.read_text(encoding="utf-8")
        assert "```python" in text, page.name
        if page.stem not in ("mcp", "python-client"):
            assert "$ curl" in text, page.name


@pytest.mark.slow
@pytest.mark.parametrize("page", sorted(PAGES.keys() - {"mcp"}))
def test_the_python_of_a_page_works(page: str, server: tuple[str, str]) -> None:
    """Its blocks run one after the other, as a reader would run them."""
    address, key = server
    run(python_of(page).replace("http://localhost:8000", address).replace("saywhy_…", key), page)


@pytest.mark.slow
def test_the_python_of_the_page_on_agents_works(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `saywhy` on the path; it prints the three costliest causes."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    url = f"sqlite:///{folder / 'store.db'}"
    source = python_of("mcp").replace('"sqlite:////var/lib/saywhy/saywhy.db"', f'"{url}", "PYTHONPATH": "{ROOT}"')
    run(source, "mcp")
    assert len(capsys.readouterr().out.splitlines()) == 3


def python_of(page: str) -> str:
    """The Python blocks of a page, one after the other."""
    return "\n".join(re.findall(r"^```python\n(.*?)^```", PAGES[page].read_text(encoding="utf-8"), re.M | re.S))


def run(source: str, page: str) -> None:
    """Run a program; errors name the page."""
    exec(compile(source, f"docs/howto/{page}.md", "exec"), {"__name__": "__main__"})
