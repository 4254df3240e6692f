"""One row of the ranking of causes: its key, impact, customers, segments and quotes."""

from __future__ import annotations

from dataclasses import dataclass, field

from saywhy.estimate import Estimate, Impact
from saywhy.topic import Definition, Topic


@dataclass(frozen=True, slots=True, order=True)
class CauseKey:
    """Key of a theme or topic. Reports, efforts and the command line write it as `kind:id`."""

    kind: str  # "theme" or "topic"
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def of(cls, topic: Topic) -> CauseKey:
        """The key of a topic; one that people have adopted is a theme."""
        return cls("theme", topic.theme) if topic.is_adopted else cls("topic", topic.id)

    @classmethod
    def parse(cls, text: str) -> CauseKey:
        """The key that is written as `kind:id`; an id may contain colons."""
        kind, _, cause_id = text.partition(":")
        return cls(kind, cause_id)


@dataclass(frozen=True, slots=True)
class Stake:
    """Customers and revenue behind a cause: of detractors who mention it, or of promoters who praise it."""

    share: float  # of all detractors (promoters) with a comment, 0 … 1
    accounts: int | None = None  # distinct accounts; None if no response names a customer
    leaving: int | None = None  # responses marked as churned or at risk
    revenue: float | None = None  # annual, of these accounts
    lifetime_value: float | None = None  # total revenue expected of these accounts


@dataclass(frozen=True, slots=True)
class SegmentRate:
    """A segment in which a cause is mentioned more often than elsewhere."""

    segment: str
    rate: float  # share of the segment that mentions it, 0 … 1
    elsewhere: float
    times: Estimate  # ratio of the two rates, shrunk towards 1


@dataclass(frozen=True, slots=True)
class AuditedEstimates:
    """Estimates of a theme, corrected by the labels of a person for a random sample of comments."""

    rate: Estimate  # share of the responses with a score and a comment that mention it, 0 … 1
    model_rate: float  # the same share by the model alone
    impact: Estimate | None  # recoverable points; None if the person labelled too few mentions


@dataclass(frozen=True, slots=True)
class Quote:
    """What was read of a verbatim, with personal data masked. `text[start:end]` is the clause that mentions the cause.

    `staff_names` are the spans of employees' names that are shown; empty where these are masked too, which is the rule.
    """

    text: str
    start: int
    end: int
    language: str
    score: int | None = None
    wave: str | None = None
    segments: tuple[str, ...] = ()
    staff_names: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TopicState:
    """Stability, age, growth and parts of a topic."""

    stability: float | None  # 0 … 1; None if people made the topic
    is_unstable: bool  # below `saywhy.topic.MIN_STABILITY`
    is_emerging: bool  # found after the last clustering of all feedback
    first_seen: str | None = None  # the day of its first mention, ISO 8601
    growth: int = 0  # clauses that came with the latest new feedback
    parts: tuple[tuple[str, int], ...] = ()  # (label, clauses), the largest first


@dataclass(frozen=True, slots=True)
class CoNamed:
    """Another cause under which clauses of a cause count too."""

    cause: str  # its key, `kind:id`
    share: float  # of the clauses of the cause, 0 … 1


@dataclass(frozen=True, slots=True)
class Issue:
    """One row of the ranking: a theme or a topic. Fields that `Impact` has too mean the same.

    `top_three` compares the themes with each other, and the topics and rests with each other: in either of the two
    levels the probabilities sum to three.
    """

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
    significant: bool
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    waves: tuple[tuple[str, int], ...] = ()  # (wave, responses that mention it), in order of the waves
    is_new: bool = False  # nearly all mentions are in the latest wave, significantly so
    concentrated_in: str | None = None  # the segment in which it is mentioned far more often than elsewhere
    revenue_at_risk: float | None = None  # annual revenue of accounts with a detractor who mentions it
    quotes: tuple[Quote, ...] = ()
    passives: int = 0
    leave_out: Estimate | None = None  # like `shapley`: None if no response has a score on 0-10
    shapley: Estimate | None = None  # None below 5 responses, too
    q_value: float = 1.0
    top_three: float = 0.0
    few_mentions: bool = False
    stake: Stake | None = None  # None if no response has a score on 0-10
    segments: tuple[SegmentRate, ...] = ()  # where it is mentioned more often than elsewhere, highest ratio first
    effort_days: float | None = None  # days to fix it, as people estimated
    points_per_day: Estimate | None = None  # recoverable points divided by the effort
    is_pebble: bool = False  # small effort, significant impact
    audited: AuditedEstimates | None = None  # None if too few comments were audited, and for topics
    labels: dict[str, str] = field(default_factory=dict)  # of a topic, by language of the reader
    topic: TopicState | None = None  # None for a theme
    definition: Definition | None = None  # of a topic, what it is about
    parent: str | None = None  # of a topic, the key of its theme, which is part of the ranking unless it is suppressed
    rest: Impact | None = None  # of a theme with topics in the ranking: its mentions that are in none of its topics
    among_commenters: Estimate | None = None  # the impact in points of the NPS of those who wrote a comment
    co_named: tuple[CoNamed, ...] = ()  # causes of the same kind that share clauses with it, most shared first

    @property
    def key(self) -> CauseKey:
        return CauseKey(self.kind, self.id)
