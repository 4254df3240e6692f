"""What others write while waves are planned, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from pipelines.planning.assignment import assign
from saywhy import store
from saywhy.errors import Conflict
from saywhy.feedback import Customer
from saywhy.wave_plan import PlannedCustomer, WavePlan
from service import wave_plans
from service.erasure import delete_customer
from service.files import JobFiles
from service.wave_plans import create_plan, delete_plan, list_plans
from service.workspaces import create
from tests.builders.customer_lists import START, customers
from tests.builders.stored_rows import stored_text
from tests.service.test_wave_plans import BEFORE, OPTIONS, answer, plan, waves_of


def meanwhile(monkeypatch: pytest.MonkeyPatch, *changes: Callable[[], object]) -> None:
    """Make these changes, one in each attempt, while a plan is being made."""
    pending = iter(changes)

    def assign_late(*arguments: Any, **options: Any) -> list[PlannedCustomer]:
        with ThreadPoolExecutor(1) as other:  # waits for the lock, should the planner have it
            for change in islice(pending, 1):
                other.submit(change).result()
        return assign(*arguments, **options)

    monkeypatch.setattr(wave_plans, "assign", assign_late)


def test_others_write_while_waves_are_planned(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planning, which takes seconds, holds no lock: responses are saved meanwhile."""
    create(engine, "default")
    saved = answer(Customer("c-1"), START, None)

    def save_response() -> None:
        with engine.begin() as connection:
            store.responses.save(connection, store.workspaces.find(connection, "default"), [saved])

    meanwhile(monkeypatch, save_response)
    plan(engine, customers(50))
    with store.reading(engine) as connection:
        assert store.responses.count(connection, store.workspaces.find(connection, "default")) == 1
    assert waves_of(engine)


def test_a_plan_that_comes_in_between_counts(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom another plan asks that was made meanwhile is asked as if it had been made before."""
    listed = customers(50)
    create(engine, "default")
    make = partial(create_plan, engine, "default", "other", OPTIONS, listed[:25], created_by="Eve", today=BEFORE)
    make()
    plan(engine, listed)
    expected = waves_of(engine)
    for name in ("2027", "other"):
        delete_plan(engine, "default", name)
    meanwhile(monkeypatch, make)
    plan(engine, listed)
    assert waves_of(engine) == expected


def test_who_is_forgotten_meanwhile_stays_so(engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A customer who was asked and is deleted while the plan is replaced does not come back."""
    listed = customers(50)
    plan(engine, listed)
    sent = next(iter(waves_of(engine)))
    rest = [customer for customer in listed if customer.id != sent]
    meanwhile(monkeypatch, partial(delete_customer, engine, "default", JobFiles(tmp_path), sent))
    plan(engine, rest, replaces=True, today=START + timedelta(days=1))
    assert sent not in waves_of(engine)
    assert sent not in stored_text(engine)


def test_plans_that_change_all_the_time_are_a_conflict(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some attempts the planner gives up, and nothing is kept."""
    create(engine, "default")
    names = ("a", "b", "c")
    make = [partial(plan_of_others, engine, name) for name in names]
    meanwhile(monkeypatch, *make)
    with pytest.raises(Conflict, match="at the same time"):
        plan(engine, customers(5))
    assert {one.name for one in list_plans(engine, "default")} == {*names}


def plan_of_others(engine: Engine, name: str) -> None:
    """A plan of one customer, saved as it is."""
    design = OPTIONS.to_design(None)
    with engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, "default")
        store.wave_plans.put(connection, workspace_id, WavePlan(name, design, datetime.now(UTC), "Eve"), [])
