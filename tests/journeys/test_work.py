"""Answers come in by a file, and customers are followed up, in every language."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api.http.dependencies import Resources
from saywhy.case import CaseState, Outcome
from saywhy.code_frame import FIRST_CLASS_LANGUAGES
from saywhy.store import Engine
from service.cases import list_cases, read_case, read_comments
from service.reports.reading import read_report
from tests.api.web.visitors import run_jobs
from tests.browsing import JOURNEY_LANGUAGES, browser
from tests.builders.lived_in import EDAS_CASES, WORKSPACE
from tests.journeys.conftest import OpenWindow
from tests.journeys.person import Person

__all__ = ["browser"]

#: A file as survey tools export it in each language: the score, the comment, and a column that no name explains.
FILES = {
    "en": ("id,NPS,Comment,what they have", "The invoice is wrong", "Basic"),
    "de": ("id;NPS;Kommentar;was sie haben", "Die Rechnung ist falsch", "Einfach"),
    "zh-Hans": ("id,NPS,评论,他们有什么", "发票有错误", "基础版"),
    "zh-Hant": ("id,NPS,評論,他們有什麼", "發票有錯誤", "基礎版"),
}


def import_file(ada: Person, language: str, resources: Resources) -> None:
    """Import the file of a language: it is sent as soon as it is chosen, a column gets another meaning and the preview
    follows; the page shows how far it is, then what was imported, and what was rejected and why.
    """
    header, text, plan = FILES[language]
    mark = ";" if ";" in header else ","
    rows = (f"new-1{mark}3{mark}{text}{mark}{plan}", f"new-2{mark}12{mark}{text}{mark}{plan}")
    content = "\n".join((header, *rows, "")).encode()
    ada.open("/imports")
    ada.page.set_input_files("input[type=file]", {"name": "april.csv", "mimeType": "text/csv", "buffer": content})
    ada.sees_title("april.csv")
    expect(ada.page.locator(".sample .rejected")).to_contain_text("score 12 is outside 0-10")
    ada.page.locator(".mapping li").last.get_by_role("combobox").select_option("account")
    expect(ada.page.locator(".sample")).to_contain_text(plan)
    ada.field("import_preview.wave").fill("2026-Q3")
    ada.press("import_preview.start")
    expect(ada.page.locator("progress")).to_be_visible()
    run_jobs(resources)
    job = ada.page.locator("#import_job")
    expect(job.get_by_role("heading", name=ada.text("import_job.rejected"))).to_be_visible()
    expect(job).to_contain_text("score 12 is outside 0-10")
    expect(job.locator(".facts div", has_text=ada.text("import_job.count_new"))).to_contain_text("1")


@pytest.mark.slow
@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES[1:])
def test_a_file_is_imported(open_window: OpenWindow, resources: Resources, language: str) -> None:
    """Its answer is in the store, with the meaning that its columns were given, and opens a case of the account."""
    _, text, plan = FILES[language]
    import_file(open_window("Ada", language), language, resources)
    [case] = [each for each in list_cases(resources.engine, WORKSPACE).cases if each.response == "new-1"]
    assert (case.wave, case.customer and case.customer.account) == ("2026-Q3", plan)
    assert list(read_comments(resources.engine, WORKSPACE, [case]).values()) == [text]


@pytest.mark.slow
def test_what_was_imported_is_analysed(open_window: OpenWindow, resources: Resources) -> None:
    """The page of the import offers it, follows it, and leads to the overview; its comment is read then."""
    ada = open_window("Ada")
    import_file(ada, "en", resources)
    ada.press("import_job.analyse")
    expect(ada.page.locator("progress")).to_be_visible()
    run_jobs(resources)
    ada.follow("import_job.to_overview")
    ada.field("overview.filter_wave").select_option("2026-Q3")
    ada.sees_address("/?wave=2026-Q3")
    assert read_report(resources.engine, WORKSPACE, "2026-Q3").counts.responses == 1
    ada.open("/comments?wave=2026-Q3")
    expect(ada.page.locator("article.comment .verbatim")).to_have_text([FILES["en"][1]])
    expect(ada.page.locator("article.comment .said li")).not_to_have_count(0)


@pytest.mark.slow
@pytest.mark.parametrize("language", JOURNEY_LANGUAGES)
def test_a_customer_is_contacted_and_recovered(open_window: OpenWindow, engine: Engine, language: str) -> None:
    """One's own cases come first, of these the overdue one; it is contacted with a note, then resolved with an outcome,
    which the page of the customer shows.
    """
    eda = open_window("Eda", language)
    eda.open("/follow-ups")
    cases = eda.page.locator("li.case")
    expect(cases.locator(".name")).to_have_text(["Acme", "Birch"])
    expect(cases.first.locator(".clock.late")).to_be_visible()
    cases.first.get_by_role("link").click()
    expect(eda.page.locator("blockquote").first).to_have_text(EDAS_CASES["Acme"][0])
    eda.field("follow_up.note").fill("☎ 14:00 <b>")
    eda.press("follow_up.step_contacted")
    expect(eda.page.locator(".timeline")).to_contain_text("☎ 14:00 <b>")
    expect(eda.page.locator(".timeline li").first).to_contain_text("Eda")
    eda.choice("follow_up.outcome").select_option("recovered")
    eda.press("follow_up.step_resolved")
    state = eda.text("follow_up.changed_state", value=eda.text("follow_ups.state_resolved"))
    expect(eda.page.locator(".timeline")).to_contain_text(state)
    number = int(eda.page.url.rpartition("/")[2])
    case = read_case(engine, WORKSPACE, number).case
    assert (case.state, case.outcome, case.owner) == (CaseState.RESOLVED, Outcome.RECOVERED, "Eda")

    eda.page.get_by_role("link", name="Acme").click()
    eda.sees_title("Acme")
    expect(eda.page.locator("li.case")).to_contain_text(eda.text("follow_ups.outcome_recovered"))
    eda.open("/follow-ups")
    expect(cases.locator(".name")).to_have_text(["Birch"])
