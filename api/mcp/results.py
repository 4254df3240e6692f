"""What the tools return: less than the HTTP interface does, with every number explained to who has no manual."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, Field

from saywhy.annotation import Polarity
from saywhy.benchmark import Benchmark, CauseComparison, Comparison
from saywhy.estimate import Estimate, Nps
from saywhy.issue import Issue, Quote, SegmentRate
from saywhy.report import Report
from service.exports import ExportedResponse

#: Characters of a comment that are returned.
LONGEST_COMMENT = 2_000

Points = Annotated[
    float,
    Field(
        description="NPS points: of a complaint, how much higher the NPS would be if nobody had it; of praise, what it "
        "adds. An association, not a proof of cause."
    ),
]


class RankedCause(BaseModel):
    """A theme, or a root cause under a theme, with what it costs or adds."""

    cause: str = Field(description="Its key, `theme:ID` or `topic:ID`: pass it to the tool `cause`.")
    label: str
    theme: str = Field(description="The id of its theme: pass it to `search_comments`.")
    parent: str | None = Field(description="Of a topic, the key of the theme in whose points its own are contained.")
    points: Points
    low: float = Field(description="Lower end of the 95 % interval of the points.")
    high: float = Field(description="Upper end of the 95 % interval of the points.")
    significant: bool = Field(description="False: the points may be chance; do not claim them.")
    mentions: int = Field(description="Responses that name it.")
    detractors: int
    promoters: int
    is_new: bool = Field(description="Nearly all mentions are in the latest wave.")
    few_mentions: bool = Field(description="The estimate is shrunk towards 0.")

    @classmethod
    def of(cls, issue: Issue) -> RankedCause:
        return cls(**_ranked(issue))


class Ranking(BaseModel):
    """What costs NPS points and what adds them, in the latest report on a wave."""

    wave: str
    generated_at: str = Field(description="When the analysis ran: ISO 8601, UTC.")
    responses: int
    nps: Nps | None = Field(description="With its 95 % interval; null if nobody was asked on 0-10.")
    complaints: list[RankedCause] = Field(description="The costliest first.")
    praise: list[RankedCause] = Field(description="What adds most first.")
    left_out: int = Field(description="Complaints and praise beyond `limit`.")
    waves: list[str] = Field(description="All waves that have a report.")

    @classmethod
    def of(cls, report: Report, limit: int, waves: Iterable[str]) -> Ranking:
        return cls(
            wave=report.wave,
            generated_at=report.generated_at,
            responses=report.counts.responses,
            nps=report.nps,
            complaints=[RankedCause.of(issue) for issue in report.issues[:limit]],
            praise=[RankedCause.of(issue) for issue in report.delights[:limit]],
            left_out=sum(max(0, len(causes) - limit) for causes in (report.issues, report.delights)),
            waves=list(waves),
        )


class Compared(BaseModel):
    """A number in the segment and in all other responses of the wave."""

    segment: float
    others: float
    difference: Estimate | None = Field(description="Segment minus others, with its 95 % interval; null: unknown.")
    significant: bool = Field(description="False: the difference may be chance; do not claim it.")

    @classmethod
    def of(cls, comparison: Comparison) -> Compared:
        difference = comparison.difference  # of the others minus the segment
        return cls(
            segment=comparison.reference,
            others=comparison.value,
            difference=difference and Estimate(-difference.value, -difference.high, -difference.low),
            significant=comparison.significant,
        )


class SegmentCause(BaseModel):
    """A cause in the segment and elsewhere."""

    cause: str = Field(description="Its key: pass it to the tool `cause`.")
    label: str
    polarity: str = Field(description="`negative`: as a complaint; `positive`: as praise.")
    rate: Compared | None = Field(description="Share of the responses with a comment that name it, 0 … 1.")
    points: Compared | None = Field(description="NPS points that it costs, or adds as praise.")

    @classmethod
    def of(cls, cause: CauseComparison) -> SegmentCause:
        return cls(
            cause=str(cause.key),
            label=cause.label,
            polarity=cause.polarity,
            rate=Compared.of(cause.rate) if cause.rate else None,
            points=Compared.of(cause.points) if cause.points else None,
        )


class SegmentRanking(BaseModel):
    """What a segment names, beside all other responses of the wave."""

    wave: str
    segment: str
    nps: Nps | None = Field(description="Of the segment, with its 95 % interval.")
    nps_of_others: Nps | None
    causes: list[SegmentCause] = Field(description="Those that cost or add most points in the segment first.")
    left_out: int = Field(description="Causes beyond `limit`.")

    @classmethod
    def of(cls, wave: str, benchmark: Benchmark, limit: int) -> SegmentRanking:
        causes = [SegmentCause.of(cause) for cause in benchmark.causes]
        causes.sort(key=lambda cause: -(cause.points.segment if cause.points else 0.0))
        return cls(
            wave=wave,
            segment=benchmark.reference.name,
            nps=benchmark.reference.nps,
            nps_of_others=benchmark.group.nps,
            causes=causes[:limit],
            left_out=max(0, len(causes) - limit),
        )


class QuoteOut(BaseModel):
    """What somebody wrote, with personal data masked."""

    text: str
    clause: str = Field(description="The words of the text that name the cause.")
    language: str
    score: int | None = Field(description="Like wave and segments, not told in an anonymous workspace.")
    wave: str | None
    segments: list[str]

    @classmethod
    def of(cls, quote: Quote) -> QuoteOut:
        return cls(
            text=quote.text,
            clause=quote.text[quote.start : quote.end],
            language=quote.language,
            score=quote.score,
            wave=quote.wave,
            segments=list(quote.segments),
        )


class CauseDetails(RankedCause):
    """A cause with its evidence."""

    definition: str | None = Field(description="What the cause is about.")
    keywords: list[str]
    by_wave: dict[str, int] = Field(description="Responses that name it, in each wave of the survey.")
    segments: list[SegmentRate] = Field(description="Where it is named more often than elsewhere.")
    revenue_at_risk: float | None = Field(description="Annual revenue of accounts with a detractor who names it.")
    quotes: list[QuoteOut]

    @classmethod
    def of(cls, issue: Issue) -> CauseDetails:
        return cls(
            **_ranked(issue),
            definition=issue.definition.text() if issue.definition else None,
            keywords=list(issue.keywords),
            by_wave=dict(issue.waves),
            segments=list(issue.segments),
            revenue_at_risk=issue.revenue_at_risk,
            quotes=[QuoteOut.of(quote) for quote in issue.quotes],
        )


class Cause(BaseModel):
    """A cause as people complain of it and as they praise it; null where the report does not have it so."""

    wave: str
    complaint: CauseDetails | None
    praise: CauseDetails | None


class NamedLabel(BaseModel):
    """A theme or cause that a comment names."""

    id: str
    label: str
    polarity: Polarity


class FoundComment(BaseModel):
    """A response with a comment, personal data masked."""

    id: str
    comment: str | None
    is_shortened: bool = Field(description=f"The comment is longer than {LONGEST_COMMENT} characters.")
    score: int | None
    wave: str | None
    answered_at: AwareDatetime | None
    language: str | None
    segments: dict[str, str]
    sentiment: Polarity | None = Field(description="Null if the comment is no answer or is not analysed yet.")
    themes: list[NamedLabel]
    causes: list[NamedLabel]

    @classmethod
    def of(cls, exported: ExportedResponse) -> FoundComment:
        comment = exported.comment or ""
        is_shortened = len(comment) > LONGEST_COMMENT
        named = {(cause.id, cause.polarity): cause.label for cause in exported.causes}
        return cls(
            id=exported.id,
            comment=f"{comment[:LONGEST_COMMENT]}…" if is_shortened else exported.comment,
            is_shortened=is_shortened,
            score=exported.score,
            wave=exported.wave,
            answered_at=exported.answered_at,
            language=exported.language,
            segments=exported.segments,
            sentiment=exported.sentiment.label if exported.sentiment else None,
            themes=[NamedLabel(id=theme.id, label=theme.label, polarity=theme.polarity) for theme in exported.themes],
            causes=[NamedLabel(id=id, label=label, polarity=polarity) for (id, polarity), label in named.items()],
        )


class FoundComments(BaseModel):
    """Some of the comments, the last imported first."""

    comments: list[FoundComment]
    next: str | None = Field(description="Pass it as `cursor` to read on; null at the end.")


def _ranked(issue: Issue) -> dict[str, Any]:
    return {
        "cause": str(issue.key),
        "label": issue.label,
        "theme": issue.theme,
        "parent": issue.parent,
        "points": issue.impact,
        "low": issue.low,
        "high": issue.high,
        "significant": issue.significant,
        "mentions": issue.mentions,
        "detractors": issue.detractors,
        "promoters": issue.promoters,
        "is_new": issue.is_new,
        "few_mentions": issue.few_mentions,
    }
