"""Charts that stand alone: drawings (SVG) with a title, their own colours and fonts, and no style sheet or script.

What they draw is what the pages draw (`charts`, `labels`, contexts of pages); `templates/figures/` has a template for
each kind. Colours are those of the style sheet in light. Sizes are in pixels.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup

from api.web.charts import LineChart
from api.web.rendering import environment
from pipelines.display_width import display_width
from pipelines.render.html import TEMPLATES
from pipelines.render.wording import Wording, printable

#: Around the drawing, and the size of its fonts, with the height of a line as a multiple of it.
MARGIN, TITLE, TEXT, LINE = 28, 20, 13, 1.4

#: Width of a column of text (half of a Chinese character) as a multiple of the size of the font: at most.
COLUMN = 0.56

#: Width and height of line charts (line.svg.j2), and most points that have their values beside them.
_LINE_SIZE, _VALUES = (900, 340), 14

_LATIN = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif"
#: Fonts with Chinese characters, by language: first in their drawings, as a picture is made with one family.
_CHINESE = {
    "zh-Hant": "'Noto Sans CJK TC', 'Noto Sans TC', 'PingFang TC', 'Microsoft JhengHei'",
    "zh-Hans": "'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei'",
}
_IS_CJK = re.compile("[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")

_TOKEN = re.compile(r"--([\w-]+): light-dark\((#\w+),")


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A symbol in a colour (a token of the style sheet), and what it stands for."""

    symbol: str
    colour: str
    label: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart to be drawn alone by the template of that `kind`, in `width` × `height`; `notes` stand below it."""

    kind: str
    chart: object
    width: float
    height: float
    title: str
    subtitle: str = ""
    legend: tuple[LegendEntry, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text and the height of its baseline."""

    y: str
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The drawing around a chart: its size, its texts, and where the chart is."""

    language: str
    fonts: str
    width: str
    height: str
    name: str
    title: tuple[TextLine, ...]
    subtitle: tuple[TextLine, ...]
    legend_y: str
    legend: tuple[LegendEntry, ...]
    notes: tuple[TextLine, ...]
    chart_y: str
    chart_width: str
    chart_height: str


@dataclass(frozen=True, slots=True)
class LineFigure:
    """A line chart, with the values beside the points where there is room for them."""

    chart: LineChart
    has_values: bool


def line_figure(chart: LineChart, title: str, subtitle: str, notes: tuple[str, ...] = ()) -> Figure:
    """A line chart that stands alone."""
    drawn = LineFigure(chart, len(chart.points) <= _VALUES)
    return Figure("line", drawn, *_LINE_SIZE, title, subtitle, notes=notes)


def to_svg(figure: Figure, wording: Wording) -> str:
    """The drawing as a file."""
    drawn = _template(f"figures/{figure.kind}.svg.j2").render(page=figure.chart, colours=colours(), wording=wording)
    frame = _frame(figure, _fonts(f"{figure.title}{figure.subtitle}{figure.notes}{drawn}", wording.language), wording)
    inside = Markup(drawn)  # nosec B704  # printed by a template, which escapes what it prints
    return str(_template("figures/frame.svg.j2").render(page=frame, inside=inside, colours=colours()))


@cache
def colours() -> dict[str, str]:
    """The colours of the style sheet in light, by the names of their tokens."""
    return dict(_TOKEN.findall((TEMPLATES / "report.css").read_text("utf-8")))


def wrapped(text: str, width: float, font: float, most: int = 2) -> tuple[str, ...]:
    """The text in lines that are about as wide, at most so many; the last one is cut."""
    columns = max(4, int(width / (COLUMN * font)))
    lines: list[str] = []
    rest = printable(text).replace("\n", " ").strip()
    while rest and len(lines) < most:
        line = _cut(rest, columns)
        lines.append(line)
        rest = rest[len(line) :].strip()
    if rest:
        lines[-1] = f"{_fitting(lines[-1], columns - 1).rstrip()}…"
    return tuple(line.rstrip() for line in lines)


def _template(name: str):  # type: ignore[no-untyped-def]
    return environment().get_template(name)


def _frame(figure: Figure, fonts: str, wording: Wording) -> Frame:
    """The texts from top to bottom, with the chart between them."""
    y = float(MARGIN)

    def lines(texts: Sequence[str], font: float) -> Iterator[TextLine]:
        nonlocal y
        for text in texts:
            y += LINE * font
            yield TextLine(length(y - 0.4 * font), text)

    title = tuple(lines(wrapped(figure.title, figure.width, TITLE), TITLE))
    subtitle = tuple(lines(wrapped(figure.subtitle, figure.width, TEXT, 3), TEXT))
    y += TEXT
    chart_y = y
    y += figure.height + TEXT / 2
    [legend] = lines([""], TEXT) if figure.legend else [TextLine("0", "")]
    notes = tuple(lines([each for note in figure.notes for each in wrapped(note, figure.width, TEXT, 3)], TEXT))
    return Frame(
        language=wording.language,
        fonts=fonts,
        width=length(figure.width + 2 * MARGIN),
        height=length(y + MARGIN),
        name=figure.title,
        title=title,
        subtitle=subtitle,
        legend_y=legend.y,
        legend=figure.legend,
        notes=notes,
        chart_y=length(chart_y),
        chart_width=length(figure.width),
        chart_height=length(figure.height),
    )


def _fonts(text: str, language: str) -> str:
    """The families of fonts for a text."""
    if not _IS_CJK.search(text):
        return _LATIN
    return f"{_CHINESE.get(language, _CHINESE['zh-Hans'])}, {_LATIN}"


def _cut(text: str, columns: int) -> str:
    """The beginning that fits, up to a space if there is one, or between two characters that may be apart."""
    fitting = _fitting(text, columns)
    if len(fitting) == len(text) or text[len(fitting)] == " " or _IS_CJK.match(text[len(fitting)]):
        return fitting
    at = fitting.rfind(" ")
    return fitting[:at] if at > 0 else fitting


def _fitting(text: str, columns: int) -> str:
    """The longest beginning that fits; at least one character."""
    end = len(text)
    while end > 1 and display_width(text[:end]) > columns:
        end -= max(1, math.floor((display_width(text[:end]) - columns) / 2))
    return text[: max(end, 1)]


def length(value: float) -> str:
    """A length in a drawing."""
    return f"{value:.1f}"
