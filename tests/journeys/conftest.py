"""A server with a survey that people work with (`tests.builders.lived_in`), and these people at their browsers.

A file of journeys shares the server and the browser; each journey has the store as it was filled, and a window without
cookies.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from api.http.dependencies import Resources
from api.web.texts import wording_in
from models.annotator import Annotator
from saywhy import store
from saywhy.store import Engine
from service.analysis import analyse
from tests.api.test_sessions import PASSWORD
from tests.api.web.conftest import served
from tests.browsing import Visit, browser
from tests.builders.lived_in import WORKSPACE, fill
from tests.builders.stores import copy_into
from tests.journeys.person import Person

__all__ = ["browser"]

#: Opens a window, signed in as somebody, in a language.
OpenWindow = Callable[..., Person]


@pytest.fixture(scope="session")
def lived_in(analysed_topics: Path, annotator: Annotator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store as each journey finds it."""
    path = Path(shutil.copy(analysed_topics, tmp_path_factory.mktemp("lived_in") / "store.db"))
    engine = store.open_store(f"sqlite:///{path}")
    fill(engine, annotator)
    engine.dispose()
    return path


@pytest.fixture(scope="module")
def resources(lived_in: Path, annotator: Annotator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resources]:
    """What the server of a file of journeys works with."""
    folder = tmp_path_factory.mktemp("journeys")
    engine = store.open_store(f"sqlite:///{shutil.copy(lived_in, folder / 'store.db')}")
    yield Resources(engine, WORKSPACE, annotator, data_dir=folder / "files")
    engine.dispose()


@pytest.fixture(scope="module")
def address(resources: Resources) -> Iterator[str]:
    """The address of the server, which asks the store at each request who somebody is."""
    with pytest.MonkeyPatch.context() as patch, served(resources) as url:
        patch.setattr("api.http.auth.VALID_SECONDS", 0)
        yield url


@pytest.fixture(autouse=True)
def engine(resources: Resources, lived_in: Path) -> Engine:
    """The store of the server, as it was filled."""
    copy_into(resources.engine, lived_in)
    return resources.engine


@pytest.fixture
def open_window(browser: Browser, address: str) -> Iterator[OpenWindow]:
    """Opens a window in a language, signed in as somebody unless nobody is named. No page may complain in the end."""
    people: list[Person] = []

    def open_window(name: str | None = None, language: str = "en", **options: Any) -> Person:
        context = browser.new_context(locale=language, base_url=address, **options)
        if name:
            context.request.post("/sign-in", form={"name": name, "password": PASSWORD})
        people.append(Person(Visit.of(context.new_page()), wording_in(language)))
        return people[-1]

    yield open_window
    for person in people:
        person.page.context.close()
    assert [message for person in people for message in person.visit.messages] == []


@pytest.fixture
def next_analysis(engine: Engine, annotator: Annotator) -> Callable[[], None]:
    """Analyses what is in the store by now."""

    def next_analysis() -> None:
        analyse(engine, WORKSPACE, annotator, progress=lambda *_: None)

    return next_analysis
