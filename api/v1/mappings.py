"""`/v1/mappings`: saved mappings, by which `saywhy import` reads files with certain columns."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.http import problems
from api.http.auth import ReadAccess, WriteAccess
from api.http.bodies import Items, SentObject
from saywhy.feedback import Scale
from saywhy.mapping import ColumnChoice, Mapping
from service import mappings

router = APIRouter(prefix="/v1/mappings", tags=["mappings"])

Name = Annotated[str, Path(description="The name of a mapping.", examples=["Shop survey"])]
ColumnName = Annotated[str, Field(max_length=500)]
MAX_COLUMNS = 20_000
# Roles that several columns may have.
_SEVERAL = ("score", "comment")


class Roles(SentObject):
    """The columns of each role. null: detect it; an empty name or list: there is none."""

    model_config = ConfigDict(from_attributes=True)

    score: Items[ColumnName] | None = Field(
        default=None, max_length=100, description="Several are the branches of one question.", examples=[["NPS"]]
    )
    comment: Items[ColumnName] | None = Field(
        default=None, max_length=100, description="The texts of several are joined.", examples=[["Why?"]]
    )
    id: ColumnName | None = None
    answered_at: ColumnName | None = None
    wave: ColumnName | None = None
    customer_id: ColumnName | None = None
    name: ColumnName | None = None
    email: ColumnName | None = None
    account: ColumnName | None = None
    revenue: ColumnName | None = None
    lifetime_value: ColumnName | None = None
    segments: Items[ColumnName] = Field(default=[], max_length=MAX_COLUMNS)
    day_first: bool | None = Field(default=None, description="Whether 03/04/2026 is the 3rd of April.")

    @classmethod
    def of(cls, choice: ColumnChoice) -> Roles:
        listed = {role: _listed(getattr(choice, role)) for role in _SEVERAL}
        return cls(**{**choice.given(), **listed})

    def to_choice(self) -> ColumnChoice:
        several: dict[str, Any] = {
            role: None if (names := getattr(self, role)) is None else tuple(names) or "" for role in _SEVERAL
        }
        return ColumnChoice(
            **self.model_dump(exclude={*_SEVERAL, "segments"}), **several, segments=tuple(self.segments)
        )


def _listed(names: str | tuple[str, ...] | None) -> list[str] | None:
    if names is None:
        return None
    return [name for name in ((names,) if isinstance(names, str) else names) if name]


class MappingIn(SentObject):
    """How files with these columns are read."""

    columns: Items[ColumnName] = Field(
        min_length=1,
        max_length=MAX_COLUMNS,
        description="The names of all columns of such a file, in any order.",
        examples=[["id", "NPS", "Why?", "region"]],
    )
    roles: Roles
    scale: Scale | None = Field(default=None, description="null: detect it.")
    source: str | None = Field(default=None, max_length=500, description="null: the detected survey tool.")
    keep_unknown: bool = Field(default=False, description="Keep columns of unknown meaning as segments.")


class MappingOut(MappingIn):
    """A saved mapping."""

    name: str = Field(examples=["Shop survey"])

    @classmethod
    def of(cls, mapping: Mapping) -> MappingOut:
        return cls(
            name=mapping.name,
            columns=list(mapping.columns),
            roles=Roles.of(mapping.choice),
            scale=mapping.scale,
            source=mapping.source,
            keep_unknown=mapping.keep_unknown,
        )


class Mappings(BaseModel):
    """All saved mappings, the last one first."""

    mappings: list[MappingOut]


@router.get("", summary="List the mappings")
def list_mappings(resources: ReadAccess) -> Mappings:
    """The saved mappings. Of several that fit a file, the first one is used."""
    saved = mappings.list_mappings(resources.engine, resources.workspace)
    return Mappings(mappings=[MappingOut.of(mapping) for mapping in saved])


@router.put("/{name:path}", summary="Save a mapping", responses=problems.documented(HTTPStatus.BAD_REQUEST))
def save_mapping(name: Name, body: MappingIn, resources: WriteAccess) -> MappingOut:
    """Save a mapping for later imports; it replaces one of the same name."""
    mapping = Mapping(name, tuple(body.columns), body.roles.to_choice(), body.scale, body.source, body.keep_unknown)
    mappings.save_mapping(resources.engine, resources.workspace, mapping)
    return MappingOut.of(mapping)


@router.delete(
    "/{name:path}",
    summary="Delete a mapping",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems.documented(HTTPStatus.NOT_FOUND),
)
def delete_mapping(name: Name, resources: WriteAccess) -> None:
    """Delete a saved mapping. What was imported by it stays."""
    mappings.delete_mapping(resources.engine, resources.workspace, name)
