"""`saywhy topics …`: read the topics of the stored feedback and correct them."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import streams
from cli.configuration import read_settings, serving_code_frame

if TYPE_CHECKING:
    from saywhy.settings import Settings
    from saywhy.store import Engine
    from saywhy.topic import Edit, Topic
    from service.topics.editing import Attribution
    from service.topics.views import EditStatus

app = typer.Typer(rich_markup_mode="markdown", subcommand_metavar="[COMMAND] [ARGS]...")

TopicName = Annotated[str, typer.Argument(metavar="TOPIC", help="The id of a topic, or its label.")]
Author = Annotated[str | None, typer.Option(help="Who makes the edit; by default your login name.")]
Note = Annotated[str | None, typer.Option(help="The reason; kept with the edit.")]


@app.callback(invoke_without_command=True)
def topics(
    context: typer.Context,
    topics_out: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="Write the topics to this file: a JSON array of {topic, label, keywords, size}."
        ),
    ] = None,
) -> None:
    """Read and correct the topics of the stored feedback; without a command, cluster texts from stdin.

    In, one per line: {"id", "text"}. Out, in the same order: {"id", "topic", "confidence"}; topic is null if a text
    fits none. All texts are held in memory, since they are compared with one another. Nothing is stored. Invalid lines
    are treated as in `saywhy classify`.
    """
    if context.invoked_subcommand is None:
        streams.topics(topics_out)


@app.command("list")
def list_topics() -> None:
    """List the topics: pinned ones first, then by size; unstable and vague ones after the others, ignored ones last."""
    from service.topics import views

    engine, settings = _open()
    for topic in views.list_topics(engine, settings.workspace):
        _print_topic(topic)


@app.command("show")
def show(
    topic: TopicName,
    examples: Annotated[int, typer.Option(min=1, max=200, help="Number of clauses to show.")] = 10,
) -> None:
    """Show a topic: example clauses with the ids of their comments, its parts, its history and its edits."""
    from service.topics import views

    engine, settings = _open()
    code_frame = serving_code_frame(settings)
    details = views.read_topic(engine, settings.workspace, topic, code_frame=code_frame, examples=examples)
    _print_topic(details.topic)
    if details.topic.keywords:
        typer.echo(f"  keywords: {_printable(', '.join(details.topic.keywords))}")
    for part in details.topic.parts:
        typer.echo(f"  part {part.id}  {part.size:5,}  {_printable(part.label)}")
    for example in details.examples:
        typer.echo(f"  comment {example.comment[:12]}  {example.language:7}  {_printable(example.text)}")
    for event in details.lineage:
        other = f" {event.other} ({event.share:.0%})" if event.other and event.share is not None else ""
        typer.echo(f"  {event.at:%Y-%m-%d}  {event.cluster} {FATES[event.fate]}{other}")
    for status in details.edits:
        _print_edit(status)


@app.command("rename")
def rename(
    topic: TopicName,
    name: Annotated[str, typer.Argument(help="The new name.")],
    author: Author = None,
    note: Note = None,
) -> None:
    """Give a topic a name. Its id stays."""
    _edit("rename", topic, {"name": name}, author, note)


@app.command("merge")
def merge(
    topic: TopicName,
    into: Annotated[str, typer.Argument(help="The topic to merge it into, which keeps its id and name.")],
    author: Author = None,
    note: Note = None,
) -> None:
    """Merge two topics that are the same cause."""
    _edit("merge", topic, {"into": into}, author, note)


@app.command("split")
def split(
    topic: TopicName,
    name: Annotated[str, typer.Argument(help="The name of the new topic.")],
    part: Annotated[str | None, typer.Option(help="The id of the part to split off, as printed by `show`.")] = None,
    example: Annotated[
        list[str] | None, typer.Option(help="A comment to split off, with all similar ones. Repeatable.")
    ] = None,
    author: Author = None,
    note: Note = None,
) -> None:
    """Split a topic in two: by one of its parts, or by comments that are examples of the new topic."""
    arguments: dict[str, Any] = {"name": name}
    arguments |= {"part": part} if part else {}
    arguments |= {"examples": sorted(set(example))} if example else {}
    _edit("split", topic, arguments, author, note)


@app.command("move")
def move(
    comment: Annotated[str, typer.Argument(help="The id of a comment, as printed by `show`.")],
    into: Annotated[str, typer.Argument(help="The topic to move it into.")],
    source: Annotated[
        str | None, typer.Option("--from", help="The topic to move it from, if it is in several.")
    ] = None,
    author: Author = None,
    note: Note = None,
) -> None:
    """Move a comment, and all with the same words, into another topic."""
    _edit("move", source, {"comment": comment, "into": into}, author, note)


@app.command("pin")
def pin(topic: TopicName, author: Author = None, note: Note = None) -> None:
    """Pin a topic: no analysis merges or retires it."""
    _edit("pin", topic, {}, author, note)


@app.command("ignore")
def ignore(topic: TopicName, author: Author = None, note: Note = None) -> None:
    """Leave a topic out of reports. New clauses are still assigned to it, so that it is not found again."""
    _edit("ignore", topic, {}, author, note)


@app.command("adopt")
def adopt(
    topic: TopicName,
    name: Annotated[str, typer.Argument(help="The name of the theme.")],
    theme: Annotated[str | None, typer.Option(help="The id of the theme; by default derived from the name.")] = None,
    author: Author = None,
    note: Note = None,
) -> None:
    """Make a topic a theme: reports rank it beside the themes of the code frame."""
    _edit("adopt", topic, {"name": name} | ({"theme": theme} if theme else {}), author, note)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="The name of the new topic.")],
    theme: Annotated[str, typer.Option(help="The id of the theme that it belongs to.")],
    polarity: Annotated[str, typer.Option(help="negative for a complaint, positive for praise.")] = "negative",
    example: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COMMENT[:WORDS]",
            help="A comment that names the cause, as printed by `show`; with words of the clause that names it, if it "
            "has several. Repeatable.",
        ),
    ] = None,
    text: Annotated[list[str] | None, typer.Option(help="An example in your own words. Repeatable.")] = None,
    author: Author = None,
    note: Note = None,
) -> None:
    """Create a topic from 1 to 10 examples. From the next analysis on it collects what is like them."""
    arguments: dict[str, Any] = {"name": name, "theme": theme, "polarity": polarity}
    arguments |= {"examples": sorted(set(example))} if example else {}
    arguments |= {"texts": sorted(set(text))} if text else {}
    _edit("create", None, arguments, author, note)


@app.command("undo")
def undo(
    edit: Annotated[int, typer.Argument(help="The number of an edit, as printed by `history`.")],
    author: Author = None,
    note: Note = None,
) -> None:
    """Undo an edit. Undoing an undo restores the edit."""
    from service.topics import editing

    engine, settings = _open()
    _print_kept(editing.undo_edit(engine, settings.workspace, edit, _attribution(author, note)))


@app.command("history")
def history(topic: Annotated[str | None, typer.Argument(help="Only the edits of this topic.")] = None) -> None:
    """List all edits, latest first, with their outcome."""
    from service.topics import views

    engine, settings = _open()
    if topic is None:
        edits = views.list_edits(engine, settings.workspace)
    else:
        code_frame = serving_code_frame(settings)
        edits = views.read_topic(engine, settings.workspace, topic, code_frame=code_frame, examples=1).edits
    for status in edits:
        _print_edit(status)


#: Columns for the id of a topic in lists: the longest id of the library has so many.
ID_WIDTH = 35

#: What happened to a topic when all clauses were clustered again, by `saywhy.topic.Fate`.
FATES = {
    "found": "was found",
    "continued": "continued",
    "split": "was split from",
    "merged": "was merged into",
    "retired": "was retired",
}


def _edit(kind: str, topic: str | None, arguments: dict[str, Any], author: str | None, note: str | None) -> None:
    from saywhy.topic import EditKind
    from service.topics import editing
    from service.topics.validation import EditRequest

    engine, settings = _open()
    request, attribution = EditRequest(EditKind(kind), topic, arguments), _attribution(author, note)
    code_frame = serving_code_frame(settings)
    _print_kept(editing.apply_edit(engine, settings.workspace, request, attribution, code_frame=code_frame))


def _attribution(author: str | None, note: str | None) -> Attribution:
    from service.topics.editing import Attribution

    return Attribution(author or getpass.getuser(), note)


def _open() -> tuple[Engine, Settings]:
    from saywhy.store import open_store

    settings = read_settings()
    return open_store(settings.database_url), settings


def _print_kept(edit: Edit) -> None:
    from service.topics.views import summarise

    typer.echo(f"{edit.id}: {_printable(summarise(edit))}")
    typer.echo("Reports change with the next `saywhy analyse`.", err=True)


def _print_topic(topic: Topic) -> None:
    marks = [
        name
        for name, is_set in (
            ("pinned", topic.is_pinned),
            ("ignored", topic.is_ignored),
            ("adopted", topic.is_adopted),
            ("emerging", topic.is_emerging),
            ("unstable", topic.is_unstable),
            ("vague", topic.is_vague),
        )
        if is_set
    ]
    stability = "   –" if topic.stability is None else f"{topic.stability:4.2f}"
    since = f"{topic.first_seen:%Y-%m-%d}" if topic.first_seen else "–"
    numbers = f"{topic.id:<{ID_WIDTH}}  {topic.size:6,} ({topic.growth:+,})  stability {stability}  since {since}"
    suffix = f"  [{', '.join(marks)}]" if marks else ""
    typer.echo(f"{numbers}  {topic.polarity} {_printable(topic.theme)}: {_printable(topic.label)}{suffix}")


def _print_edit(status: EditStatus) -> None:
    from service.topics.views import summarise

    edit, outcome = status.edit, status.outcome.value
    outcome += f" by {status.undone_by}" if status.undone_by else f": {status.why}" if status.why else ""
    note = f" ({edit.note})" if edit.note else ""
    summary = _printable(summarise(edit) + note)
    typer.echo(f"{edit.id}  {edit.at:%Y-%m-%d %H:%M}  {_printable(edit.author)}: {summary}  [{outcome}]")


def _printable(text: str) -> str:
    from pipelines.render.wording import printable

    return printable(text)
