"""Stores to back up, and what is in them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from saywhy import store
from saywhy.access import Role
from saywhy.feedback import Response, Score
from saywhy.job import Job
from saywhy.publication import GroupKind, PublishedGroup
from saywhy.store import Engine, dump
from service import jobs
from service.backups import Restored, restore
from service.files import JobFiles
from service.job_kinds import ImportArguments
from service.people import add_person
from service.workspaces import promise_anonymity
from tests.builders.followed_up import answer, case_of, contact, save
from tests.builders.reports import FULL


def fill(engine: Engine) -> None:
    """Customers with cases, a report, a person, and an anonymous workspace."""
    save(engine, answer(1, 2, "zu teuer 💸", revenue=12), answer(2, 9, customer="c-2"))
    contact(engine, case_of(engine, "1"))
    with engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, "default")
        run = store.runs.start(connection, workspace_id, "core-1")
        store.reports.save(connection, workspace_id, run.id, FULL)
        store.efforts.put(connection, workspace_id, "theme:support", 2.5)
    add_person(engine, "default", "Ada", Role.ADMIN, "correct horse battery")
    fill_anonymous(engine)


def fill_anonymous(engine: Engine) -> None:
    """An anonymous workspace with two responses of the wave W1."""
    promise_anonymity(engine, "staff")
    with engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, "staff")
        store.responses.save(
            connection, workspace_id, [Response("hr", str(n), Score(n), None, None, "W1") for n in (1, 2)]
        )


def publish(engine: Engine, members: bytes) -> None:
    """Remember that a report of the anonymous workspace told something of these people."""
    with engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, "staff")
        store.published_groups.add(connection, workspace_id, [PublishedGroup(GroupKind.CAUSE, members)])


def wait_with_upload(engine: Engine, files: JobFiles, content: str) -> tuple[Job, str]:
    """An import that waits for its turn, and the key of its file."""
    key, path = files.new_upload("export.csv")
    path.write_text(content)
    return jobs.start(engine, "default", ImportArguments(key, "export.csv")), key


def content(engine: Engine) -> dict[str, list[str]]:
    """All rows to keep, by table."""
    with store.reading(engine) as connection:
        return {
            name: sorted(
                json.dumps(json.loads(line), sort_keys=True, ensure_ascii=False)
                for line in dump.lines(connection, name)
            )
            for name in dump.table_names()
        }


def restored(engine: Engine, path: Path, **options: Any) -> Restored:
    """Restore with the files beside the backup."""
    return restore(
        engine, JobFiles(path.parent / "restored"), path, **{"replace": False, "no_reports_since": False, **options}
    )


def edit(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Write the archive again with changed members; None leaves one out."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            if (changed := change(name, data)) is not None:
                archive.writestr(name, changed)


def edit_manifest(path: Path, **values: Any) -> None:
    """Give the manifest other values."""
    edit(path, lambda name, data: json.dumps(json.loads(data) | values).encode() if name == "manifest.json" else data)
