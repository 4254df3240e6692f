"""Sources as administrators set them up."""

from __future__ import annotations

import re
import secrets
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime

from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from pipelines.ingest.providers import PROVIDERS
from saywhy import store
from saywhy.errors import InvalidInput, NotFound, SourceNotFound
from saywhy.feedback import LONGEST_KEY
from saywhy.source import Credentials, Source, SourceKind, SourceSettings
from saywhy.store import Connection, Engine
from service.topics.validation import single_line
from service.workspaces import reading, writing

#: The longest secret and token, in characters.
LONGEST_SECRET = 500

#: Tools that take a secret from us; the others give one.
CHOOSES_SECRET = (SourceKind.TYPEFORM, SourceKind.PROMOTERIO, SourceKind.GENERIC)

_FORM = re.compile(r"[A-Za-z0-9_-]{1,100}")


def add_source(
    engine: Engine, workspace: str, settings: SourceSettings, credentials: Credentials, *, created_by: str
) -> tuple[Source, str | None]:
    """Add a source; it, and the secret that was made for it if the tool takes one and none was given.

    Raises `WorkspaceNotFound`, `NotFound` for a mapping that is not saved, `Conflict` if a source has the name or there
    is no key file, and `InvalidInput` for settings that cannot be.
    """
    made = None
    if credentials.secret is None and settings.kind in CHOOSES_SECRET:
        made = _new_secret(settings.kind)
        credentials = replace(credentials, secret=made)
    if settings.kind is SourceKind.DELIGHTED:  # it signs with the key by which it is asked
        key = credentials.token or credentials.secret
        credentials = Credentials(credentials.secret or key, key)
    settings = _checked(settings, credentials)
    with writing(engine, workspace) as (connection, workspace_id):
        _require_mapping(connection, workspace_id, settings.mapping)
        now = datetime.now(UTC)
        source = store.sources.add(
            connection, workspace_id, settings, credentials, created_at=now, created_by=created_by
        )
    return source, made


def change_source(
    engine: Engine, workspace: str, source_id: str, settings: SourceSettings, credentials: Credentials
) -> Source:
    """Replace the settings of a source, but for its kind, and those of the credentials that are given.

    Answers of another form are pulled from the beginning. Raises `SourceNotFound` and what `add_source` raises.
    """
    settings = _checked(settings, credentials)
    with writing(engine, workspace) as (connection, workspace_id):
        earlier = store.sources.find(connection, workspace_id, source_id)
        if settings.kind is not earlier.settings.kind:
            raise InvalidInput(f"a source stays what it is: {earlier.settings.kind}; add another one")
        _require_mapping(connection, workspace_id, settings.mapping)
        source = store.sources.change(connection, workspace_id, source_id, settings, credentials)
        if (settings.form, settings.host) != (earlier.settings.form, earlier.settings.host):
            store.sources.start_over(connection, source_id)
            source = store.sources.find(connection, workspace_id, source_id)
    return source


def list_sources(engine: Engine, workspace: str) -> list[Source]:
    """The sources, by name. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        return store.sources.load(connection, workspace_id)


def find_source(engine: Engine, workspace: str, id_or_name: str) -> Source:
    """The source of that id, else of that name. Raises `WorkspaceNotFound` and `SourceNotFound`."""
    sources = list_sources(engine, workspace)
    named = [source for source in sources if source.id == id_or_name]
    named += [source for source in sources if source.settings.name == id_or_name]
    if named:
        return named[0]
    raise SourceNotFound(f"there is no source {id_or_name[:100]!r}")


def remove_source(engine: Engine, workspace: str, source_id: str) -> None:
    """Remove a source with its secrets and deliveries; its responses stay. Raises `SourceNotFound`."""
    with writing(engine, workspace) as (connection, workspace_id):
        store.sources.delete(connection, workspace_id, source_id)


def webhook_path(source: Source, secret: str | None = None) -> str:
    """The path to which the tool sends its webhooks; one that does not sign shows the secret there."""
    path = f"/v1/webhooks/{source.settings.kind}/{source.id}"
    if source.settings.kind is SourceKind.PROMOTERIO:
        return f"{path}?token={secret or 'SECRET'}"
    return path


def _new_secret(kind: SourceKind) -> str:
    if kind is SourceKind.GENERIC:
        return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"
    return secrets.token_urlsafe(32)


def _checked(settings: SourceSettings, credentials: Credentials) -> SourceSettings:
    """The settings. Raises `InvalidInput` if they or the credentials cannot be."""
    api = PROVIDERS[settings.kind].api
    name = single_line(settings.name, "the name")
    namespace = single_line(settings.namespace or _default_namespace(settings), "the namespace", LONGEST_KEY)
    if settings.form is not None and not _FORM.fullmatch(settings.form):
        raise InvalidInput(f"{settings.form[:50]!r} is no id of a form: it has letters, digits, - and _ only")
    if settings.host is not None and (api is None or settings.host not in api.hosts):
        hosts = ", ".join(api.hosts) if api else "it has none"
        raise InvalidInput(f"{settings.host[:100]!r} is no address of {settings.kind}; there are: {hosts}")
    for what, value in (("secret", credentials.secret), ("token", credentials.token)):
        if value is not None and not (0 < len(value) <= LONGEST_SECRET and value.isascii() and value.isprintable()):
            raise InvalidInput(f"the {what} has 1 to {LONGEST_SECRET} ASCII characters")
    if credentials.secret is not None and settings.kind is SourceKind.GENERIC:
        _check_standard_secret(credentials.secret)
    wave = single_line(settings.wave, "the wave", LONGEST_KEY) if settings.wave else None
    return replace(settings, name=name, namespace=namespace, wave=wave)


def _default_namespace(settings: SourceSettings) -> str:
    return settings.name if settings.kind is SourceKind.GENERIC else PROVIDERS[settings.kind].tool.name


def _check_standard_secret(secret: str) -> None:
    try:
        Webhook(secret)
    except (ValueError, EmptyWebhookSecretError):
        raise InvalidInput("the secret of a generic source is whsec_ and base64, as Standard Webhooks say") from None


def _require_mapping(connection: Connection, workspace_id: int, name: str | None) -> None:
    if name is not None and all(saved.name != name for saved in store.mappings.load(connection, workspace_id)):
        raise NotFound(f"there is no mapping {name[:100]!r}")
