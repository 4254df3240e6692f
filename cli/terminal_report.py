"""The report in the terminal: findings, NPS, the ranking as a table, what was fixed, and the notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipelines.render.benchmark import NOT_COMPARED
from pipelines.render.context import BenchmarkPanel, Figure, FigureTable, IssueRow, IssueTable, Page, ScorePanel
from pipelines.render.geometry import Axis
from pipelines.render.page import build_page
from pipelines.render.wording import Wording, printable
from saywhy.code_frame import CodeFrame
from saywhy.estimate import Nps
from saywhy.report import Report

#: Number of issues in the table; the page and the files have all of them.
ROWS = 10

#: Terminals of at least this width also show a drawing of the intervals, and revenue.
WIDE = 110

#: Width of that drawing, in terminal cells.
DRAWING = 24

#: Longest quote, in terminal cells: about two lines of its column.
QUOTE = 84

#: Colour of each NPS group.
GROUPS = {"detractors": "red", "passives": "bright_black", "promoters": "green"}


def print_ranking(
    report: Report, code_frame: CodeFrame, *, language: str = "en", console: Console | None = None
) -> None:
    """Print NPS, ranking with a quote per issue, fixes and notes; fits 80 columns and uses more if there are."""
    console = console or Console(highlight=False)
    wording = Wording(language)
    page = build_page(report, code_frame, wording)
    parts: list[RenderableType] = [_text(page.title, "bold"), *_lead(page), ""]
    if page.score and report.nps:
        parts += _score(page.score, report.nps, wording, console.width)
    else:
        parts.append(_text(page.no_score, "yellow"))
    parts += (_text(f"{row.name}: {wording['rating_mean']} {row.mean}, n = {row.n}") for row in page.ratings)
    if page.benchmark:
        parts += ["", *_benchmark(page.benchmark)]
    if page.issues.tables:
        parts += ["", _table(page.issues.tables[0], wording, wide=console.width >= WIDE)]
    rows = sum(len(table.rows) for table in page.issues.tables)
    if rows > ROWS:
        parts.append(_text(f"{wording['more_issues']}: {wording.count(rows - ROWS)}", "dim"))
    if page.fixes:
        parts += ["", *_fixes(page.fixes, wording)]
    console.print(Group(*parts, "", _notes(page.notes)))


def _lead(page: Page) -> Iterator[RenderableType]:
    """The findings, numbered; if there are none, the sentence that says so."""
    if not page.findings:
        yield _text(page.lead)
        return
    table = Table.grid(padding=(0, 1))
    for number, finding in enumerate(page.findings, 1):
        table.add_row(_text(f"{number}.", "dim"), _text(finding.text))
    yield table


def _benchmark(panel: BenchmarkPanel) -> Iterator[RenderableType]:
    """The NPS of both sides, what differs, and what cannot be compared."""
    yield _text(panel.title, "bold")
    if panel.scores:
        for column, figure in zip(panel.scores.columns, panel.scores.rows[0].figures, strict=True):
            yield _text(f"{panel.scores.title}, {column}: {_with_detail(figure)}")
    yield from map(_text, panel.sentences)
    yield _notes(panel.notes)


def _fixes(table: FigureTable, wording: Wording) -> Iterator[RenderableType]:
    """Each fix with its state, then its figures in one line."""
    yield _text(table.title, "bold")
    for row in table.rows:
        state, *figures = row.figures
        yield _text(f"{row.name}, {row.kind}: {_with_detail(state)}")
        details = (f"{title} {_with_detail(figure)}" for title, figure in zip(table.columns[1:], figures, strict=True))
        yield Padding(_text(" · ".join(details), "dim"), (0, 0, 0, 2))
    if table.more:
        yield _text(f"{wording['further']}: {table.size}", "dim")


def _with_detail(figure: Figure) -> str:
    return f"{figure.value}, {figure.detail}" if figure.detail else figure.value


def _text(text: str, style: str = "") -> Text:
    """Untrusted text: markup in it is not interpreted, and control characters do not reach the terminal."""
    return Text(printable(text), style)


def _score(panel: ScorePanel, nps: Nps, wording: Wording, width: int) -> Iterator[Text]:
    """The NPS with its interval, a bar of the three groups, and a legend."""
    yield Text.assemble(
        (f"{wording['score_short']} {panel.score}", "bold"),
        f"   {wording['confidence']} {panel.interval}",
        (f"   {panel.n}", "dim"),
    )
    cells, before, bar = min(width, 100) / (nps.n or 1), 0, Text(no_wrap=True)
    for group in panel.groups:
        after = before + getattr(nps, group.key)
        bar.append("█" * (round(cells * after) - round(cells * before)), GROUPS[group.key])
        before = after
    yield bar
    yield Text("   ").join(
        Text.assemble(("■ ", GROUPS[group.key]), f"{group.name} {group.share}") for group in panel.groups
    )


def _table(content: IssueTable, wording: Wording, *, wide: bool) -> Table:
    """The first rows of the ranking; parts of a theme are indented under it."""
    rows = content.rows[:ROWS]
    table = Table(box=None, pad_edge=False, padding=(0, 2 if wide else 1, 0, 0), expand=True, header_style="dim")
    axis = Axis.around(
        edge for estimate in (row.estimate for row in rows) for edge in (estimate.low, estimate.value, estimate.high)
    )
    shows_drawing, shows_revenue = content.has_impact and wide, content.has_revenue and wide
    table.add_column(justify="right", style="dim", no_wrap=True)
    table.add_column(content.item_title, ratio=1, overflow="fold")
    if shows_drawing:
        table.add_column(width=DRAWING, no_wrap=True)
    if content.has_impact:
        table.add_column(content.impact_title, justify="right", no_wrap=True)
    table.add_column(wording["mentions"], justify="right", no_wrap=True)
    if content.has_impact:
        table.add_column(content.group_title, justify="right", no_wrap=True)
    if shows_revenue:
        table.add_column(wording["revenue"], justify="right", no_wrap=True)
    for row in rows:
        cells: list[RenderableType] = [
            row.rank,
            Padding(_finding(row, content.benchmark), (0, 0, 0, 2 if row.is_part else 0)),
        ]
        cells += [_drawing(row, axis)] if shows_drawing else []
        cells += [_impact(row)] if content.has_impact else []
        cells.append(row.mentions)
        cells += [row.group] if content.has_impact else []
        cells += [row.revenue] if shows_revenue else []
        table.add_row(*cells)
    return table


def _impact(row: IssueRow) -> Text:
    """The points, their interval, and the audited estimate if there is one."""
    audited = f"\n{row.audited}" if row.audited else ""
    return Text.assemble((row.impact, "bold"), (f"\n{row.interval}{audited}", "dim"))


def _finding(row: IssueRow, benchmark_titles: Sequence[str]) -> Group:
    """The label, the kind of issue, what it is compared with, and the first quote."""
    kind = Text.assemble(
        _text(row.kind, "dim"), *(part for badge in row.badges for part in (" · ", _text(badge, "red")))
    )
    lines = [_text(row.label, "bold" if row.sure else ""), kind]
    compared = [pair for pair in zip(benchmark_titles, row.benchmark, strict=True) if pair[1] != NOT_COMPARED]
    for title, figure in compared:
        mark = (" · ", _text(figure.mark, "red")) if figure.mark else ()
        lines.append(Text.assemble(_text(f"{title}: {_with_detail(figure)}", "dim"), *mark))
    if row.quotes:
        quote = _text(" ".join((row.quotes[0].clause or row.quotes[0].after).split()), "italic")
        quote.truncate(QUOTE, overflow="ellipsis")
        lines.append(Text.assemble("“", quote, "”"))
    return Group(*lines, "")


def _drawing(row: IssueRow, axis: Axis) -> Text:
    """The interval as a line with a dot at the impact; a bar marks zero."""
    ends = (row.estimate.low, row.estimate.value, row.estimate.high)
    low, middle, high = (round(axis.fraction(value) * (DRAWING - 1)) for value in ends)
    zero = round(axis.fraction(0) * (DRAWING - 1))
    drawing = Text()
    for cell in range(DRAWING):
        if cell == middle:
            drawing.append("●", "red" if row.sure else "dim")
        elif low <= cell <= high:
            drawing.append("─", "red" if row.sure else "dim")
        else:
            drawing.append("│" if cell == zero else " ", "dim")
    return drawing


def _notes(notes: Sequence[str]) -> Table:
    table = Table.grid(padding=(0, 1))
    for note in notes:
        table.add_row("·", _text(note), style="dim")
    return table
