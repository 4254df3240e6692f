"""Which groups of a report can be published beside each other and beside all that was published before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.disclosure.combinations import Mask, publishable_together
from pipelines.disclosure.groups import (
    ANSWERS,
    EVERYONE,
    WRITERS,
    GroupKey,
    KnownGroups,
    cause_group,
    groups_of,
)
from pipelines.disclosure.thresholds import is_disclosive
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.publication import GroupKind
from saywhy.report import Report


def publishable_groups(report: Report, data: SurveyData, mask: Mask, known: KnownGroups) -> set[GroupKey]:
    """The groups of the report on the responses in `mask` (N,) that no combination reduces to 1 to 4 people.

    Combined are, with all that is `known`: the scores of all, of those who wrote a comment and of segments; the numbers
    of comments by language; the scores of all, of those who wrote and of those who name a cause.
    """
    members = {group.key: group.members for group in groups_of(report, data, mask) if not is_disclosive(group.size)}
    everyone = [members[EVERYONE]] if EVERYONE in members else []
    scores = {key: members[key] for key in members if key == WRITERS or key.kind is GroupKind.SEGMENT}
    shown = _beside(scores, everyone, known, GroupKind.RESPONDENTS, GroupKind.SEGMENT)
    writers = {key: members[key] for key in shown & {WRITERS}}
    shown -= writers.keys() - _beside(writers, everyone, known, GroupKind.RESPONDENTS, GroupKind.CAUSE)
    comments = {key: members[key] for key in members if key.kind is GroupKind.COMMENTS and key != ANSWERS}
    shown |= _beside(comments, [members[ANSWERS]] if ANSWERS in members else [], known, GroupKind.COMMENTS)
    respondents = [*everyone, *(members[key] for key in shown & {WRITERS})]
    base = int(data.base_of(mask).sum())
    causes = {
        key: members[key]
        for polarity, issues in ((Polarity.NEGATIVE, report.issues), (Polarity.POSITIVE, report.delights))
        for issue in issues
        if (key := cause_group(polarity, issue.key)) in members and not is_disclosive(base - issue.mentions)
    }
    return shown | _beside(causes, respondents, known, GroupKind.RESPONDENTS, GroupKind.CAUSE)


def _beside(
    groups: Mapping[GroupKey, Mask], published: Sequence[Mask], known: KnownGroups, *kinds: GroupKind
) -> set[GroupKey]:
    """Those of the groups that can be published beside the `published` masks and the known groups of these kinds."""
    return publishable_together(groups, [*published, *(row for kind in kinds for row in known.rows[kind])])
