"""`saywhy topics …`: read the topics of the stored feedback and correct them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import proposals, streams
from cli.configuration import serving_code_frame
from cli.topic_output import (
    FATES,
    Author,
    Note,
    attribution,
    open_workspace,
    print_definition,
    print_edit,
    print_kept,
    print_topic,
    printable,
)

app = typer.Typer(rich_markup_mode="markdown", subcommand_metavar="[COMMAND] [ARGS]...")

TopicName = Annotated[str, typer.Argument(metavar="TOPIC", help="The id of a topic, or its label.")]


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
def list_topics(
    definitions: Annotated[
        bool, typer.Option("--definitions", help="Also print the definition of each topic.")
    ] = False,
) -> None:
    """List the topics: pinned ones first, then by size; unstable and vague ones after the others, ignored ones last."""
    from service.topics import views

    engine, settings = open_workspace()
    for topic in views.list_topics(engine, settings.workspace):
        print_topic(topic)
        if definitions:
            print_definition(topic)


@app.command("show")
def show(
    topic: TopicName,
    examples: Annotated[int, typer.Option(min=1, max=200, help="Number of clauses to show.")] = 10,
) -> None:
    """Show a topic: definition, example clauses with the ids of their comments, parts, history and edits."""
    from service.topics import views

    engine, settings = open_workspace()
    code_frame = serving_code_frame(settings)
    details = views.read_topic(engine, settings.workspace, topic, code_frame=code_frame, examples=examples)
    print_topic(details.topic)
    print_definition(details.topic)
    if details.topic.keywords:
        typer.echo(f"  keywords: {printable(', '.join(details.topic.keywords))}")
    for part in details.topic.parts:
        typer.echo(f"  part {part.id}  {part.size:5,}  {printable(part.label)}")
    for example in details.examples:
        typer.echo(f"  comment {example.comment[:12]}  {example.language:7}  {printable(example.text)}")
    for event in details.lineage:
        other = f" {event.other} ({event.share:.0%})" if event.other and event.share is not None else ""
        typer.echo(f"  {event.at:%Y-%m-%d}  {event.cluster} {FATES[event.fate]}{other}")
    for status in details.edits:
        print_edit(status)


@app.command("rename")
def rename(
    topic: TopicName,
    name: Annotated[str, typer.Argument(help="The new name.")],
    definition: Annotated[
        str | None, typer.Option(help="What the topic is about, in a sentence; by default the definition stays.")
    ] = None,
    author: Author = None,
    note: Note = None,
) -> None:
    """Give a topic a name. Its id stays."""
    _edit("rename", topic, {"name": name} | ({"definition": definition} if definition else {}), author, note)


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

    engine, settings = open_workspace()
    print_kept(editing.undo_edit(engine, settings.workspace, edit, attribution(author, note)))


@app.command("history")
def history(topic: Annotated[str | None, typer.Argument(help="Only the edits of this topic.")] = None) -> None:
    """List all edits, latest first, with their outcome."""
    from service.topics import views

    engine, settings = open_workspace()
    if topic is None:
        edits = views.list_edits(engine, settings.workspace)
    else:
        code_frame = serving_code_frame(settings)
        edits = views.read_topic(engine, settings.workspace, topic, code_frame=code_frame, examples=1).edits
    for status in edits:
        print_edit(status)


app.command("proposals")(proposals.list_proposals)
app.command("accept")(proposals.accept)
app.command("dismiss")(proposals.dismiss)


def _edit(kind: str, topic: str | None, arguments: dict[str, Any], author: str | None, note: str | None) -> None:
    from saywhy.topic import EditKind
    from service.topics import editing
    from service.topics.validation import EditRequest

    engine, settings = open_workspace()
    request, by = EditRequest(EditKind(kind), topic, arguments), attribution(author, note)
    code_frame = serving_code_frame(settings)
    print_kept(editing.apply_edit(engine, settings.workspace, request, by, code_frame=code_frame))
