"""Settings: keys, people and webhooks for administrators; the code frame and how long things are kept for everybody.

What changes something is for administrators (`AdminAccess`).
"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import Response

from api.http.auth import AdminAccess, ReadAccess, require
from api.http.dependencies import Resources
from api.web.addresses import NumberInPath
from api.web.forms import FormDep, choice_of, chosen_of, value_of
from api.web.page import Page
from api.web.pages.settings.build import PATH, administration, settings
from api.web.pages.settings.context import NewSecret, Settings
from api.web.rendering import Web, WebDep
from saywhy.access import Role, Scope
from saywhy.errors import InvalidInput, NoFollowUp
from saywhy.follow_up import FollowUpPolicy
from saywhy.webhook import EndpointKind, EventType
from service.cases import read_policy
from service.keys import create_key, list_keys, revoke_key
from service.people import add_person, list_people, remove_person, set_role
from service.webhooks.endpoints import add_endpoint, list_endpoints, ping, remove_endpoint

PAGE = Page("settings", Settings, path=PATH, styles=("work.css",))
router = PAGE.router


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


@router.post(f"{PATH}/people/remove")
def remove(web: WebDep, resources: AdminAccess, form: FormDep) -> Response:
    """Remove a person."""
    remove_person(resources.engine, resources.workspace, value_of(form, "name"))
    return web.see(PATH)


@router.post(f"{PATH}/webhooks")
def add_webhook(web: WebDep, resources: AdminAccess, form: FormDep) -> Response:
    """Tell an endpoint of events; the answer is the only page that shows its secret."""
    events = [event for event in EventType if event in form.get("event", [])]
    endpoint, secret = add_endpoint(
        resources.engine,
        resources.workspace,
        value_of(form, "url"),
        events,
        outgoing=resources.outgoing,
        created_by=web.principal.name,
        kind=choice_of(form, "kind", EndpointKind) or EndpointKind.WEBHOOK,
        language=web.wording.language,
    )
    if secret is None:  # that of Slack is its address
        return web.see(PATH)
    return _shown(web, resources, NewSecret(web.wording("settings.new_webhook", url=endpoint.url), secret))


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
        managed = administration(list_keys(*at), list_people(*at), list_endpoints(*at), web, datetime.now(UTC))
    context = settings(resources.annotator.code_frame, _policy(resources), managed, web, secret)
    response = web.render(PAGE, context)
    if secret is not None:
        response.headers["Cache-Control"] = "no-store"
    return response


def _policy(resources: Resources) -> FollowUpPolicy | None:
    """Who is followed up; None in an anonymous workspace."""
    try:
        return read_policy(resources.engine, resources.workspace)
    except NoFollowUp:
        return None
