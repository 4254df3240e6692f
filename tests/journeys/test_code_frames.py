"""A code frame is chosen, and another one written, checked, mended, saved, used and analysed in, in every language.

The server answers in a chosen frame for seconds after the store was filled anew, so other journeys are in other files.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api.http.dependencies import Resources
from saywhy.frame_file import read_frame
from service.code_frames import list_frames
from service.reports.reading import read_report
from tests.api.web.visitors import run_jobs
from tests.browsing import JOURNEY_LANGUAGES, browser, check_accessibility, check_width
from tests.builders.lived_in import WORKSPACE
from tests.journeys.conftest import OpenWindow

__all__ = ["browser"]

PARCELS = """id: parcels
names: {en: Parcels, de: Pakete, zh-Hans: 包裹, zh-Hant: 包裹}
themes:
  - id: late
    names: {en: Late parcels, de: Späte Pakete, zh-Hans: 迟到, zh-Hant: 遲到}
    examples: [The parcel came late, Delivery took far too long, Das Paket kam viel zu spät]
"""


@pytest.mark.slow
@pytest.mark.parametrize("language", JOURNEY_LANGUAGES)
def test_a_code_frame_is_chosen_and_another_one_written(
    open_window: OpenWindow, resources: Resources, language: str
) -> None:
    """From the settings to the frame for employees; then to one's own, whose mistake leads to its line, and without it
    to an analysis whose report has its themes. A viewer sees both, and no form.
    """
    eda = open_window("Eda", language)
    eda.open("/settings")
    eda.follow("settings.code_frames")
    employees = next(each for each in list_frames(resources.engine, WORKSPACE) if each.frame)
    assert employees.frame
    eda.press("code_frames.use_frame", name=employees.frame.name(language))
    expect(eda.page.get_by_role("status")).to_contain_text(employees.frame.name(language))
    expect(eda.page.locator(".awaited").get_by_role("button")).to_have_text(eda.text("import_job.analyse"))

    eda.open("/code-frames")
    eda.follow("code_frames.write")
    text = eda.field("code_frame_editor.yaml")
    text.fill(PARCELS.replace("id: late", "id: Late!"))
    with eda.page.expect_event("load"):
        eda.press("code_frame_editor.check")
    fault = eda.page.locator(".faults li")
    expect(fault).to_contain_text("themes[0].id")
    for width in (1440, 390):
        check_width(eda.page, width)
    check_accessibility(eda.page)
    fault.get_by_role("link").click()
    expect(text).to_be_focused()
    chosen = "text => text.value.slice(text.selectionStart, text.selectionEnd)"
    assert text.evaluate(chosen) == "  - id: Late!"
    eda.page.keyboard.insert_text("  - id: late")
    expect(text).to_have_value(PARCELS)
    eda.press("code_frame_editor.check")
    expect(eda.page.get_by_role("status")).to_contain_text("parcels")
    eda.press("code_frame_editor.save")
    name = read_frame(PARCELS).name(language)
    eda.sees_title(name)
    eda.press("code_frame.use")
    eda.press("import_job.analyse")
    run_jobs(resources)
    assert {issue.id for issue in read_report(resources.engine, WORKSPACE, "all").issues} & {"late"}

    vic = open_window("Vic", language)
    vic.open("/code-frames/parcels")
    vic.sees_title(name)
    expect(vic.page.locator(".badge")).to_have_text(vic.text("code_frames.used"))
    expect(vic.page.locator(".awaited")).to_have_count(0)
    expect(vic.page.locator("main form")).to_have_count(0)
