"""A report beside a reference: the panel, two columns of the ranking, and the columns of the CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import pytest

from pipelines.render import to_csv, to_html, to_json
from pipelines.render.context import BenchmarkPanel, IssueTable
from pipelines.render.page import build_page
from pipelines.render.wording import Wording
from saywhy.benchmark import Benchmark
from saywhy.code_frame import FIRST_CLASS_LANGUAGES, load_code_frame
from saywhy.report import Report
from tests.builders.compared_reports import (
    AGAINST_WAVE,
    BESIDE_SEGMENT,
    BESIDE_WORKSPACE,
    COMPARED,
    RATED_COMPARED,
)
from tests.builders.reports import RICH
from tests.render.test_html import page as parsed_page
from tests.report.test_findings import CAUSAL


def panel(report: Report = COMPARED, language: str = "en") -> BenchmarkPanel:
    """The panel of a report."""
    built = build_page(report, load_code_frame(), Wording(language)).benchmark
    assert built
    return built


def ranking(report: Report = COMPARED, language: str = "en") -> IssueTable:
    """The first table of complaints."""
    return build_page(report, load_code_frame(), Wording(language)).issues.tables[0]


def with_benchmark(benchmark: Benchmark) -> Report:
    """The full report with this benchmark."""
    return replace(RICH, benchmark=benchmark)


def test_each_row_of_the_ranking_has_both_numbers_and_the_difference() -> None:
    """Rates as shares, differences in percentage points, points where both have enough mentions, marks of claims."""
    table = ranking()
    assert table.benchmark == ("Named by: here / 2026-Q1", "Points: here / 2026-Q1")
    rows = {row.label: [(figure.value, figure.detail, figure.mark) for figure in row.benchmark] for row in table.rows}
    assert rows["Invoices that nobody understands"] == [
        ("10% / 2%", "+8.3 pp (+5.6 to +10.9)", "higher here"),
        ("4.8 / 1.1", "", ""),
    ]
    assert rows["Billing and contract"] == [
        ("14% / 12%", "+1.1 pp (−2.7 to +4.9)", ""),
        ("4.1 / 9.6", "−5.5 (−8.4 to −2.6)", "lower here"),
    ]
    for label in ("客服电话总是打不通", "Ease of use"):  # without a counterpart, and not in the benchmark
        assert rows[label] == [("–", "", ""), ("–", "", "")]


def test_praise_is_compared_with_praise() -> None:
    """The ranking of praise has the comparison of the same cause on that side."""
    delights = build_page(COMPARED, load_code_frame(), Wording("en")).delights.tables[0]
    assert delights.rows[0].benchmark[0].value == "12% / 22%"
    assert delights.rows[0].benchmark[0].mark == "lower here"


def test_the_panel_has_the_nps_of_both_and_what_differs() -> None:
    """NPS with interval and n, the difference with its mark, a sentence for each kind of claim, causes only there."""
    shown = panel()
    assert shown.title == "Compared with 2026-Q1"
    assert shown.scores
    assert shown.scores.columns == ("2026-Q2", "2026-Q1", "Difference")
    assert [(figure.value, figure.detail, figure.mark) for figure in shown.scores.rows[0].figures] == [
        ("+23.4", "+19.1 to +27.6, n = 1,187", ""),
        ("+31.2", "+26.4 to +35.9, n = 1,012", ""),
        ("−7.8", "−14.1 to −1.4", "lower here"),
    ]
    assert shown.sentences == (
        "The NPS differs by −7.8 points (−14.1 to −1.4); that is more than chance explains.",
        "Significantly more often a complaint here than there: Invoices that nobody understands.",
        "Significantly fewer points go along with these complaints here than there: Billing and contract.",
        "Significantly less often praised here than there: Staff.",
    )
    assert shown.only_there
    assert [(row.name, row.figures[0].value) for row in shown.only_there.rows] == [
        ("Delivery and handling", "0% / <1%")
    ]
    assert any("fewer than 30 mentions" in note for note in shown.notes)


def test_where_nothing_differs_the_panel_says_so() -> None:
    """One sentence; and none at all where nothing was tested, as of few responses."""
    quiet = tuple(
        replace(
            cause,
            rate=cause.rate and replace(cause.rate, significant=False),
            points=cause.points and replace(cause.points, significant=False),
        )
        for cause in AGAINST_WAVE.causes
    )
    assert AGAINST_WAVE.nps
    same_nps = replace(AGAINST_WAVE.nps, q_value=0.4, significant=False)
    assert panel(with_benchmark(replace(AGAINST_WAVE, causes=quiet, nps=same_nps))).sentences == (
        "The NPS differs by −7.8 points (−14.1 to −1.4); that may be chance.",
        "No cause differs by more than chance explains.",
    )
    untested = tuple(
        replace(
            cause,
            rate=cause.rate and replace(cause.rate, q_value=None),
            points=cause.points and replace(cause.points, q_value=None),
        )
        for cause in quiet
    )
    few = replace(AGAINST_WAVE, causes=untested, nps=replace(same_nps, q_value=None))
    assert panel(with_benchmark(few)).sentences == ()


def test_a_sentence_names_at_most_five_causes() -> None:
    """The first of the ranking, then an ellipsis."""
    many = tuple(replace(AGAINST_WAVE.causes[0], id=f"t{number}", label=f"Cause {number}") for number in range(7))
    [_, sentence] = panel(with_benchmark(replace(AGAINST_WAVE, causes=many))).sentences
    assert sentence.endswith(": Cause 0, Cause 1, Cause 2, Cause 3, Cause 4, ….")


@pytest.mark.parametrize(
    ("language", "segment", "workspace"),
    [
        ("en", ("retail", "All waves without retail"), "Nordwind, 2026-Q1"),
        ("de", ("retail", "Alle Wellen ohne retail"), "Nordwind, 2026-Q1"),
        ("zh-Hans", ("retail", "全部批次（不含 retail）"), "Nordwind（2026-Q1）"),
        ("zh-Hant", ("retail", "全部梯次（不含 retail）"), "Nordwind（2026-Q1）"),
    ],
)
def test_the_groups_have_names(language: str, segment: tuple[str, str], workspace: str) -> None:
    """A segment by its value, the report without it, and another workspace with its wave unless it is all."""
    there, here = segment
    beside_segment = panel(BESIDE_SEGMENT, language)
    assert beside_segment.scores
    assert beside_segment.scores.columns[:2] == (here, there)
    assert here in beside_segment.scores.hint
    assert workspace in panel(BESIDE_WORKSPACE, language).title
    assert BESIDE_WORKSPACE.benchmark
    of_all = replace(BESIDE_WORKSPACE.benchmark, against=replace(BESIDE_WORKSPACE.benchmark.against, wave="all"))
    scores = panel(with_benchmark(of_all), language).scores
    assert scores
    assert scores.columns[1] == "Nordwind"


def test_without_nps_rates_are_compared_alone() -> None:
    """Reviews without scores: no table of the NPS, dashes for points, sentences on rates."""
    shown = panel(RATED_COMPARED)
    assert shown.scores is None
    assert [row.benchmark[1].value for row in ranking(RATED_COMPARED).rows][:2] == ["–", "–"]
    assert "not both have scores" in " ".join(shown.notes)
    one_sided = replace(AGAINST_WAVE, nps=None, reference=replace(AGAINST_WAVE.reference, nps=None))
    scores = panel(with_benchmark(one_sided)).scores
    assert scores
    assert [figure.value for figure in scores.rows[0].figures] == ["+23.4", "–", "–"]


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_the_page_shows_it_in_every_language(language: str) -> None:
    """Panel and columns are on the page, in the table and the cells of every row; without a benchmark nothing is."""
    document, wording = parsed_page(COMPARED, language), Wording(language)
    headers = [text for _, text in document.find("th")]
    assert headers.count(wording("benchmark_rate", name="2026-Q1")) >= 2
    assert wording("benchmark", name="2026-Q1") in [text for _, text in document.find("h2")]
    cells = [attributes for attributes, _ in document.find("td") if "compared" in str(attributes.get("class"))]
    assert len(cells) == 2 * (len(RICH.issues) + len(RICH.delights))
    plain = to_html(RICH, load_code_frame(), language=language)
    assert 'id="benchmark"' not in plain
    assert 'class="number amount compared"' not in plain


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_no_sentence_calls_an_association_a_cause(language: str) -> None:
    """What differs goes along with the score; nothing is said to bring it about."""
    shown = panel(language=language)
    assert not re.search(CAUSAL[language], " ".join(shown.sentences), re.IGNORECASE)


def test_csv_has_both_numbers_only_with_a_benchmark() -> None:
    """Fourteen further columns; blank where there is no number, 0 where it is 0, and none of it without a benchmark."""
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(to_csv(COMPARED).removeprefix("\ufeff")))}
    invoices = rows["topic-17"]
    assert [invoices[name] for name in ("rate_here", "rate_there", "rate_difference", "rate_low", "rate_high")] == [
        "0.0993", "0.0167", "0.0826", "0.0561", "0.1088",
    ]  # fmt: skip
    assert [invoices[name] for name in ("rate_q_value", "rate_differs", "points_here", "points_difference")] == [
        "0.0001", "yes", "4.83", "",
    ]  # fmt: skip
    assert rows["topic-9"]["rate_here"] == rows["topic-9"]["points_differs"] == ""
    assert rows["billing"]["points_differs"] == "yes"
    assert rows["billing"]["rate_differs"] == "no"
    german = list(csv.reader(io.StringIO(to_csv(COMPARED, language="de").removeprefix("\ufeff")), delimiter=";"))
    assert len({len(row) for row in german}) == 1
    assert "0,0993" in german[1]
    assert "rate_here" not in to_csv(RICH)


def test_json_has_the_benchmark() -> None:
    """Members as documented; null without a benchmark."""
    data = json.loads(to_json(COMPARED))["benchmark"]
    assert data["against"] == {"kind": "wave", "name": "2026-Q1", "wave": None}
    assert data["reference"]["with_comment"] == 540
    assert data["causes"][0]["rate"]["difference"] == {"value": 0.0826, "low": 0.0561, "high": 0.1088}
    assert data["causes"][0]["points"]["difference"] is None
    assert json.loads(to_json(RICH))["benchmark"] is None
