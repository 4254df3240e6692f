"""`saywhy topics …`: edits are shown at once and stay after the next analysis."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.annotator import Annotator
from saywhy import store
from saywhy.topic import Fate, Lineage
from tests.builders.analysed_topics import TEXTS, add, comments_in, largest, read, run, topics_command


@pytest.mark.slow
def test_every_edit_stays_after_new_feedback_and_after_a_refit(topics_store: Path, annotator: Annotator) -> None:
    """Edits of six topics hold after new comments and after a refit, and can be undone."""
    one, two, three, four, five, six, *_ = largest(topics_store)
    before = read(topics_store)
    example = comments_in(topics_store, three)[0]
    stray = comments_in(topics_store, four)[-1]
    edits = [
        ("rename", one, "What we call it"),
        ("merge", two, one),
        ("split", three, "Split off", "--example", example),
        ("move", stray, one, "--from", four),
        ("ignore", five),
        ("adopt", six, "Our own theme"),
        ("pin", four),
    ]
    for arguments in edits:
        assert topics_command(topics_store, *arguments, "--author", "Ada", "--note", "weekly").exit_code == 0, arguments

    def holds() -> None:
        topics, assigned = read(topics_store)
        where = {(a.content_hash, a.topic) for a in assigned}
        assert topics[one].label == "What we call it"
        assert two not in topics
        assert topics[one].size >= before[0][one].size + before[0][two].size
        (made,) = [topic for topic in topics.values() if topic.label == "Split off"]
        assert any(content_hash.startswith(example) and topic == made.id for content_hash, topic in where)
        assert any(content_hash.startswith(stray) and topic == one for content_hash, topic in where)
        assert not any(content_hash.startswith(stray) and topic == four for content_hash, topic in where)
        assert topics[five].is_ignored
        assert not any(topic == five for _, topic in where)
        assert (topics[six].theme, topics[six].is_adopted) == ("our-own-theme", True)
        assert topics[four].is_pinned

    holds()
    add(topics_store, [f"{text} again" for text in TEXTS[::6]], start=1000)
    run(topics_store, annotator)
    holds()
    run(topics_store, annotator, refit=True)
    holds()
    engine = store.open_store(f"sqlite:///{topics_store}")
    with store.reading(engine) as connection:
        report = store.reports.latest(connection, store.workspaces.find(connection, "default"), "all")
    issues = {(issue.kind, issue.id) for issue in (*report.issues, *report.delights)}
    assert ("theme", "our-own-theme") in issues
    assert not issues & {("topic", six), ("topic", five), ("topic", two)}
    for number in range(len(edits), 0, -1):
        assert topics_command(topics_store, "undo", str(number)).exit_code == 0
    topics, _ = read(topics_store)
    assert {one, two, three, four, five, six} <= set(topics)
    assert not any(topic.is_pinned or topic.is_ignored or topic.is_adopted for topic in topics.values())
    assert topics[one].label == before[0][one].label
    assert topics_command(topics_store, "history").stdout.count("[undone by") == len(edits)


def test_an_undo_restores_the_topics_exactly(topics_store: Path) -> None:
    """After an edit and its undo, the topics and their clauses are exactly as before."""
    before = read(topics_store)
    one, two, *_ = before[0]
    for arguments in (("merge", two, one), ("split", one, "Half", "--example", comments_in(topics_store, one)[0])):
        assert topics_command(topics_store, *arguments).exit_code == 0
        assert read(topics_store) != before
        number = topics_command(topics_store, "history").stdout.split()[0]
        assert topics_command(topics_store, "undo", number).exit_code == 0
        assert read(topics_store) == before


def test_a_repeated_edit_returns_the_first_one(topics_store: Path) -> None:
    """The same edit again returns the first one, and so does a second undo."""
    one = largest(topics_store)[0]
    assert [topics_command(topics_store, "rename", one, "Mine").stdout[:2] for _ in range(2)] == ["1:", "1:"]
    assert topics_command(topics_store, "rename", one, "Yours").stdout[:2] == "2:"
    assert topics_command(topics_store, "rename", one, "Mine").stdout[:2] == "3:"
    assert [topics_command(topics_store, "undo", "3").stdout[:2] for _ in range(2)] == ["4:", "4:"]
    assert read(topics_store)[0][one].label == "Yours"


@pytest.mark.slow
def test_refusals_say_what_and_why(topics_store: Path) -> None:
    """Unknown or ended topics, comments and edits, names in use and invalid arguments: exit code 1 and one line."""
    one, two, three, *_ = largest(topics_store)
    label = read(topics_store)[0][two].label
    example = comments_in(topics_store, one)[0]
    topics_command(topics_store, "merge", three, two)
    for arguments, message in (
        (("rename", "nope", "x"), "there is no topic 'nope'"),
        (("rename", three, "x"), f"topic {three} is merged into {two}"),
        (("rename", one, label), "is called"),
        (("rename", one, " "), "must be one line of 1 to 120 characters"),
        (("rename", one, "x" * 121), "must be one line of 1 to 120 characters"),
        (("merge", one, one), "cannot be merged into itself"),
        (("merge", one, "nope"), "there is no topic 'nope'"),
        (("split", one, "New"), "either which part, or which comments"),
        (("split", one, "New", "--part", "nope"), "has no part 'nope'"),
        (("split", two, "New", "--example", example), f"comment {example} has nothing in topic {two}"),
        (("move", "xyz", one), "'xyz' is not a comment"),
        (("move", "0123456789ab", one), "there is no comment 0123456789ab"),
        (("move", example, one, "--from", two), f"has nothing in topic {two} to move"),
        (("adopt", one, "Billing"), "billing is a theme of the code frame already"),
        (("adopt", one, "x", "--theme", "No Id"), "cannot be the id of a theme"),
        (("undo", "99"), "there is no edit 99"),
    ):
        result = topics_command(topics_store, *arguments)
        assert (result.exit_code, result.stdout) == (1, ""), arguments
        assert message in result.stderr, arguments
        assert len(result.stderr.splitlines()) == 1
    assert len(topics_command(topics_store, "history").stdout.splitlines()) == 1


def test_an_ended_topic_is_refused_with_its_fate(topics_store: Path) -> None:
    """The error for a topic that was merged or retired says which, into what, and when."""
    engine = store.open_store(f"sqlite:///{topics_store}")
    with engine.begin() as connection:
        workspace = store.workspaces.find(connection, "default")
        fit = store.clusters.fit(connection, workspace)
        assert fit is not None
        one = store.topics.load(connection, workspace)[0].id
        at = fit.fitted_at
        events = [Lineage(at, Fate.MERGED, "gone", one, 0.9), Lineage(at, Fate.RETIRED, "void")]
        store.clusters.save(connection, workspace, fit, (), events)
    engine.dispose()
    assert f"topic gone was merged into {one} on {at:%Y-%m-%d}" in topics_command(topics_store, "pin", "gone").stderr
    assert "topic void was retired" in topics_command(topics_store, "pin", "void").stderr


@pytest.mark.slow
def test_an_anonymous_workspace_shows_no_examples(
    tmp_path: Path, annotator: Annotator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An anonymous workspace lists only the topics of the published report, and shows no clauses.

    Library causes are not divided there: the label of a part would be what a few people said.
    """
    monkeypatch.delattr("pipelines.topics.update.divide_library")
    topics_store = tmp_path / "store.db"
    engine = store.open_store(f"sqlite:///{topics_store}")
    with engine.begin() as connection:
        workspace = store.workspaces.ensure(connection, "default")
        store.workspaces.promise_anonymity(connection, workspace)
    engine.dispose()
    add(topics_store, TEXTS)
    run(topics_store, annotator)
    topics = largest(topics_store)
    listed = topics_command(topics_store, "list").stdout
    shown = [topic for topic in topics if topic in listed]
    assert len(shown) < len(topics)
    hidden = next(topic for topic in topics if topic not in shown)
    assert "there is no topic" in topics_command(topics_store, "show", hidden).stderr
    for topic in shown:
        assert "comment" not in topics_command(topics_store, "show", topic).stdout
    # What is added and analysed but waits for the next report changes no size, growth or date in the list.
    add(topics_store, TEXTS[:2], len(TEXTS))
    run(topics_store, annotator)
    assert topics_command(topics_store, "list").stdout == listed
    assert all("since –" in line and "(+0)" in line for line in listed.splitlines())
    # Nor does an edit tell: ids and names of library causes are known, so trying them must not answer.
    for arguments in (("rename", hidden, "New"), ("merge", shown[0], hidden), ("pin", hidden)):
        assert "there is no topic" in topics_command(topics_store, *arguments).stderr
    taken = read(topics_store)[0][hidden].label
    assert topics_command(topics_store, "rename", shown[0], taken).exit_code == 0
