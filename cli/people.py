"""`saywhy people`: who signs in to the workspace."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.access import record
from cli.configuration import configured_store, read_settings
from cli.printing import printable_line
from saywhy.access import Role
from saywhy.errors import InvalidInput

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", help="People who sign in to the workspace.")

Name = Annotated[str, typer.Argument(help="The name by which the person signs in, such as an e-mail address.")]
PasswordFile = Annotated[
    typer.FileText | None,
    typer.Option(help="A file whose first line is the password, - for stdin; by default it is asked for."),
]


@app.command("add")
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="viewer: read; editor: edit too; admin: all.")] = Role.VIEWER,
    password_file: PasswordFile = None,
    proxy_only: Annotated[
        bool, typer.Option("--proxy-only", help="Without a password: the person signs in through a trusted proxy.")
    ] = False,
) -> None:
    """Add a person."""
    from service.people import add_person
    from service.workspaces import create as create_workspace

    if proxy_only and password_file is not None:
        raise InvalidInput("give either --password-file or --proxy-only")
    settings = read_settings()
    engine = configured_store(settings)
    create_workspace(engine, settings.workspace)
    person = add_person(engine, settings.workspace, name, role, None if proxy_only else _password(password_file))
    record(engine, settings, "people add", person.name)
    typer.echo(printable_line(f"{person.name} is {person.role} of the workspace {settings.workspace!r}."))


@app.command("list")
def list_all() -> None:
    """List the people of the workspace."""
    from service.people import list_people

    settings = read_settings()
    for person in list_people(configured_store(settings), settings.workspace):
        way = "password" if person.has_password else "proxy only"
        typer.echo(printable_line(f"{person.name}  {person.role}  {way}  since {person.created_at:%Y-%m-%d}"))


@app.command("remove")
def remove(name: Name) -> None:
    """Remove a person, and end their sessions within five seconds. What they wrote keeps their name."""
    from service.people import remove_person

    settings = read_settings()
    engine = configured_store(settings)
    remove_person(engine, settings.workspace, name)
    record(engine, settings, "people remove", name)
    typer.echo(printable_line(f"Removed {name}."))


@app.command("set-role")
def set_role(
    name: Name, role: Annotated[Role, typer.Argument(help="viewer: read; editor: edit too; admin: all.")]
) -> None:
    """Give a person another role."""
    from service.people import set_role

    settings = read_settings()
    engine = configured_store(settings)
    person = set_role(engine, settings.workspace, name, role)
    record(engine, settings, f"people set-role {person.role}", person.name)
    typer.echo(printable_line(f"{person.name} is {person.role} now."))


@app.command("set-password")
def set_password(name: Name, password_file: PasswordFile = None) -> None:
    """Give a person another password, and end their sessions."""
    from service.people import set_password

    settings = read_settings()
    engine = configured_store(settings)
    set_password(engine, settings.workspace, name, _password(password_file))
    record(engine, settings, "people set-password", name)
    typer.echo(printable_line(f"{name} has a new password."))


def _password(file: typer.FileText | None) -> str:
    """The password from the first line of a file, or asked for twice."""
    if file is not None:
        return file.readline().rstrip("\r\n")
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
