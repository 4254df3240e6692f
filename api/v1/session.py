"""`/v1/session`: sign in with a password, see who one is, sign out."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.http import problems
from api.http.access_policy import AccessPolicy
from api.http.auth import COOKIE, AnyAccess, PrincipalDep, session_token
from api.http.bodies import SentObject
from api.http.dependencies import AccessPolicyDep, Resources, ResourcesDep
from saywhy.access import Person, Principal, PrincipalKind, Scope
from service import people
from service.passwords import LONGEST_PASSWORD

router = APIRouter(prefix="/v1/session", tags=["access"])


class SignIn(SentObject):
    """Name and password of a person."""

    name: str = Field(max_length=120, examples=["ada@example.com"])
    password: str = Field(max_length=LONGEST_PASSWORD, repr=False, examples=["correct horse battery"])


class PrincipalOut(BaseModel):
    """Whoever makes the request, and what it may do."""

    kind: PrincipalKind
    name: str
    workspace: str
    scopes: list[Scope]

    @classmethod
    def of(cls, principal: Principal) -> PrincipalOut:
        return cls(
            kind=principal.kind,
            name=principal.name,
            workspace=principal.workspace,
            scopes=sorted(principal.scopes),
        )


@router.post(
    "",
    summary="Sign in",
    responses=problems.documented(HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS),
)
def sign_in(
    body: SignIn, request: Request, response: Response, resources: ResourcesDep, access: AccessPolicyDep
) -> PrincipalOut:
    """Open a session, whose cookie scripts cannot read. After too many attempts they are refused for five minutes."""
    return PrincipalOut.of(open_session(body.name, body.password, request, response, resources, access).principal)


def open_session(
    name: str, password: str, request: Request, response: Response, resources: Resources, access: AccessPolicy
) -> Person:
    """Sign a person in, and set the cookie. Raises what `service.people.sign_in` raises."""
    person, token = people.sign_in(
        resources.engine, name, password, address=access.address_of(request), hours=access.session_hours
    )
    set_session(response, token, access, is_https=access.is_https(request))
    return person


def set_session(response: Response, token: str, access: AccessPolicy, *, is_https: bool) -> None:
    """Let the browser keep the token of a session, which scripts cannot read."""
    seconds = int(access.session_hours * 3600)
    response.set_cookie(COOKIE, token, max_age=seconds, secure=is_https, httponly=True, samesite="lax")


@router.get("", summary="Who am I?")
def read_session(_: AnyAccess, principal: PrincipalDep) -> PrincipalOut:
    """Whose the key or the session is, and what it may do."""
    return PrincipalOut.of(principal)


@router.delete("", summary="Sign out", status_code=HTTPStatus.NO_CONTENT)
def sign_out(request: Request, response: Response, resources: AnyAccess) -> None:
    """End the session and delete its cookie."""
    end_session(request, response, resources)


def end_session(request: Request, response: Response, resources: Resources) -> None:
    """Sign out whoever makes the request, and let the browser forget the cookie."""
    if (token := session_token(request)) is not None:
        people.sign_out(resources.engine, token)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")
