"""`saywhy topics proposals`, `accept` and `dismiss`: merges that a language model proposed."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.configuration import serving_code_frame
from cli.topic_output import Author, Note, attribution, open_workspace, print_kept, print_proposal

Number = Annotated[int, typer.Argument(metavar="PROPOSAL", help="The number of a proposal, as printed by `proposals`.")]


def list_proposals(
    show_all: Annotated[bool, typer.Option("--all", help="Also those that are decided or out of date.")] = False,
) -> None:
    """List the topics that the language model of SAYWHY_LABEL_URL takes for the same cause. Nothing is merged yet."""
    from service.topics import proposals

    engine, settings = open_workspace()
    for view in proposals.list_proposals(engine, settings.workspace):
        if show_all or view.is_open:
            print_proposal(view)


def accept(proposal: Number, author: Author = None, note: Note = None) -> None:
    """Merge the topics of a proposal. This is an edit like any other: `undo` takes it back."""
    from service.topics import proposals

    engine, settings = open_workspace()
    code_frame = serving_code_frame(settings)
    by = attribution(author, note)
    print_kept(proposals.accept(engine, settings.workspace, proposal, by, code_frame=code_frame))


def dismiss(proposal: Number, author: Author = None, note: Note = None) -> None:
    """Keep the topics of a proposal apart. They are not proposed again."""
    from service.topics import proposals

    engine, settings = open_workspace()
    print_proposal(proposals.dismiss(engine, settings.workspace, proposal, attribution(author, note)))
