"""`saywhy topics create`: a topic from examples is there at once, collects at the next analysis, and keeps its id."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.annotator import Annotator
from saywhy import store
from tests.builders.analysed_topics import TEXTS, add, comments_in, read, run, topics_command
from tests.builders.missing_functions import FUNCTIONS

DARK = FUNCTIONS["dark mode"]
CREATE = ("create", "No dark mode", "--theme", "features")


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory, annotator: Annotator) -> Path:
    """A store with topics, and complaints about five missing functions, of which a comment has two clauses."""
    path = tmp_path_factory.mktemp("created") / "store.db"
    add(path, [*TEXTS, *(text for texts in FUNCTIONS.values() for text in texts)])
    add(path, ["I love the support team. There is no dark mode for my phone. It needs a night mode."], start=5000)
    run(path, annotator)
    return path


@pytest.fixture
def topics_store(analysed: Path, tmp_path: Path) -> Path:
    """A copy of that store, to be edited."""
    return Path(shutil.copy(analysed, tmp_path / "store.db"))


def comment_of(path: Path, text: str) -> str:
    """The id of the comment that begins with this text."""
    engine = store.open_store(f"sqlite:///{path}")
    with store.reading(engine) as connection:
        comments = list(store.comments.load(connection, store.workspaces.find(connection, "default")))
    engine.dispose()
    (content_hash,) = [comment.content_hash for comment in comments if comment.verbatim.startswith(text)]
    return content_hash[:12]


def created(path: Path) -> str:
    """The id of the topic that was created."""
    (topic,) = [topic.id for topic in read(path)[0].values() if topic.label == "No dark mode"]
    return topic


@pytest.mark.slow
def test_a_created_topic_collects_and_stays(topics_store: Path, annotator: Annotator) -> None:
    """It has its examples at once, more after the next analysis, and the same id and examples after a refit."""
    examples = [comment_of(topics_store, text) for text in (DARK[0], DARK[1], DARK[3], DARK[5])]
    arguments = [argument for example in examples for argument in ("--example", example)]
    result = topics_command(topics_store, *CREATE, *arguments, "--text", "a dark theme is missing")
    assert result.exit_code == 0, result.stderr
    assert "“No dark mode” from 5 examples" in result.stdout
    topic = created(topics_store)
    assert sorted(comments_in(topics_store, topic)) == sorted(examples)
    assert topics_command(topics_store, *CREATE, *arguments, "--text", "a dark theme is missing").stdout[:2] == "1:"
    run(topics_store, annotator)
    collected = comments_in(topics_store, topic)
    assert set(examples) < set(collected)
    assert len(set(collected) & {comment_of(topics_store, text) for text in DARK}) >= 7
    add(topics_store, ["Still waiting for a dark mode", "dark mode, please!", "No SSO"], start=6000)
    run(topics_store, annotator, refit=True)
    assert created(topics_store) == topic
    after = comments_in(topics_store, topic)
    assert set(collected) <= {*after}
    assert {comment_of(topics_store, text) for text in ("Still waiting", "dark mode, please")} <= {*after}
    shown = topics_command(topics_store, "show", topic).stdout
    assert "was found" in shown
    assert "create" in shown


@pytest.mark.slow
def test_a_created_topic_is_undone_and_restored(topics_store: Path, annotator: Annotator) -> None:
    """Undone, it is gone at once and its clauses are elsewhere after the next analysis; undone again, it is back."""
    before = read(topics_store)
    topics_command(topics_store, *CREATE, "--example", comment_of(topics_store, DARK[0]), "--text", DARK[1])
    topic = created(topics_store)
    assert topics_command(topics_store, "undo", "1").exit_code == 0
    assert read(topics_store) == before
    topics_command(topics_store, "undo", "2")
    run(topics_store, annotator)
    assert read(topics_store)[0][topic].size >= 2
    topics_command(topics_store, "undo", "1")
    assert topic not in read(topics_store)[0]
    assert not any(assignment.topic == topic for assignment in read(topics_store)[1])
    run(topics_store, annotator)
    assert topic not in read(topics_store)[0]
    number = topics_command(topics_store, "history").stdout.split()[0]
    topics_command(topics_store, "undo", number)
    run(topics_store, annotator)
    assert read(topics_store)[0][topic].size >= 2


def test_a_topic_from_words_alone_is_empty_until_the_next_analysis(topics_store: Path, annotator: Annotator) -> None:
    """Examples in own words find the comments that say the same."""
    topics_command(topics_store, *CREATE, "--text", DARK[0], "--text", DARK[1], "--text", DARK[4])
    assert read(topics_store)[0][created(topics_store)].size == 0
    run(topics_store, annotator)
    assert read(topics_store)[0][created(topics_store)].size >= 3


@pytest.mark.slow
def test_refusals_of_created_topics_say_what_and_why(topics_store: Path) -> None:
    """No or too many examples, unknown comments, taken names, wrong theme or polarity: exit code 1 and one line."""
    dark, several = comment_of(topics_store, DARK[0]), comment_of(topics_store, "I love the support")
    taken = next(iter(read(topics_store)[0].values())).label
    texts = [argument for number in range(11) for argument in ("--text", f"text {number}")]
    for arguments, message in (
        (CREATE, "give 1 to 10 examples"),
        ((*CREATE, *texts), "give 1 to 10 examples"),
        ((*CREATE, "--text", " "), "an example must be one line"),
        ((*CREATE, "--example", "xyz"), "'xyz' is not a comment"),
        ((*CREATE, "--example", "0123456789ab"), "there is no comment 0123456789ab"),
        ((*CREATE, "--example", f"{dark}:single sign-on"), "has the words 'single sign-on'"),
        ((*CREATE, "--example", several), "2 clauses of comment"),
        ((*CREATE, "--example", f"{several}:I love"), "is positive, not negative"),
        ((*CREATE, "--example", dark, "--polarity", "positive"), "is negative, not positive"),
        ((*CREATE, "--example", dark, "--polarity", "mixed"), "must be negative or positive"),
        (("create", "New", "--theme", "nope", "--example", dark), "'nope' is not a theme of causes"),
        (("create", "New", "--theme", "general", "--example", dark), "'general' is not a theme of causes"),
        (("create", taken, "--theme", "features", "--example", dark), "is called"),
    ):
        result = topics_command(topics_store, *arguments)
        assert (result.exit_code, result.stdout) == (1, ""), arguments
        assert message in result.stderr, arguments
        assert len(result.stderr.splitlines()) == 1
    assert topics_command(topics_store, *CREATE, "--example", f"{several}:night mode").exit_code == 0


@pytest.mark.slow
def test_comments_of_an_anonymous_workspace_are_no_examples(tmp_path: Path, annotator: Annotator) -> None:
    """Whether a comment has certain words would say what somebody wrote; own words are accepted."""
    path = tmp_path / "anonymous.db"
    engine = store.open_store(f"sqlite:///{path}")
    with engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "default"))
    engine.dispose()
    add(path, TEXTS)
    run(path, annotator)
    for example in (comment_of(path, TEXTS[0]), "0123456789ab"):
        assert "cannot be examples" in topics_command(path, *CREATE, "--example", f"{example}:logged").stderr
    assert topics_command(path, *CREATE, "--text", "There is no dark mode").exit_code == 0
