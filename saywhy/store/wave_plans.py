"""Plans of survey waves: whom to ask in which."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.errors import PlanNotFound
from saywhy.store.plan_tables import planned_customers, planned_waves, wave_plans
from saywhy.store.statements import STREAMED, Row, batches
from saywhy.wave_plan import LeftOut, PlanDesign, PlannedCustomer, PlannedWave, WavePlan


def put(connection: Connection, workspace_id: int, plan: WavePlan, customers: Sequence[PlannedCustomer]) -> None:
    """Save a plan with the customers of its list; it replaces that of the same name."""
    design = asdict(plan.design)
    seed, waves = design.pop("seed"), design.pop("waves")
    connection.execute(sa.delete(wave_plans).where(_is(workspace_id, plan.name)))
    values = {"name": plan.name, "seed": seed, "design": design}
    values |= {"created_at": plan.created_at, "created_by": plan.created_by}
    insert = sa.insert(wave_plans).values(workspace_id=workspace_id, **values)
    plan_id = connection.scalar(insert.returning(wave_plans.c.id))
    rows = [{"plan_id": plan_id, "number": number, **wave} for number, wave in enumerate(waves)]
    connection.execute(sa.insert(planned_waves), rows)
    number_of = {wave["name"]: number for number, wave in enumerate(waves)}
    for batch in batches(customers):
        connection.execute(
            sa.insert(planned_customers),
            [
                {
                    "plan_id": plan_id,
                    "customer_id": customer.id,
                    "stratum": customer.stratum,
                    "wave": None if customer.wave is None else number_of[customer.wave],
                    "left_out": customer.left_out,
                    "name": customer.name,
                    "email": customer.email,
                }
                for customer in batch
            ],
        )


def load(connection: Connection, workspace_id: int) -> list[WavePlan]:
    """All plans, that with the latest first wave first."""
    query = sa.select(wave_plans).where(wave_plans.c.workspace_id == workspace_id)
    plans = [_plan(connection, row) for row in connection.execute(query).all()]
    return sorted(plans, key=lambda plan: (plan.design.waves[0].send_on, plan.name), reverse=True)


def find(connection: Connection, workspace_id: int, name: str) -> WavePlan:
    """The plan of this name. Raises `PlanNotFound`."""
    row = connection.execute(sa.select(wave_plans).where(_is(workspace_id, name))).one_or_none()
    if row is None:
        raise PlanNotFound(f"there is no wave plan {name[:100]!r}")
    return _plan(connection, row)


def delete(connection: Connection, workspace_id: int, name: str) -> None:
    """Delete a plan with the customers of its list. Raises `PlanNotFound`."""
    if not connection.execute(sa.delete(wave_plans).where(_is(workspace_id, name))).rowcount:
        raise PlanNotFound(f"there is no wave plan {name[:100]!r}")


def customers(connection: Connection, workspace_id: int, name: str) -> Iterator[PlannedCustomer]:
    """The customers of a plan's list as a stream, in order of waves, then of ids; who is left out comes last."""
    query = (
        sa.select(planned_customers, planned_waves.c.name.label("wave_name"))
        .select_from(
            planned_customers.join(wave_plans, wave_plans.c.id == planned_customers.c.plan_id).outerjoin(
                planned_waves,
                (planned_waves.c.plan_id == planned_customers.c.plan_id)
                & (planned_waves.c.number == planned_customers.c.wave),
            )
        )
        .where(_is(workspace_id, name))
        .order_by(planned_customers.c.wave.is_(None), planned_customers.c.wave, planned_customers.c.customer_id)
    )
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            reason = LeftOut(row.left_out) if row.left_out else None
            yield PlannedCustomer(row.customer_id, tuple(row.stratum), row.wave_name, reason, row.name, row.email)


def asked_between(
    connection: Connection, workspace_id: int, first: date, last: date, *, but: str
) -> Iterator[tuple[str, str | None, date]]:
    """Id, address and day of everybody whom plans ask between two days, but for the plan that is called `but`."""
    query = (
        sa.select(planned_customers.c.customer_id, planned_customers.c.email, planned_waves.c.send_on)
        .select_from(
            planned_customers.join(wave_plans, wave_plans.c.id == planned_customers.c.plan_id).join(
                planned_waves,
                (planned_waves.c.plan_id == planned_customers.c.plan_id)
                & (planned_waves.c.number == planned_customers.c.wave),
            )
        )
        .where(wave_plans.c.workspace_id == workspace_id, wave_plans.c.name != but)
        .where(planned_waves.c.send_on.between(first, last))
    )
    with connection.execute(query, execution_options=STREAMED) as rows:
        for row in rows:
            yield row.customer_id, row.email, row.send_on


def forget(connection: Connection, workspace_id: int, ids: Collection[str], emails: Collection[str]) -> int:
    """Take customers with one of these ids, or of these addresses in any case of letters, out of all plans.

    Returns the number of rows.
    """
    own = sa.select(wave_plans.c.id).where(wave_plans.c.workspace_id == workspace_id)
    count = 0
    columns = ((planned_customers.c.customer_id, {*ids}), (sa.func.lower(planned_customers.c.email), _lower(emails)))
    for column, names in columns:
        for batch in batches(sorted(names)):
            is_one = planned_customers.c.plan_id.in_(own) & column.in_(batch)
            count += connection.execute(sa.delete(planned_customers).where(is_one)).rowcount
    return count


def delete_sent_before(connection: Connection, workspace_id: int, day: date) -> int:
    """Delete the plans whose last wave was sent before a day; the number of customers in them."""
    last = sa.select(sa.func.max(planned_waves.c.send_on)).where(planned_waves.c.plan_id == wave_plans.c.id)
    query = sa.select(wave_plans.c.id).where(wave_plans.c.workspace_id == workspace_id, last.scalar_subquery() < day)
    ids = connection.scalars(query).all()
    in_plans = sa.select(sa.func.count()).select_from(planned_customers).where(planned_customers.c.plan_id.in_(ids))
    count = connection.scalar(in_plans) or 0
    connection.execute(sa.delete(wave_plans).where(wave_plans.c.id.in_(ids)))
    return count


def _lower(emails: Collection[str]) -> set[str]:
    return {email.lower() for email in emails}


def _is(workspace_id: int, name: str) -> sa.ColumnElement[bool]:
    return (wave_plans.c.workspace_id == workspace_id) & (wave_plans.c.name == name)


def _plan(connection: Connection, row: Row) -> WavePlan:
    query = sa.select(planned_waves).where(planned_waves.c.plan_id == row.id).order_by(planned_waves.c.number)
    waves = tuple(PlannedWave(wave.name, wave.send_on) for wave in connection.execute(query))
    options = {**row.design, "dimensions": tuple(row.design["dimensions"])}
    return WavePlan(row.name, PlanDesign(waves, row.seed, **options), row.created_at, row.created_by)
