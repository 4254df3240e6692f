"""`saywhy topics …`: read the topics of the stored feedback and say what is wrong with them."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import streams
from cli.configuration import read_settings

if TYPE_CHECKING:
    from saywhy.store import Connection
    from saywhy.topic import Topic
    from service.topics.editing import Attribution
    from service.topics.views import EditStatus

app = typer.Typer(rich_markup_mode="markdown", subcommand_metavar="[COMMAND] [ARGS]...")

TopicName = Annotated[str, typer.Argument(metavar="TOPIC", help="The id of a topic, or its label.")]
Author = Annotated[str | None, typer.Option(help="Who says so. Left out: the name you are logged in with.")]
Note = Annotated[str | None, typer.Option(help="Why; kept with the edit.")]


@app.callback(invoke_without_command=True)
def topics(
    context: typer.Context,
    topics_out: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="Write the topics here: a JSON array of {topic, label, keywords, size}."),
    ] = None,
) -> None:
    """Read and correct the topics of the stored feedback; without a command, group texts from stdin.

    In, a line each: {"id", "text"}. Out, in the same order: {"id", "topic", "confidence"}; topic is null where a text
    fits none. Texts are compared with one another, so that all are held in memory. Nothing is stored. Lines that are
    not texts are treated as in `saywhy classify`.
    """
    if context.invoked_subcommand is None:
        streams.topics(topics_out)


@app.command("list")
def list_topics() -> None:
    """List the topics: pinned ones first, then the largest first; then unstable ones, ignored ones last."""
    from service.topics.views import overview

    with _store() as (connection, workspace):
        for topic in overview(connection, workspace):
            _print_topic(topic)


@app.command("show")
def show(
    topic: TopicName,
    examples: Annotated[int, typer.Option(min=1, max=200, help="How many clauses to show.")] = 10,
) -> None:
    """Show a topic: clauses in it with the ids of their comments, its parts, what became of it, what people said."""
    from saywhy.code_frame import load_code_frame
    from service.topics.views import details

    with _store() as (connection, workspace):
        found = details(connection, workspace, topic, themes=load_code_frame(), count=examples)
    _print_topic(found.topic)
    if found.topic.keywords:
        typer.echo(f"  keywords: {_printable(', '.join(found.topic.keywords))}")
    for part in found.topic.parts:
        typer.echo(f"  part {part.id}  {part.size:5,}  {_printable(part.label)}")
    for example in found.examples:
        typer.echo(f"  comment {example.comment[:12]}  {example.language:7}  {_printable(example.text)}")
    for event in found.lineage:
        other = f" {event.other} ({event.share:.0%})" if event.other and event.share is not None else ""
        typer.echo(f"  {event.at:%Y-%m-%d}  {event.cluster} {FATES[event.fate]}{other}")
    for said in found.edits:
        _print_edit(said)


@app.command("rename")
def rename(
    topic: TopicName,
    name: Annotated[str, typer.Argument(help="The new name.")],
    author: Author = None,
    note: Note = None,
) -> None:
    """Give a topic a name of your own. Its id stays."""
    _edit("rename", topic, {"name": name}, author, note)


@app.command("merge")
def merge(
    topic: TopicName,
    into: Annotated[str, typer.Argument(help="The topic that it goes into, which keeps its id and name.")],
    author: Author = None,
    note: Note = None,
) -> None:
    """Say that two topics are one cause."""
    _edit("merge", topic, {"into": into}, author, note)


@app.command("split")
def split(
    topic: TopicName,
    name: Annotated[str, typer.Argument(help="The name of the new topic.")],
    part: Annotated[str | None, typer.Option(help="The part that goes: its id, as `show` gives it.")] = None,
    example: Annotated[
        list[str] | None, typer.Option(help="A comment that goes, with all that is like it. May be repeated.")
    ] = None,
    author: Author = None,
    note: Note = None,
) -> None:
    """Make two topics of one: by one of its parts, or by comments that are examples of the new one."""
    asked: dict[str, Any] = {"name": name}
    asked |= {"part": part} if part else {}
    asked |= {"examples": sorted(set(example))} if example else {}
    _edit("split", topic, asked, author, note)


@app.command("move")
def move(
    comment: Annotated[str, typer.Argument(help="The id of a comment, as `show` gives it.")],
    into: Annotated[str, typer.Argument(help="The topic that it belongs to.")],
    source: Annotated[str | None, typer.Option("--from", help="The topic it is in, if it is in several.")] = None,
    author: Author = None,
    note: Note = None,
) -> None:
    """Put a comment, and all that say just the same, into another topic."""
    _edit("move", source, {"comment": comment, "into": into}, author, note)


@app.command("pin")
def pin(topic: TopicName, author: Author = None, note: Note = None) -> None:
    """Keep a topic: no analysis merges or retires it."""
    _edit("pin", topic, {}, author, note)


@app.command("ignore")
def ignore(topic: TopicName, author: Author = None, note: Note = None) -> None:
    """Leave a topic out of reports. What belongs to it still goes there, so that it does not come up again."""
    _edit("ignore", topic, {}, author, note)


@app.command("adopt")
def adopt(
    topic: TopicName,
    name: Annotated[str, typer.Argument(help="The name of the theme.")],
    theme: Annotated[str | None, typer.Option(help="The id of the theme. Left out: made of the name.")] = None,
    author: Author = None,
    note: Note = None,
) -> None:
    """Make a theme of a topic: reports rank it as one, beside those of the code frame."""
    _edit("adopt", topic, {"name": name} | ({"theme": theme} if theme else {}), author, note)


@app.command("undo")
def undo(
    edit: Annotated[int, typer.Argument(help="The number of an edit, as `history` gives it.")],
    author: Author = None,
    note: Note = None,
) -> None:
    """Take an edit back. To undo an undoing is to do it again."""
    from service.topics import editing
    from service.topics.views import sentence

    with _store(write=True) as (connection, workspace):
        kept = editing.undo(connection, workspace, edit, _by(author, note))
    typer.echo(f"{kept.id}: {_printable(sentence(kept))}")
    _say_when()


@app.command("history")
def history(topic: Annotated[str | None, typer.Argument(help="Only what is about this topic.")] = None) -> None:
    """List what people said of topics, the latest first, and what became of it."""
    from saywhy.code_frame import load_code_frame
    from service.topics import views

    with _store() as (connection, workspace):
        edits = (
            views.history(connection, workspace)
            if topic is None
            else views.details(connection, workspace, topic, themes=load_code_frame(), count=1).edits
        )
    for said in edits:
        _print_edit(said)


FATES = {
    "found": "was found",
    "continued": "continued",
    "split": "was split from",
    "merged": "was merged into",
    "retired": "was retired",
}


def _edit(kind: str, topic: str | None, asked: dict[str, Any], author: str | None, note: str | None) -> None:
    from saywhy.code_frame import load_code_frame
    from saywhy.topic import EditKind
    from service.topics import editing
    from service.topics.views import sentence

    with _store(write=True) as (connection, workspace):
        kept = editing.edit(
            connection, workspace, EditKind(kind), topic, asked, _by(author, note), themes=load_code_frame()
        )
    typer.echo(f"{kept.id}: {_printable(sentence(kept))}")
    _say_when()


def _by(author: str | None, note: str | None) -> Attribution:
    from service.topics.editing import Attribution

    return Attribution(author or getpass.getuser(), note)


@contextmanager
def _store(*, write: bool = False) -> Iterator[tuple[Connection, int]]:
    """A transaction on the workspace; raises `WorkspaceNotFound`."""
    from saywhy.store import open_store, reading, workspaces

    settings = read_settings()
    engine = open_store(settings.database_url)
    with engine.begin() if write else reading(engine) as connection:
        yield connection, workspaces.find(connection, settings.workspace)


def _say_when() -> None:
    typer.echo("Reports follow with the next `saywhy analyse`.", err=True)


def _print_topic(topic: Topic) -> None:
    marks = [
        name
        for name, holds in (
            ("pinned", topic.is_pinned),
            ("ignored", topic.is_ignored),
            ("adopted", topic.is_adopted),
            ("emerging", topic.is_emerging),
            ("unstable", topic.is_unstable),
        )
        if holds
    ]
    stability = "   –" if topic.stability is None else f"{topic.stability:4.2f}"
    since = f"{topic.first_seen:%Y-%m-%d}" if topic.first_seen else "–"
    told = f"{topic.id}  {topic.size:6,} ({topic.growth:+,})  stability {stability}  since {since}"
    typer.echo(f"{told}  {topic.polarity} {_printable(topic.theme)}: {_printable(topic.label)}{_listed(marks)}")


def _listed(marks: list[str]) -> str:
    return f"  [{', '.join(marks)}]" if marks else ""


def _print_edit(said: EditStatus) -> None:
    from service.topics.views import sentence

    edit, fate = said.edit, said.standing.value
    fate += f" by {said.undone_by}" if said.undone_by else f": {said.why}" if said.why else ""
    note = f" ({edit.note})" if edit.note else ""
    typer.echo(
        f"{edit.id}  {edit.at:%Y-%m-%d %H:%M}  {_printable(edit.author)}: {_printable(sentence(edit) + note)}  [{fate}]"
    )


def _printable(text: str) -> str:
    from pipelines.render.wording import printable

    return printable(text)
