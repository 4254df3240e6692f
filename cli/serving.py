"""`saywhy serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.configuration import read_settings, worker_options


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; by default SAYWHY_HOST, else 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on; by default SAYWHY_PORT, else 8000.")
    ] = None,
) -> None:
    """Serve the report page (/), the HTTP interface (/v1/…) and its reference (/docs), and run jobs.

    Without any key or person, only this machine can be served; then whoever is on it may do everything.
    """
    from api.app import create_app
    from api.http.dependencies import open_resources
    from api.http.server import Server
    from service import logs
    from service.access import refuse_open_server
    from service.worker import working

    settings = read_settings(host=host, port=port)
    # Opened here, so that an error is one line on the terminal and not a traceback in the server's log.
    resources = open_resources(settings)
    refuse_open_server(resources.engine, settings.host)
    app = create_app(settings, resources, worker=working(worker_options(settings)))
    logs.configure()
    Server(app, settings.host, settings.port, settings.drain_seconds).run()
