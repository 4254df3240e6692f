"""Code frames of a workspace: analysed in one, taught by labels, changed to another version, and left again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.annotator import Annotator
from saywhy import store
from saywhy.code_frame import FIRST_CLASS_LANGUAGES
from saywhy.correction import Correction, CorrectionKind
from saywhy.errors import CodeFrameNotFound, InvalidInput, NoFollowUp
from saywhy.feedback import Comment
from saywhy.frame_file import read_frame
from saywhy.report import Report
from saywhy.store import Engine
from service import code_frames
from service.analysis import analyse
from service.labelling.training_data import corrected_comments
from service.reports.reading import read_report
from service.workspaces import promise_anonymity
from tests.builders.analysed_topics import add
from tests.builders.answers import NOW
from tests.builders.frames import SHOP, shop

QUEUES = [f"I queued at the till for {minutes} minutes." for minutes in range(10, 22)]
BREAD = [f"The bread was stale {count} times this month." for count in range(3, 9)]
TROLLEYS = [f"The trolleys in row {row} have broken wheels." for row in range(1, 7)]


class Counting:
    """The annotator, which counts the comments that are encoded."""

    def __init__(self, annotator: Annotator) -> None:
        self.model, self.code_frame = annotator.model, annotator.code_frame
        self.vectors, self.cause_probabilities = annotator.vectors, annotator.cause_probabilities
        self._annotator, self.annotated = annotator, 0

    def annotate(self, comments: list[object]) -> list[object]:
        self.annotated += len(comments)
        return self._annotator.annotate(comments)  # type: ignore[arg-type, return-value]


@pytest.fixture(scope="module")
def annotator_of_frames(annotator: Annotator) -> Counting:
    """One that counts."""
    return Counting(annotator)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A store with complaints about a shop."""
    path = tmp_path / "store.db"
    add(path, [*QUEUES, *BREAD, *TROLLEYS])
    engine = store.open_store(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def run(engine: Engine, annotator: Counting) -> Report:
    """The report on all waves after an analysis."""
    analyse(engine, "default", annotator, progress=lambda *_: None)  # type: ignore[arg-type]
    return read_report(engine, "default", "all")


def mentions(report: Report) -> dict[str, int]:
    """The responses that name each theme of the ranking."""
    return {issue.id: issue.mentions for issue in report.issues if issue.kind == "theme"}


@pytest.mark.slow
def test_a_frame_from_its_first_version_to_the_core_again(engine: Engine, annotator_of_frames: Counting) -> None:
    """Its themes and causes are in the report, labels teach it, another version keeps what people set, and the core
    frame comes back; comments are encoded once.
    """
    core = mentions(run(engine, annotator_of_frames))
    encoded = annotator_of_frames.annotated
    code_frames.add_frame(engine, "default", shop(), by="Ada")
    code_frames.choose_frame(engine, "default", "shop")
    report = run(engine, annotator_of_frames)
    before = mentions(report)
    assert before["checkout"] >= 10
    assert before["bakery"] >= 5
    assert "checkout.queue" in {issue.id for issue in report.issues}
    assert report.model == f"{annotator_of_frames.model}:shop@{shop().version}"
    assert len(code_frames.read_listed(engine, "default", "shop").versions) == 1

    label(engine, TROLLEYS[:2], "bakery", report.model)
    with engine.begin() as connection:
        store.efforts.put(connection, store.workspaces.find(connection, "default"), "theme:bakery", 5)
    assert mentions(run(engine, annotator_of_frames))["bakery"] == before["bakery"] + len(TROLLEYS)

    changed = (
        SHOP.replace("id: bakery", "id: bread")
        .replace("[till, payment]", "bakery")
        .replace("to: checkout", "to: bread")
    )
    code_frames.add_frame(engine, "default", read_frame(changed), by="Ben")
    report = run(engine, annotator_of_frames)
    assert mentions(report)["bread"] == before["bakery"] + len(TROLLEYS)
    assert "bakery" not in mentions(report)
    assert {issue.id: issue.effort_days for issue in report.issues}["bread"] == 5
    assert [version.added_by for version in code_frames.read_listed(engine, "default", "shop").versions] == [
        "Ben",
        "Ada",
    ]

    code_frames.choose_frame(engine, "default", "core")
    report = run(engine, annotator_of_frames)
    assert annotator_of_frames.annotated == encoded
    assert mentions(report) == core
    assert "checkout.queue" not in {issue.id for issue in report.issues}


def test_what_is_removed_is_said_and_taken_back(engine: Engine) -> None:
    """A version that leaves a theme out without a word is refused; one that removes it takes labels with it back."""
    code_frames.add_frame(engine, "default", shop(), by="Ada")
    label(engine, BREAD[:1], "bakery", "core-1:shop@2")
    smaller = SHOP.replace("id: bakery", "id: vegetables")
    with pytest.raises(InvalidInput, match="changes: say what became of bakery"):
        code_frames.add_frame(engine, "default", read_frame(smaller), by="Ben")
    code_frames.add_frame(engine, "default", read_frame(smaller.replace("from: parking", "from: bakery")), by="Ben")
    with store.reading(engine) as connection:
        workspace = store.workspaces.find(connection, "default")
        assert not store.corrections.load(connection, workspace)
        assert [each.author for each in store.corrections.log(connection, workspace)] == ["Ada", "Ben"]


def label(engine: Engine, texts: list[str], theme: str, model: str) -> None:
    """Correct the theme of the only clause of each comment, as this model annotated it."""
    with engine.begin() as connection:
        corrections = [
            Correction(Comment(text).content_hash, CorrectionKind.THEME, (0, len(text)), theme, "", model, "Ada", NOW)
            for text in texts
        ]
        store.corrections.add(connection, store.workspaces.find(connection, "default"), corrections)


@pytest.mark.slow
def test_an_anonymous_survey_stays_protected(tmp_path: Path, annotator_of_frames: Counting) -> None:
    """In a frame, too, an anonymous workspace tells of no fewer than five people and takes no labels. A theme that has
    one person more than what was published in the core frame would tell of that one: it is left out.
    """
    engine = store.open_store(f"sqlite:///{tmp_path / 'store.db'}")
    promise_anonymity(engine, "default")
    add(tmp_path / "store.db", [*QUEUES, *BREAD, *TROLLEYS, "Paying by card failed at the bakery."])
    run(engine, annotator_of_frames)
    code_frames.add_frame(engine, "default", shop(), by="Ada")
    code_frames.choose_frame(engine, "default", "shop")
    report = run(engine, annotator_of_frames)
    assert set(mentions(report)) == {"bakery"}
    assert all(issue.mentions >= 8 or not issue.quotes for issue in report.issues)
    assert all(issue.mentions >= 5 for issue in (*report.issues, *report.delights))
    with pytest.raises(NoFollowUp):
        corrected_comments(engine, "default", annotator_of_frames.code_frame)
    engine.dispose()


def test_labels_in_a_frame_do_not_reach_the_models(engine: Engine, annotator_of_frames: Counting) -> None:
    """Retraining the models leaves out themes that they do not have."""
    label(engine, QUEUES[:1], "checkout", "core-1:shop@2")
    label(engine, BREAD[:1], "quality", "core-1")
    [comment] = corrected_comments(engine, "default", annotator_of_frames.code_frame)
    assert comment.text == BREAD[0]


def test_what_ships_can_be_chosen_and_what_is_not_there_cannot(engine: Engine) -> None:
    """The frame for employees is there at once, others are named."""
    code_frames.choose_frame(engine, "default", "employee")
    assert [one.id for one in code_frames.list_frames(engine, "default") if one.is_chosen] == ["employee"]
    frame = code_frames.read_listed(engine, "default", "employee").frame
    assert frame
    assert set(frame.names) == set(FIRST_CLASS_LANGUAGES)
    with pytest.raises(CodeFrameNotFound, match="there are: core, employee"):
        code_frames.choose_frame(engine, "default", "customers")
    with pytest.raises(InvalidInput, match=r"^frame\.yaml: line 1, id"):
        read_frame("names: {en: A}", "frame.yaml")
