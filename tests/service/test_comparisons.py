"""Comparisons of waves and segments, heat maps and the map of causes of a workspace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.errors import Conflict, InvalidInput, NotFound, NothingToAnalyse, WaveNotFound
from saywhy.feedback import Group, Response, Score, Segment
from saywhy.store import Engine
from service.cause_map import read_cause_map
from service.comparisons import compare_segments, compare_waves, read_heat_map
from service.reports.reading import read_report
from service.scenarios import read_scenario_base, what_if
from tests.builders.fixed_survey import analysed, responses
from tests.builders.stores import copy_into

CODE_FRAME = load_code_frame()
NORTH, SOUTH = Segment("region", "north"), Segment("region", "south")


def split() -> list[Response]:
    """The fixed survey, of which who blames the support is mostly in the north; a few are in both."""
    return [
        replace(
            answer,
            segments=(NORTH, SOUTH)
            if number % 40 == 39
            else (NORTH,)
            if answer.comment is not None and "support" in answer.comment.verbatim
            else (SOUTH,),
        )
        for number, answer in enumerate(responses())
    ]


@pytest.fixture(scope="module")
def split_survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with that survey, analysed."""
    path = tmp_path_factory.mktemp("split") / "store.db"
    engine = store.open_store(f"sqlite:///{path}")
    analysed(engine, split())
    engine.dispose()
    return path


@pytest.fixture
def split_engine(sqlite_engine: Engine, split_survey: Path) -> Engine:
    """An open store with a copy of it."""
    copy_into(sqlite_engine, split_survey)
    return sqlite_engine


def test_two_waves_are_compared_in_either_order(survey_engine: Engine) -> None:
    """The change of a report where it has one, else a computed one; back is the opposite of forth."""
    adjacent = compare_waves(survey_engine, "default", CODE_FRAME, "W1", "W2")
    assert adjacent.change == read_report(survey_engine, "default", "W2").change
    far = compare_waves(survey_engine, "default", CODE_FRAME, "W1", "W3")
    back = compare_waves(survey_engine, "default", CODE_FRAME, "W3", "W1")
    assert far.change.nps.value == pytest.approx(-back.change.nps.value)
    scores = {group.name: group.nps.score for group in read_report(survey_engine, "default", "all").waves}
    assert (far.before.nps.score, far.after.nps.score) == (scores["W1"], scores["W3"])
    assert far.change.nps.value == pytest.approx(scores["W3"] - scores["W1"])
    [support] = [cause for cause in far.change.causes if (cause.id, cause.polarity) == ("support", "negative")]
    assert support.frequency.low > 0


def test_two_segments_are_compared_without_who_is_in_both(split_engine: Engine) -> None:
    """In all waves or one; the complaint of one segment is what sets them apart."""
    contrast = compare_segments(split_engine, "default", CODE_FRAME, SOUTH, NORTH)
    sizes = [sum(answer.segments == (segment,) for answer in split()) for segment in (SOUTH, NORTH)]
    assert [contrast.before.nps.n, contrast.after.nps.n] == sizes
    assert contrast.change.causes[0].id == "support"
    assert contrast.change.causes[0].frequency.high < 0
    of_wave = compare_segments(split_engine, "default", CODE_FRAME, SOUTH, NORTH, "W1")
    assert of_wave.before.nps.n < contrast.before.nps.n


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (partial(compare_waves, before="W1", after="W1"), InvalidInput, "cannot be compared with itself"),
        (
            partial(compare_waves, before="W1", after="W9"),
            WaveNotFound,
            "no wave 'W9' with scores; there are: W1, W2, W3",
        ),
        (partial(compare_segments, before=NORTH, after=NORTH), InvalidInput, "choose two values of one dimension"),
        (partial(compare_segments, before=NORTH, after=Segment("plan", "a")), InvalidInput, "choose two values"),
        (partial(compare_segments, before=NORTH, after=Segment("region", "x")), NotFound, "region is: north, south"),
        (partial(compare_segments, before=NORTH, after=SOUTH, wave="W9"), WaveNotFound, "W9"),
        (partial(read_heat_map, wave="W9"), WaveNotFound, "W9"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    split_engine: Engine, ask: Callable[..., object], error: type[Exception], message: str
) -> None:
    """With the names that there are."""
    with pytest.raises(error, match=message):
        ask(split_engine, "default", CODE_FRAME)


def test_a_segment_without_scores_has_no_nps_to_compare(sqlite_engine: Engine) -> None:
    """It says so, instead of a number."""
    silent = [replace(answer, score=None) if answer.segments == (NORTH,) else answer for answer in split()]
    analysed(sqlite_engine, silent)
    with pytest.raises(NothingToAnalyse, match="region=north cannot be compared"):
        compare_segments(sqlite_engine, "default", CODE_FRAME, SOUTH, NORTH)


def test_a_heat_map_is_of_a_wave_or_of_all(split_engine: Engine) -> None:
    """With the complaints that somebody names there."""
    whole = read_heat_map(split_engine, "default", CODE_FRAME)
    of_wave = read_heat_map(split_engine, "default", CODE_FRAME, "W1")
    assert set(whole.segments) == {"region=north", "region=south"}
    assert {row.key.id for row in whole.rows if row.key.kind == "theme"} == {"support", "price"}
    assert sum(of_wave.sizes) < sum(whole.sizes)


def test_the_map_has_the_complaints_that_detractors_name(engine: Engine) -> None:
    """Largest first, with the numbers of the ranking; who counts for those that are not ranked is a detractor."""
    analysed(engine, responses())
    shown = read_cause_map(engine, "default")
    issues = {issue.key: issue for issue in read_report(engine, "default", "all").issues}
    assert shown
    assert [cause.detractors for cause in shown] == sorted((cause.detractors for cause in shown), reverse=True)
    for cause in shown:
        assert cause.is_ranked == (cause.key in issues)
        assert cause.vector
        if cause.is_ranked:
            assert cause.detractors == issues[cause.key].detractors
    with engine.connect() as connection:
        workspace = store.workspaces.find(connection, "default")
        topics = {topic.id for topic in store.topics.load(connection, workspace)}
        people = {group: store.topics.people(connection, workspace, group, topics) for group in Group}
        assert store.topics.people(connection, workspace, Group.DETRACTOR, []) == {}
    assert set(people[Group.DETRACTOR]) <= topics
    assert people[Group.PROMOTER] == {}  # everybody who complains is a detractor


def test_scenarios_have_the_shares_that_are_asked_for(survey_engine: Engine) -> None:
    """A quarter gains a quarter; what was read once gives the same as asking anew."""
    quarter, whole = what_if(survey_engine, "default", CODE_FRAME, ["support"], shares=(0.25, 1.0))
    assert (quarter.fewer, whole.fewer) == (0.25, 1.0)
    assert quarter.gain.value == pytest.approx(whole.gain.value / 4)
    base = read_scenario_base(survey_engine, "default", CODE_FRAME)
    assert base.scenarios(["support"], (0.25, 1.0)) == (quarter, whole)


def test_what_an_analysis_tabulated_gives_the_same_answers(engine: Engine) -> None:
    """As reading all responses anew does, which happens once something has changed, but for those who ask for it as
    analysed.
    """
    analysed(engine, split())

    def answers(*, as_analysed: bool = False) -> tuple[object, ...]:
        at = engine, "default", CODE_FRAME
        base = read_scenario_base(*at, as_analysed=as_analysed)
        of_wave = read_heat_map(*at, "W2", as_analysed=as_analysed)
        return (
            of_wave,
            read_heat_map(*at, as_analysed=as_analysed),
            base.scenarios(["support"]),
            compare_segments(*at, NORTH, SOUTH),
        )

    kept = answers()
    with engine.begin() as connection:
        workspace = store.workspaces.find(connection, "default")
        assert store.tabulations.find(connection, workspace, "test-1")
        store.responses.save(connection, workspace, [replace(split()[0], score=Score(10))])
        assert not store.tabulations.find(connection, workspace, "test-1")
    changed = answers()
    assert changed != kept
    assert answers(as_analysed=True)[:3] == kept[:3]
    with engine.begin() as connection:
        store.responses.save(connection, workspace, [split()[0]])
        store.tabulations.delete(connection, workspace)
    assert answers(as_analysed=True) == answers() == kept


def test_an_anonymous_workspace_tells_only_what_it_published(split_engine: Engine) -> None:
    """Neither segments nor maps, and of waves only the change that the report has."""
    with split_engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, "hr"))
        workspace = store.workspaces.find(connection, "hr")
        run_id = store.runs.start(connection, workspace, "test-1").id
        for wave in ("W1", "W2", "W3", "all"):
            store.reports.save(connection, workspace, run_id, read_report(split_engine, "default", wave))
    of = split_engine, "hr", CODE_FRAME
    published = read_report(split_engine, "hr", "W2").change
    assert published is not None
    assert compare_waves(*of, "W1", "W2").change == published
    for refused in (
        lambda: compare_waves(*of, "W1", "W3"),
        lambda: compare_segments(*of, NORTH, SOUTH),
        lambda: read_heat_map(*of),
        lambda: read_cause_map(*of[:2]),
        lambda: read_scenario_base(*of),
    ):
        with pytest.raises(Conflict, match="promised anonymity"):
            refused()
