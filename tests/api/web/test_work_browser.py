"""The pages on which people work, with something on them, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from api.http.dependencies import Resources, open_resources
from pipelines.render.wording import printable
from saywhy import store
from saywhy.case import CaseState
from saywhy.frame_file import read_frame
from saywhy.run import RunState
from saywhy.settings import Settings
from saywhy.store import Engine
from service.cases import read_case
from service.code_frames import add_frame, choose_frame
from service.job_kinds import AnalyseArguments
from service.jobs import start
from tests.api.web.conftest import served
from tests.browsing import Window, browser, check_accessibility, check_width, open_everything, visit, window
from tests.builders.extreme_reports import HOSTILE_TEXT
from tests.builders.followed_up import WORKSPACE, answer, save
from tests.builders.frames import SHOP

__all__ = ["browser", "window"]

HOSTILE = HOSTILE_TEXT.encode("utf-8", "replace").decode().replace("\0", "")

PATHS = (
    "/follow-ups",
    "/follow-ups/2",
    "/customers",
    "/customers/Acme",
    "/imports",
    "/imports/jobs/1",
    "/code-frames",
    "/code-frames/shop",
)


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    """A store with three cases, one of them overdue and hostile, a job that waits, and a hostile code frame that waits
    for its first analysis.
    """
    folder = tmp_path_factory.mktemp("work")
    url = f"sqlite:///{folder / 'store.db'}"
    opened = open_resources(Settings(database_url=url, data_dir=folder / "files"))
    now = datetime.now(UTC)
    save(opened.engine, answer(1, 0, "Slow.", account="Birch", revenue=900), now=now)
    save(
        opened.engine, answer(2, 3, HOSTILE, account="Acme"), answer(3, 9, account="Acme"), now=now - timedelta(days=3)
    )
    start(opened.engine, WORKSPACE, AnalyseArguments())
    add_hostile_frame(opened.engine)
    return opened


def add_hostile_frame(engine: Engine) -> None:
    """Two versions of a frame, with a hostile name and long words, and an analysis before they were there."""
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, WORKSPACE)
        run = store.runs.start(connection, workspace, "core-1")
        store.runs.finish(connection, workspace, run.id, RunState.SUCCEEDED)
    name = json.dumps(printable(HOSTILE))  # JSON is YAML
    for text in (SHOP, SHOP.replace("Bakery", name).replace("en: Our shop", f"en: {name}").replace("again", "W" * 99)):
        add_frame(engine, WORKSPACE, read_frame(text), by=HOSTILE)
    choose_frame(engine, WORKSPACE, "shop")


@pytest.fixture(scope="module")
def address(resources: Resources) -> Iterator[str]:
    """The address of the server."""
    with served(resources) as url:
        yield url


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
def test_pages_are_accessible_and_fit(window: Window, address: str, path: str) -> None:
    """axe finds no violation, wide and narrow, light and dark; nothing overflows, and hostile comments do nothing."""
    visited = window("de")
    visited.go(address + path)
    open_everything(visited.page)
    for width in (1440, 390):
        check_width(visited.page, width)
        check_accessibility(visited.page)
    assert (visited.messages, visited.elsewhere) == ([], [])


def test_a_case_is_worked_on_without_scripts(browser: Browser, address: str, resources: Resources) -> None:
    """From the list to the case: contacted with a note, then closed."""
    page = visit(browser, f"{address}/follow-ups", java_script_enabled=False).page
    page.get_by_role("link", name="Birch").first.click()
    page.get_by_label("Note").fill("Called <b>")
    page.get_by_role("button", name="Customer was contacted").click()
    expect(page.locator(".timeline")).to_contain_text("Called <b>")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_text("State: Closed")).to_be_visible()
    assert read_case(resources.engine, WORKSPACE, 1).case.state is CaseState.CLOSED
    page.close()
