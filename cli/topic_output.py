"""Topics, edits and proposals as lines of text, and what the commands that show them share."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from cli.configuration import configured_store, read_settings

if TYPE_CHECKING:
    from saywhy.settings import Settings
    from saywhy.store import Engine
    from saywhy.topic import Edit, Topic
    from service.topics.editing import Attribution
    from service.topics.proposals import ProposalView
    from service.topics.views import EditStatus

Author = Annotated[str | None, typer.Option(help="Who makes the edit; by default your login name.")]
Note = Annotated[str | None, typer.Option(help="The reason; kept with the edit.")]

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


def attribution(author: str | None, note: str | None) -> Attribution:
    """Who edits: the author, or the login name."""
    from service.topics.editing import Attribution

    return Attribution(author or getpass.getuser(), note)


def open_workspace() -> tuple[Engine, Settings]:
    """The store and the settings, which name the workspace."""

    settings = read_settings()
    return configured_store(settings), settings


def print_kept(edit: Edit) -> None:
    """An edit that is kept."""
    from service.topics.views import summarise

    typer.echo(f"{edit.id}: {printable(summarise(edit))}")
    typer.echo("Reports change with the next `saywhy analyse`.", err=True)


def print_topic(topic: Topic) -> None:
    """A topic in one line, with its marks."""
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
    typer.echo(f"{numbers}  {topic.polarity} {printable(topic.theme)}: {printable(topic.label)}{suffix}")


def print_edit(status: EditStatus) -> None:
    """An edit in one line, with its outcome."""
    from service.topics.views import summarise

    edit, outcome = status.edit, status.outcome.value
    outcome += f" by {status.undone_by}" if status.undone_by else f": {status.why}" if status.why else ""
    note = f" ({edit.note})" if edit.note else ""
    summary = printable(summarise(edit) + note)
    typer.echo(f"{edit.id}  {edit.at:%Y-%m-%d %H:%M}  {printable(edit.author)}: {summary}  [{outcome}]")


def print_definition(topic: Topic) -> None:
    """The definition, marked as proposed if no person wrote or confirmed it."""
    if topic.definition is not None:
        mark = " (proposed)" if topic.definition.is_proposed else ""
        typer.echo(f"  definition{mark}: {printable(topic.definition.text())}")


def print_proposal(view: ProposalView) -> None:
    """A proposal in two lines: the topics, and the reason with what became of it."""
    proposal, decision = view.proposal, view.proposal.decision
    topic, into = (
        f"{topic_id} “{printable(label)}”" if label is not None else f"{topic_id} (no longer there)"
        for topic_id, label in ((proposal.topic, view.topic_label), (proposal.into, view.into_label))
    )
    outcome = ""
    if decision is not None:
        edit = f" as edit {decision.edit}" if decision.edit is not None else ""
        note = f" ({decision.note})" if decision.note else ""
        outcome = f"  [{decision.verdict}{edit} by {decision.author}{note}]"
    typer.echo(f"{proposal.id}: merge {topic} into {into}{printable(outcome)}")
    typer.echo(f"   {proposal.at:%Y-%m-%d}  {printable(proposal.reason)}")


def printable(text: str) -> str:
    """The text without characters that control a terminal."""
    from pipelines.render.wording import printable as without_controls

    return without_controls(text)
