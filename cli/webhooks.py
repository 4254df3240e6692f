"""`saywhy webhooks`: who is told of what, and whether that arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.access import operator, record
from cli.configuration import configured_store, outgoing, read_settings
from cli.printing import printable_line
from saywhy.text import counted
from saywhy.webhook import DeliveryState, EndpointKind, EventType

if TYPE_CHECKING:
    from saywhy.webhook import Delivery, Endpoint

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Signed webhooks, messages to Slack and e-mail: who is told of what.",
)

EndpointNumber = Annotated[int, typer.Argument(metavar="ENDPOINT", min=1, max=2**63 - 1, help="Its number.")]
DeliveryNumber = Annotated[int, typer.Argument(metavar="DELIVERY", min=1, max=2**63 - 1, help="Its number.")]
Event = Annotated[list[EventType] | None, typer.Option("--event", help="What it is told of. Repeatable.")]


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Where messages are sent; of e-mail the address.")],
    event: Event = None,
    kind: Annotated[
        EndpointKind, typer.Option(help="webhook: signed JSON; slack: an incoming webhook of Slack; email: an address.")
    ] = EndpointKind.WEBHOOK,
    language: Annotated[str, typer.Option(help="Of Slack and e-mail: en, de, zh-Hans or zh-Hant.")] = "en",
    with_personal_data: Annotated[
        bool,
        typer.Option(
            "--with-personal-data", help="With ids of customers, people's accounts and names of praised employees."
        ),
    ] = False,
) -> None:
    """Tell an endpoint of events from now on. Prints its secret on stdout, once."""
    from service.webhooks.endpoints import add_endpoint
    from service.workspaces import create

    settings = read_settings()
    engine = configured_store(settings)
    create(engine, settings.workspace)
    endpoint, secret = add_endpoint(
        engine,
        settings.workspace,
        url,
        event or [],
        outgoing=outgoing(settings),
        created_by=operator(settings).name,
        kind=kind,
        language=language,
        with_personal_data=with_personal_data,
    )
    record(engine, settings, "webhooks add", str(endpoint.id))
    _print_secret(endpoint, secret)


@app.command("list")
def list_all() -> None:
    """List the endpoints, the oldest first."""
    from service.webhooks.endpoints import list_endpoints

    settings = read_settings()
    for endpoint in list_endpoints(configured_store(settings), settings.workspace):
        typer.echo(printable_line(_described(endpoint)))


@app.command("change")
def change(
    number: EndpointNumber,
    url: Annotated[str | None, typer.Option(help="Where messages are sent.")] = None,
    event: Event = None,
    language: Annotated[str | None, typer.Option(help="Of Slack and e-mail.")] = None,
    with_personal_data: Annotated[
        bool | None, typer.Option("--with-personal-data/--without-personal-data", help="As in `add`.")
    ] = None,
    enable: Annotated[
        bool | None, typer.Option("--enable/--disable", help="Send again, or nothing more; what waits is dead then.")
    ] = None,
) -> None:
    """Change where messages are sent and which, disable an endpoint, or enable it again."""
    from service.webhooks.endpoints import Change, change_endpoint

    settings = read_settings()
    engine = configured_store(settings)
    wanted = Change(url, event or None, language, with_personal_data, enable)
    endpoint = change_endpoint(engine, settings.workspace, number, wanted, outgoing=outgoing(settings))
    record(engine, settings, "webhooks change", str(number))
    typer.echo(printable_line(_described(endpoint)))


@app.command("remove")
def remove(number: EndpointNumber) -> None:
    """Remove an endpoint with its deliveries."""
    from service.webhooks.endpoints import remove_endpoint

    settings = read_settings()
    engine = configured_store(settings)
    remove_endpoint(engine, settings.workspace, number)
    record(engine, settings, "webhooks remove", str(number))
    typer.echo(f"Removed endpoint {number}.")


@app.command("rotate")
def rotate(number: EndpointNumber) -> None:
    """Give an endpoint another secret, printed once. For a day, messages are signed with the previous one, too."""
    from service.webhooks.endpoints import rotate_secret

    settings = read_settings()
    engine = configured_store(settings)
    endpoint, secret = rotate_secret(engine, settings.workspace, number)
    record(engine, settings, "webhooks rotate", str(number))
    _print_secret(endpoint, secret)


@app.command("ping")
def ping(number: EndpointNumber) -> None:
    """Send a message that tells of nothing, now, and print how that went. Exit code 1 if it did not arrive."""
    from service.webhooks.deliveries import read_delivery
    from service.webhooks.endpoints import ping
    from service.webhooks.sending import send_next

    settings = read_settings()
    engine = configured_store(settings)
    delivery = ping(engine, settings.workspace, number)
    record(engine, settings, "webhooks ping", str(number))
    send_next(engine, outgoing(settings), delivery.id)
    delivery = read_delivery(engine, settings.workspace, delivery.id).delivery
    _print(delivery)
    if delivery.state is DeliveryState.DEAD:
        raise typer.Exit(1)


@app.command("deliveries")
def list_deliveries(
    endpoint: Annotated[int | None, typer.Option(min=1, max=2**63 - 1, help="Only of this endpoint.")] = None,
    state: Annotated[DeliveryState | None, typer.Option(help="Only in this state; `dead` are dead letters.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="As many at most.")] = 50,
) -> None:
    """List what was sent, the latest first."""
    from service.webhooks.deliveries import list_deliveries

    settings = read_settings()
    engine = configured_store(settings)
    for delivery in list_deliveries(engine, settings.workspace, limit, endpoint=endpoint, state=state).entries:
        _print(delivery)


@app.command("delivery")
def show_delivery(number: DeliveryNumber) -> None:
    """Show a delivery: what its event says, without personal data, and every attempt."""
    from service.webhooks.deliveries import read_delivery

    settings = read_settings()
    details = read_delivery(configured_store(settings), settings.workspace, number)
    _print(details.delivery)
    for name, value in details.data.items():
        typer.echo(printable_line(f"  {name}: {value}"))
    for attempt in details.attempts:
        outcome = attempt.detail or f"answered {attempt.status}"
        typer.echo(printable_line(f"{attempt.at:%Y-%m-%d %H:%M:%S} UTC  {outcome}, {attempt.milliseconds} ms"))


@app.command("redeliver")
def redeliver(
    numbers: Annotated[
        list[int], typer.Argument(metavar="DELIVERY...", min=1, max=2**63 - 1, help="The numbers of deliveries.")
    ],
) -> None:
    """Send messages again, with the same ids. A worker must be running."""
    from service.webhooks.deliveries import send_again

    settings = read_settings()
    engine = configured_store(settings)
    for number in numbers:
        _print(send_again(engine, settings.workspace, number))
        record(engine, settings, "webhooks redeliver", str(number))


def _print_secret(endpoint: Endpoint, secret: str | None) -> None:
    """The endpoint, and its secret alone on stdout; Slack has none."""
    described = _described(endpoint)
    typer.echo(printable_line(f"{described}; its secret is not shown again:" if secret else described), err=True)
    if secret:
        typer.echo(secret)


def _described(endpoint: Endpoint) -> str:
    """An endpoint in one line, without its secret."""
    state = "enabled" if endpoint.is_enabled else f"disabled ({endpoint.note})" if endpoint.note else "disabled"
    personal = ", with personal data" if endpoint.with_personal_data else ""
    failing = f", failing since {endpoint.failing_since:%Y-%m-%d %H:%M} UTC" if endpoint.failing_since else ""
    events = ", ".join(sorted(endpoint.events))
    return f"{endpoint.id}  {endpoint.kind}  {endpoint.url}  {events}  {state}{personal}{failing}"


def _print(delivery: Delivery) -> None:
    detail = f"  {delivery.detail}" if delivery.detail else ""
    due = f"  next: {delivery.due_at:%Y-%m-%d %H:%M:%S} UTC" if delivery.state is DeliveryState.PENDING else ""
    typer.echo(
        printable_line(
            f"{delivery.id}  endpoint {delivery.endpoint}  {delivery.type}  {delivery.event_id}  {delivery.state}  "
            f"{counted(delivery.attempts, 'attempt')}{detail}{due}"
        )
    )
