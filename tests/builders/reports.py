"""Reports for tests: a full one in four languages, and edge cases."""

from __future__ import annotations

from dataclasses import replace

from pipelines.report.effort import with_efforts
from saywhy.estimate import Estimate, Nps
from saywhy.fix import FixOutcome, FixState, MentionRate
from saywhy.issue import AuditedEstimates, Issue, Quote, SegmentRate, Stake
from saywhy.note import Note
from saywhy.report import Alert, Audit, CauseChange, Change, Counts, GroupNps, Mix, RatingSummary, Report


def quote(text: str, clause: str, language: str, score: int | None = 3, *segments: str) -> Quote:
    """A quote in which the words of `clause` are highlighted."""
    start = text.index(clause)
    return Quote(text, start, start + len(clause), language, score, "2026-Q2", segments)


INVOICES = Issue(
    rank=1,
    kind="topic",
    id="topic-17",
    label="Invoices that nobody understands",
    theme="billing",
    impact=4.83,
    low=3.31,
    high=6.35,
    mentions=61,
    detractors=49,
    promoters=2,
    significant=True,
    keywords=("invoice", "Rechnung", "line items", "账单", "unclear"),
    languages=("en", "de", "zh-Hans", "zh-Hant"),
    waves=(("2026-Q1", 9), ("2026-Q2", 52)),
    is_new=True,
    concentrated_in="industry=retail",
    revenue_at_risk=1_284_500.0,
    quotes=(
        quote(
            "The tool itself is great. But I spend an hour each month working out what the invoice is for, "
            "and support only sends me the same PDF again.",
            "I spend an hour each month working out what the invoice is for",
            "en",
            4,
            "industry=retail",
            "plan=team",
        ),
        quote(
            "Die Rechnung ist ein Rätsel: drei Positionen, keine davon erklärt. "
            "Fragen an [e-mail] bleiben ohne Antwort.",
            "Die Rechnung ist ein Rätsel: drei Positionen, keine davon erklärt.",
            "de",
            2,
            "industry=retail",
        ),
        quote("功能不错，但是账单看不懂，每个月都要打电话问。", "账单看不懂，每个月都要打电话问", "zh-Hans", 5),
        quote("帳單項目寫得不清不楚，問了三次還是不知道為什麼變貴。", "帳單項目寫得不清不楚", "zh-Hant", 3),
        quote("فاتورة غير واضحة على الإطلاق", "غير واضحة", "ar", 1),
    ),
)


FULL = Report(
    wave="2026-Q2",
    generated_at="2026-07-03T08:15:00+00:00",
    model="core-2026.11",
    counts=Counts(responses=1204, scored=1187, comments=655, non_answers=41, duplicates=18),
    nps=Nps(23.4, 19.1, 27.6, 1187, 566, 333, 288),
    nps_with_comment=Nps(11.2, 5.0, 17.3, 614, 270, 143, 201),
    ratings=(),
    waves=(
        GroupNps("2026-Q1", Nps(31.2, 26.4, 35.9, 1012, 540, 248, 224)),
        GroupNps("2026-Q2", Nps(23.4, 19.1, 27.6, 1187, 566, 333, 288)),
    ),
    segments=(
        GroupNps("industry=retail", Nps(-4.2, -12.0, 3.7, 301, 96, 96, 109)),
        GroupNps("industry=manufacturing", Nps(38.1, 30.0, 45.9, 288, 160, 78, 50)),
        GroupNps("industry=health care and social services", Nps(30.0, 22.7, 37.1, 320, 165, 86, 69)),
        GroupNps("plan=free", Nps(12.0, 5.0, 18.9, 500, 210, 140, 150)),
        GroupNps("plan=team", Nps(31.0, 25.1, 36.8, 687, 356, 193, 138)),
    ),
    languages=(("en", 301), ("de", 190), ("zh-Hans", 99), ("zh-Hant", 58), ("ar", 4), ("und", 3)),
    sentiment=(("positive", 280), ("negative", 231), ("neutral", 92), ("mixed", 52)),
    issues=(
        INVOICES,
        replace(
            INVOICES,
            rank=2,
            kind="theme",
            id="billing",
            label="Billing and contract",
            impact=4.1,
            low=2.4,
            high=5.8,
            mentions=83,
            detractors=58,
            is_new=False,
            concentrated_in=None,
            revenue_at_risk=1_501_250.5,
            keywords=(),
            quotes=INVOICES.quotes[1:3],
        ),
        replace(
            INVOICES,
            rank=3,
            kind="topic",
            id="topic-4",
            label="Sync loses changes when two people edit the same board offline and come back at once",
            theme="reliability",
            impact=2.2,
            low=1.1,
            high=3.3,
            mentions=38,
            detractors=25,
            is_new=False,
            concentrated_in="industry=health care and social services",
            revenue_at_risk=310_000.0,
            languages=("en",),
            quotes=(quote("Twice this month my edits vanished after a train ride.", "my edits vanished", "en", 6),),
        ),
        replace(
            INVOICES,
            rank=4,
            id="topic-9",
            label="客服电话总是打不通",
            theme="support",
            impact=1.3,
            low=0.2,
            high=2.4,
            mentions=24,
            detractors=15,
            is_new=False,
            concentrated_in=None,
            revenue_at_risk=None,
            languages=("zh-Hans",),
            keywords=("客服", "电话", "等待"),
            quotes=(quote("客服电话总是打不通，等了四十分钟。", "客服电话总是打不通", "zh-Hans", 2),),
        ),
        replace(
            INVOICES,
            rank=5,
            kind="theme",
            id="usability",
            theme="usability",
            label="Ease of use",
            impact=0.6,
            low=-0.5,
            high=1.7,
            mentions=31,
            detractors=12,
            significant=False,
            is_new=False,
            concentrated_in=None,
            revenue_at_risk=None,
            keywords=(),
            quotes=(),
            waves=(),
        ),
    ),
    delights=(
        replace(
            INVOICES,
            rank=1,
            kind="theme",
            id="staff",
            theme="staff",
            label="Staff",
            impact=3.4,
            low=2.2,
            high=4.6,
            mentions=72,
            detractors=1,
            promoters=60,
            is_new=False,
            concentrated_in=None,
            revenue_at_risk=None,
            keywords=(),
            quotes=(
                quote("Unsere Ansprechpartnerin ist ein Schatz – immer erreichbar, immer freundlich.",
                      "Unsere Ansprechpartnerin ist ein Schatz", "de", 10),
                quote("Tina at the help desk is wonderful 🎉", "Tina at the help desk is wonderful", "en", 9),
            ),
        ),
    ),
    notes=(
        Note("two_bases", {"n": 1187, "score": 23.4, "m": 614, "beside": 11.2}),
        Note("association", {"n": 614}),
    ),
)  # fmt: skip


def measured(issue: Issue) -> Issue:
    """The issue with all optional measures."""
    scale = issue.impact / 4.83
    return replace(
        issue,
        leave_out=Estimate(9.9 * scale, 7.2 * scale, 12.6 * scale),
        shapley=Estimate(6.1 * scale, 4.0 * scale, 8.2 * scale),
        top_three=min(0.97, scale),
        stake=Stake(share=0.24, accounts=41, leaving=6, revenue=1_284_500.0, lifetime_value=5_310_000.0),
        segments=(
            SegmentRate("industry=retail", 0.14, 0.03, Estimate(4.1, 2.5, 6.8)),
            SegmentRate("plan=free", 0.08, 0.04, Estimate(1.7, 1.1, 2.6)),
        ),
        audited=AuditedEstimates(Estimate(0.11, 0.08, 0.14), 0.09, Estimate(5.4 * scale, 3.1 * scale, 7.7 * scale))
        if issue.kind == "theme"
        else None,
    )


REGRESSED = FixOutcome(
    cause="theme:billing",
    label="Billing and contract",
    wave="2026-Q2",
    date=None,
    state=FixState.REGRESSED,
    target=0.05,
    above_target=0.97,
    needed=0,
    before=MentionRate(64, 640, Estimate(0.1, 0.079, 0.125)),
    after=MentionRate(83, 702, Estimate(0.118, 0.096, 0.144)),
    unknown=0,
    recovered=None,
)

#: A report with a value in every optional field.
RICH = with_efforts(
    replace(
        FULL,
        issues=tuple(map(measured, FULL.issues)),
        delights=tuple(map(measured, FULL.delights)),
        change=Change(
            before="2026-Q1",
            after="2026-Q2",
            nps=Estimate(-7.8, -14.1, -1.4),
            p_value=0.016,
            smallest_visible=9.1,
            causes=tuple(
                CauseChange(
                    theme, theme.title(), polarity, 0.04 * index, 0.07, Estimate(-2.1 + index, -3.3, -0.9), flat
                )
                for index, (theme, polarity) in enumerate(
                    (theme, polarity)
                    for theme in ("billing", "reliability", "usability", "support", "staff")
                    for polarity in ("negative", "positive")
                )
                for flat in [Estimate(0.1, -1.0, 1.2)]
            ),
            rest=Estimate(-5.8, -9.0, -2.0),
            writing=Estimate(0.7, -0.2, 1.6),
            wrote_before=640,
            wrote_after=702,
            mix=Mix("industry", 0.003, Estimate(-5.1, -11.8, 1.6)),
            new=("Invoices that nobody understands",),
            vanished=("登录失败", "Datenverlust beim Export"),
        ),
        alerts=(
            Alert("topic", "topic-17", INVOICES.label, "2026-Q2", 0.08, 0.02, 52, 0.0004, 0.05),
            Alert("theme", "delivery", "Delivery", "2026-Q2", 0.06, 0.03, 31, 0.031, 0.05),
        ),
        audit=Audit(200, 3, 0.84, 0.78),
        fixes=(
            REGRESSED,
            replace(REGRESSED, cause="theme:support", label="Customer support", state=FixState.WATCHING, needed=40),
            replace(
                REGRESSED,
                cause="topic:gone",
                label="登录失败",
                labels={"de": "Anmeldung schlägt fehl"},
                wave=None,
                date="2026-05-03",
                state=FixState.VERIFIED,
                above_target=0.003,
                after=MentionRate(1, 300, Estimate(1 / 300, 0.0, 0.015)),
                unknown=12,
                recovered=Estimate(2.4, 1.1, 3.7),
            ),
        ),
    ),
    {"topic:topic-17": 2.0, "theme:billing": 10.0, "topic:topic-4": 40.0},
)


#: Ratings on 1-5 only: there is no NPS, and no impact in NPS points.
RATED = replace(
    FULL,
    wave="all",
    nps=None,
    nps_with_comment=None,
    ratings=(RatingSummary("1-5", 8123, 3.84, 0.412), RatingSummary("1-10", 90, 7.1, 0.004)),
    waves=(),
    segments=(),
    notes=(Note("no_nps"),),
)
