"""What an anonymous workspace remembers of its reports: which people they tell something of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class GroupKind(StrEnum):
    """What a report tells of a group."""

    RESPONDENTS = "respondents"  # the score of all, and of those who wrote a comment
    SEGMENT = "segment"  # the score of a segment, and the ratings on another scale
    COMMENTS = "comments"  # how many comments there are, by language, and their sentiment
    CAUSE = "cause"  # how many name a cause, and their scores


@dataclass(frozen=True, slots=True)
class PublishedGroup:
    """The people of a published group.

    `members` has a bit for each response of the workspace in the order in which they were saved (`numpy.packbits`),
    without zero bytes at the end: the same people are always the same bytes.
    """

    kind: GroupKind
    members: bytes
