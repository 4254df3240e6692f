"""The report in the terminal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from cli.terminal_report import print_ranking
from saywhy.code_frame import FIRST_CLASS_LANGUAGES, load_code_frame
from saywhy.report import Report
from tests.builders.compared_reports import COMPARED, HOSTILE_COMPARED, HUGE_COMPARED
from tests.builders.extreme_reports import EMPTY, HOSTILE, HUGE
from tests.builders.reports import FULL, RATED, RICH


def printed(report: Report, width: int = 80, language: str = "en", *, colour: bool = False) -> str:
    """The output of `print_ranking`."""
    console = Console(
        file=io.StringIO(),
        width=width,
        highlight=False,
        force_terminal=colour,
        color_system="standard" if colour else None,
    )
    print_ranking(report, load_code_frame(), language=language, console=console)
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize(
    "report",
    [FULL, RATED, EMPTY, HUGE, HOSTILE, COMPARED, HUGE_COMPARED, HOSTILE_COMPARED],
    ids=["full", "rated", "empty", "huge", "hostile", "compared", "huge compared", "hostile compared"],
)
def test_no_line_is_wider_than_the_terminal(report: Report, width: int, language: str) -> None:
    """Chinese characters take two cells; the table still fits."""
    assert max(cell_len(line) for line in printed(report, width, language).splitlines()) <= width


def test_the_ranking_has_its_evidence() -> None:
    """NPS and interval, each issue in order with its impact, its badges and a quote."""
    lines = [" ".join(line.split()) for line in printed(FULL).splitlines()]
    assert "NPS +23.4 95% interval +19.1 to +27.6 from 1,187 scored responses" in lines
    ranked = [line for line in lines if line[:2] in {"1 ", "2 ", "3 ", "4 ", "5 "}]
    assert ranked == [
        "1 Invoices that nobody understands 4.8 61 49",
        "2 Billing and contract 4.1 83 58",
        "3 Sync loses changes when two people edit the 2.2 38 25",
        "4 客服电话总是打不通 1.3 24 15",
        "5 Ease of use 0.6 31 12",
    ]
    assert "“客服电话总是打不通”" in lines
    assert any("New" in line and "3.3 to 6.3" in line for line in lines)


def test_columns_line_up_under_chinese_labels() -> None:
    """The counts of a row with a Chinese label end in the same cell as those of the others."""
    rows = [line.rstrip() for line in printed(FULL).splitlines() if line.startswith(("1 ", "4 "))]
    assert len({cell_len(row) for row in rows}) == 1


def test_a_wide_terminal_draws_the_intervals() -> None:
    """Wide terminals show a drawing and the revenue at risk; 80 columns do not."""
    assert "●" in printed(FULL, 120)
    assert "1.3M" in printed(FULL, 120)
    assert "●" not in printed(FULL, 80)


def test_a_long_ranking_says_how_many_issues_it_omits() -> None:
    """Ten rows, then the number of further issues."""
    assert "Further issues: 90" in printed(HUGE)


def test_a_rating_shows_no_impact() -> None:
    """Without NPS the terminal says so and ranks by mentions."""
    text = printed(RATED, 120)
    assert "No NPS" in text
    assert "Rating on 1–5: Mean 3.8, n = 8,123" in text
    assert "Costs" not in text


def test_a_benchmark_stands_before_the_ranking_and_in_its_rows() -> None:
    """The NPS of both sides, what differs, and under each cause both numbers; a dash is left out."""
    text = printed(COMPARED, 220)
    assert "Compared with 2026-Q1" in text
    assert "Net Promoter Score, 2026-Q1: +31.2, +26.4 to +35.9, n = 1,012" in text
    assert "Significantly less often praised here than there: Staff." in text
    lines = " ".join(text.split())
    assert "Named by: here / 2026-Q1: 10% / 2%, +8.3 pp (+5.6 to +10.9) · higher here" in lines
    assert "Points: here / 2026-Q1: 4.8 / 1.1 “" in lines
    assert "2026-Q1: –" not in text
    assert "Compared" not in printed(FULL)


def test_fixes_stand_after_the_ranking() -> None:
    """Each with its state, and in the next line its share, responses and points; nothing without fixes."""
    lines = [" ".join(line.split()) for line in printed(RICH, 160).splitlines()]
    first = lines.index("What was fixed")
    assert first > next(number for number, line in enumerate(lines) if line.startswith("1 "))
    assert " ".join(lines[first + 5 : first + 8]) == (
        "登录失败, fixed from May 3, 2026 on: Verified, >99% sure that it is below the target "
        "Share that names it 10% → <1%, target 5% · Responses with a comment 640 → 300, 12 more of unknown date or "
        "wave count as neither · Points recovered +2.4, +1.1 to +3.7"
    )
    assert "What was fixed" not in printed(FULL)
    many = replace(RICH, fixes=RICH.fixes * 20)
    assert "Further rows: " in printed(many)


def test_comments_cannot_control_the_terminal() -> None:
    """Escape sequences in a comment are removed, and square brackets are not markup."""
    for report in (HOSTILE, HOSTILE_COMPARED):
        text = printed(report)
        assert not {"\x1b", "\x07", "\x00", "\u202e"} & set(text)
        assert "[bold" in text
    assert "\x1b[2J" not in printed(HOSTILE, colour=True)
