"""Saved mappings: a file is read like the earlier one of the same shape."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

from pipelines.ingest.mapping import mapping_of
from pipelines.ingest.options import ReadingOptions
from pipelines.ingest.reading import ExportLayout, examine
from saywhy import store
from saywhy.errors import InvalidInput, NotFound, WorkspaceNotFound
from saywhy.mapping import Mapping
from saywhy.store import Engine
from service.workspaces import reading, writing

_LONGEST_NAME = 200


def examine_with_mappings(
    engine: Engine,
    workspace: str,
    path: Path,
    *,
    mapping: str | None = None,
    save_mapping: str | None = None,
    **options: Unpack[ReadingOptions],
) -> ExportLayout:
    """How a file is to be read, by the mapping of that name, else by the last one that was saved for its columns.

    "" is no mapping. `save_mapping` saves how it is read under a name; the workspace is created if it does not exist.
    Raises what `examine` raises, and `NotFound` for a mapping that is not saved.
    """
    saved = [] if mapping == "" else _load(engine, workspace)
    layout = examine(path, mapping=_find(saved, mapping) if mapping else None, mappings=saved, **options)
    if save_mapping is not None:
        source = options.get("source") or (layout.mapping.source if layout.mapping else None)
        keep_unknown = options.get("keep_unknown", False)
        saving = mapping_of(layout, _checked(save_mapping), source=source, keep_unknown=keep_unknown)
        with engine.begin() as connection:
            store.mappings.put(connection, store.workspaces.ensure(connection, workspace), saving)
    return layout


def list_mappings(engine: Engine, workspace: str) -> list[Mapping]:
    """The saved mappings, the last one first. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return store.mappings.load(connection, workspace_id)


def find_mapping(engine: Engine, workspace: str, name: str) -> Mapping:
    """The mapping of that name. Raises `WorkspaceNotFound` and `NotFound`."""
    return _find(list_mappings(engine, workspace), name)


def save_mapping(engine: Engine, workspace: str, mapping: Mapping) -> None:
    """Save a mapping; it replaces one of the same name. Raises `WorkspaceNotFound` and `InvalidInput`."""
    _checked(mapping.name)
    with writing(engine, workspace) as (connection, workspace_id):
        store.mappings.put(connection, workspace_id, mapping)


def delete_mapping(engine: Engine, workspace: str, name: str) -> None:
    """Delete a mapping. Raises `WorkspaceNotFound` and `NotFound`."""
    with writing(engine, workspace) as (connection, workspace_id):
        store.mappings.delete(connection, workspace_id, name)


def _load(engine: Engine, workspace: str) -> list[Mapping]:
    try:
        return list_mappings(engine, workspace)
    except WorkspaceNotFound:
        return []


def _find(saved: list[Mapping], name: str) -> Mapping:
    for mapping in saved:
        if mapping.name == name:
            return mapping
    there = f"; there are: {', '.join(repr(mapping.name) for mapping in saved)}" if saved else ""
    raise NotFound(f"there is no mapping {name!r}{there}")


def _checked(name: str) -> str:
    """The name. Raises `InvalidInput` if it is blank, long, or not fit for printing."""
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"a mapping's name has 1 to {_LONGEST_NAME} printable characters, not {name[:50]!r}")
    return name
