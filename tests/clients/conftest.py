"""A server with a worker, as `saywhy serve` is, on an empty store; a survey tool, and a receiver of webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from api.app import create_app
from api.http.dependencies import Resources
from models.annotator import Annotator
from models.registry import Registry
from saywhy import store
from saywhy.access import Role
from saywhy.settings import Settings
from saywhy.store import Engine
from service.job_process import WorkerOptions
from service.people import add_person
from service.served_model import stamp_of
from service.worker import working
from tests.api.test_server import running
from tests.builders.access import key_of
from tests.builders.model_versions import add_version
from tests.builders.proposed_merges import AT, fill
from tests.builders.receiver import LOCAL, Receiver, receiving
from tests.builders.survey_tools import SurveyTools, serving

ADA = ("Ada", "correct horse battery")


class Served(NamedTuple):
    """Where a server is, who may do everything in its workspace, and a key of another one with two proposed merges.

    Its pulls ask `tools`; it may send webhooks to `receiver`.
    """

    address: str
    key: str
    person: str
    password: str
    key_of_merges: str
    tools: SurveyTools
    receiver: Receiver


@pytest.fixture
def served(sqlite_engine: Engine, sqlite_url: str, annotator: Annotator, tmp_path: Path) -> Iterator[Served]:
    """A running server."""
    key, key_of_merges = key_of(sqlite_engine, "default"), key_of(sqlite_engine, "merges")
    add_person(sqlite_engine, "default", ADA[0], Role.ADMIN, ADA[1])
    workspace_id = fill(sqlite_engine, "merges")
    with sqlite_engine.begin() as connection:
        proposals = [("hours", "performance.slow", "Both wait."), ("nurses", "staff", "Both praise people.")]
        store.merge_proposals.add(connection, workspace_id, proposals, at=AT)
    with serving(SurveyTools(count=3)) as tools, receiving() as receiver:
        options = WorkerOptions(sqlite_url, data_dir=tmp_path / "files", slots=1, outgoing=LOCAL, pull_url=tools.url)
        registry = Registry(tmp_path / "models")
        add_version(registry, 0.1)
        resources = Resources(
            sqlite_engine,
            "default",
            annotator,
            data_dir=tmp_path / "files",
            outgoing=LOCAL,
            registry=registry.root,
            stamp=stamp_of(registry.root),
        )
        with running(create_app(Settings(), resources, working(options))) as (_, address):
            yield Served(address, key, *ADA, key_of_merges, tools, receiver)
