"""How often a version in the shadow of the champion agrees with it: counts, no texts."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import Connection

from saywhy.model_version import AgreementCount, AgreementKind, ShadowOrigin
from saywhy.store.model_tables import shadow_counts as table
from saywhy.store.statements import insert

_KEY = ("workspace_id", "champion", "shadow", "origin", "language", "kind")


def add(
    connection: Connection,
    workspace_id: int,
    champion: str,
    shadow: str,
    origin: ShadowOrigin,
    counts: Collection[AgreementCount],
) -> None:
    """Add counts to those that there are."""
    if not counts:
        return
    statement = insert(connection, table)
    added = {name: table.c[name] + statement.excluded[name] for name in ("compared", "agreed")}
    rows = [
        {
            "workspace_id": workspace_id,
            "champion": champion,
            "shadow": shadow,
            "origin": origin.value,
            "language": count.language,
            "kind": count.kind.value,
            "compared": count.compared,
            "agreed": count.agreed,
        }
        for count in sorted(counts, key=lambda count: (count.language, count.kind))
    ]
    connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=added), rows)


def replace(
    connection: Connection,
    workspace_id: int,
    champion: str,
    shadow: str,
    origin: ShadowOrigin,
    counts: Collection[AgreementCount],
) -> None:
    """Put counts in the place of those that there are."""
    connection.execute(sa.delete(table).where(_of(champion, shadow, workspace_id), table.c.origin == origin.value))
    add(connection, workspace_id, champion, shadow, origin, counts)


def load(connection: Connection, champion: str, shadow: str, workspace_id: int | None = None) -> list[AgreementCount]:
    """The counts of a workspace, or of all together, by language and kind."""
    sums = sa.func.sum(table.c.compared).label("compared"), sa.func.sum(table.c.agreed).label("agreed")
    query = sa.select(table.c.language, table.c.kind, *sums).where(_of(champion, shadow, workspace_id))
    rows = connection.execute(query.group_by(table.c.language, table.c.kind).order_by(table.c.language, table.c.kind))
    return [AgreementCount(row.language, AgreementKind(row.kind), int(row.compared), int(row.agreed)) for row in rows]


def _of(champion: str, shadow: str, workspace_id: int | None) -> sa.ColumnElement[bool]:
    is_pair = (table.c.champion == champion) & (table.c.shadow == shadow)
    return is_pair if workspace_id is None else is_pair & (table.c.workspace_id == workspace_id)
