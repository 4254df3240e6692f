"""What people set of a cause, in words."""

from __future__ import annotations

from pipelines.render.wording import Wording
from saywhy.fix import Fix
from saywhy.handling import Aside


def aside_text(aside: Aside, wording: Wording) -> str:
    """Until when a cause is set aside: the conditions, of which one is enough."""
    conditions = []
    if aside.points is not None:
        points = wording.points(aside.points, signed=True)
        conditions.append(wording("cause.until_points", points=points, then=wording.points(aside.points_then)))
    if aside.customers is not None:
        n, then = wording.count(aside.customers), wording.count(aside.customers_then)
        conditions.append(wording("cause.until_customers", n=n, then=then))
    if aside.date is not None:
        conditions.append(wording("cause.until_date", day=wording.day(aside.date.isoformat())))
    return wording["cause.or"].join(conditions)


def fix_text(fix: Fix, wording: Wording) -> str:
    """Since when a cause is fixed, with which release, and the target if somebody set one."""
    start = wording.day(fix.date.isoformat()) if fix.date else fix.wave or ""
    texts = [wording("fixed_from", start=start)]
    if fix.release:
        texts.append(wording("cause.with_release", release=fix.release))
    if fix.target is not None:
        texts.append(wording("fix_target", rate=wording.share(fix.target)))
    return wording["comma"].join(texts)
