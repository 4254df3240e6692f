"""Builds the context of the settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from api.web.addresses import in_path
from api.web.pages.settings.context import (
    Administration,
    EndpointForm,
    EndpointLine,
    KeyLine,
    NewSecret,
    PersonLine,
    Settings,
    ThemeLine,
)
from api.web.pages.settings.digest_lines import digest_part, language_choices
from api.web.rendering import Web
from api.web.shell import Choice
from pipelines.render.wording import Wording
from saywhy.access import Person, Role, Scope
from saywhy.code_frame import CodeFrame
from saywhy.follow_up import FollowUpPolicy
from saywhy.key import Key, KeyState
from saywhy.saved_view import SavedView
from saywhy.webhook import Endpoint, EndpointKind, EventType
from service.digests.managing import DigestStatus

PATH = "/settings"

#: What subscribers may be told of; nobody subscribes to a test.
EVENTS = tuple(event for event in EventType if event.is_subscribable)


def settings(
    code_frame: CodeFrame,
    policy: FollowUpPolicy | None,
    administration: Administration | None,
    web: Web,
    secret: NewSecret | None = None,
    *,
    has_password: bool = False,
) -> Settings:
    """The settings; `policy` is None where nobody is followed up. `has_password`: whoever asks signs in with one."""
    return Settings(
        secret=secret,
        password=web.href(f"{PATH}/password") if has_password else None,
        administration=administration,
        themes=tuple(_themes(code_frame, web.wording)),
        code_frames=web.href("/code-frames"),
        policy=tuple(_retention(policy, web.wording)),
    )


def administration(
    keys: Sequence[Key],
    people: Sequence[Person],
    endpoints: Sequence[Endpoint],
    web: Web,
    now: datetime,
    *,
    digests: Sequence[DigestStatus] = (),
    views: Sequence[SavedView] = (),
) -> Administration:
    """Keys, people, webhooks and digests, and what may be chosen for new ones: a key may do what its maker may."""
    wording = web.wording
    return Administration(
        keys=tuple(_key(key, web, now) for key in keys),
        scopes=tuple(
            Choice(scope, wording[f"settings.scope_{scope}"], scope is Scope.READ) for scope in Scope if web.may(scope)
        ),
        keys_path=web.href(f"{PATH}/keys"),
        people=tuple(_person(person, web) for person in people),
        roles=_roles(None, wording),
        people_path=web.href(f"{PATH}/people"),
        is_open=not people and not any(key.state(now) is KeyState.ACTIVE for key in keys),
        endpoints=tuple(_endpoint(endpoint, web) for endpoint in endpoints),
        events=tuple(Choice(event, wording[_event(event)], is_current=False) for event in EVENTS),
        kinds=tuple(
            Choice(kind, wording[f"settings.kind_{kind}"], kind is EndpointKind.WEBHOOK) for kind in EndpointKind
        ),
        endpoints_path=web.href(f"{PATH}/webhooks"),
        digests=digest_part(digests, views, endpoints, web),
    )


def _key(key: Key, web: Web, now: datetime) -> KeyLine:
    wording, state = web.wording, key.state(now)
    used = key.last_used_at
    return KeyLine(
        name=key.name,
        prefix=key.prefix,
        scopes=wording["comma"].join(wording[f"settings.scope_{scope}"] for scope in Scope if scope in key.scopes),
        state=wording[f"settings.key_{state}"],
        created=wording("settings.created", author=key.created_by, day=wording.day(key.created_at.date().isoformat())),
        used=wording("settings.used", day=wording.day(used.date().isoformat())) if used else wording["settings.unused"],
        revoke=web.href(f"{PATH}/keys/{key.id}/revoke") if state is KeyState.ACTIVE else None,
    )


def _person(person: Person, web: Web) -> PersonLine:
    return PersonLine(
        name=person.name,
        roles=_roles(person.role, web.wording),
        path=web.href(f"{PATH}/people/role"),
        password=web.href(f"{PATH}/people/{in_path(person.name)}/password"),
        remove=web.href(f"{PATH}/people/remove"),
    )


def _roles(chosen: Role | None, wording: Wording) -> tuple[Choice, ...]:
    return tuple(Choice(role, wording[f"settings.role_{role}"], role is chosen) for role in Role)


def _endpoint(endpoint: Endpoint, web: Web) -> EndpointLine:
    wording, path = web.wording, f"{PATH}/webhooks/{endpoint.id}"
    state = "failing" if endpoint.failing_since else "on" if endpoint.is_enabled else "off"
    return EndpointLine(
        url=endpoint.url,
        kind=wording[f"settings.kind_{endpoint.kind}"],
        events=wording["comma"].join(wording[_event(event)] for event in EVENTS if event in endpoint.events)
        or wording["settings.digests_only"],
        state=wording[f"settings.endpoint_{state}"],
        note=endpoint.note,
        form=_endpoint_form(endpoint, web),
        rotate=web.href(f"{path}/secret") if endpoint.kind is EndpointKind.WEBHOOK else None,
        ping=web.href(f"{path}/ping") if endpoint.is_enabled else None,
        remove=web.href(f"{path}/remove"),
    )


def _endpoint_form(endpoint: Endpoint, web: Web) -> EndpointForm:
    wording = web.wording
    label = {EndpointKind.EMAIL: "settings.address", EndpointKind.SLACK: "settings.new_url"}
    return EndpointForm(
        path=web.href(f"{PATH}/webhooks/{endpoint.id}"),
        url="" if endpoint.kind is EndpointKind.SLACK else endpoint.url,
        url_label=wording[label.get(endpoint.kind, "settings.url")],
        events=tuple(Choice(event, wording[_event(event)], event in endpoint.events) for event in EVENTS),
        languages=language_choices(endpoint.language) if endpoint.kind.is_for_people else (),
    )


def _event(event: EventType) -> str:
    return f"settings.event_{event.replace('.', '_')}"


def _themes(code_frame: CodeFrame, wording: Wording) -> Iterator[ThemeLine]:
    for theme in code_frame.themes:
        causes = tuple(cause.name(wording.language) for cause in code_frame.causes if cause.theme == theme.id)
        description = theme.descriptions.get(wording.language, theme.descriptions.get("en", ""))
        count = wording("settings.causes", n=wording.count(len(causes)))
        yield ThemeLine(theme.name(wording.language), description, count, causes)


def _retention(policy: FollowUpPolicy | None, wording: Wording) -> Iterator[str]:
    """How long things are kept, and who is followed up."""
    yield wording["settings.kept_responses"]
    yield wording["settings.kept_jobs"]
    if policy is not None and policy.groups:
        groups = wording["comma"].join(wording[group.plural] for group in policy.groups)
        hours = wording.count(round(policy.within / timedelta(hours=1)))
        yield wording("settings.followed_up", groups=groups, n=hours)
