"""Whether following up shows: the later NPS of those who were contacted against that of those who were not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from models.arrays import Floats
from pipelines.impact.customers import design_effects
from pipelines.impact.nps import MAX_CHANGE, Z95, adjusted_points, bounded_estimate, nps_of
from saywhy.board import FollowUpEffect
from saywhy.case import PRIORITY
from saywhy.customer import Answer
from saywhy.estimate import Estimate
from saywhy.feedback import Group
from saywhy.report import MIN_CLAIM

NO_EXPERIMENT = (
    "The effect of following up is not measured by an experiment: people chose whom to contact, and only those who "
    "answered again count. Part of the difference may be one between the people."
)


@dataclass(frozen=True, slots=True)
class AnswerPair:
    """An answer and the next one of the same person: the group before, the group after, and the contact between."""

    account: str
    before: Group
    after: Group
    is_followed_up: bool


def answer_pairs(answers: Iterable[Answer]) -> Iterator[AnswerPair]:
    """The pairs of consecutive dated answers with an NPS score of each person, since the first that was followed up.

    Earlier ones are left out: nobody was followed up then, so they would compare years, not people. A contact counts
    if it was before the later answer.
    """
    by_person: dict[tuple[str, str], list[tuple[datetime, int, Group, datetime | None]]] = {}
    for answer in answers:
        group = answer.score.group if answer.score else None
        if answer.answered_at is not None and group is not None:
            scored = (answer.answered_at, answer.response_id, group, answer.contacted_at)
            by_person.setdefault((answer.account, answer.person), []).append(scored)
    followed_up = [at for given in by_person.values() for at, _, _, contacted_at in given if contacted_at is not None]
    first = min(followed_up, default=None)
    if first is None:
        return
    for (account, _), given in by_person.items():
        given.sort(key=lambda scored: scored[:2])
        for (at, _, before, contacted_at), (later, _, after, _) in pairwise(given):
            if at >= first:
                yield AnswerPair(account, before, after, contacted_at is not None and contacted_at < later)


def effects(pairs: Iterable[AnswerPair]) -> tuple[FollowUpEffect, ...]:
    """The difference within each group of the answer before, as detractors are followed up first."""
    all_pairs = list(pairs)
    return tuple(_effect(group, [pair for pair in all_pairs if pair.before is group]) for group in PRIORITY)


def _effect(group: Group, pairs: list[AnswerPair]) -> FollowUpEffect:
    points = np.array([pair.after.points for pair in pairs], dtype=np.int8)
    is_followed_up = np.array([pair.is_followed_up for pair in pairs], dtype=bool)
    _, account = np.unique(np.array([pair.account for pair in pairs], dtype=str), return_inverse=True)
    customer: NDArray[np.int32] = account.ravel().astype(np.int32)
    treated, others = int(is_followed_up.sum()), int((~is_followed_up).sum())
    if min(treated, others) < MIN_CLAIM:
        return FollowUpEffect(group, treated, others, None, None, None, None)
    difference, p_value = points_difference(points, is_followed_up, customer)
    return FollowUpEffect(
        group,
        treated,
        others,
        nps_of(points[is_followed_up], customer[is_followed_up]),
        nps_of(points[~is_followed_up], customer[~is_followed_up]),
        difference,
        p_value,
    )


def points_difference(
    points: NDArray[np.int8], is_treated: NDArray[np.bool_], customer: NDArray[np.int32]
) -> tuple[Estimate, float]:
    """The NPS of those treated minus that of the others, in points, with its 95 % interval and two-sided p-value.

    points (N,), 100, 0 or -100; is_treated (N,), both sides with someone; customer (N,) as in
    `pipelines.impact.customers`. The variance is that of the difference of two independent adjusted scores (Rocks 2016,
    `pipelines.impact.nps`), times the design effect of the difference: the influences of all answers of a customer, on
    either side, are summed before they are squared (Liang and Zeger 1986).
    """
    treated, others = nps_of(points[is_treated]), nps_of(points[~is_treated])
    if treated is None or others is None:
        raise ValueError("a difference needs somebody on both sides")
    influence: Floats = np.where(
        is_treated, (points - treated.score) / is_treated.sum(), (others.score - points) / (~is_treated).sum()
    )[:, None]
    [design_effect] = design_effects(customer, lambda rows: influence[rows], 1).tolist()
    (first, first_error), (second, second_error) = adjusted_points(treated), adjusted_points(others)
    error, centre = math.sqrt(design_effect) * math.hypot(first_error, second_error), first - second
    difference = bounded_estimate(treated.score - others.score, Z95 * error, MAX_CHANGE, centre=centre)
    return difference, float(2 * norm.sf(abs(centre) / error))
