"""The group of a response's score in SQL, as `saywhy.feedback.Score.group` has it."""

from __future__ import annotations

import sqlalchemy as sa

from saywhy.case import PRIORITY
from saywhy.feedback import Group, Scale, Score
from saywhy.store.tables import responses


def is_in_group(group: Group) -> sa.ColumnElement[bool]:
    """Whether the response is of that group; never true without a score that gives an NPS."""
    of_scale = []
    for scale in (scale for scale in Scale if scale.is_nps):
        low, high = scale.bounds
        values = [value for value in range(low, high + 1) if Score(value, scale).group is group]
        of_scale.append((responses.c.scale == scale.value) & responses.c.score.in_(values))
    return sa.or_(*of_scale)


#: The place of the response's group in `PRIORITY`; NULL without a score that gives an NPS.
PRIORITY_OF_RESPONSE = sa.case(*((is_in_group(group), position) for position, group in enumerate(PRIORITY)))
