"""What is remembered of the people of published groups."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.disclosure.groups import EVERYONE, Group, GroupKey, KnownGroups
from saywhy.publication import GroupKind, PublishedGroup
from tests.builders.published_survey import Survey

NOBODY = KnownGroups.none(6)
TEAM = GroupKey(GroupKind.SEGMENT, "team=a")


def mask(*members: int, of: int = 6) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """So many people, of whom these are members."""
    return np.isin(np.arange(of), members)


def test_groups_are_stored_by_the_position_of_each_response() -> None:
    """Responses that wait have a position too; the same people are the same bytes, however many responses follow."""
    known = NOBODY.including([Group(EVERYONE, mask(0, 1, 5), 3), Group(TEAM, mask(1), 1)])
    positions = np.array([0, 2, 3, 4, 8, 9])
    stored = known.stored(positions)
    assert stored == {
        PublishedGroup(GroupKind.RESPONDENTS, bytes([0b10100000, 0b01000000])),
        PublishedGroup(GroupKind.SEGMENT, bytes([0b00100000])),
    }
    later = KnownGroups.read(stored, np.arange(40))
    assert later.rows[GroupKind.RESPONDENTS].tolist() == [mask(0, 2, 9, of=40).tolist()]
    assert later.stored(np.arange(40)) == stored
    assert KnownGroups.read((), np.arange(3)).rows[GroupKind.CAUSE].shape == (0, 3)


def test_an_empty_group_is_read_as_empty() -> None:
    """A group of nobody, which is stored as no bytes, has no members, whatever the memory held before."""
    stored = KnownGroups.none(4000).including([Group(TEAM, np.zeros(4000, dtype=bool), 0)]).stored(np.arange(4000))
    assert stored == {PublishedGroup(GroupKind.SEGMENT, b"")}
    for _ in range(20):
        assert np.full(4000, 255, dtype=np.uint8).all()
        assert not KnownGroups.read(stored, np.arange(4000)).rows[GroupKind.SEGMENT].any()


def test_a_table_that_stayed_is_not_remembered_as_todays() -> None:
    """A group of another size than the report says, and one that is known, add nothing."""
    team = Group(TEAM, mask(1, 2), 2)
    known = NOBODY.including([team, Group(TEAM, mask(1, 2, 3), 2), team])
    assert known.rows[GroupKind.SEGMENT].tolist() == [mask(1, 2).tolist()]


@pytest.mark.parametrize("is_kept", [True, False])
def test_reports_of_earlier_versions_are_rebuilt(is_kept: bool) -> None:
    """Where the groups of a report were not kept, they are those of the responses that it counted."""
    survey = Survey()
    for count, at in ((10, "site=X team=a"), (10, "site=X team=b"), (10, "site=X"), (20, "site=Y team=d")):
        survey.join(count, "slow", at=at)
    survey.publish()
    if not is_kept:
        survey.groups.clear()
    for count, at in ((5, "site=X team=a"), (5, "site=X team=b"), (2, "site=X")):
        survey.join(count, at=at)
    survey.publish()
    assert survey.leaks() == {}
    assert survey.publications[1]["W1"].segments == survey.publications[0]["W1"].segments
