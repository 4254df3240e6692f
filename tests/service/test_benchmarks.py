"""Benchmarks of a workspace: against waves, segments and other workspaces, and what cannot be compared."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from pipelines.benchmark.comparison import compare
from pipelines.benchmark.profile import Profile
from pipelines.render import to_json
from saywhy import store
from saywhy.benchmark import Against, Benchmark, CauseComparison
from saywhy.code_frame import load_code_frame
from saywhy.errors import Conflict, InvalidInput, NotFound, SaywhyError, WaveNotFound, WorkspaceNotFound
from saywhy.issue import CauseKey
from saywhy.report import ALL_WAVES, Report
from saywhy.store import Engine
from service.benchmarks import read_report_against
from service.reports.reading import read_report
from tests.builders.brands import answers, fill
from tests.disclosure.test_suppression import THEME_WORDS, survey

REPORT = TypeAdapter(Report)


def against(engine: Engine, text: str, wave: str = ALL_WAVES, workspace: str = "brand", **more: object) -> Benchmark:
    """The benchmark of the report on a wave."""
    report = read_report_against(
        engine,
        workspace,
        load_code_frame(),
        Against.parse(text),
        wave,
        **more,  # type: ignore[arg-type]
    )
    assert report.benchmark
    return report.benchmark


def support(benchmark: Benchmark) -> CauseComparison:
    """The row on complaints about support."""
    [row] = [cause for cause in benchmark.causes if cause.id == "support"]
    return row


def rates(benchmark: Benchmark) -> tuple[float, float]:
    """How often support is blamed, in the group and in the reference."""
    rate = support(benchmark).rate
    assert rate
    return rate.value, rate.reference


def test_a_wave_against_another_is_read_from_both_reports(brands: Engine) -> None:
    """30 of 100 against 40 of 100, with the NPS of both reports; all else of the report stays as it is."""
    benchmark = against(brands, "wave:W1", "W2")
    assert rates(benchmark) == (0.3, 0.4)
    reports = {wave: read_report(brands, "brand", wave) for wave in ("W1", "W2")}
    assert (benchmark.group.nps, benchmark.reference.nps) == (reports["W2"].nps, reports["W1"].nps)
    assert (benchmark.group.name, benchmark.reference.name, benchmark.group.without) == ("W2", "W1", None)
    points = support(benchmark).points
    assert points
    assert (points.value, points.reference) == tuple(
        next(issue.impact for issue in reports[wave].issues if issue.id == "support") for wave in ("W2", "W1")
    )
    report = read_report_against(brands, "brand", load_code_frame(), Against.parse("wave:W1"), "W2")
    assert replace(report, benchmark=None) == reports["W2"]


def test_a_wave_of_the_report_is_compared_with_the_others(brands: Engine) -> None:
    """All waves against one: the others against it. One against all: it against the others. No response is twice."""
    benchmark = against(brands, "wave:W1")
    assert rates(benchmark) == (0.3, 0.4)
    assert (benchmark.group.name, benchmark.group.without, benchmark.reference.name) == ("all", "W1", "W1")
    reverse = against(brands, "wave:all", "W1")
    assert rates(reverse) == (0.4, 0.3)
    assert (reverse.group.name, reverse.reference.name, reverse.reference.without) == ("W1", "all", "W1")
    assert [note.key for note in reverse.notes] == ["benchmark_apart"]


def test_a_segment_is_compared_with_the_rest_of_the_report(brands: Engine) -> None:
    """24 of 40 in the team plan against 6 of 60 in the others, within the wave of the report."""
    benchmark = against(brands, "segment:plan=team", "W2")
    assert rates(benchmark) == (0.1, 0.6)
    rate = support(benchmark).rate
    assert rate
    assert rate.significant
    assert (benchmark.group.name, benchmark.group.without) == ("W2", "plan=team")
    assert (benchmark.group.with_comment, benchmark.reference.with_comment) == (60, 40)
    assert benchmark.group.nps
    assert benchmark.group.nps.score == 80  # 54 of 60 promoters, 6 detractors
    over_all_waves = against(brands, "segment:plan=team")
    assert over_all_waves.group.with_comment == 160


def test_another_workspace_is_compared_by_its_published_report(brands: Engine) -> None:
    """60 of 80 there; the wave is that of the report unless one is named, also where names have slashes."""
    benchmark = against(brands, "workspace:other", "W2")
    assert rates(benchmark) == (0.3, 0.75)
    assert benchmark.against == Against("workspace", "other", "W2")
    assert benchmark.reference.name == "other"
    assert against(brands, "workspace:other").against.wave == "all"
    assert rates(against(brands, "workspace:other/W2", "W1")) == (0.4, 0.75)
    fill(brands, "other/EU", answers("Q1/26", 20, 5))
    assert against(brands, "workspace:other/EU/Q1/26").against == Against("workspace", "other/EU", "Q1/26")
    assert rates(against(brands, "workspace:other/EU")) == pytest.approx((0.35, 0.25))


def test_new_responses_of_another_workspace_are_not_read(brands: Engine) -> None:
    """Only what it has published counts: not what was imported since its last analysis."""
    before = against(brands, "workspace:other")
    with brands.begin() as connection:
        store.responses.save(connection, store.workspaces.find(connection, "other"), answers("W2", 50, 0, start=500))
    assert against(brands, "workspace:other") == before


def test_the_own_workspace_is_compared_as_a_wave(brands: Engine) -> None:
    """`workspace:` with its own name is the same as `wave:`, so that its waves are not compared with themselves."""
    assert against(brands, "workspace:brand/W1", "W2") == against(brands, "wave:W1", "W2")
    with pytest.raises(InvalidInput, match="itself"):
        against(brands, "workspace:brand", "W2")


@pytest.mark.parametrize(
    ("text", "wave", "error", "detail"),
    [
        ("wave:W2", "W2", InvalidInput, "with itself"),
        ("wave:all", "all", InvalidInput, "with itself"),
        ("wave:W9", "W2", WaveNotFound, "W1, W2, all"),
        ("wave:W1", "W9", WaveNotFound, "W1, W2, all"),
        ("segment:plan=gold", "all", NotFound, "plan is: free, team"),
        ("segment:tier=gold", "all", NotFound, "there are: plan"),
        ("segment:plan=team", "W1", NotFound, "wave 'W1' is in 'plan=team'"),
        ("segment:plan=free", "W1", InvalidInput, "no others to compare with"),
        ("segment:plan", "all", InvalidInput, "NAME=VALUE"),
        ("workspace:nobody", "all", WorkspaceNotFound, "'nobody' to compare with; there are: brand, empty, other"),
        ("workspace:oth", "all", WorkspaceNotFound, "'oth'"),
        ("workspace:other/W7", "all", WaveNotFound, "workspace 'other': .*W2, all"),
        ("workspace:empty", "all", WaveNotFound, "workspace 'empty': .*nothing has been analysed yet"),
    ],
)
def test_what_cannot_be_compared_is_an_error(
    brands: Engine, text: str, wave: str, error: type[SaywhyError], detail: str
) -> None:
    """Unknown names, nothing else to compare with, and what was never analysed: the error says what there is."""
    with brands.begin() as connection:
        store.workspaces.ensure(connection, "empty")
    with pytest.raises(error, match=detail):
        against(brands, text, wave)


@pytest.mark.parametrize("text", ["", "W1", "wave:", "wave", "colour:red", ":W1"])
def test_what_to_compare_with_has_to_be_said(text: str) -> None:
    """Kind and name are both needed; the error shows how to write them."""
    with pytest.raises(InvalidInput, match="write wave:WAVE, segment:NAME=VALUE or workspace:"):
        Against.parse(text)


def test_a_wave_without_responses_any_more_is_not_compared(brands: Engine) -> None:
    """Its report is still there, but the responses are not."""
    with brands.begin() as connection:
        workspace = store.workspaces.find(connection, "brand")
        run = store.runs.start(connection, workspace, "test-1")
        report = store.reports.latest(connection, workspace, "W1")
        store.reports.save(connection, workspace, run.id, replace(report, wave="W0"))
    with pytest.raises(WaveNotFound, match="W0"):
        against(brands, "wave:W0")


def test_only_workspaces_that_may_be_read_are_compared(brands: Engine) -> None:
    """Others are as unknown as those that do not exist, and no error names them."""
    assert rates(against(brands, "workspace:other", "W2", workspaces={"other"})) == (0.3, 0.75)
    with pytest.raises(WorkspaceNotFound) as refused:
        against(brands, "workspace:other", "W2", workspaces={"brand"})
    assert refused.value.detail == "there is no workspace 'other' to compare with; there are: brand"


def test_a_workspace_of_another_model_is_marked(brands: Engine) -> None:
    """Numbers, a note, and no claim."""
    fill(brands, "older", answers("W2", 200, 190), model="test-0")
    benchmark = against(brands, "workspace:older", "W2")
    assert rates(benchmark) == (0.3, 0.95)
    assert not any(each and each.significant for row in benchmark.causes for each in (row.rate, row.points))
    assert "benchmark_other_model" in {note.key for note in benchmark.notes}


def anonymous(engine: Engine, workspace: str) -> None:
    """An employee survey in a workspace that promised anonymity, analysed."""
    with engine.begin() as connection:
        store.workspaces.promise_anonymity(connection, store.workspaces.ensure(connection, workspace))
    fill(engine, workspace, survey(3, 200), words=THEME_WORDS)


@pytest.mark.slow
def test_an_anonymous_workspace_is_compared_by_what_it_published(brands: Engine) -> None:
    """What a benchmark says can be computed from the JSON of the two published reports: it discloses nothing new."""
    anonymous(brands, "hr")

    def published(workspace: str, wave: str) -> Report:
        text = to_json(read_report(brands, workspace, wave))
        return REPORT.validate_python(json.loads(text))

    survey_of = {workspace: published(workspace, "all") for workspace in ("hr", "brand")}
    themes = {CauseKey("theme", theme) for theme in load_code_frame().ids}
    themes |= {CauseKey("topic", cause.id) for cause in load_code_frame().causes}
    of_wave = {
        wave: Profile.of_report(published("hr", wave), survey_of["hr"], wave, is_anonymous=True)
        for wave in ("W1", "W2")
    }
    hr, brand = (
        Profile.of_report(survey_of[workspace], survey_of[workspace], name, is_anonymous=workspace == "hr")
        for workspace, name in (("hr", "hr"), ("brand", "all"))
    )
    expected = compare(Against("wave", "W1"), of_wave["W2"], of_wave["W1"])
    assert against(brands, "wave:W1", "W2", "hr") == expected
    assert against(brands, "workspace:hr") == compare(Against("workspace", "hr", "all"), brand, hr, themes)
    assert any(cause.rate for cause in expected.causes)


@pytest.mark.slow
@pytest.mark.parametrize("text", ["segment:team=a1", "wave:W1", "segment:team=nobody"])
def test_no_part_of_an_anonymous_report_is_compared_with_the_rest(brands: Engine, text: str) -> None:
    """Of neither is a report published; whether a segment exists is not told either."""
    anonymous(brands, "hr")
    with pytest.raises(Conflict, match="promised anonymity"):
        against(brands, text, workspace="hr")


def test_names_of_employees_are_masked_unless_asked_for(brands: Engine) -> None:
    """As in a report without a benchmark."""
    plain = read_report(brands, "brand", "W2", show_staff_names=True)
    report = read_report_against(
        brands, "brand", load_code_frame(), Against.parse("wave:W1"), "W2", show_staff_names=True
    )
    assert replace(report, benchmark=None) == plain
