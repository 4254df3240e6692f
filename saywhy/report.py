"""Everything a page shows, computed. Templates and renderers do no arithmetic.

`dataclasses.asdict(report)` is the JSON that `saywhy report --format json` and `GET /v1/reports/{wave}` give.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: The report on all waves together.
ALL_WAVES = "all"

#: What stands in a note: numbers as they are, so that every language writes them its own way.
Value = int | float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Nps:
    """NPS in points (-100 … 100) with its 95 % interval; n counts all scored responses, then each group."""

    score: float
    low: float
    high: float
    n: int
    promoters: int
    passives: int
    detractors: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Impact:
    """What one theme or topic costs, in NPS points, with its 95 % interval. An association, not a cause.

    `impact` is the recoverable points: by how much the NPS would be higher were the cause no longer named and
    everything else as it is. Positive means that it costs. `mentions`, `detractors`, `passives` and `promoters` count
    responses that name it (negatively, unless another polarity was asked for).
    """

    key: str
    impact: float
    low: float
    high: float
    mentions: int
    detractors: int
    promoters: int
    passives: int = 0
    significant: bool = False  # the whole interval lies above 0, and that is no accident among so many causes
    leave_out: Estimate | None = None  # what other tools show: blind to causes that are named together
    shapley: Estimate | None = None  # the share of all points lost; the shares sum to the total
    p_value: float = 1.0  # two-sided
    q_value: float = 1.0  # Benjamini and Hochberg's, over all causes of the ranking
    top_three: float = 0.0  # chance to be among the three that cost most
    few_mentions: bool = False  # so few that the estimate was pulled towards 0


@dataclass(frozen=True, slots=True)
class Stake:
    """The people and the money behind a cause: detractors who blame it, or promoters who praise it."""

    share: float  # of all detractors (promoters) who wrote something, 0 … 1
    accounts: int | None = None  # their accounts, each once; None where nobody said who they are
    leaving: int | None = None  # responses among them that are marked as churned or at risk
    revenue: float | None = None  # annual, of their accounts
    lifetime_value: float | None = None  # what their accounts bring in all


@dataclass(frozen=True, slots=True)
class SegmentRate:
    """A segment in which a cause is named more often than elsewhere."""

    segment: str
    rate: float  # of those in the segment, 0 … 1
    elsewhere: float
    times: Estimate  # how many times as often, shrunk towards 1


@dataclass(frozen=True, slots=True)
class Audited:
    """A theme as it is where a person's reading of a random sample of comments corrects the model's."""

    rate: Estimate  # share of the responses with a score and a comment that name it, 0 … 1
    model_rate: float  # the same by the model alone
    impact: Estimate | None  # recoverable points; None where the person found too few mentions


@dataclass(frozen=True, slots=True)
class Audit:
    """How far model and person agree, by the comments of a random sample that a person has labelled."""

    comments: int  # labelled
    missing: int  # comments of the sample that are not
    precision: float | None  # share of the model's mentions that the person made too; None for too small an audit
    recall: float | None  # share of the person's mentions that the model made too


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim with personal data masked; the clause it stands for is `text[start:end]`."""

    text: str
    start: int
    end: int
    language: str
    score: int | None
    wave: str | None = None
    segments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicState:
    """How much a topic can be relied on, since when it is there, how it grows and what it falls into."""

    stability: float | None  # 0 … 1; None where people made the topic
    is_unstable: bool  # below `saywhy.topic.UNSTABLE`
    is_emerging: bool  # found since all feedback was last clustered together
    first_seen: str | None  # the day of its first mention, ISO 8601
    growth: int  # clauses that came with the latest new feedback
    parts: tuple[tuple[str, int], ...] = ()  # (label, clauses), the largest first


@dataclass(frozen=True, slots=True)
class Issue:
    """One row of the ranking: a theme or a topic, what it costs and the quotes that prove it."""

    rank: int
    kind: str  # "theme" or "topic"
    id: str
    label: str
    theme: str
    impact: float
    low: float
    high: float
    mentions: int
    detractors: int
    promoters: int
    significant: bool  # as in `Impact`
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    waves: tuple[tuple[str, int], ...] = ()  # (wave, responses that mention it), in order of the waves
    is_new: bool = False  # it came up in the latest wave: hardly a mention before, which is no accident
    concentrated_in: str | None = None  # the segment it is mentioned in far more often than elsewhere
    revenue_at_risk: float | None = None  # annual revenue of accounts with a detractor who names it
    quotes: tuple[Quote, ...] = ()
    passives: int = 0
    leave_out: Estimate | None = None  # these as in `Impact`; None where nothing can be measured
    shapley: Estimate | None = None
    q_value: float = 1.0
    top_three: float = 0.0
    few_mentions: bool = False
    stake: Stake | None = None  # None where nobody is a detractor or a promoter
    segments: tuple[SegmentRate, ...] = ()  # where it is named more often than elsewhere, the most so first
    effort_days: float | None = None  # to mend it, as people have set it
    points_per_day: Estimate | None = None  # recoverable points by effort
    is_pebble: bool = False  # small effort, clear benefit
    audited: Audited | None = None  # None where there is no audit, or too small a one; never for a topic
    labels: dict[str, str] = field(default_factory=dict)  # of a topic, by language of the reader, where members allow
    topic: TopicState | None = None  # None for a theme


@dataclass(frozen=True, slots=True)
class Mix:
    """The sample's mix of segments moved: the change of the NPS had the later wave the mix of the earlier one."""

    dimension: str
    p_value: float  # of the same mix in both waves
    nps: Estimate  # the change that is left


@dataclass(frozen=True, slots=True)
class CauseChange:
    """What one theme did to the NPS between two waves, in points: positive raised it."""

    id: str
    label: str
    polarity: str  # "negative": as a complaint; "positive": as praise
    rate_before: float  # of the scored responses, 0 … 1
    rate_after: float
    frequency: Estimate  # by being named more or less often
    severity: Estimate  # by weighing more or less when named


@dataclass(frozen=True, slots=True)
class Change:
    """One wave against the one before, on one code frame and one model version.

    `nps.value` is the sum of the frequencies and severities of all causes and of `rest`: the mood of those who name
    nothing, and of those who wrote nothing.
    """

    before: str
    after: str
    nps: Estimate
    p_value: float
    smallest_visible: float  # the change, in points, that waves of these sizes show in 80 of 100 cases
    causes: tuple[CauseChange, ...] = ()  # the largest move first
    rest: Estimate | None = None
    mix: Mix | None = None  # None where the mix is as it was
    new: tuple[str, ...] = ()  # labels of causes that came up
    vanished: tuple[str, ...] = ()  # and of those that are named no more


@dataclass(frozen=True, slots=True)
class Alert:
    """A complaint that is named more often than its own history would have it."""

    kind: str
    id: str
    label: str
    wave: str
    rate: float  # of the responses with a comment, 0 … 1
    expected: float  # in the waves before
    mentions: int
    p_value: float  # corrected for all causes that were watched (Holm)
    false_alarm_rate: float  # share of quiet waves in which there is any alert


@dataclass(frozen=True, slots=True)
class GroupNps:
    """NPS of one wave or one segment."""

    name: str
    nps: Nps


@dataclass(frozen=True, slots=True)
class RatingSummary:
    """A rating scale (1-5, 1-10): its mean and top-box share (0 … 1). Never NPS."""

    scale: str
    n: int
    mean: float
    top_box: float


@dataclass(frozen=True, slots=True)
class Counts:
    """How many responses went into the report, and how many comments of what kind."""

    responses: int
    scored: int
    comments: int
    non_answers: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader must know: which sentence of the renderers' catalogues (`key`), and what is filled into it."""

    key: str
    values: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding(Note):
    """A sentence to take along, and what bears it out: issues as `kind:id`, else members of the report."""

    evidence: tuple[str, ...] = ()


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
    delights: tuple[Issue, ...]  # what promoters praise; `impact` is what it adds
    notes: tuple[Note, ...]  # what a reader must know: small n, association is not cause, …
    change: Change | None = None  # against the wave before, where there is one
    alerts: tuple[Alert, ...] = ()
    board: tuple[str, ...] = ()  # issues with an effort, as `kind:id`, most points per day first
    findings: tuple[Finding, ...] = ()  # at most five, the most important first
    audit: Audit | None = None  # None where no comment of the report has been audited
