"""What the application serves from: opened once, at start-up, and handed to the routes as typed dependencies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Thread
from typing import Annotated, TypedDict, cast

from fastapi import Depends, Request

from models.annotator import Annotator, load_annotator
from pipelines.clean import language
from saywhy.feedback import Comment
from saywhy.settings import Settings
from saywhy.store import Connection, Engine, open_store, reading, workspaces
from service.analysis import end_abandoned

#: Seconds that requests get between the steps of loading behind them.
PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Resources:
    """The store, the workspace in it, and the models."""

    engine: Engine
    workspace: int
    annotator: Annotator

    def close(self) -> None:
        self.engine.dispose()


class State(TypedDict):
    """The lifespan state, as `request.state` carries it."""

    resources: Resources


def open_resources(settings: Settings) -> Resources:
    """Open the store and load the models, warmed up so that the first request is as fast as the next.

    The tables of language detection take seconds: they are loaded behind while requests are answered already. A
    comment that needs one sooner loads it itself. A run that a killed process left running is failed.
    Raises `StoreUnavailable`, `BundleDamaged`.
    """
    engine = open_store(settings.database_url)
    with engine.begin() as connection:
        workspace = workspaces.ensure(connection, settings.workspace)
    end_abandoned(engine, workspace)
    annotator = load_annotator(settings.registry, settings.threads)
    annotator.annotate([Comment("Thank you, it works.", language="en")])
    Thread(target=language.load, args=[PAUSE], daemon=True).start()
    return Resources(engine, workspace, annotator)


def get_resources(request: Request) -> Resources:
    """What `open_resources` opened."""
    return cast(Resources, request.state.resources)


Opened = Annotated[Resources, Depends(get_resources)]


def get_connection(resources: Opened) -> Iterator[Connection]:
    """One transaction a request: a consistent snapshot, ended before the answer leaves."""
    with reading(resources.engine) as connection:
        yield connection


Snapshot = Annotated[Connection, Depends(get_connection, scope="function")]
