"""`/v1/keys`: the API keys of the workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api.http import problems
from api.http.auth import AdminAccess, PrincipalDep, require
from api.http.bodies import Items, SentObject
from api.v1.parameters import Moment, RowId
from saywhy.access import Scope
from saywhy.key import Key, KeyState
from service import keys

router = APIRouter(prefix="/v1/keys", tags=["access"])

Number = Annotated[RowId, Path(description="The number of a key.", examples=[3])]


class NewKey(SentObject):
    """A key to create."""

    name: str = Field(
        min_length=1, max_length=120, description="What uses it; edits are by this name.", examples=["CRM sync"]
    )
    scopes: Items[Scope] = Field(
        min_length=1,
        max_length=len(Scope),
        description="What it may do; only what whoever creates it may do too.",
        examples=[["read", "classify"]],
    )
    expires_at: Moment | None = Field(
        default=None, description="When it ends, with a time zone; null: when it is revoked."
    )


class KeyOut(BaseModel):
    """A key, without its secret."""

    id: int
    name: str = Field(examples=["CRM sync"])
    prefix: str = Field(description="How its secret begins.", examples=["saywhy_q1w2e3r4"])
    scopes: list[Scope]
    state: KeyState
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="Within a minute.")

    @classmethod
    def of(cls, key: Key) -> KeyOut:
        return cls(
            id=key.id,
            name=key.name,
            prefix=key.prefix,
            scopes=sorted(key.scopes),
            state=key.state(datetime.now(UTC)),
            created_at=key.created_at,
            created_by=key.created_by,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            last_used_at=key.last_used_at,
        )


class CreatedKey(BaseModel):
    """A new key and its secret, which nothing shows again."""

    key: KeyOut
    secret: str = Field(description="To be sent as `Authorization: Bearer …`.")


class Keys(BaseModel):
    """All keys of the workspace, the latest first."""

    keys: list[KeyOut]


@router.get("", summary="List the keys")
def list_keys(resources: AdminAccess) -> Keys:
    """All keys of the workspace, also revoked and expired ones."""
    return Keys(keys=[KeyOut.of(key) for key in keys.list_keys(resources.engine, resources.workspace)])


@router.post(
    "",
    summary="Create a key",
    status_code=HTTPStatus.CREATED,
    responses=problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def create_key(body: NewKey, resources: AdminAccess, principal: PrincipalDep) -> CreatedKey:
    """Create a key of the same workspace. The response is the only place that shows its secret."""
    require(principal, *body.scopes)
    key, secret = keys.create_key(
        resources.engine,
        resources.workspace,
        body.name,
        body.scopes,
        created_by=principal.name,
        expires_at=body.expires_at,
    )
    return CreatedKey(key=KeyOut.of(key), secret=secret)


@router.delete("/{key}", summary="Revoke a key", responses=problems.documented(HTTPStatus.NOT_FOUND))
def revoke_key(key: Number, resources: AdminAccess) -> KeyOut:
    """Revoke a key for good. Servers refuse it within five seconds."""
    return KeyOut.of(keys.revoke_key(resources.engine, resources.workspace, key))
