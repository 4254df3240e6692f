"""The findings at the top of a report: their numbers, evidence and wording in four languages, without causal claims."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain

import pytest

from pipelines.impact.nps import nps
from pipelines.render.html import to_html
from pipelines.render.page import build_page
from pipelines.render.wording import Wording, catalogue
from pipelines.report.findings import findings
from saywhy.code_frame import FIRST_CLASS_LANGUAGES, load_code_frame
from saywhy.estimate import Estimate
from saywhy.fix import FixState
from saywhy.report import Alert, CauseChange, Change, Report
from tests.builders.extreme_reports import EMPTY
from tests.builders.reports import FULL, RATED, REGRESSED, RICH

#: Words that turn an association into a causal claim.
CAUSAL = {
    "en": r"\b(because|cause[sd]?|due to|leads? to|led to|results? in|drives?|driven|makes?|therefore|thanks to)\b",
    "de": r"\b(weil|denn die|verursach\w*|führ(t|en) zu|wegen|aufgrund|dank|deshalb|daher|bewirk\w*|kostet|durch)\b",
    "zh-Hans": "导致|因为|造成|由于|引起|所以|使得|致使|损失",
    "zh-Hant": "導致|因為|造成|由於|引起|所以|使得|致使|損失",
}

CHANGE = Change(
    before="2026-Q1",
    after="2026-Q2",
    nps=Estimate(-7.8, -14.1, -1.4),
    p_value=0.016,
    smallest_visible=9.1,
    causes=(
        CauseChange(
            "billing", "Billing", "negative", 0.04, 0.07, Estimate(-2.1, -3.3, -0.9), Estimate(0.1, -1, 1.2), 0.01
        ),
    ),
    rest=Estimate(-5.8, -9, -2),
)
ALERT = Alert("topic", "topic-17", "Invoices that nobody understands", "2026-Q2", 0.08, 0.02, 52, 0.0004, 0.05)
OLD = tuple(replace(issue, is_new=False, concentrated_in=None) for issue in FULL.issues)
UNSURE = tuple(replace(issue, significant=False, revenue_at_risk=None) for issue in OLD)
MORE_SEVERE = replace(
    CHANGE,
    causes=(
        replace(
            CHANGE.causes[0],
            frequency=Estimate(0, -1, 1),
            frequency_q=0.9,
            severity=Estimate(-2, -3, -1),
            severity_q=0.01,
        ),
    ),
)

REPORTS = [
    FULL,
    replace(FULL, change=CHANGE),
    replace(FULL, change=replace(CHANGE, p_value=0.3), issues=OLD, alerts=(ALERT,)),
    replace(FULL, change=CHANGE, issues=OLD),
    replace(FULL, change=MORE_SEVERE, issues=OLD),
    replace(FULL, issues=OLD),
    replace(FULL, issues=UNSURE, delights=()),
    replace(FULL, issues=OLD, delights=(), segments=()),
    RATED,
    replace(FULL, fixes=RICH.fixes),
]
FINDINGS = {finding.key for report in REPORTS for finding in findings(report)}


def test_five_findings_with_their_evidence() -> None:
    """A full report gives five; the evidence of each is issues or members of the report."""
    for report in REPORTS[:6]:
        results = findings(report)
        assert len(results) == 5
        assert len({finding.key for finding in results}) == 5
        issue_keys = {str(issue.key) for issue in chain(report.issues, report.delights)}
        for finding in results:
            assert finding.evidence
            assert all(name in issue_keys or getattr(report, name) for name in finding.evidence)
    assert [finding.key for finding in findings(FULL)] == ["score", "complaint", "new", "concentrated", "praise"]


def test_numbers_are_those_of_the_report() -> None:
    """The first complaint is the first significant issue, with the same impact and interval."""
    results = {finding.key: finding for finding in findings(FULL)}
    first = FULL.issues[0]
    assert results["complaint"].values == {
        "issue": "topic:topic-17",
        "impact": first.impact,
        "low": first.low,
        "high": first.high,
        "detractors": first.detractors,
    }
    assert results["score"].values["n"] == 1187


def test_chance_is_not_presented_as_a_finding() -> None:
    """Without a significant issue a finding says so; without NPS none is about points; an empty report has none."""
    keys = [finding.key for finding in findings(replace(FULL, issues=UNSURE, delights=()))]
    assert "no_complaint" in keys
    assert not {"complaint", "second", "praise"} & set(keys)
    assert {finding.key for finding in findings(RATED)} <= {
        "new",
        "concentrated",
        "money",
        "most_blamed",
        "most_praised",
    }
    assert findings(EMPTY) == ()
    steady = findings(replace(FULL, change=replace(CHANGE, p_value=0.3)))
    assert steady[0].key == "score_steady"


def test_nothing_is_claimed_of_a_wave_or_segment_of_a_few() -> None:
    """Of waves and segments with fewer than 20 scores there are numbers, and no sentence says that they differ."""
    small = replace(FULL, change=replace(CHANGE, is_small=True), issues=OLD)
    assert findings(small)[0].key == "score_steady"
    assert not {"oftener", "graver"} & {finding.key for finding in findings(small)}
    low = replace(FULL.segments[0], nps=nps(0, 1, 18))
    lowest = replace(FULL, change=None, alerts=(), issues=(), delights=(), segments=(low,))
    assert "segment" not in {finding.key for finding in findings(lowest)}
    lowest = replace(lowest, segments=(replace(low, nps=nps(0, 1, 19)),))
    assert "segment" in {finding.key for finding in findings(lowest)}


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_no_finding_claims_a_cause(language: str) -> None:
    """No sentence, in the catalogue or rendered, contains a causal word."""
    sentences = [words for key, words in catalogue(language).items() if key.startswith("finding.")]
    for report in REPORTS:
        page = build_page(replace(report, findings=findings(report)), load_code_frame(), Wording(language))
        sentences += [finding.text for finding in page.findings]
    for sentence in sentences:
        assert not re.search(CAUSAL[language], sentence, re.IGNORECASE), sentence
    assert len({*sentences}) > 30


def test_every_finding_can_be_reached() -> None:
    """The reports above produce every finding in the catalogue."""
    assert {f"finding.{key}" for key in FINDINGS} == {key for key in catalogue("en") if key.startswith("finding.")}


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_findings_link_to_their_evidence(language: str) -> None:
    """On the page each finding on an issue links to its row, and themes are named in the language of the page."""
    report: Report = replace(FULL, findings=findings(FULL))
    page = to_html(report, load_code_frame(), language=language)
    assert page.count('<a href="#detractors-1">') == 3
    assert '<a href="#promoters-1">' in page
    staff = load_code_frame()["staff"].name(language)
    results = build_page(report, load_code_frame(), Wording(language)).findings
    assert staff in results[-1].text


def test_fixes_that_are_decided_are_said() -> None:
    """One sentence on the first that has regressed and one on the first verified; one that is watched is in none."""
    keys = [finding.key for finding in findings(replace(FULL, fixes=RICH.fixes))]
    assert keys == ["score", "complaint", "fix_regressed", "fix_verified", "new"]
    watched = replace(REGRESSED, state=FixState.WATCHING)
    assert findings(replace(FULL, fixes=(watched,))) == findings(FULL)
    twice = findings(replace(FULL, fixes=(REGRESSED, replace(REGRESSED, cause="theme:support"))))
    assert [finding.values["issue"] for finding in twice if finding.key == "fix_regressed"] == ["theme:billing"]


@pytest.mark.parametrize(
    ("language", "regressed", "verified"),
    [
        (
            "en",
            "“Billing and contract” was fixed from 2026-Q2 on and has regressed: since then 12% of the responses with "
            "a comment complain of it, more than the target of 5%.",
            "“登录失败” was fixed from May 3, 2026 on, which is verified: since then <1% of the responses with a "
            "comment complain of it, fewer than the target of 5%.",
        ),
        (
            "de",
            "„Abrechnung und Vertrag“ wurde ab 2026-Q2 behoben und ist zurückgekehrt: Seitdem beklagen es 12\xa0% der "
            "Antworten mit Kommentar, mehr als das Ziel von 5\xa0%.",
            "„Anmeldung schlägt fehl“ wurde ab 03.05.2026 behoben, und das ist bestätigt: Seitdem beklagen es <1\xa0% "
            "der Antworten mit Kommentar, weniger als das Ziel von 5\xa0%.",
        ),
        (
            "zh-Hans",
            "“账单与合同”自 2026-Q2 起已修复，但又复发：此后在有评论的答复中，12% 抱怨它，高于目标 5%。",
            "“登录失败”自 2026年5月3日 起已修复，并已证实：此后在有评论的答复中，<1% 抱怨它，低于目标 5%。",
        ),
        (
            "zh-Hant",
            "「帳單與合約」自 2026-Q2 起已修復，但又復發：此後在有意見的回覆中，12% 抱怨它，高於目標 5%。",
            "「登录失败」自 2026年5月3日 起已修復，並已證實：此後在有意見的回覆中，<1% 抱怨它，低於目標 5%。",
        ),
    ],
)
def test_fixes_are_named_in_the_language_of_the_page(language: str, regressed: str, verified: str) -> None:
    """Also causes that are no issue any more, and days; the sentence links to the section of fixes."""
    report = replace(FULL, fixes=RICH.fixes)
    page = build_page(replace(report, findings=findings(report)), load_code_frame(), Wording(language))
    assert [(finding.text, finding.anchor) for finding in page.findings[2:4]] == [
        (regressed, "fixes"),
        (verified, "fixes"),
    ]
