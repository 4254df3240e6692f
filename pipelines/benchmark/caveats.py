"""The notes of a benchmark: what cannot be compared or claimed, and why. The sentences are in `pipelines/render`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pipelines.benchmark.profile import Profile
from pipelines.impact.estimates import FEW_MENTIONS
from saywhy.benchmark import CauseComparison
from saywhy.issue import CauseKey
from saywhy.note import Note
from saywhy.report import MIN_CLAIM


def caveats(
    group: Profile,
    reference: Profile,
    causes: Sequence[CauseComparison],
    without_counterpart: set[CauseKey],
    common: Collection[CauseKey] | None,
) -> tuple[Note, ...]:
    """The notes on a comparison of these causes; `common` as in `comparison.compare`.

    `without_counterpart` are the causes of either group whose numbers in the other are not known.
    """
    return (
        *_group_notes(group, reference),
        *_points_notes(causes),
        *_counterpart_notes(group, reference, without_counterpart, common),
    )


def _group_notes(group: Profile, reference: Profile) -> Iterator[Note]:
    if group.without or reference.without:
        yield Note("benchmark_apart")
    if group.model != reference.model:
        yield Note("benchmark_other_model", {"model": group.model, "other": reference.model})
    if group.nps is None or reference.nps is None:
        yield Note("benchmark_no_nps")
    if group.with_comment is None or reference.with_comment is None:
        yield Note("benchmark_no_base")
    sizes = [profile.with_comment for profile in (group, reference)]
    sizes += [profile.nps.n for profile in (group, reference) if profile.nps]
    if any(size is not None and size < MIN_CLAIM for size in sizes):
        yield Note("benchmark_small", {"least": MIN_CLAIM})


def _points_notes(causes: Sequence[CauseComparison]) -> Iterator[Note]:
    if any(cause.points and not cause.points.difference for cause in causes):
        yield Note("benchmark_few", {"least": FEW_MENTIONS})


def _counterpart_notes(
    group: Profile, reference: Profile, without_counterpart: set[CauseKey], common: Collection[CauseKey] | None
) -> Iterator[Note]:
    of_group = {key for _, key in group.causes} & without_counterpart
    own = set() if common is None else without_counterpart - {*common}
    if discovered := own & of_group:
        yield Note("benchmark_own", {"n": len(discovered)})
    if discovered := own - of_group:
        yield Note("benchmark_own_there", {"n": len(discovered)})
    if unlisted := without_counterpart - own:
        is_hidden = group.hides_small_groups or reference.hides_small_groups
        yield Note("benchmark_hidden" if is_hidden else "benchmark_unlisted", {"n": len(unlisted)})
