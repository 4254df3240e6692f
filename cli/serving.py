"""`saywhy serve`."""

from __future__ import annotations

from socket import AF_INET, AF_INET6, create_server, socket
from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import read_settings, worker_options
from saywhy.errors import Conflict

if TYPE_CHECKING:
    from saywhy.settings import Settings


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; by default SAYWHY_HOST, else 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on; by default SAYWHY_PORT, else 8000.")
    ] = None,
) -> None:
    """Serve the web app (/), the HTTP interface (/v1/…) and its reference (/docs), and run jobs.

    Without any key or person, only this machine can be served; then whoever is on it may do everything.
    """
    run_server(read_settings(host=host, port=port))


def run_server(settings: Settings, sockets: list[socket] | None = None) -> None:
    """Serve until a signal ends it, on these sockets or else where the settings say. Raises what opening the store and
    the models raises, and `Conflict` if anybody could do everything.
    """
    from api.app import create_app
    from api.http.dependencies import open_resources, prepare
    from api.http.server import Server
    from service import logs
    from service.access import refuse_open_server
    from service.worker import working

    # Opened here, so that an error is one line on the terminal and not a traceback in the server's log.
    resources = open_resources(settings)
    refuse_open_server(resources.engine, settings.host)
    app = create_app(settings, resources, worker=working(worker_options(settings)))
    logs.configure()
    Server(app, settings.host, settings.port, settings.drain_seconds, when_ready=prepare).run(sockets)


def listen(settings: Settings) -> socket:
    """Take the address of the settings. Raises `Conflict` if somebody else has it."""
    family = AF_INET6 if ":" in settings.host else AF_INET
    try:
        return create_server((settings.host.strip("[]"), settings.port), family=family)
    except OSError as error:
        detail = (
            f"cannot listen on {settings.host}, port {settings.port}: {error.strerror or error}; --port has another"
        )
        raise Conflict(detail) from None
