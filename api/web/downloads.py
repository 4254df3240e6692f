"""What a page shows, as files: its tables as CSV, XLSX and JSON, its charts as SVG and PNG.

A page declares its parts with a dependency that returns `Downloads`, and `offer` serves them under the address of the
page with an ending: `/segments.csv?wave=2026-Q1`. Scopes and filters are those of the page, as the same query is read.
The first part is given unless the query names another one: `/overview.csv?part=trend`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Query
from fastapi.responses import Response

from api.http import content_security
from api.http.rendered import Rendering
from api.web.figures import Figure, to_svg
from api.web.page import Page
from api.web.rendering import VARY, Web, WebDep
from pipelines.render import tables
from pipelines.render.pictures import to_png
from pipelines.render.tables import Table
from pipelines.render.wording import Wording
from saywhy.errors import NotFound

_SVG, _PNG = "image/svg+xml", "image/png"

#: Of each ending: how a table is written, and the media type.
TABLES: dict[str, tuple[Callable[[Table, Wording], bytes], str]] = {
    "csv": (tables.to_csv, "text/csv; charset=utf-8"),
    "xlsx": (
        lambda table, _: tables.to_workbook(table),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "json": (lambda table, _: tables.to_json(table), "application/json"),
}

#: The same of charts.
FIGURES: dict[str, tuple[Callable[[Figure, Wording], bytes], str]] = {
    "svg": (lambda figure, wording: to_svg(figure, wording).encode(), _SVG),
    "png": (lambda figure, wording: to_png(to_svg(figure, wording)), _PNG),
}


@dataclass(frozen=True, slots=True)
class Downloads:
    """The parts of a page by name, each with how it is made; None for a chart that has nothing to draw."""

    tables: Mapping[str, Callable[[], Table]]
    figures: Mapping[str, Callable[[], Figure | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileLink:
    """A link to a file; `name` is what screen readers say of it, as several parts of a page have the same endings."""

    label: str
    href: str
    name: str


def offer(page: Page[Any], path: str, name: str, downloads: Callable[..., Downloads]) -> None:
    """Serve the parts under `path` with each ending, as files of that `name`.

    Call it before the routes of the page: where the path ends with a parameter, its value may have a dot.
    """
    for ending, (write_table, media_type) in TABLES.items():
        page.router.get(f"{path}.{ending}")(_table_route(name, ending, write_table, media_type, downloads))
    for ending, (write_figure, media_type) in FIGURES.items():
        page.router.get(f"{path}.{ending}")(_figure_route(name, ending, write_figure, media_type, downloads))


def table_links(web: Web, path: str, query: Mapping[str, Any], title: str, part: str = "") -> tuple[FileLink, ...]:
    """The links to a table of a page with that query; `part` is empty for the first one."""
    return tuple(_link(web, path, query, title, part, ending) for ending in TABLES)


def figure_links(web: Web, path: str, query: Mapping[str, Any], title: str, part: str = "") -> tuple[FileLink, ...]:
    """The links to a chart, likewise."""
    return tuple(_link(web, path, query, title, part, ending) for ending in FIGURES)


def _link(web: Web, path: str, query: Mapping[str, Any], title: str, part: str, ending: str) -> FileLink:
    label = ending.upper()
    return FileLink(label, web.href(f"{path}.{ending}", **{**query, "part": part}), f"{label}: {title}")


Part = Annotated[str, Query(max_length=40, description="The part of the page; by default the first one.")]


def _table_route(
    name: str,
    ending: str,
    write: Callable[[Table, Wording], bytes],
    media_type: str,
    downloads: Callable[..., Downloads],
) -> Callable[..., Response]:
    def save_table(web: WebDep, offered: Downloads = Depends(downloads), part: Part = "") -> Response:
        make = _chosen(offered.tables, part, "table")
        headers = {
            "Content-Disposition": f'attachment; filename="{_file_name(name, offered.tables, part)}.{ending}"',
            "Cache-Control": "private, no-cache",
            "Vary": VARY,
        }
        return Response(write(make(), web.wording), headers=headers, media_type=media_type)

    return save_table


def _figure_route(
    name: str,
    ending: str,
    write: Callable[[Figure, Wording], bytes],
    media_type: str,
    downloads: Callable[..., Downloads],
) -> Callable[..., Response]:
    def save_figure(web: WebDep, offered: Downloads = Depends(downloads), part: Part = "") -> Response:
        figure = _chosen(offered.figures, part, "chart")()
        if figure is None:
            raise NotFound("there is nothing to draw in this chart")
        headers = {
            "Content-Disposition": f'inline; filename="{_file_name(name, offered.figures, part)}.{ending}"',
            "Content-Security-Policy": content_security.of_picture(),
            "Vary": VARY,
        }
        return Rendering.of(write(figure, web.wording)).respond(web.request, media_type, headers)

    return save_figure


def _chosen(parts: Mapping[str, Callable[[], Any]], part: str, what: str) -> Callable[[], Any]:
    if (part and part not in parts) or not parts:
        raise NotFound(f"this page has no {what} {part!r}; it has: {', '.join(parts) or 'none'}")
    return parts[part or next(iter(parts))]


def _file_name(name: str, parts: Mapping[str, Any], part: str) -> str:
    return f"{name}-{part}" if part and part != next(iter(parts)) else name
