"""The allow-list of anonymous reports: which fields are published as they are, which protected, and which never.

A field that is not in the list is not published. What is only part of a field that is never published has no entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any, TypeVar, cast

from saywhy.benchmark import Against, Benchmark, CauseComparison, ComparedGroup, Comparison
from saywhy.estimate import Estimate, Nps
from saywhy.issue import Issue, Quote, TopicState
from saywhy.note import Finding, Note
from saywhy.report import Alert, CauseChange, Change, Counts, GroupNps, RatingSummary, Report
from saywhy.topic import Definition

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Publication:
    """The fields of a dataclass, names separated by spaces, by what an anonymous workspace may publish of them.

    A value that is published as it is comes with a group that is large enough to be shown. `protected` values are
    suppressed or changed by `pipelines.disclosure`, or computed from what it left. Of a value that is never published
    the default of its field is shown, which stands for no content.
    """

    as_is: str = ""
    protected: str = ""
    never: str = ""

    @property
    def published(self) -> frozenset[str]:
        """The names of the fields that may have content."""
        return frozenset(self.as_is.split()) | frozenset(self.protected.split())


#: What may be published of each dataclass in a report.
PUBLICATION: Mapping[type, Publication] = {
    Report: Publication(
        as_is="wave generated_at model",
        protected="""counts nps nps_with_comment ratings waves segments languages sentiment issues delights notes change
            alerts board findings benchmark""",
        # An audit tells of single comments. Those who name any of several causes are a further group, and so are those
        # who name a cause before or after a day.
        never="audit scenarios fixes",
    ),
    Counts: Publication(as_is="responses scored", protected="comments non_answers duplicates"),
    Estimate: Publication(as_is="value low high"),
    Nps: Publication(as_is="score low high n promoters passives detractors design_effect"),
    GroupNps: Publication(as_is="name nps"),
    RatingSummary: Publication(as_is="scale n mean top_box"),
    Note: Publication(as_is="key", protected="values"),
    Finding: Publication(as_is="key", protected="values evidence"),
    Issue: Publication(
        as_is="""kind id theme impact low high mentions detractors passives promoters significant keywords is_new
            leave_out shapley q_value top_three few_mentions effort_days points_per_day is_pebble definition parent""",
        protected="rank label labels languages concentrated_in quotes topic",
        # `rest` would tell, beside the topics of a theme, how many people name one that is suppressed, and
        # `among_commenters`, beside the impact, how many wrote a comment.
        never="waves revenue_at_risk stake segments audited rest among_commenters co_named",
    ),
    TopicState: Publication(as_is="stability is_unstable is_emerging", never="first_seen growth parts"),
    Definition: Publication(as_is="texts is_proposed"),
    Quote: Publication(as_is="text start end language staff_names", never="score wave segments"),
    Change: Publication(
        as_is="before after nps p_value smallest_visible is_small",
        protected="causes rest writing wrote_before wrote_after new",
        # The change at the mix of the earlier wave is a weighted sum of groups of all sizes. Causes that are no longer
        # named are in no ranking that could have been checked.
        never="mix vanished",
    ),
    CauseChange: Publication(
        as_is="id label polarity rate_before rate_after frequency severity frequency_q severity_q"
    ),
    # A benchmark of an anonymous workspace is computed from two published reports.
    Benchmark: Publication(protected="against group reference nps causes notes"),
    Against: Publication(as_is="kind name wave"),
    ComparedGroup: Publication(as_is="name without", protected="nps with_comment"),
    Comparison: Publication(as_is="value reference difference q_value significant"),
    CauseComparison: Publication(as_is="polarity kind id", protected="label rate points"),
    Alert: Publication(as_is="kind id wave rate expected mentions p_value false_alarm_rate", protected="label"),
}


def published_fields(value: _Value) -> _Value:
    """The value, a report or a part of one, with only the fields that may be published, in all its parts.

    Raises `KeyError` for a dataclass that is not in `PUBLICATION`, and `TypeError` if a field that is not published has
    no default.
    """
    return cast(_Value, _published(value))


def _published(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_published, value))
    if isinstance(value, type) or not is_dataclass(value):
        return value
    kind: type[Any] = type(value)
    return kind(**{name: _published(getattr(value, name)) for name in PUBLICATION[kind].published})
