"""How people handle a cause: the steps from new to verified, who owns it, its ticket, its effort."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from api.web.pages.cause.context import HandlingPart, Stage
from api.web.pages.cause.values import aside_text, fix_text
from api.web.rendering import Web
from api.web.shell import Choice
from pipelines.render.fixes import fix_certainty, fix_start
from pipelines.render.wording import Wording
from saywhy.fix import Fix, FixOutcome, FixState
from saywhy.handling import Handling, Progress
from saywhy.issue import Issue
from saywhy.report import ALL_WAVES
from service.causes import CauseDetails
from service.handling import measures


def handling_part(details: CauseDetails, waves: Sequence[str], web: Web, *, may_fix: bool) -> HandlingPart:
    """The panel of a complaint. `waves` are those that have a report; unless one `may_fix`, nothing is fixed."""
    wording, handling, outcome = web.wording, details.handling, details.outcome
    effort = details.issue.effort_days if details.issue else None
    aside = handling.aside
    return HandlingPart(
        stages=_stages(handling, outcome, details.release, wording),
        steps=tuple(
            Choice(step.value, wording[f"cause.stage_{step.value}"], step is handling.progress) for step in Progress
        ),
        owner=handling.owner or "",
        ticket=handling.ticket or "",
        ticket_href=_address(handling.ticket),
        effort="" if effort is None else f"{effort:g}",
        effort_text="" if effort is None else _effort_text(effort, details.issue, wording),
        fixed=_fixed(outcome, details.release, wording) if outcome else "",
        aside=aside_text(aside, wording) if aside else "",
        aside_over=aside is not None and aside.is_over(*measures(details.issue), datetime.now(UTC).date()),
        waves=tuple(
            Choice(wave, wave, outcome is not None and outcome.wave == wave) for wave in waves if wave != ALL_WAVES
        ),
        may_fix=may_fix,
    )


def _stages(handling: Handling, outcome: FixOutcome | None, release: str | None, wording: Wording) -> tuple[Stage, ...]:
    """new, reviewed, being fixed, fixed, and at last verified or regressed."""
    last = "regressed" if outcome and outcome.state is FixState.REGRESSED else "verified"
    names = [*(step.value for step in Progress), "fixed", last]
    if outcome is None:
        current = list(Progress).index(handling.progress)
    else:
        current = 3 if outcome.state is FixState.WATCHING else 4
    details = {"fixed": _since(outcome, release, wording), last: _result(outcome, wording)} if outcome else {}
    return tuple(
        Stage(name, wording[f"cause.stage_{name}"], details.get(name, ""), index == current, index < current)
        for index, name in enumerate(names)
    )


def _since(outcome: FixOutcome, release: str | None, wording: Wording) -> str:
    start = fix_start(outcome, wording)
    return wording["comma"].join([start, wording("cause.with_release", release=release)]) if release else start


def _result(outcome: FixOutcome, wording: Wording) -> str:
    """Points back with their interval, else the shares that name it; nothing while it is watched."""
    if outcome.state is FixState.WATCHING:
        return ""
    if outcome.recovered is None:
        return _rates(outcome, wording)
    interval = wording.interval(outcome.recovered.low, outcome.recovered.high, signed=True)
    points = wording.points(outcome.recovered.value, signed=True)
    return wording("cause.points_back", points=points, interval=interval)


def _rates(outcome: FixOutcome, wording: Wording) -> str:
    before, after = (
        wording.share(period.rate.value) if period.rate else "–" for period in (outcome.before, outcome.after)
    )
    return wording("from_to", before=before, after=after)


def _fixed(outcome: FixOutcome, release: str | None, wording: Wording) -> str:
    day = date.fromisoformat(outcome.date) if outcome.date else None
    fix = Fix(outcome.cause, outcome.wave, day, None, release)
    certainty = fix_certainty(outcome, wording)
    return wording(
        "cause.named_since", fixed=fix_text(fix, wording), rates=_rates(outcome, wording), certainty=certainty
    )


def _effort_text(days: float, issue: Issue | None, wording: Wording) -> str:
    text = wording("cause.days", n=wording.amount(days))
    if issue is None or issue.points_per_day is None:
        return text
    rate = issue.points_per_day
    per_day = wording.points(rate.value, decimals=2)
    interval = wording.interval(rate.low, rate.high, decimals=2)
    return wording("cause.effort_rate", effort=text, points=per_day, interval=interval)


def _address(ticket: str | None) -> str | None:
    """The ticket, if it is the address of a page and not of what a browser would run."""
    return ticket if ticket and ticket.startswith(("https://", "http://")) and ticket.isprintable() else None
