"""Builds the context of "what if"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Query

from api.web.pages.what_if.context import Outcome, Pick, WhatIf
from api.web.rendering import Web
from api.web.selects import Select
from api.web.shell import Choice
from api.web.surveys import Survey
from pipelines.render.amounts import ticks
from pipelines.render.context import GroupRow, GroupTable
from pipelines.render.geometry import Axis
from pipelines.render.ranking import issue_label, label_language
from pipelines.render.tree import REST, Node, trees
from pipelines.render.wording import Wording
from saywhy.estimate import Estimate, Nps
from saywhy.report import ALL_WAVES, Report
from saywhy.scenario import Scenario

#: How much less often, in percent of the responses.
Fewer = Literal["25", "50", "75", "100"]
FEWER: tuple[Fewer, ...] = ("25", "50", "75", "100")

#: The same as shares.
SHARES = tuple(int(each) / 100 for each in FEWER)

COLUMNS = ("causes", "fewer", "responses", "gain", "gain_low", "gain_high", "nps", "nps_low", "nps_high")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which complaints (their keys) would be named how much less often, in a wave or in all."""

    cause: tuple[str, ...] = ()
    fewer: Fewer = "50"
    wave: str = ALL_WAVES

    def query(self) -> dict[str, str | list[str] | None]:
        """The query of the address, without what is chosen by default."""
        fewer = None if self.fewer == "50" else self.fewer
        return {"cause": list(self.cause), "fewer": fewer, "wave": None if self.wave == ALL_WAVES else self.wave}


def read_chosen(
    cause: Annotated[list[str] | None, Query(max_length=50)] = None,
    fewer: Fewer = "50",
    wave: Annotated[str, Query(max_length=500)] = ALL_WAVES,
) -> Chosen:
    """What the query of a request chooses."""
    return Chosen(tuple(dict.fromkeys(cause or ())), fewer, wave)


ChosenDep = Annotated[Chosen, Depends(read_chosen)]


def nothing_yet() -> WhatIf:
    """Before the first analysis."""
    return WhatIf(is_empty=True, no_picks="", fields=(), shares=(), picks=(), outcome=None)


def what_if(chosen: Chosen, survey: Survey, waves: Sequence[str], scenarios: Sequence[Scenario], web: Web) -> WhatIf:
    """The page for what is chosen; `scenarios` are those of all `SHARES`, none while nothing is picked."""
    wording, report = web.wording, survey.report
    picks = tuple(_pick(node, chosen, survey, wording) for node in pickable(report))
    return WhatIf(
        is_empty=False,
        no_picks=wording["no_nps" if report.nps is None else "lead_none"],
        fields=(Select.of_wave(chosen.wave, waves, wording),),
        shares=tuple(Choice(each, wording[f"what_if.fewer_{each}"], each == chosen.fewer) for each in FEWER),
        picks=picks,
        outcome=_outcome(chosen, report.nps, picks, scenarios, web) if scenarios and report.nps else None,
    )


def pickable(report: Report) -> list[Node]:
    """The complaints of a report with scores, causes below their themes."""
    if report.nps is None:
        return []
    return [node for tree in trees(report.issues) for node in tree if node.issue.kind != REST]


def csv_rows(scenarios: Sequence[Scenario]) -> Iterator[Sequence[object]]:
    """A row for each share."""
    for scenario in scenarios:
        gain, nps = scenario.gain, scenario.nps
        estimates = gain.value, gain.low, gain.high, nps.value, nps.low, nps.high
        yield ", ".join(scenario.causes), scenario.fewer, scenario.responses, *estimates


def _pick(node: Node, chosen: Chosen, survey: Survey, wording: Wording) -> Pick:
    issue = node.issue
    return Pick(
        key=str(issue.key),
        label=issue_label(issue, survey.code_frame, wording),
        label_language=label_language(issue, wording),
        is_part=node.is_part,
        impact=wording.points(issue.impact),
        interval=wording.interval(issue.low, issue.high),
        is_picked=str(issue.key) in chosen.cause,
    )


def _outcome(chosen: Chosen, now: Nps, picks: Sequence[Pick], scenarios: Sequence[Scenario], web: Web) -> Outcome:
    wording = web.wording
    scenario = scenarios[FEWER.index(chosen.fewer)]
    return Outcome(
        names=tuple(pick.label for pick in picks if pick.is_picked),
        sentence=wording("what_if.named_by", n=wording.count(scenario.responses)),
        nps=wording.points(scenario.nps.value, signed=True),
        interval=wording.interval(scenario.nps.low, scenario.nps.high, signed=True),
        gain=wording.points(scenario.gain.value, signed=True),
        gain_interval=wording.interval(scenario.gain.low, scenario.gain.high, signed=True),
        now=wording("what_if.now", score=wording.points(now.score, signed=True)),
        table=_table(chosen, Estimate(now.score, now.low, now.high), scenarios, wording),
        csv=web.href("/what-if.csv", **chosen.query()),
    )


def _table(chosen: Chosen, now: Estimate, scenarios: Sequence[Scenario], wording: Wording) -> GroupTable:
    """The NPS as it is, and for each share, on one axis."""
    names = [wording["what_if.as_now"], *(wording[f"what_if.fewer_{each}"] for each in FEWER)]
    estimates = [now, *(scenario.nps for scenario in scenarios)]
    sizes = ["–", *(wording.points(scenario.gain.value, signed=True) for scenario in scenarios)]
    ends = (end for estimate in estimates for end in (estimate.low, estimate.value, estimate.high))
    axis = Axis.around(ends, bounds=(-100, 100))
    rows = tuple(
        GroupRow(
            name=name,
            score=wording.points(estimate.value, signed=True),
            interval=wording.interval(estimate.low, estimate.high, signed=True),
            n=size,
            mark=axis.mark(estimate.value, estimate.low, estimate.high),
            current=name == wording[f"what_if.fewer_{chosen.fewer}"],
        )
        for name, estimate, size in zip(names, estimates, sizes, strict=True)
    )
    return GroupTable(
        title=wording["what_if.by_share"],
        rows=rows,
        ticks=ticks(axis, wording),
        zero=axis.position(0),
        size=wording.count(len(rows)),
        folded=False,
    )
