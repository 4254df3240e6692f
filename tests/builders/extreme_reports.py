"""Reports at the limits: empty, huge, and hostile."""

from __future__ import annotations

from dataclasses import replace

from saywhy.estimate import Nps
from saywhy.issue import Quote
from saywhy.note import Note
from saywhy.report import Counts, GroupNps
from tests.builders.reports import FULL, INVOICES, RATED, RICH, quote

#: Nothing to rank, nobody scored.
EMPTY = replace(
    RATED,
    wave="2026-Q3",
    counts=Counts(0, 0, 0, 0, 0),
    ratings=(),
    languages=(),
    sentiment=(),
    issues=(),
    delights=(),
    notes=(),
)


#: A hundred issues, with long numbers and words.
HUGE = replace(
    RICH,
    counts=Counts(987_654_321, 987_654_321, 876_543_210, 1_234_567, 7_654_321),
    nps=Nps(-100.0, -100.0, -99.96, 987_654_321, 0, 0, 987_654_321),
    waves=tuple(GroupNps(f"wave {number} of many", Nps(-99, -100, -98, 10**8, 0, 0, 10**8)) for number in range(12)),
    segments=tuple(
        GroupNps(f"country={'Donaudampfschifffahrtsgesellschaft' * 3}{number}", Nps(0.0, -50.0, 50.0, 9, 3, 3, 3))
        for number in range(30)
    ),
    issues=tuple(
        replace(
            INVOICES,
            rank=number,
            id=f"topic-{number}",
            label="Rechtsschutzversicherungsgesellschaften" * 4 if number % 2 else "帳單" * 80,
            impact=98.76 / number,
            low=-150.0 / number,
            high=250.0 / number,
            mentions=123_456_789,
            detractors=123_456_789,
            revenue_at_risk=9.87e14,
            quotes=(quote("x" * 3000 + " slow " + "缓慢" * 500, "slow", "en"),),
        )
        for number in range(1, 101)
    ),
)  # fmt: skip


HOSTILE_TEXT = (
    "</style></title><script>alert(1)</script><img src=https://example.test/x onerror=alert(2)>"
    "\"'{{ 7*7 }}{% raw %} [bold red]x[/] \x1b[2J\x1b]0;owned\x07 \u202egnp.exe\u2066 \udce9 \x00 "
    "&amp; javascript:alert(3)"
)


#: Every text field tries to inject markup.
HOSTILE = replace(
    RICH,
    wave=HOSTILE_TEXT,
    model=HOSTILE_TEXT,
    waves=(GroupNps(HOSTILE_TEXT, FULL.waves[0].nps),),
    segments=(GroupNps(f"{HOSTILE_TEXT}={HOSTILE_TEXT}", FULL.waves[0].nps),),
    languages=((HOSTILE_TEXT, 3),),
    issues=tuple(
        replace(
            issue,
            kind="topic",
            id=HOSTILE_TEXT,
            label=HOSTILE_TEXT,
            theme=HOSTILE_TEXT,
            concentrated_in=HOSTILE_TEXT,
            keywords=(HOSTILE_TEXT,),
            languages=(HOSTILE_TEXT,),
            waves=((HOSTILE_TEXT, 1),),
            quotes=(Quote(HOSTILE_TEXT, 5, 40, HOSTILE_TEXT, 1, HOSTILE_TEXT, (HOSTILE_TEXT,)),),
        )
        for issue in RICH.issues
    ),
    delights=(),
    fixes=(replace(RICH.fixes[0], cause=f"topic:{HOSTILE_TEXT}", label=HOSTILE_TEXT, wave=HOSTILE_TEXT),),
    notes=(Note("dropped", {"names": (HOSTILE_TEXT,)}),),
)
