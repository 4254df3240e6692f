"""People correct what the models said, of comments by two keys each and of causes, in every language; it lasts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from models.annotator import Annotator
from saywhy.annotation import Polarity
from saywhy.correction import CorrectionKind
from saywhy.store import Engine
from service.correcting import read_comment
from service.corrections import list_corrections
from service.reports.reading import read_report
from service.topics.views import list_topics
from tests.browsing import JOURNEY_LANGUAGES, browser
from tests.builders.lived_in import WORKSPACE
from tests.journeys.conftest import OpenWindow

__all__ = ["browser"]


@pytest.mark.slow
@pytest.mark.parametrize("language", JOURNEY_LANGUAGES)
def test_two_keys_correct_a_comment_for_good(
    open_window: OpenWindow, next_analysis: Callable[[], None], engine: Engine, annotator: Annotator, language: str
) -> None:
    """Sentiment, theme and cause, with the focus where it was; they hold after a reload and in the next analysis, which
    counts by them.
    """
    before = {issue.key: issue.mentions for issue in read_report(engine, WORKSPACE, "2026-Q2").issues}
    eda = open_window("Eda", language)
    eda.open("/comments?cause=performance.battery&wave=2026-Q2")
    card = eda.page.locator("article.comment").first
    comment = eda.page.locator(f"#{card.get_attribute('id')}")
    comment.focus()
    eda.page.keyboard.type("s4")
    expect(comment.locator(".tone")).to_have_text(f"{eda.text('mixed')} {eda.text('comments.corrected')}")
    expect(comment).to_be_focused()
    eda.page.keyboard.type("t2")
    staff = annotator.code_frame.name_of("staff", language)
    expect(comment.locator(".said")).to_contain_text(staff)
    expect(comment.locator(".said .cause")).to_have_count(0)
    eda.page.keyboard.press("c")
    option = eda.page.locator("form.active button[data-key='2']")
    expect(option).to_be_visible()
    cause = option.get_attribute("value") or ""
    [topic] = [each for each in list_topics(engine, WORKSPACE) if each.id == cause]
    eda.page.keyboard.press("2")
    expect(comment.locator(".said .cause")).to_have_text(topic.name(language))

    eda.page.keyboard.press("j")
    other = eda.page.locator("article.comment:focus")
    expect(other).not_to_have_id(card.get_attribute("id") or "")
    eda.page.keyboard.type("xs")
    expect(other.locator("input[type=checkbox]")).to_be_checked()
    eda.page.keyboard.press("1")  # as the model says
    expect(other.locator(".tone")).to_have_text(f"{eda.text('negative')} {eda.text('comments.confirmed')}")
    eda.page.keyboard.press("c")
    expect(eda.page.locator("#correction .panel")).to_be_visible()
    eda.page.keyboard.press("Escape")
    expect(eda.page.locator("#correction .panel")).to_have_count(0)

    for prepare in (eda.page.reload, next_analysis):
        prepare()
        eda.open(f"/comments?cause={cause}&wave=2026-Q2&sentiment=mixed")
        expect(eda.page.locator("article.comment")).to_have_count(1)
        expect(comment.locator(".tone")).to_contain_text(eda.text("mixed"))
        expect(comment.locator(".said .cause")).to_have_text(topic.name(language))
        expect(comment.locator(".said em")).to_have_text(eda.text("comments.corrected"))

    number = int((comment.get_attribute("id") or "").removeprefix("comment-"))
    read = read_comment(engine, WORKSPACE, number, code_frame=annotator.code_frame)
    assert read.comment.response.sentiment is not None
    assert read.comment.response.sentiment.label is Polarity.MIXED
    log = list_corrections(engine, WORKSPACE).entries
    assert {each.author for each in log} == {"Eda"}
    assert {each.kind for each in log} == {CorrectionKind.SENTIMENT, CorrectionKind.THEME, CorrectionKind.CAUSE}
    after = {issue.key: issue.mentions for issue in read_report(engine, WORKSPACE, "2026-Q2").issues}
    fewer = {key for key in before if after.get(key, 0) < before[key]}
    assert "topic:performance.battery" in {str(key) for key in fewer}


#: A name and another one in each language.
NAMES = {
    "en": ("Parcels late", "Late in winter"),
    "de": ("Pakete verspätet", "Im Winter zu spät"),
    "zh-Hans": ("包裹迟到", "冬季迟到"),
    "zh-Hant": ("包裹遲到", "冬季遲到"),
}


@pytest.mark.slow
@pytest.mark.parametrize("language", JOURNEY_LANGUAGES)
def test_causes_are_renamed_merged_split_and_adopted(
    open_window: OpenWindow, next_analysis: Callable[[], None], engine: Engine, language: str
) -> None:
    """Each change is said, can be undone, stands in the history with who made it, and holds in the next analysis."""
    name, split_name = NAMES[language]
    eda = open_window("Eda", language)
    eda.open("/causes/topic:delivery.late")
    done = eda.page.locator(".done")

    form = eda.unfold("cause.rename")
    form.get_by_label(eda.text("cause.name"), exact=True).fill(name)
    form.get_by_role("button").click()
    eda.sees_title(name)
    expect(done).to_contain_text(eda.text("cause.edit_rename", name=name))
    done.get_by_role("button").click()
    expect(done).to_contain_text(eda.text("cause.edit_undo", what="").strip())
    expect(eda.page.get_by_role("heading", level=1)).not_to_have_text(name)
    form = eda.unfold("cause.rename")
    form.get_by_label(eda.text("cause.name"), exact=True).fill(name)
    form.get_by_role("button").click()
    eda.sees_title(name)

    for box in eda.page.locator("#quotes .quote-group.detractors input[name=comment]").all()[:2]:
        box.check()
    eda.page.locator("#quotes").get_by_label(eda.text("cause.split_name")).fill(split_name)
    eda.page.locator("#quotes").get_by_role("button", name=eda.text("cause.split"), exact=True).click()
    expect(done).to_contain_text(split_name)
    history = eda.page.locator("#history li", has_text=split_name)
    expect(history).to_contain_text("Eda")

    eda.open("/causes/topic:billing.invoice_missing")
    form = eda.unfold("cause.merge")
    eda.choice("cause.merge_into").select_option("billing.wrong_amount")
    form.get_by_role("button").click()
    eda.sees_address("/causes/topic:billing.wrong_amount")
    expect(done).to_be_visible()

    eda.open("/causes/topic:performance.battery")
    form = eda.unfold("cause.adopt")
    form.get_by_label(eda.text("cause.adopt_name"), exact=True).fill(f"{name} 2")
    form.get_by_role("button").click()
    eda.sees_title(f"{name} 2")
    expect(eda.page.locator("#history li").first).to_contain_text("Eda")
    expect(eda.page.locator(".notice")).to_contain_text(eda.text("cause.stale"))

    next_analysis()
    eda.open("/?rows=all")
    causes = eda.page.locator("#causes tbody")
    for shown in (name, split_name, f"{name} 2"):
        expect(causes.get_by_role("link", name=shown, exact=True)).to_have_count(1)
    expect(causes.locator("a[href*='billing.invoice_missing']")).to_have_count(0)
    expect(causes.locator("a[href*='performance.battery']")).to_have_count(0)
    labels = {issue.label for issue in read_report(engine, WORKSPACE, "all").issues}
    assert {name, split_name, f"{name} 2"} <= labels
    eda.open("/causes/topic:billing.invoice_missing")
    eda.sees_address("/causes/topic:billing.wrong_amount")
    expect(eda.page.locator(".notice", has_text=eda.text("cause.stale"))).to_have_count(0)
