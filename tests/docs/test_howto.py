"""The Python of the how-to pages works, page by page, against a server on the sample survey."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import mcp.client.stdio  # noqa: F401 - it keeps the stderr that it finds, which must be a file
import pytest

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from saywhy import store
from saywhy.access import Role
from saywhy.sample import SAMPLE
from saywhy.settings import Settings
from saywhy.source import SourceKind
from service.analysis import analyse
from service.imports import import_file
from service.job_process import WorkerOptions
from service.people import add_person
from service.worker import working
from tests.api.test_server import running
from tests.builders.access import key_of
from tests.builders.receiver import LOCAL, receiving
from tests.builders.survey_tools import TOKEN, SurveyTools, serving
from tests.builders.webhooks import STANDARD_SECRET, signed

ROOT = Path(__file__).parents[2]

#: The page on the web app is for people who click.
PAGES = {page.stem: page for page in (ROOT / "docs" / "howto").glob("*.md") if page.stem != "web"}

#: What programs end with that run until they are stopped.
SERVES = ".serve_forever()"

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
    [customers] = blocks_of("plan-waves", "")
    for name in ("customers.csv", "customers-april.csv"):
        (tmp_path / name).write_text(customers, encoding="utf-8")
    monkeypatch.setenv("TYPEFORM_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def server(folder: Path, annotator: Annotator) -> Iterator[tuple[str, str]]:
    """The address of a server with a worker on that store, and a key."""
    url = f"sqlite:///{folder / 'store.db'}"
    engine = store.open_store(url)
    key = key_of(engine, "default", name="how-to")
    add_person(engine, "default", "ada@example.com", Role.ADMIN, "correct horse battery")
    with serving(SurveyTools(count=3)) as tools:
        options = WorkerOptions(url, data_dir=folder / "files", slots=1, outgoing=LOCAL, pull_url=tools.url)
        resources = Resources(engine, "default", annotator, data_dir=folder / "files", outgoing=LOCAL)
        with running(create_app(Settings(), resources, working(options))) as (_, address):
            yield address, key


def test_pages_have_python_beside_curl() -> None:
    """Every page shows how Python does it beside curl, but that on the web app, where people do it."""
    for page in (page for name, page in PAGES.items() if name != "web"):
        text = page.read_text(encoding="utf-8")
        assert "```python" in text, page.name
        if page.stem not in ("mcp", "python-client"):
            assert "$ curl" in text, page.name


@pytest.mark.slow
@pytest.mark.parametrize("page", sorted(PAGES.keys() - {"mcp"}))
def test_the_python_of_a_page_works(page: str, server: tuple[str, str]) -> None:
    """Its blocks run one after the other, as a reader would run them; a server of its own is another program."""
    address, key = server
    source = "\n".join(block for block in blocks_of(page, "python") if SERVES not in block)
    with receiving() as receiver:
        source = source.replace("http://localhost:8000", address).replace("saywhy_…", key)
        run(source.replace("https://crm.example/hooks/saywhy", receiver.url), page)


@pytest.mark.slow
def test_the_receiver_of_the_page_on_webhooks_works() -> None:
    """It takes what is signed, prints it once, and refuses what is not."""
    [source] = [block for block in blocks_of("webhooks", "python") if SERVES in block]
    started = "sys.stderr.write(f'{server.server_port}\\n')"
    source = source.replace("9000", "0").replace("ThreadingHTTPServer((", "server = ThreadingHTTPServer((")
    source = source.replace(SERVES, f"\nimport sys; {started}; server{SERVES}")
    command = [sys.executable, "-u", "-c", source]
    environment = {**os.environ, "SAYWHY_SECRET": STANDARD_SECRET}
    body = b'{"type": "ping", "data": {"why": "to test"}}'
    headers = signed(SourceKind.GENERIC, STANDARD_SECRET, body)
    program = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert program.stderr is not None
        url = f"http://127.0.0.1:{int(program.stderr.readline())}/"
        answers = [httpx2.post(url, content=content, headers=headers) for content in (body, body, b"{}")]
    finally:
        program.terminate()
        printed, _ = program.communicate()
    assert [answer.status_code for answer in answers] == [204, 204, 401]
    assert printed == 'ping {"why": "to test"}\n'


@pytest.mark.slow
def test_the_python_of_the_page_on_agents_works(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `saywhy` on the path; it prints the three costliest causes."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    url = f"sqlite:///{folder / 'store.db'}"
    source = "\n".join(blocks_of("mcp", "python")).replace(
        '"sqlite:////var/lib/saywhy/saywhy.db"', f'"{url}", "PYTHONPATH": "{ROOT}"'
    )
    run(source, "mcp")
    assert len(capsys.readouterr().out.splitlines()) == 3


def blocks_of(page: str, language: str) -> list[str]:
    """The blocks of a page in a language, or in none."""
    text = PAGES[page].read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)
    return [block for name, block in blocks if name == language]


def run(source: str, page: str) -> None:
    """Run a program; errors name the page."""
    exec(compile(source, f"docs/howto/{page}.md", "exec"), {"__name__": "__main__"})
