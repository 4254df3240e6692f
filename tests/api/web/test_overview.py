"""The overview: what it shows of a report, its filters, notes and saved views."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.web.charts import nps_chart
from api.web.pages.overview.build import overview
from api.web.pages.overview.context import CauseTable, Overview
from pipelines.disclosure.fields import published_fields
from saywhy import store
from saywhy.access import Role
from saywhy.code_frame import load_code_frame
from saywhy.report import GroupNps, Report
from saywhy.view_filters import Filters
from service.audit_log import list_entries
from service.people import add_person
from service.saved_views import list_views
from service.wave_notes import list_notes
from service.workspaces import create
from tests.api.test_keys import client_of
from tests.api.test_sessions import PASSWORD
from tests.api.web.conftest import sign_in
from tests.api.web.page_types import web_of
from tests.builders.reports import FULL, RICH

CODE_FRAME = load_code_frame()


def of(report: Report, filters: Filters = Filters(), language: str = "en") -> Overview:  # noqa: B008
    """The overview of a report."""
    waves = [group.name for group in report.waves]
    return overview(report, [*waves, "all"], (), (), replace(filters, wave=report.wave), CODE_FRAME, web_of(language))


def causes(report: Report, filters: Filters = Filters()) -> CauseTable:  # noqa: B008
    """Its ranking."""
    shown = of(report, replace(filters, rows="all")).report
    assert shown is not None
    return shown.causes


def test_the_ranking_is_a_tree_with_points_intervals_and_people() -> None:
    """A theme, then its causes, each with what the report says of it, in its order."""
    rows = causes(RICH).rows
    by_label = {row.label: row for row in rows}
    billing, invoices = by_label["Billing and contract"], by_label["Invoices that nobody understands"]
    assert (invoices.impact, invoices.interval, invoices.mentions) == ("4.8", "3.3 to 6.3", "61")
    assert billing.people == "58"
    assert billing.href == "/causes/theme:billing?wave=2026-Q2"
    assert [row.number for row in rows] == sorted(row.number for row in rows if row.number)


def test_marks_say_what_is_special() -> None:
    """New, escalating, fixed, regressed, a quick win, unsure: as the report has it, of complaints and praise apart."""
    kinds = {row.label: [badge.kind for badge in row.badges] for row in causes(RICH).rows}
    assert {"escalating", "new", "pebble"} <= set(kinds["Invoices that nobody understands"])
    assert "regressed" in kinds["Billing and contract"]
    unsure = {row.label for row in causes(RICH).rows if not row.sure}
    assert unsure == {label for label, marks in kinds.items() if "unsure" in marks}
    praise = [badge.kind for row in causes(RICH, Filters(group="promoters")).rows for badge in row.badges]
    assert {"escalating", "regressed"}.isdisjoint(praise)


def test_filters_narrow_the_ranking() -> None:
    """By mark, by segment with how many times as often, by language, by score group."""
    assert [row.label for row in causes(RICH, Filters(mark="regressed")).rows] == ["Billing and contract"]
    free = causes(RICH, Filters(segment="plan=free"))
    assert free.has_times
    assert {row.times for row in free.rows if not row.is_context} == {"1.7×"}
    assert causes(RICH, Filters(segment="plan=none")).rows == ()
    chinese = causes(RICH, Filters(voice="zh-Hans")).rows
    assert "客服电话总是打不通" in [row.label for row in chinese]
    assert "Sync loses changes when two people edit the same board offline and come back at once" not in [
        row.label for row in chinese
    ]
    praise = causes(RICH, Filters(group="promoters"))
    assert praise.is_praise
    assert {row.label for row in praise.rows}.isdisjoint({"Invoices that nobody understands"})
    first = replace(RICH.issues[0], passives=7)
    [passive] = causes(replace(RICH, issues=(first, *RICH.issues[1:])), Filters(group="passives")).rows
    assert (passive.label, passive.people) == (first.label, "7")


def test_a_theme_stays_for_the_causes_below_it() -> None:
    """It is shown, and is marked as one that does not match itself."""
    cause = replace(RICH.issues[0], parent="theme:billing", is_new=True)
    theme = replace(RICH.issues[1], is_new=False)
    rows = causes(replace(RICH, issues=(cause, theme)), Filters(mark="new")).rows
    assert [(row.label, row.is_context, row.is_part) for row in rows] == [
        ("Billing and contract", True, False),
        ("Invoices that nobody understands", False, True),
    ]


def test_sorting_orders_themes_and_the_causes_in_them() -> None:
    """By a column, the most first; by name, alphabetically."""
    for sort, values in (
        ("mentions", [issue.mentions for issue in FULL.issues]),
        ("people", [issue.detractors for issue in FULL.issues]),
    ):
        column = [getattr(row, sort) for row in causes(FULL, Filters(sort=sort)).rows]  # type: ignore[arg-type]
        assert column == [str(value) for value in sorted(values, reverse=True)]
    names = [row.label.casefold() for row in causes(FULL, Filters(sort="name")).rows]
    assert names == sorted(names)


def test_a_segment_has_its_own_nps() -> None:
    """With its interval; one that the report does not show has none, and the page says so."""
    retail = of(FULL, Filters(segment="industry=retail")).report
    assert retail is not None
    assert retail.score is not None
    assert (retail.score.score, retail.score.interval) == ("−4.2", "−12.0 to +3.7")
    assert retail.score_title == "retail, 2026-Q2"
    other = of(FULL, Filters(segment="industry=none")).report
    assert other is not None
    assert other.score is None
    assert "does not show" in other.no_score


def test_what_is_chosen_is_in_the_address_and_nothing_else() -> None:
    """Defaults are left out, so that an address says what is special about a view."""
    assert of(FULL, Filters()).here == "/?wave=2026-Q2"
    chosen = Filters(mark="new", sort="revenue", segment="plan=free")
    assert of(FULL, chosen).here == "/?wave=2026-Q2&segment=plan%3Dfree&mark=new&sort=revenue"
    assert of(FULL, chosen).reset == "/?wave=2026-Q2"
    assert of(FULL).reset is None


def test_a_part_is_sent_where_htmx_asks_for_it(app_client: TestClient) -> None:
    """Only the element that it replaces, with the address for the browser; going back asks for the whole page."""
    headers = {"hx-request": "true", "hx-target": "div#overview", "hx-current-url": "http://testserver/"}
    part = app_client.get("/?wave=all&mark=&sort=mentions", headers=headers)
    assert part.text.strip().startswith('<div id="overview">')
    assert part.headers["hx-push-url"] == "/?sort=mentions"
    assert "hx-push-url" not in app_client.get("/", headers=headers).headers
    assert app_client.get("/", headers={**headers, "hx-history-restore-request": "true"}).text.startswith("<!doctype")


def test_notes_are_pinned_and_deleted(app_client: TestClient, sqlite_engine: Engine) -> None:
    """The form leads back to the page, which shows the note in the chart and below it; the log says who did it."""
    before = app_client.get("/").text
    assert "pinned" not in before
    pinned = app_client.post("/notes", data={"wave": "W2", "text": " Release <3> ", "next": "/?mark=new"})
    assert pinned.url.path == "/"
    assert pinned.url.query == b"mark=new"
    assert "Release &lt;3&gt;" in pinned.text
    [note] = list_notes(sqlite_engine, "default")
    assert (note.wave, note.text, note.created_by) == ("W2", "Release <3>", "local")
    for data in ({"wave": "W2", "text": " "}, {"wave": "W2", "text": "x" * 201}, {"wave": "W2", "text": "\0"}):
        assert app_client.post("/notes", data=data).status_code == 400
    assert app_client.post("/notes", data={"wave": "W9", "text": "x"}).status_code == 404
    assert app_client.post("/notes", data={"wave": "all", "text": "x"}).status_code == 404
    with_htmx = {"hx-request": "true", "hx-target": "div#overview", "hx-current-url": "http://testserver/"}
    gone = app_client.post(f"/notes/{note.id}/delete", data={"next": "/"}, headers=with_htmx)
    assert gone.text.strip().startswith('<div id="overview">')
    assert "Release" not in gone.text
    assert app_client.post(f"/notes/{note.id}/delete", data={"next": "/"}).status_code == 404


def test_views_are_saved_under_a_name_and_deleted(people: TestClient, sqlite_engine: Engine) -> None:
    """Everybody in the workspace sees them; the same name replaces one; only pages of this server can be saved."""
    editor = sign_in(people, "Eda")
    for address in ("/?mark=new", "/?mark=new&sort=revenue"):
        saved = editor.post("/views", data={"name": "New & costly", "next": address})
        assert saved.status_code == 200
    [view] = list_views(sqlite_engine, "default")
    assert (view.address, view.created_by) == ("/?mark=new&sort=revenue", "Eda")
    for name, address in (
        ("", "/"),
        ("x" * 61, "/"),
        ("x", "//evil.example"),
        ("x", "https://evil.example"),
        ("x", ""),
    ):
        assert editor.post("/views", data={"name": name, "next": address}).status_code == 400
    entries = [entry for entry in client_log(sqlite_engine) if entry[1].startswith("POST /views")]
    assert entries == [("Eda", "POST /views")] * 2
    page = sign_in(people, "Vic").get("/").text
    links = re.findall(r'<a href="([^"]+)"[^>]*>New &amp; costly</a>', page)
    assert [html.unescape(link) for link in links] == ["/?mark=new&sort=revenue"]
    assert people.post(f"/views/{view.id}/delete", data={"next": "/"}).status_code == 403
    assert sign_in(people, "Eda").post(f"/views/{view.id}/delete", data={"next": "/"}).status_code == 200
    assert list_views(sqlite_engine, "default") == []


def client_log(engine: Engine) -> list[tuple[str, str]]:
    """(who, what) of the audit log."""
    return [(entry.actor, entry.action) for entry in list_entries(engine, "default").entries]


def test_workspaces_have_their_own_notes_and_views(app_client: TestClient, sqlite_engine: Engine) -> None:
    """Nobody of another one sees or deletes them."""
    app_client.post("/notes", data={"wave": "W2", "text": "Secret release", "next": "/"})
    app_client.post("/views", data={"name": "Secret view", "next": "/"})
    create(sqlite_engine, "other")
    add_person(sqlite_engine, "other", "Oda", Role.ADMIN, PASSWORD)
    other = sign_in(app_client, "Oda")
    assert "Secret" not in other.get("/").text
    [note], [view] = list_notes(sqlite_engine, "default"), list_views(sqlite_engine, "default")
    assert other.post(f"/notes/{note.id}/delete", data={"next": "/"}).status_code == 404
    assert other.post(f"/views/{view.id}/delete", data={"next": "/"}).status_code == 404


def test_an_anonymous_workspace_shows_what_was_published(sqlite_engine: Engine) -> None:
    """What its reports never publish is not on the page, even if an earlier version stored it."""
    with sqlite_engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, "default")
        store.workspaces.promise_anonymity(connection, workspace_id)
        run = store.runs.start(connection, workspace_id, "model")
        store.reports.save(connection, workspace_id, run.id, replace(RICH, wave="all"))
    with client_of(sqlite_engine) as client:
        page = client.get("/?rows=all", headers={"accept": "text/html"}).text
    shown = overview(
        published_fields(replace(RICH, wave="all")), ["all"], (), (), Filters(rows="all"), CODE_FRAME, web_of()
    ).report
    assert shown is not None
    assert [row.label for row in shown.causes.rows] == re.findall(r'class="name" href="[^"]*"[^>]*>([^<]+)</a>', page)
    assert not shown.causes.has_revenue
    assert not shown.causes.has_trend
    assert "regressed" not in page
    assert "1,501,25" not in page


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_the_chart_names_as_many_waves_as_fit(count: int) -> None:
    """The last one always, others at regular distances; every wave has its point, inside of the chart."""
    groups = [(f"wave {number}", FULL.waves[0].nps) for number in range(count)]
    chart = nps_chart(groups, [""] * count, web_of().wording)
    named = [point.name for point in chart.points if point.name]
    assert named[-1] == f"wave {count - 1}"
    assert len(named) <= 6
    assert len(chart.points) == count
    for point in chart.points:
        assert 0 <= float(point.high.rstrip("%")) <= float(point.y.rstrip("%")) <= float(point.low.rstrip("%")) <= 100


def test_sparklines_are_rates_of_waves_of_different_size() -> None:
    """Ten of a hundred and twenty of two hundred are level; a screen reader hears them."""
    sized = replace(
        FULL,
        waves=tuple(GroupNps(name, replace(FULL.waves[0].nps, n=n)) for name, n in (("A", 100), ("B", 200))),
        issues=(replace(FULL.issues[0], waves=(("A", 10), ("B", 20), ("C", 5))),),
    )
    [row] = causes(sized).rows
    assert row.trend is not None
    assert row.trend.line == "0.00,0.00 100.00,0.00"
    assert row.trend.text == "Named by, of 100 scored responses: A 10.0, B 10.0"
