"""Plans of survey waves as tables in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.render.wording import printable
from saywhy.estimate import Estimate
from saywhy.text import counted
from saywhy.wave_plan import LeftOut, PlanOverview, WavePlan
from saywhy.wave_response import DimensionBalance, WaveResponse

#: Strata that are shown, the largest ones first; `saywhy plan export` and the HTTP interface have all.
ROWS = 30

#: From this standardised difference on a share is marked (Austin 2009).
DIFFERS = 0.1

_REASONS = {
    LeftOut.OPTED_OUT: "opted out",
    LeftOut.NO_ADDRESS: "no e-mail address",
    LeftOut.SAME_ADDRESS: "same address as another customer",
    LeftOut.ASKED_RECENTLY: "asked recently",
    LeftOut.NOT_DRAWN: "not drawn",
}


def print_overview(overview: PlanOverview, console: Console | None = None) -> None:
    """Customers by stratum and wave, and those left out by reason."""
    console = console or Console(highlight=False)
    plan, design = overview.plan, overview.plan.design
    sample = f"a sample of {design.sample_size:,}" if design.sample_size else "everybody"
    console.print(
        _text(f"Plan {plan.name}: {sample}, {design.min_days} days between two surveys, seed {design.seed}", "bold")
    )
    for wave, asked in zip(design.waves, overview.asked, strict=True):
        console.print(_text(f"{wave.name} on {wave.send_on}: {counted(asked, 'customer')}"))
    table = _table(*(design.dimensions or ("stratum",)))
    for column in ("listed", *(wave.name for wave in design.waves), "left out"):
        table.add_column(_text(column), justify="right")
    shown = sorted(overview.strata, key=lambda stratum: -stratum.listed)[:ROWS]
    for stratum in shown:
        out = stratum.listed - sum(stratum.asked)
        table.add_row(*_values(stratum.stratum), *_numbers(stratum.listed, *stratum.asked, out))
    table.add_section()
    blanks = [""] * (max(len(design.dimensions), 1) - 1)
    total_out = overview.listed - sum(overview.asked)
    table.add_row("all", *blanks, *_numbers(overview.listed, *overview.asked, total_out), style="bold")
    console.print(table)
    if more := len(overview.strata) - len(shown):
        console.print(f"smaller strata that are not shown: {more:,}")
    for reason, count in overview.left_out.items():
        console.print(f"left out: {_REASONS[reason]}: {count:,}")


def print_responses(plan: WavePlan, waves: Sequence[WaveResponse], console: Console | None = None) -> None:
    """What came of all waves, with 95 % intervals, then the strata and shares of those that were sent."""
    console = console or Console(highlight=False)
    table = _table("wave")
    table.collapse_padding = True  # else it is wider than 80 cells
    for column in ("asked", "answered", "rate %", "NPS", "weighted", "R"):
        table.add_column(column, justify="right", no_wrap=True)
    for wave in waves:
        points = None if wave.nps is None else Estimate(wave.nps.score, wave.nps.low, wave.nps.high)
        table.add_row(
            _text(f"{wave.wave}\n{wave.send_on}{'' if wave.is_sent else ' planned'}"),
            *_numbers(wave.asked, wave.answered),
            _percent(wave.rate, "\n"),
            _interval(points, 1),
            _interval(wave.weighted_nps, 1),
            _interval(wave.r_indicator, 2),
        )
    console.print(_text(f"Plan {plan.name}", "bold"))
    console.print(table)
    for wave in waves:
        if wave.is_sent and wave.answered:
            _print_wave(plan, wave, console)
    console.print("With 95 % intervals. Weighted: the NPS post-stratified to the list.")
    console.print("R: 1 if all were equally likely to answer. *: a standardised difference of 0.1 or more.")


def _print_wave(plan: WavePlan, wave: WaveResponse, console: Console) -> None:
    table = _table(*(plan.design.dimensions or ("stratum",)), title=f"{wave.wave}: strata")
    for column in ("listed", "asked", "answered", "rate %", "weight"):
        table.add_column(column, justify="right")
    for stratum in sorted(wave.strata, key=lambda stratum: -stratum.listed)[:ROWS]:
        weight = "" if stratum.weight is None else f"{stratum.weight:.2f}"
        numbers = _numbers(stratum.listed, stratum.asked, stratum.answered)
        table.add_row(*_values(stratum.stratum), *numbers, _percent(stratum.rate), weight)
    console.print(table)
    if wave.effective_answers is not None:
        console.print(
            f"weighted, the answers with a score are as precise as {wave.effective_answers:.0f} of equal weight"
        )
    for dimension in wave.balance:
        console.print(_balance(dimension))


def _balance(dimension: DimensionBalance) -> Table:
    tested = (
        "not tested"
        if dimension.p_value is None
        else f"p {'< 0.001' if dimension.p_value < 0.001 else f'= {dimension.p_value:.3f}'}"
    )
    table = _table(dimension.dimension, title=f"who answered, by {dimension.dimension} ({tested})")
    for column in ("of list", "of asked", "of answered", "against asked", "against list"):
        table.add_column(column, justify="right")
    totals = [
        sum(group) for group in zip(*((c.listed, c.asked, c.answered) for c in dimension.categories), strict=True)
    ]
    for category in dimension.categories[:ROWS]:
        counts = (category.listed, category.asked, category.answered)
        shares = [f"{count / total:.1%}" if total else "" for count, total in zip(counts, totals, strict=True)]
        differences = (category.answered_against_asked, category.answered_against_listed)
        table.add_row(*_values([category.value]), *shares, *map(_difference, differences))
    return table


def _table(*columns: str, title: str | None = None) -> Table:
    table = Table(title=None if title is None else _text(title), title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(_text(column), overflow="fold", min_width=10)
    return table


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style)


def _values(values: Sequence[str]) -> list[Text]:
    return [_text(value or "(none)") for value in values or ["everybody"]]


def _numbers(*numbers: int) -> list[str]:
    return [f"{number:,}" for number in numbers]


def _percent(rate: Estimate | None, between: str = "  ") -> str:
    return "" if rate is None else _interval(Estimate(100 * rate.value, 100 * rate.low, 100 * rate.high), 1, between)


def _interval(estimate: Estimate | None, places: int, between: str = "\n") -> str:
    if estimate is None:
        return ""
    value, low, high = (
        f"{number:.{places}f}".replace("-", "−") for number in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value}{between}{low} to {high}"


def _difference(difference: float | None) -> str:
    if difference is None:
        return ""
    return f"{difference:+.2f}{'*' if abs(difference) >= DIFFERS else ''}".replace("-", "−")
