"""A workspace and who has a part in it: roles, views and digests, links to share, settings, quality, anonymity."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from saywhy import store
from saywhy.access import Role, Scope
from saywhy.case import CaseState
from saywhy.store import Engine
from saywhy.store.access_tables import shared_links
from service.analysis import analyse
from service.cases import read_case
from service.digests.managing import list_digests
from service.keys import list_keys
from service.people import add_person, list_people
from service.saved_views import list_views
from service.shared_links import list_links
from service.wave_notes import list_notes
from service.webhooks.endpoints import list_endpoints
from tests.api.test_sessions import PASSWORD
from tests.browsing import browser
from tests.builders.fixed_survey import responses
from tests.builders.lived_in import WORKSPACE
from tests.doubles import FakeAnnotator
from tests.journeys.conftest import OpenWindow

__all__ = ["browser"]


@pytest.mark.slow
def test_a_viewer_signs_in_reads_and_changes_nothing(open_window: OpenWindow, engine: Engine) -> None:
    """A wrong password is refused in words; what a viewer may not do is not offered, and refused if it is sent; after
    signing out nothing is shown.
    """
    somebody = open_window()
    somebody.open("/follow-ups/1")
    somebody.sees_address("/sign-in?next=%2Ffollow-ups%2F1")
    somebody.field("sign_in.name").fill("Vic")
    somebody.field("sign_in.password").fill("not the password")
    somebody.press("sign_in.submit")
    expect(somebody.page.get_by_text(somebody.text("sign_in.wrong"))).to_be_visible()
    somebody.field("sign_in.name").fill("Vic")
    somebody.field("sign_in.password").fill(PASSWORD)
    somebody.press("sign_in.submit")
    somebody.sees_address("/follow-ups/1")
    expect(somebody.page.locator("main form")).to_have_count(0)
    for path in ("/", "/causes/topic:delivery.late", "/comments", "/imports", "/pebbles"):
        somebody.open(path)
        expect(somebody.page.locator("main form[method=post]")).to_have_count(0)
    somebody.open("/settings")
    expect(somebody.page.locator("main form")).to_have_count(1)  # their own password
    refused = somebody.page.request.post("/follow-ups/1", form={"version": "1", "state": "contacted"})
    assert refused.status == 403
    assert read_case(engine, WORKSPACE, 1).case.state is CaseState.OPEN
    somebody.press("shell.sign_out")
    somebody.sees_address("/sign-in")
    somebody.open("/comments")
    somebody.sees_address("/sign-in?next=%2Fcomments")
    somebody.visit.messages.clear()  # the browser tells of the refusals


@pytest.mark.slow
def test_a_view_is_saved_with_a_note_and_sent_as_a_digest(open_window: OpenWindow, engine: Engine) -> None:
    """An editor pins a note to a wave and saves what is chosen; an administrator has it sent to Slack every week."""
    eda = open_window("Eda")
    eda.open("/?wave=2026-Q2&sort=mentions")
    eda.unfold("overview.pin_note")
    eda.field("overview.note_text").fill("Release 3.2 <b>")
    eda.press("overview.pin")
    expect(eda.page.locator(".pinned li")).to_contain_text(["Release 3.2 <b>"])
    expect(eda.page.locator(".plot text.pin-number")).to_have_text(["1"])
    eda.unfold("overview.save_view")
    eda.field("overview.view_name").fill("Second quarter")
    eda.press("overview.save")
    expect(eda.page.get_by_role("link", name="Second quarter")).to_have_attribute("aria-current", "true")
    assert [(each.text, each.wave) for each in list_notes(engine, WORKSPACE)] == [("Release 3.2 <b>", "2026-Q2")]
    assert [each.address for each in list_views(engine, WORKSPACE)] == ["/?wave=2026-Q2&sort=mentions"]

    ada = open_window("Ada")
    ada.open("/")
    ada.page.get_by_role("link", name="Second quarter").click()
    ada.sees_address("/?wave=2026-Q2&sort=mentions")
    ada.open("/settings")
    form = ada.unfold("settings.add_webhook")
    form.get_by_label(ada.text("settings.any_url")).fill("https://hooks.slack.example/services/1")
    ada.choice("settings.kind").select_option("slack")
    form.get_by_role("button").click()
    form = ada.unfold("digests.add")
    form.get_by_label(ada.text("digests.time"), exact=True).fill("07:30")
    form.get_by_label(ada.text("digests.time_zone")).fill("Europe/Berlin")
    form.get_by_role("group", name=ada.text("digests.recipients")).get_by_role("checkbox").check()
    form.get_by_role("button").click()
    expect(ada.page.get_by_role("listitem").filter(has_text="Second quarter")).to_contain_text("Europe/Berlin")
    [status] = list_digests(engine, WORKSPACE)
    assert (status.digest.view.name, status.digest.time_zone) == ("Second quarter", "Europe/Berlin")
    eda.open("/")
    eda.press("overview.delete_view", name="Second quarter")
    expect(eda.page.get_by_role("alert")).to_be_visible()  # a digest sends it
    assert len(list_views(engine, WORKSPACE)) == 1
    eda.visit.messages.clear()


@pytest.mark.slow
def test_a_link_with_a_password_shows_one_view_until_it_ends(open_window: OpenWindow, engine: Engine) -> None:
    """Whoever has it opens it without a session, by the password alone, and finds nothing that leads into the app;
    expired, it shows nothing any more.
    """
    eda = open_window("Eda")
    eda.open("/causes/topic:delivery.late")
    eda.press("shared_links.share")
    eda.field("shared_links.name").fill("The board")
    eda.choice("shared_links.ends").select_option("7")
    eda.field("shared_links.password").fill(PASSWORD)
    eda.press("shared_links.make")
    link = eda.page.locator(".secret code").inner_text()
    eda.open("/shared-links")
    expect(eda.page.locator("main")).not_to_contain_text(link)
    expect(eda.page.locator(".entries li")).to_contain_text("The board")

    guest = open_window()
    guest.open(link)
    guest.sees_title(guest.text("shared.title_password"))
    guest.field("shared.password").fill("not the password")
    guest.press("shared.open")
    expect(guest.page.get_by_role("alert")).to_have_text(guest.text("shared.wrong"))
    guest.field("shared.password").fill(PASSWORD)
    guest.press("shared.open")
    expect(guest.page.locator("main")).to_contain_text("Arrived late")
    expect(guest.page.locator("main")).to_contain_text("The order was delivered much too late")
    expect(guest.page.locator("main")).not_to_contain_text("Battery")
    assert guest.page.locator("a[href^='/']").count() == 0
    [shared] = list_links(engine, WORKSPACE)
    assert (shared.opened, shared.has_password) == (1, True)

    with engine.begin() as connection:
        connection.execute(sa.update(shared_links).values(expires_at=datetime.now(UTC) - timedelta(days=1)))
    guest.page.reload()
    guest.sees_title(guest.text("shared.title_ended"))
    guest.visit.messages.clear()


@pytest.mark.slow
def test_an_administrator_lets_programs_and_people_in(open_window: OpenWindow, engine: Engine) -> None:
    """A key whose secret is shown once and works, a person who signs in, and a webhook with a secret."""
    ada = open_window("Ada")
    ada.open("/settings")
    form = ada.unfold("settings.add_key")
    form.get_by_label(ada.text("settings.key_name")).fill("CRM")
    form.get_by_label(ada.text("settings.scope_read"), exact=True).check()
    form.get_by_role("button").click()
    secret = ada.page.locator(".secret code").inner_text()
    bearing = {"authorization": f"Bearer {secret}"}
    assert open_window().page.request.get("/v1/reports/all", headers=bearing).status == 200
    [key] = list_keys(engine, WORKSPACE)
    assert (key.name, key.scopes, key.created_by) == ("CRM", frozenset({Scope.READ}), "Ada")

    ada.open("/settings")
    expect(ada.page.locator("main")).not_to_contain_text(secret)
    form = ada.unfold("settings.add_person")
    form.get_by_label(ada.text("settings.person_name"), exact=True).fill("Noa")
    ada.choice("settings.role").select_option("editor")
    form.get_by_label(ada.text("settings.password")).fill(PASSWORD)
    form.get_by_role("button").click()
    expect(ada.field("settings.role_of", name="Noa")).to_have_value("editor")
    assert {each.name: each.role for each in list_people(engine, WORKSPACE)}["Noa"] is Role.EDITOR
    noa = open_window("Noa")
    noa.open("/")
    expect(noa.page.get_by_role("navigation")).to_be_visible()

    form = ada.unfold("settings.add_webhook")
    form.get_by_label(ada.text("settings.any_url")).fill("https://hooks.example/nps")
    form.get_by_label(ada.text("settings.event_detractor_new")).check()
    form.get_by_role("button").click()
    expect(ada.page.locator(".secret code")).to_contain_text("whsec_")
    [endpoint] = list_endpoints(engine, WORKSPACE)
    assert endpoint.url == "https://hooks.example/nps"


def test_quality_says_how_much_to_trust(open_window: OpenWindow) -> None:
    """The shares of the survey as they are; praise has what promoters say, and nothing that detractors do."""
    vic = open_window("Vic")
    vic.open("/quality")
    tile = vic.page.locator(".tile", has_text=vic.text("quality.tile_commented"))
    expect(tile.locator(".value")).to_have_text(vic.wording.share(192 / 272))
    expect(vic.page.locator("table.figures").first.locator("tbody tr")).to_have_count(2)
    vic.open("/praise")
    expect(vic.page.locator("main")).to_contain_text("The app is really easy to use")
    expect(vic.page.locator("main")).not_to_contain_text("Battery life is terrible")


@pytest.mark.slow
def test_an_anonymous_workspace_shows_only_what_it_published(open_window: OpenWindow, engine: Engine) -> None:
    """Scores and causes; no comment, no customer, no segment, no map: each of these pages says so."""
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, "hr")
        store.workspaces.promise_anonymity(connection, workspace_id)
        store.responses.save(connection, workspace_id, responses(("W1",)))
    analyse(engine, "hr", FakeAnnotator(), progress=lambda *_: None)
    add_person(engine, "hr", "Hana", Role.VIEWER, PASSWORD)
    hana = open_window("Hana")
    hana.open("/")
    expect(hana.page.locator("#causes").get_by_role("link", name="Customer support")).to_be_visible()
    expect(hana.page.locator(".score .value")).to_be_visible()
    for path in ("/comments", "/segments", "/map", "/what-if", "/follow-ups", "/customers"):
        hana.open(path)
        expect(hana.page.locator("main")).to_contain_text("anonym")
        expect(hana.page.locator("main")).not_to_contain_text("slow support")
    hana.visit.messages.clear()
