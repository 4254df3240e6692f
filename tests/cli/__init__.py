"""Tests of the commands, and how several of them run one."""

from typer.testing import CliRunner, Result

from cli.main import app


def invoke(url: str, *arguments: str) -> Result:
    """Run a command in this process, on that store."""
    return CliRunner().invoke(app, list(arguments), env={"SAYWHY_DATABASE_URL": url})
