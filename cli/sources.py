"""`saywhy sources`: survey tools that send webhooks, or whose answers are pulled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial, wraps
from inspect import Signature, signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.access import operator, record
from cli.configuration import configured_store, read_settings
from cli.printing import printable_line
from saywhy.errors import InvalidInput
from saywhy.feedback import Scale
from saywhy.mapping import ColumnChoice
from saywhy.source import Credentials, SourceDeliveryState, SourceKind, SourceSettings

if TYPE_CHECKING:
    from saywhy.source import Source, SourceDelivery

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Survey tools that send webhooks, or whose answers are pulled.",
)

#: Roles that several fields may have, and those that are no field.
_SEVERAL = ("score", "comment", "segments")
_NO_FIELD = ("day_first", "question")

SourceName = Annotated[str, typer.Argument(metavar="SOURCE", help="The id or the name of a source.")]


@dataclass(frozen=True, slots=True)
class _Given:
    """What the options of a source say: members of its settings, and credentials."""

    settings: dict[str, Any]
    credentials: Credentials


def _given(
    namespace: Annotated[
        str | None, typer.Option(help="`source` of the responses; by default as in exports of the tool.")
    ] = None,
    form: Annotated[str | None, typer.Option(help="The form or survey to pull.")] = None,
    host: Annotated[
        str | None, typer.Option(help="The address of the tool's interface, if it is not the usual one.")
    ] = None,
    mapping: Annotated[str | None, typer.Option(help="A saved mapping by which fields are read.")] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE=NAME", help="`score=Likelihood`, `comment=Why?`, `segments=plan`. Repeatable."),
    ] = None,
    scale: Annotated[Scale | None, typer.Option(help="The scale of the scores; only 0-10 is NPS.")] = None,
    wave: Annotated[str | None, typer.Option(help="The wave of responses that name none, e.g. 2026-Q2.")] = None,
    secret_file: Annotated[
        typer.FileText | None,
        typer.Option(help="A file whose first line is the secret with which the tool signs, - for stdin."),
    ] = None,
    token_file: Annotated[
        typer.FileText | None,
        typer.Option(help="A file whose first line is the access token for pulling, - for stdin."),
    ] = None,
) -> _Given:
    texts = {"form": form, "host": host, "mapping": mapping, "wave": wave}
    settings: dict[str, Any] = {key: text or None for key, text in texts.items() if text is not None}
    settings |= {key: value for key, value in (("namespace", namespace), ("scale", scale)) if value is not None}
    if field is not None:
        settings["columns"] = _choice(field)
    return _Given(settings, Credentials(_first_line(secret_file), _first_line(token_file)))


def _with_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the options of `_given` in the place of its parameter `given`."""
    options = signature(_given, eval_str=True).parameters
    own = [one for name, one in signature(command, eval_str=True).parameters.items() if name != "given"]

    @wraps(command)
    def run(**arguments: Any) -> None:
        given = _given(**{name: arguments.pop(name) for name in options})
        command(**arguments, given=given)

    parameters = [*own, *options.values()]
    run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    del run.__wrapped__
    return run


@app.command("add")
@_with_options
def add(
    name: Annotated[str, typer.Argument(help="What you call it.")],
    kind: Annotated[SourceKind, typer.Option(help="The survey tool; generic: any that sends Standard Webhooks.")],
    given: _Given,
) -> None:
    """Add a source. Prints the path for its webhooks, and, once, the secret that was made for it."""
    from service.sources.configuration import add_source, webhook_path
    from service.workspaces import create

    settings = read_settings()
    engine = configured_store(settings)
    create(engine, settings.workspace)
    wanted = SourceSettings(name, kind, **given.settings)
    by = operator(settings).name
    source, secret = add_source(engine, settings.workspace, wanted, given.credentials, created_by=by)
    record(engine, settings, "sources add", source.id)
    typer.echo(printable_line(f"Added {_described(source)}"), err=True)
    typer.echo(f"webhook: {webhook_path(source, secret)}")
    if secret:
        typer.echo(f"secret, not shown again: {secret}")


@app.command("list")
def list_all() -> None:
    """List the sources, by name."""
    from service.sources.configuration import list_sources, webhook_path

    settings = read_settings()
    for source in list_sources(configured_store(settings), settings.workspace):
        typer.echo(printable_line(_described(source)))
        typer.echo(f"  webhook: {webhook_path(source)}")
        for role, chosen in source.settings.columns.given().items():
            names = " + ".join(chosen) if isinstance(chosen, tuple) else chosen
            typer.echo(printable_line(f"  {role}: {names}"))


@app.command("change")
@_with_options
def change(
    source: SourceName,
    given: _Given,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
) -> None:
    """Change a source: what is given; an empty text is none. Fields replace all earlier ones."""
    from service.sources.configuration import change_source, find_source

    settings = read_settings()
    engine = configured_store(settings)
    stored = find_source(engine, settings.workspace, source)
    changes = given.settings if name is None else {"name": name, **given.settings}
    wanted = replace(stored.settings, **changes)
    changed = change_source(engine, settings.workspace, stored.id, wanted, given.credentials)
    record(engine, settings, "sources change", changed.id)
    typer.echo(printable_line(_described(changed)))


@app.command("remove")
def remove(source: SourceName) -> None:
    """Remove a source with its secrets and deliveries. Its responses stay."""
    from service.sources.configuration import find_source, remove_source

    settings = read_settings()
    engine = configured_store(settings)
    stored = find_source(engine, settings.workspace, source)
    remove_source(engine, settings.workspace, stored.id)
    record(engine, settings, "sources remove", stored.id)
    typer.echo(printable_line(f"Removed {stored.settings.name}."))


@app.command("pull")
def pull(
    source: SourceName,
    everything: Annotated[bool, typer.Option("--everything", help="Also what was pulled already.")] = False,
) -> None:
    """Start a job that pulls what is new or has changed. A worker must be running."""
    from service.job_kinds import PullArguments
    from service.jobs import start
    from service.sources.configuration import find_source

    settings = read_settings()
    engine = configured_store(settings)
    stored = find_source(engine, settings.workspace, source)
    job = start(engine, settings.workspace, PullArguments(stored.id, everything))
    typer.echo(f"Job {job.id} is {job.state}.")


@app.command("deliveries")
def deliveries(
    source: SourceName,
    state: Annotated[
        list[SourceDeliveryState] | None, typer.Option(help="Only those in this state. Repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 20,
) -> None:
    """List the webhooks of a source, the latest first."""
    from service.paging import first_entries
    from service.sources.configuration import find_source
    from service.sources.processing import list_deliveries

    settings = read_settings()
    engine = configured_store(settings)
    stored = find_source(engine, settings.workspace, source)
    read = partial(list_deliveries, engine, settings.workspace, stored.id, states=state or ())
    for delivery in first_entries(read, limit):
        typer.echo(printable_line(_line(delivery)))


@app.command("reprocess")
def reprocess(
    source: SourceName,
    delivery: Annotated[int, typer.Argument(metavar="DELIVERY", help="Its number.", min=1, max=2**63 - 1)],
) -> None:
    """Let a job process a failed webhook again, by the present settings of its source."""
    from service.sources.configuration import find_source
    from service.sources.processing import process_again

    settings = read_settings()
    engine = configured_store(settings)
    stored = find_source(engine, settings.workspace, source)
    typer.echo(printable_line(_line(process_again(engine, settings.workspace, stored.id, delivery))))


def _choice(fields: list[str] | None) -> ColumnChoice:
    """The fields by role. Raises `InvalidInput` for a role that there is not."""
    roles = [role for role in ColumnChoice.__dataclass_fields__ if role not in _NO_FIELD]
    named: dict[str, Any] = {}
    for text in fields or ():
        role, separator, name = text.partition("=")
        if not separator or role not in roles:
            raise InvalidInput(f"{text[:100]!r} is not ROLE=NAME; the roles are {', '.join(roles)}")
        named[role] = (*named.get(role, ()), name) if role in _SEVERAL else name
    return ColumnChoice(**named)


def _first_line(file: typer.FileText | None) -> str | None:
    return None if file is None else file.readline().rstrip("\r\n")


def _described(source: Source) -> str:
    """A source in one line, without its secrets."""
    settings = source.settings
    has = [what for what, is_there in (("secret", source.has_secret), ("token", source.has_token)) if is_there]
    pulled = f", pulled until {source.pulled_until:%Y-%m-%d %H:%M} UTC" if source.pulled_until else ""
    form = f", form {settings.form}" if settings.form else ""
    return f"{source.id}  {settings.name}  {settings.kind}{form}, has {' and '.join(has) or 'no secret'}{pulled}"


def _line(delivery: SourceDelivery) -> str:
    counts = (
        f"new {delivery.new}, changed {delivery.changed}, unchanged {delivery.unchanged}, rejected {delivery.rejected}"
    )
    detail = f": {delivery.detail}" if delivery.detail else ""
    return f"{delivery.id}  {delivery.received_at:%Y-%m-%d %H:%M}  {delivery.state}  {counts}{detail}"
