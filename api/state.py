"""What the application serves from: opened once, at start-up, and handed to the routes as typed dependencies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, TypedDict, cast

from fastapi import Depends, Request

from models.annotator import Annotator, load_annotator
from pipelines import annotate, language
from saywhy.code_frame import CodeFrame, load_code_frame
from saywhy.settings import Settings
from saywhy.store import Connection, Engine, open_store, reading, workspaces


@dataclass(frozen=True, slots=True)
class Resources:
    """The store, the workspace in it, the models and the code frame."""

    engine: Engine
    workspace: int
    annotator: Annotator
    code_frame: CodeFrame

    def close(self) -> None:
        self.engine.dispose()


class State(TypedDict):
    """The lifespan state, as `request.state` carries it."""

    resources: Resources


def open_resources(settings: Settings) -> Resources:
    """Open the store and load the models, warmed up so that the first request is as fast as the next.

    Raises `StoreUnavailable`, `BundleDamaged`.
    """
    annotator = load_annotator(settings.registry, settings.threads)
    language.load()
    annotate.classify([("Thank you, it works.", None)], annotator)
    engine = open_store(settings.database_url)
    with engine.begin() as connection:
        workspace = workspaces.ensure(connection, settings.workspace)
    return Resources(engine, workspace, annotator, load_code_frame())


def get_resources(request: Request) -> Resources:
    """What `open_resources` opened."""
    return cast(Resources, request.state.resources)


Opened = Annotated[Resources, Depends(get_resources)]


def get_connection(resources: Opened) -> Iterator[Connection]:
    """One transaction a request: a consistent snapshot, ended before the answer leaves."""
    with reading(resources.engine) as connection:
        yield connection


Snapshot = Annotated[Connection, Depends(get_connection, scope="function")]
