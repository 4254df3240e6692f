"""`saywhy topics proposals`, `accept` and `dismiss`."""

from __future__ import annotations

from pathlib import Path

import pytest

from saywhy import store
from tests.builders.analysed_topics import topics_command
from tests.builders.proposed_merges import AT, fill


@pytest.fixture
def proposed(tmp_path: Path) -> Path:
    """A store with two open proposals."""
    path = tmp_path / "store.db"
    engine = store.open_store(f"sqlite:///{path}")
    workspace_id = fill(engine)
    with engine.begin() as connection:
        proposals = [("hours", "performance.slow", "Both \x1b[31mwait."), ("nurses", "staff", "Both praise people.")]
        store.merge_proposals.add(connection, workspace_id, proposals, at=AT)
    engine.dispose()
    return path


def test_proposals_are_listed_accepted_and_dismissed(proposed: Path) -> None:
    """Open ones, the latest first, without control characters; `--all` shows all. The merge is in the history."""
    assert topics_command(proposed, "proposals").stdout.splitlines() == [
        "2: merge nurses “Lovely nurses” into staff “Kind people”",
        "   2026-02-03  Both praise people.",
        "1: merge hours “Hours for a file” into performance.slow “App is slow”",
        "   2026-02-03  Both \ufffd[31mwait.",
    ]
    accepted = topics_command(proposed, "accept", "1", "--author", "Ada")
    assert (accepted.exit_code, accepted.stdout) == (0, "1: merge hours into performance.slow\n")
    dismissed = topics_command(proposed, "dismiss", "2", "--author", "Bob", "--note", "two wards")
    assert dismissed.stdout.splitlines()[0].endswith("“Kind people”  [dismissed by Bob (two wards)]")
    assert topics_command(proposed, "proposals").stdout == ""
    assert topics_command(proposed, "proposals", "--all").stdout.splitlines()[2] == (
        "1: merge hours (no longer there) into performance.slow “App is slow”  [accepted as edit 1 by Ada]"
    )
    assert "Ada: merge hours into performance.slow  [stands]" in topics_command(proposed, "history").stdout
    assert topics_command(proposed, "undo", "1").exit_code == 0
    assert "Hours for a file" in topics_command(proposed, "list").stdout


def test_refusals_say_what_and_why(proposed: Path) -> None:
    """Unknown proposals, and dismissing one that was accepted: exit code 1 and one line."""
    topics_command(proposed, "accept", "1")
    for arguments, message in (
        (("accept", "9"), "there is no proposal 9; `saywhy topics proposals --all` shows all of them"),
        (("dismiss", "9"), "there is no proposal 9"),
        (("dismiss", "1"), "proposal 1 was accepted as edit 1; undo that edit instead"),
    ):
        result = topics_command(proposed, *arguments)
        assert (result.exit_code, result.stdout) == (1, "")
        assert message in result.stderr
        assert len(result.stderr.splitlines()) == 1
