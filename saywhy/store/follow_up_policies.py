"""How each workspace follows up: the default policy unless it has saved another one."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.feedback import Group
from saywhy.follow_up import BusinessHours, FollowUpPolicy
from saywhy.store.case_tables import follow_up_policies as table
from saywhy.store.statements import upsert


def put(connection: Connection, workspace_id: int, policy: FollowUpPolicy) -> None:
    """Save the policy in place of an earlier one."""
    row = {
        "workspace_id": workspace_id,
        "groups": [group.value for group in policy.groups],
        "max_age_seconds": None if policy.max_age is None else int(policy.max_age.total_seconds()),
        "within_seconds": int(policy.within.total_seconds()),
        "business_hours": None if policy.business_hours is None else _to_json(policy.business_hours),
    }
    upsert(connection, table, ["workspace_id"], [row])


def load(connection: Connection, workspace_id: int) -> FollowUpPolicy:
    """The policy that was saved, or the default."""
    row = connection.execute(sa.select(table).where(table.c.workspace_id == workspace_id)).one_or_none()
    if row is None:
        return FollowUpPolicy()
    return FollowUpPolicy(
        groups=tuple(Group(group) for group in row.groups),
        max_age=None if row.max_age_seconds is None else timedelta(seconds=row.max_age_seconds),
        within=timedelta(seconds=row.within_seconds),
        business_hours=None if row.business_hours is None else _from_json(row.business_hours),
    )


def _to_json(hours: BusinessHours) -> dict[str, Any]:
    return {
        "time_zone": hours.time_zone,
        "opens": hours.opens.isoformat(),
        "closes": hours.closes.isoformat(),
        "days": list(hours.days),
        "country": hours.country,
        "subdivision": hours.subdivision,
    }


def _from_json(values: dict[str, Any]) -> BusinessHours:
    return BusinessHours(
        values["time_zone"],
        time.fromisoformat(values["opens"]),
        time.fromisoformat(values["closes"]),
        tuple(values["days"]),
        values["country"],
        values["subdivision"],
    )
