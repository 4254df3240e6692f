"""Settings: keys, people, webhooks and digests (`digests`) for administrators; one's own password, the code frame and
how long things are kept for everybody.

What changes something is for administrators (`AdminAccess`).
"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import Response

from api.http.auth import AdminAccess, ReadAccess, require, session_token
from api.http.dependencies import AccessPolicyDep, Resources
from api.v1.session import set_session
from api.web.addresses import NumberInPath
from api.web.forms import Form, FormDep, choice_of, chosen_of, value_of
from api.web.page import Page
from api.web.pages.settings import digests
from api.web.pages.settings.build import PATH, administration, settings
from api.web.pages.settings.context import NewSecret, Settings
from api.web.rendering import Web, WebDep
from saywhy.access import PrincipalKind, Role, Scope
from saywhy.errors import Forbidden, InvalidInput, NoFollowUp
from saywhy.follow_up import FollowUpPolicy
from saywhy.webhook import EndpointKind, EventType
from service.cases import read_policy
from service.digests.managing import list_digests
from service.keys import create_key, list_keys, revoke_key
from service.people import add_person, change_own_password, list_people, remove_person, set_password, set_role
from service.saved_views import list_views
from service.webhooks.endpoints import (
    Change,
    add_endpoint,
    change_endpoint,
    list_endpoints,
    ping,
    remove_endpoint,
    rotate_secret,
)

PAGE = Page("settings", Settings, path=PATH, styles=("work.css",))
router = PAGE.router
router.include_router(digests.router)


@router.get(PATH)
def show(web: WebDep, resources: ReadAccess) -> Response:
    """The settings, as far as whoever asks may see them."""
    return _shown(web, resources)


@router.post(f"{PATH}/keys")
def add_key(web: WebDep, resources: AdminAccess, form: FormDep) -> Response:
    """Create a key; the answer is the only page that shows its secret."""
    scopes = [scope for scope in Scope if scope in form.get("scope", [])]
    if len(scopes) != len(form.get("scope", [])):
        raise InvalidInput(f"a scope is one of {', '.join(Scope)}")
    require(web.principal, *scopes)
    by = web.principal.name
    key, secret = create_key(resources.engine, resources.workspace, value_of(form, "name"), scopes, created_by=by)
    return _shown(web, resources, NewSecret(web.wording("settings.new_key", name=key.name), secret))


@router.post(f"{PATH}/keys/{{key}}/revoke")
def revoke(key: NumberInPath, web: WebDep, resources: AdminAccess) -> Response:
    """Revoke a key for good."""
    revoke_key(resources.engine, resources.workspace, key)
    return web.see(PATH)


@router.post(f"{PATH}/people")
def add(web: WebDep, resources: AdminAccess, form: FormDep) -> Response:
    """Add a person; without a password they sign in through a proxy or a provider."""
    name, role = value_of(form, "name"), choice_of(form, "role", Role) or Role.VIEWER
    add_person(resources.engine, resources.workspace, name, role, value_of(form, "password") or None)
    return web.see(PATH)


@router.post(f"{PATH}/people/role")
def change_role(web: WebDep, resources: AdminAccess, form: FormDep) -> Response:
    """Give a person another role."""
    set_role(resources.engine, resources.workspace, value_of(form, "name"), chosen_of(form, "role", Role))
    return web.see(PATH)


@router.post(f"{PATH}/people/{{name:path}}/password")
def reset_password(name: str, web: WebDep, resources: AdminAccess, form: FormDep) -> Response:
    """Give a person another password, which ends their sessions; the audit log has their name from the path."""
    set_password(resources.engine, resources.workspace, name, value_of(form, "password"))
    return _shown(web, resources, NewSecret(web.wording("settings.password_reset", name=name), None))


@router.post(f"{PATH}/password")
def change_password(web: WebDep, resources: ReadAccess, form: FormDep, access: AccessPolicyDep) -> Response:
    """Give oneself another password: this session goes on as a new one, all others end."""
    if not _has_password(web, resources):
        raise Forbidden("you sign in without a password of saywhy")
    token = change_own_password(
        resources.engine,
        resources.workspace,
        web.principal.name,
        value_of(form, "present"),
        value_of(form, "password"),
        hours=access.session_hours,
    )
    response = _shown(web, resources, NewSecret(web.wording["settings.password_changed"], None))
    set_session(response, token, access, is_https=access.is_https(web.request))
    return response


@router.post(f"{PATH}/people/remove")
def remove(web: WebDep, resources: AdminAccess, form: FormDep) -> Response:
    """Remove a person."""
    remove_person(resources.engine, resources.workspace, value_of(form, "name"))
    return web.see(PATH)


@router.post(f"{PATH}/webhooks")
def add_webhook(web: WebDep, resources: AdminAccess, form: FormDep) -> Response:
    """Tell an endpoint of events; the answer is the only page that shows its secret."""
    endpoint, secret = add_endpoint(
        resources.engine,
        resources.workspace,
        value_of(form, "url"),
        _events(form),
        outgoing=resources.outgoing,
        created_by=web.principal.name,
        kind=choice_of(form, "kind", EndpointKind) or EndpointKind.WEBHOOK,
        language=web.wording.language,
    )
    if secret is None:  # that of Slack is its address
        return web.see(PATH)
    return _shown(web, resources, NewSecret(web.wording("settings.new_webhook", url=endpoint.url), secret))


@router.post(f"{PATH}/webhooks/{{endpoint}}")
def change_webhook(endpoint: NumberInPath, web: WebDep, resources: AdminAccess, form: FormDep) -> Response:
    """Change address, events and language of an endpoint; an empty address, as that of Slack is shown, stays."""
    change = Change(
        url=value_of(form, "url") or None,
        events=_events(form),
        language=value_of(form, "language") or None,
    )
    change_endpoint(
        resources.engine,
        resources.workspace,
        endpoint,
        change,
        outgoing=resources.outgoing,
        may_see_personal_data=web.may(Scope.PII),
    )
    return web.see(PATH)


@router.post(f"{PATH}/webhooks/{{endpoint}}/secret")
def rotate(endpoint: NumberInPath, web: WebDep, resources: AdminAccess) -> Response:
    """Give an endpoint another secret, which this page alone shows; the previous one is valid for a day more."""
    changed, secret = rotate_secret(
        resources.engine, resources.workspace, endpoint, may_see_personal_data=web.may(Scope.PII)
    )
    return _shown(web, resources, NewSecret(web.wording("settings.rotated", url=changed.url), secret))


@router.post(f"{PATH}/webhooks/{{endpoint}}/ping")
def test_webhook(endpoint: NumberInPath, web: WebDep, resources: AdminAccess) -> Response:
    """Send a message that tells of nothing."""
    ping(resources.engine, resources.workspace, endpoint)
    return web.see(PATH)


@router.post(f"{PATH}/webhooks/{{endpoint}}/remove")
def remove_webhook(endpoint: NumberInPath, web: WebDep, resources: AdminAccess) -> Response:
    """Remove an endpoint."""
    remove_endpoint(resources.engine, resources.workspace, endpoint)
    return web.see(PATH)


def _shown(web: Web, resources: Resources, secret: NewSecret | None = None) -> Response:
    """The page, with a secret if one was just made: nothing keeps that page."""
    at = resources.engine, resources.workspace
    may_administer = web.may(Scope.ADMIN)
    managed = None
    if may_administer:
        managed = administration(
            list_keys(*at),
            list_people(*at),
            list_endpoints(*at),
            web,
            datetime.now(UTC),
            digests=list_digests(*at),
            views=list_views(*at),
        )
    has_password = _has_password(web, resources)
    frame = resources.annotator.code_frame
    context = settings(frame, _policy(resources), managed, web, secret, has_password=has_password)
    response = web.render(PAGE, context)
    if secret is not None:
        response.headers["Cache-Control"] = "no-store"
    return response


def _events(form: Form) -> list[EventType]:
    return [event for event in EventType if event in form.get("event", [])]


def _has_password(web: Web, resources: Resources) -> bool:
    """Whether whoever asks has signed in with a password."""
    if web.principal.kind is not PrincipalKind.PERSON or session_token(web.request) is None:
        return False
    people = list_people(resources.engine, resources.workspace)
    return any(person.name == web.principal.name and person.has_password for person in people)


def _policy(resources: Resources) -> FollowUpPolicy | None:
    """Who is followed up; None in an anonymous workspace."""
    try:
        return read_policy(resources.engine, resources.workspace)
    except NoFollowUp:
        return None
