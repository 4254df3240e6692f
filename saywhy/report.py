"""A report: every number that a page shows, computed. Templates and renderers do no arithmetic.

`dataclasses.asdict(report)` is the JSON that `saywhy report --format json` and `GET /v1/reports/{wave}` give.
The rows of the ranking are in `saywhy.issue`, numbers with intervals in `saywhy.estimate`.
"""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.benchmark import Benchmark
from saywhy.estimate import Estimate, Nps
from saywhy.fix import FixOutcome
from saywhy.issue import CauseKey, Issue
from saywhy.note import Finding, Note
from saywhy.scenario import Scenario

#: The wave name of the report on all waves together.
ALL_WAVES = "all"


@dataclass(frozen=True, slots=True)
class Audit:
    """How far the model agrees with a person, on the comments of a random sample that the person has labelled."""

    comments: int  # labelled
    missing: int  # comments of the sample without labels
    precision: float | None  # share of the model's mentions that the person made too; None for too small an audit
    recall: float | None  # share of the person's mentions that the model made too


@dataclass(frozen=True, slots=True)
class Mix:
    """The mix of segments differs between two waves. `nps` is the change of the NPS at the mix of the earlier wave."""

    dimension: str
    p_value: float  # of the χ² test that the mix is the same in both waves
    nps: Estimate


@dataclass(frozen=True, slots=True)
class CauseChange:
    """What one theme contributed to the change of the NPS between two waves, in points: positive raised it."""

    id: str
    label: str
    polarity: str  # "negative": as a complaint; "positive": as praise
    rate_before: float  # of the scored responses with a comment, 0 … 1
    rate_after: float
    frequency: Estimate  # because those who write name it more or less often
    severity: Estimate  # because responses that name it score higher or lower
    frequency_q: float = 1.0  # Benjamini-Hochberg, over all parts of the change; 1 where nothing can be claimed
    severity_q: float = 1.0

    @property
    def key(self) -> CauseKey:
        return CauseKey("theme", self.id)


#: Scored responses of a wave or segment from which on a sentence may claim something about it.
MIN_CLAIM = 20

#: The probability of chance below which a change of the NPS counts as one.
SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """One wave against the one before, with the same code frame and the same model version.

    `nps.value` is the sum of `frequency` and `severity` of all causes, of `writing`, because more or fewer write a
    comment at all, and of `rest`: the change among responses that name nothing and among those without a comment.
    """

    before: str
    after: str
    nps: Estimate
    p_value: float
    smallest_visible: float  # the change, in points, that is significant in 80 of 100 pairs of waves of these sizes
    causes: tuple[CauseChange, ...] = ()  # the largest contribution first
    rest: Estimate | None = None
    writing: Estimate | None = None
    wrote_before: int = 0  # scored responses with a comment, of which the rates are shares
    wrote_after: int = 0
    mix: Mix | None = None  # None where no dimension of segments changed its mix
    new: tuple[str, ...] = ()  # labels of causes that appeared
    vanished: tuple[str, ...] = ()  # labels of causes that are no longer named
    is_small: bool = False  # one of the waves has fewer than `MIN_CLAIM` scored responses: only numbers, no claims

    @property
    def is_significant(self) -> bool:
        """Whether it may be claimed that the NPS changed."""
        return self.p_value < SIGNIFICANT and not self.is_small


@dataclass(frozen=True, slots=True)
class Alert:
    """A complaint that is named significantly more often than in the waves before."""

    kind: str
    id: str
    label: str
    wave: str
    rate: float  # of the responses with a comment, 0 … 1
    expected: float  # the rate in the waves before
    mentions: int
    p_value: float  # corrected for all causes that were tested (Holm)
    false_alarm_rate: float  # probability of any alert in a wave in which no rate has changed

    @property
    def key(self) -> CauseKey:
        return CauseKey(self.kind, self.id)


@dataclass(frozen=True, slots=True)
class GroupNps:
    """NPS of one wave or one segment."""

    name: str
    nps: Nps


@dataclass(frozen=True, slots=True)
class RatingSummary:
    """A rating scale (1-5, 1-10, 0-10 of something else): its mean and top-box share (0 … 1). Never NPS."""

    scale: str
    n: int
    mean: float
    top_box: float


@dataclass(frozen=True, slots=True)
class Counts:
    """How many responses the report is on, how many have a score or a comment, and which comments do not count."""

    responses: int
    scored: int
    comments: int
    non_answers: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Report:
    """The answer to "why this score?" for one wave, or for all (`wave` is "all")."""

    wave: str
    generated_at: str  # ISO 8601, UTC
    model: str
    counts: Counts
    nps: Nps | None  # None where nothing was asked on the 0-10 scale
    nps_with_comment: Nps | None
    ratings: tuple[RatingSummary, ...]
    waves: tuple[GroupNps, ...]
    segments: tuple[GroupNps, ...]
    languages: tuple[tuple[str, int], ...]  # (language, comments), most frequent first
    sentiment: tuple[tuple[str, int], ...]  # (label, comments)
    issues: tuple[Issue, ...]  # themes and topics in one ranking, costliest first
    delights: tuple[Issue, ...]  # what promoters praise; `impact` is the points that it adds
    notes: tuple[Note, ...]  # caveats: small n, association is not cause, …
    change: Change | None = None  # against the wave before, where there is one
    alerts: tuple[Alert, ...] = ()
    board: tuple[str, ...] = ()  # issues with an effort, as `kind:id`, most points per day first
    findings: tuple[Finding, ...] = ()  # at most five, the most important first
    audit: Audit | None = None  # None where no comment of the report has been audited
    # of the costliest complaints, half as often and by nobody; each, then together
    scenarios: tuple[Scenario, ...] = ()
    fixes: tuple[FixOutcome, ...] = ()  # of causes marked as fixed: regressed ones first, then undecided, then verified
    benchmark: Benchmark | None = None  # where the reader asked for one: no stored report has it
