"""Which people a report tells something of, and of which the reports before it told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.disclosure.combinations import Mask
from pipelines.tabulate.survey_data import SCALES, SurveyData
from saywhy.annotation import Polarity
from saywhy.issue import CauseKey
from saywhy.publication import GroupKind, PublishedGroup
from saywhy.report import Report


class GroupKey(NamedTuple):
    """A group of a report. The name is that in the report, or one of those below."""

    kind: GroupKind
    name: str


EVERYONE = GroupKey(GroupKind.RESPONDENTS, "everyone")
WRITERS = GroupKey(GroupKind.RESPONDENTS, "writers")
ANSWERS = GroupKey(GroupKind.COMMENTS, "answers")
READ = GroupKey(GroupKind.COMMENTS, "read")


class Group(NamedTuple):
    """The members of a group, (N,) over the responses, and how many the report says that there are."""

    key: GroupKey
    members: Mask
    size: int


def cause_group(polarity: Polarity, cause: CauseKey) -> GroupKey:
    """The key of those who name a cause as a complaint or as praise."""
    return GroupKey(GroupKind.CAUSE, f"{polarity} {cause}")


def groups_of(report: Report, data: SurveyData, mask: Mask) -> Iterator[Group]:
    """The groups that the report on the responses in `mask` (N,) tells something of."""
    scored, answered = mask & data.scored, mask & data.answered
    if report.nps:
        yield Group(EVERYONE, scored, report.nps.n)
    if report.nps_with_comment:
        yield Group(WRITERS, scored & answered, report.nps_with_comment.n)
    for segment in report.segments:
        members = scored & _in_segment(data, segment.name)
        yield Group(GroupKey(GroupKind.SEGMENT, segment.name), members, segment.nps.n)
    for rating in report.ratings:
        yield Group(GroupKey(GroupKind.SEGMENT, rating.scale), mask & _rated(data, rating.scale), rating.n)
    yield Group(ANSWERS, answered, report.counts.comments - report.counts.non_answers)
    if report.sentiment:
        yield Group(READ, mask & data.annotated, sum(count for _, count in report.sentiment))
    languages = np.array([comment.language or "und" for comment in data.comments] + [""])[data.comment]
    for language, count in report.languages:
        yield Group(GroupKey(GroupKind.COMMENTS, language), answered & (languages == language), count)
    base = data.base_of(mask)
    for polarity, issues in ((Polarity.NEGATIVE, report.issues), (Polarity.POSITIVE, report.delights)):
        named = data.named(polarity, base).tocsc()
        columns = {cause.key: column for column, cause in enumerate(data.causes)}
        for issue in issues:
            if issue.key in columns:  # a topic of an earlier report may have ended
                members = np.zeros_like(mask)
                members[base] = named[:, [columns[issue.key]]].toarray().ravel()
                yield Group(cause_group(polarity, issue.key), members, issue.mentions)


def _in_segment(data: SurveyData, name: str) -> Mask:
    columns = [column for column, segment in enumerate(data.segments) if str(segment) == name]
    inside: Mask = np.asarray(data.segmented[:, columns].sum(axis=1) > 0).ravel()
    return inside


def _rated(data: SurveyData, bounds: str) -> Mask:
    codes = [code for code, scale in enumerate(SCALES) if not scale.is_nps and scale.value_range == bounds]
    return np.isin(data.scale, codes)


@dataclass(frozen=True, slots=True)
class KnownGroups:
    """The groups of which reports told something so far: masks (R, N) over the responses of a survey, by kind."""

    rows: Mapping[GroupKind, Mask]

    @classmethod
    def none(cls, responses: int) -> KnownGroups:
        """Before the first report on so many responses."""
        return cls({kind: np.zeros((0, responses), dtype=bool) for kind in GroupKind})

    @classmethod
    def read(cls, groups: Iterable[PublishedGroup], positions: NDArray[np.intp]) -> KnownGroups:
        """From what was stored; `positions` (N,) are those of the responses among all that are stored, ascending."""
        rows: dict[GroupKind, list[Mask]] = {kind: [] for kind in GroupKind}
        stored = int(positions[-1]) + 1 if len(positions) else 0
        for group in groups:
            # Filled up here: of no bytes at all, `unpackbits` would make bits of what is in the memory.
            members = group.members.ljust((stored + 7) // 8, b"\0")
            bits = np.unpackbits(np.frombuffer(members, dtype=np.uint8), count=stored)
            rows[group.kind].append(bits[positions].astype(bool))
        return cls({kind: np.array(masks, dtype=bool).reshape(-1, len(positions)) for kind, masks in rows.items()})

    def stored(self, positions: NDArray[np.intp]) -> set[PublishedGroup]:
        """The opposite of `read`, each group once."""
        stored = int(positions[-1]) + 1 if len(positions) else 0
        groups: set[PublishedGroup] = set()
        for kind, rows in self.rows.items():
            bits = np.zeros((len(rows), stored), dtype=bool)
            bits[:, positions] = rows
            groups.update(
                PublishedGroup(kind, members.tobytes().rstrip(b"\0")) for members in np.packbits(bits, axis=1)
            )
        return groups

    def including(self, groups: Iterable[Group]) -> KnownGroups:
        """With these groups of a report too, each once.

        One of another size than the report says is not the group that it told of: its table stayed as it was published.
        """
        added: dict[GroupKind, dict[bytes, Mask]] = {}
        for group in groups:
            if group.members.sum() == group.size:
                added.setdefault(group.key.kind, {})[group.members.tobytes()] = group.members
        rows = dict(self.rows)
        for kind, masks in added.items():
            earlier = {row.tobytes() for row in rows[kind]}
            rows[kind] = np.stack([*rows[kind], *(masks[key] for key in masks if key not in earlier)])
        return KnownGroups(rows)
