"""`saywhy mcp`."""

from __future__ import annotations

from importlib.util import find_spec

from cli.configuration import configured_store, read_settings
from saywhy.errors import InvalidInput


def serve_tools() -> None:
    """Offer agents the ranking, causes with quotes, search in comments, and classifying: MCP over stdin and stdout.

    The tools read the configured store, write nothing, and never show personal data. The server ends with its input.
    """
    if find_spec("mcp") is None:
        raise InvalidInput("`saywhy mcp` needs the official SDK: pip install 'saywhy[mcp]'")

    from api.mcp.server import create_server
    from api.mcp.tools import Workspace
    from service import logs

    settings = read_settings()
    workspace = Workspace(configured_store(settings), settings.workspace, settings.model_registry, settings.threads)
    _ = workspace.code_frame  # what is missing is said at the start, not by the first tool
    server = create_server(workspace)
    logs.configure()  # after the SDK, which sets up its own
    server.run()
