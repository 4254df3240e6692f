"""What the server takes and returns. Written by `generate_models.py`; do not edit."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from typing_extensions import TypeAliasType
from pydantic import AwareDatetime, BaseModel, Field
from datetime import date as date_aliased


class AccountData(BaseModel):
    """
    `account.turned`. `account` is null if it is called by a person, unless the endpoint gets personal data.
    """

    account: str | None
    before: HealthBand
    after: HealthBand
    health: float
    is_worse: bool


class AccountHealth(BaseModel):
    """
    How an account is, and what that is computed from.
    """

    account: str
    health: Annotated[float | None, Field(description="0 … 100; null without a score that gives an NPS.")]
    band: HealthBand | None
    parts: HealthParts
    score: Annotated[float | None, Field(description="0 … 10, mean of the latest score of each of its people.")]
    trend: Annotated[float | None, Field(description="Change of the score, of those who answered more than once.")]
    open_causes: Annotated[list[str], Field(description="Complaints that nobody resolved or fixed.")]
    open_cases: int
    overdue_cases: int
    answers: int
    people: int
    last_answer: AwareDatetime | None
    days_silent: int | None
    waves_missed: int | None
    revenue: Annotated[float | None, Field(description="Annual; it is not part of the health.")]
    lifetime_value: float | None


AccountOrigin = TypeAliasType("AccountOrigin", Literal["referral", "former_customer"])


class Added(BaseModel):
    """
    A code frame that was added, or checked.
    """

    id: str
    version: str
    is_added: bool


class Adopt(BaseModel):
    """
    Make a topic a theme.
    """

    author: Annotated[
        str | None,
        Field(description="Who makes the edit; to be left out with a key or a session, whose name it is then."),
    ] = None
    note: Annotated[str | None, Field(description="The reason.")] = None
    kind: Literal["adopt"]
    topic: str
    name: str
    theme: Annotated[str | None, Field(description="The id of the theme; by default derived from the name.")] = None


class Against(BaseModel):
    """
    What a report is compared with, as people write it: `wave:2025-Q1`, `segment:plan=Enterprise`, `workspace:brand`.

    `name` of a workspace may be followed by a slash and one of its waves until `wave` says which it is.
    """

    kind: Literal["wave", "segment", "workspace"]
    name: str
    wave: str | None = None


class Agreement(BaseModel):
    """
    How far `people` agree on `units` that at least two of them labelled; on `disputed` of these they do not.

    `alpha` is None if nothing was labelled twice, or if all labels are the same, so that there is nothing to agree on.
    `low` and `high` bound 95 %; None below `LEAST_UNITS`.
    """

    units: int
    people: int
    disputed: int
    alpha: float | None = None
    low: float | None = None
    high: float | None = None


class Alert(BaseModel):
    """
    A complaint that is named significantly more often than in the waves before.
    """

    kind: str
    id: str
    label: str
    wave: str
    rate: float
    expected: float
    mentions: int
    p_value: float
    false_alarm_rate: float


class AlertOut(BaseModel):
    """
    An account turned.
    """

    account: str
    before: HealthBand
    after: HealthBand
    is_worse: bool
    health: float
    at: AwareDatetime


class Alerts(BaseModel):
    """
    The accounts that turned, the last one first.
    """

    alerts: list[AlertOut]


Alias = TypeAliasType("Alias", Literal["champion", "candidate", "previous"])


class Aside(BaseModel):
    """
    Until when a cause is set aside, with what it cost and who named it at the time.
    """

    points: float | None
    customers: int | None
    date: date_aliased | None
    points_then: float
    customers_then: int


class AsideIn(BaseModel):
    """
    Until when a cause is set aside: whichever comes first. At least one member.
    """

    points: Annotated[float | None, Field(description="Until it costs so many NPS points more.")] = None
    customers: Annotated[int | None, Field(description="Until so many more customers name it.")] = None
    date: Annotated[date_aliased | None, Field(description="Until this day.")] = None


class AskedWave(BaseModel):
    """
    A wave, and how many customers are asked in it.
    """

    name: str
    send_on: Annotated[date_aliased, Field(description="The day on which invitations are sent.")]
    asked: int


class AspectDrift(BaseModel):
    """
    One aspect. `p_value` is corrected for all that a look tests; `effect` is in the unit of `smallest`.

    `before` and `after` are the median length in characters, or the share of comments; None where there is no one
    number. The counts are comments, of corrections those that people looked at. In an anonymous workspace there is
    nothing but the state.
    """

    aspect: DriftAspect
    state: DriftState
    p_value: float | None = None
    effect: float | None = None
    smallest: float | None = None
    before: float | None = None
    after: float | None = None
    comments_before: int | None = None
    comments_after: int | None = None
    moved: Annotated[list[MovedShare], Field(validate_default=True)] = []


class Attempt(BaseModel):
    """
    One request to the endpoint.
    """

    at: AwareDatetime
    status: int | None
    milliseconds: int
    detail: Annotated[str | None, Field(description="What went wrong; null if it arrived.")]
    answer: Annotated[str | None, Field(description="Its first 500 characters; null for endpoints with personal data.")]


class AttributedEdit(BaseModel):
    """
    What every edit of a topic has: who makes it, and why.
    """

    author: Annotated[
        str | None,
        Field(description="Who makes the edit; to be left out with a key or a session, whose name it is then."),
    ] = None
    note: Annotated[str | None, Field(description="The reason.")] = None


class Audit(BaseModel):
    """
    How far the model agrees with a person, on the comments of a random sample that the person has labelled.
    """

    comments: int
    missing: int
    precision: float | None
    recall: float | None


class AuditedEstimates(BaseModel):
    """
    Estimates of a theme, corrected by the labels of a person for a random sample of comments.
    """

    rate: Estimate
    model_rate: float
    impact: Estimate | None


class Authored(BaseModel):
    """
    What somebody writes.
    """

    author: Annotated[
        str | None,
        Field(description="Who makes the edit; to be left out with a key or a session, whose name it is then."),
    ] = None


class Benchmark(BaseModel):
    """
    A report beside a reference: the NPS of both, and of each cause the rate of mentions and the impact.

    `causes` are those of the two rankings in their order, then those that only the reference names.
    """

    against: Against
    group: ComparedGroup
    reference: ComparedGroup
    nps: Comparison | None
    causes: list[CauseComparison]
    notes: list[Note]


class Board(BaseModel):
    """
    The board report. `nps` and `nps_change` are those of the latest analysis, None before the first one.
    """

    generated_at: str
    since: str | None
    wave: str | None
    nps: Nps | None
    nps_change: Estimate | None
    cases: list[CaseCounts]
    outcomes: list[OutcomeCounts]
    new_accounts: list[NewAccountCounts]
    effects: list[FollowUpEffect]
    notes: list[str]


BoardFormat = TypeAliasType("BoardFormat", Literal["json", "csv"])


class BusinessHours(BaseModel):
    """
    When people work. Time outside of it does not count.
    """

    time_zone: Annotated[str, Field(description="An IANA name.")]
    opens: Annotated[str, Field(description="Local time.")] = "09:00:00"
    closes: Annotated[str, Field(description="Local time; 00:00 is the end of the day.")] = "17:00:00"
    days: Annotated[list[int], Field(description="0 is Monday.")] = [0, 1, 2, 3, 4]
    country: Annotated[str | None, Field(description="ISO 3166-1: its public holidays are days off.")] = None
    subdivision: str | None = None


class Case(BaseModel):
    """
    The follow-up of one response.
    """

    id: int
    version: Annotated[int, Field(description="Send it with a change.")]
    state: CaseState
    group: Group
    task: Annotated[
        Task, Field(description="recover a detractor, improve for a passive, thank a promoter and ask for a favour")
    ]
    owner: str | None
    outcome: Outcome | None
    opened_at: AwareDatetime
    due_at: Annotated[AwareDatetime, Field(description="Until then the customer is to be contacted.")]
    is_overdue: bool
    contacted_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    source: Annotated[str, Field(description="Of the response.")]
    response: Annotated[str, Field(description="The id of the response in its source.")]
    score: Annotated[int | None, Field(description="0 … 10; null if only the group is known.")]
    wave: str | None
    answered_at: AwareDatetime | None
    customer: CustomerOut | None


class CaseCounts(BaseModel):
    """
    The cases of one group, by state, and how many customers were contacted in time.

    `late`: contacted after the case was due, or still waiting since. Cases that were closed without contact, and those
    that wait and are not due yet, are neither in time nor late.
    """

    group: Group
    cases: int
    open: int
    contacted: int
    resolved: int
    closed: int
    overdue: int
    in_time: int
    late: int
    median_hours: float | None


class CaseDetails(BaseModel):
    """
    A case with its history and the causes that the response names.
    """

    id: int
    version: Annotated[int, Field(description="Send it with a change.")]
    state: CaseState
    group: Group
    task: Annotated[
        Task, Field(description="recover a detractor, improve for a passive, thank a promoter and ask for a favour")
    ]
    owner: str | None
    outcome: Outcome | None
    opened_at: AwareDatetime
    due_at: Annotated[AwareDatetime, Field(description="Until then the customer is to be contacted.")]
    is_overdue: bool
    contacted_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    source: Annotated[str, Field(description="Of the response.")]
    response: Annotated[str, Field(description="The id of the response in its source.")]
    score: Annotated[int | None, Field(description="0 … 10; null if only the group is known.")]
    wave: str | None
    answered_at: AwareDatetime | None
    customer: CustomerOut | None
    history: Annotated[list[Event], Field(description="Oldest first.")]
    comment: Annotated[str | None, Field(description="With personal data masked unless it may be read.")]
    causes: Annotated[list[str], Field(description="Labels of the root causes that the comment names.")]


CaseOrder = TypeAliasType("CaseOrder", Literal["priority", "urgency"])


CaseState = TypeAliasType("CaseState", Literal["open", "contacted", "resolved", "closed"])


class Cases(BaseModel):
    """
    Some of the cases.
    """

    cases: list[Case]
    next: Annotated[str | None, Field(description="The cursor of the next page; null at the end.")]


class CategoryBalance(BaseModel):
    """
    One value of a dimension: customers listed, asked and answered, and standardised differences of the shares.
    """

    value: str
    listed: int
    asked: int
    answered: int
    answered_against_asked: float | None
    answered_against_listed: float | None
    asked_against_listed: float | None


class Cause(BaseModel):
    """
    The words that name a root cause of the code frame's library: `text[start:end]`, in Unicode code points.
    """

    cause: Annotated[str, Field(description="Id in the library.")]
    label: Annotated[str, Field(description="Its name, in the language that was asked for.")]
    theme: str
    polarity: Polarity
    start: int
    end: int
    confidence: float


class CauseChange(BaseModel):
    """
    What one theme contributed to the change of the NPS between two waves, in points: positive raised it.
    """

    id: str
    label: str
    polarity: str
    rate_before: float
    rate_after: float
    frequency: Estimate
    severity: Estimate
    frequency_q: float = 1.0
    severity_q: float = 1.0


class CauseComparison(BaseModel):
    """
    One cause, blamed (`polarity` "negative") or praised ("positive"), in both groups.

    `rate` is the share of the responses with a comment that name it, 0 … 1, and `points` is the impact. Either is None
    where one of the groups has no such number.
    """

    polarity: str
    kind: str
    id: str
    label: str
    rate: Comparison | None
    points: Comparison | None


class CauseData(BaseModel):
    """
    A cause of a report, and the NPS points that it costs, with a 95 % interval.
    """

    cause: str
    label: str
    impact: float
    low: float
    high: float
    mentions: int
    labels: dict[str, str] | None = None


class Change(BaseModel):
    """
    One wave against the one before, with the same code frame and the same model version.

    `nps.value` is the sum of `frequency` and `severity` of all causes, of `writing`, because more or fewer write a
    comment at all, and of `rest`: the change among responses that name nothing and among those without a comment.
    """

    before: str
    after: str
    nps: Estimate
    p_value: float
    smallest_visible: float
    causes: Annotated[list[CauseChange], Field(validate_default=True)] = []
    rest: Estimate | None = None
    writing: Estimate | None = None
    wrote_before: int = 0
    wrote_after: int = 0
    mix: Mix | None = None
    new: list[str] = []
    vanished: list[str] = []
    is_small: bool = False


class ChangeIn(BaseModel):
    """
    What changes; a member that is left out stays as it is.
    """

    author: Annotated[
        str | None,
        Field(description="Who makes the edit; to be left out with a key or a session, whose name it is then."),
    ] = None
    version: Annotated[
        int, Field(description="That of the case as you read it; 409 if somebody else changed it since.")
    ]
    state: CaseState | None = None
    owner: Annotated[str | None, Field(description='"" for nobody.')] = None
    outcome: Outcome | None = None
    note: str | None = None


class ClassifiedComment(BaseModel):
    """
    Sentiment, themes, mentions and causes of one comment.
    """

    id: str | int
    language: Annotated[str, Field(description="BCP 47 tag; `und` if it cannot be determined.")]
    sentiment: Sentiment
    themes: list[Theme]
    mentions: list[Mention]
    causes: list[Cause]
    model: Annotated[str, Field(description="The model version.")]


class ClassifyRequest(BaseModel):
    """
    Comments to classify. What is no comment is answered with a problem in its place.
    """

    comments: list[SentComment | Any]


class ClassifyResponse(BaseModel):
    """
    One result per comment, in the order of the request.
    """

    results: list[ClassifiedComment | RefusedComment]


class CoNamed(BaseModel):
    """
    Another cause under which clauses of a cause count too.
    """

    cause: str
    share: float


class CodeFrame(BaseModel):
    """
    A code frame, in the version that is used.
    """

    id: str
    names: Annotated[dict[str, str], Field(description="By language.")]
    version: Annotated[
        str | None,
        Field(description="The digest of its content; null for that of the models, whose version is theirs."),
    ]
    themes: Annotated[int, Field(description="The number of its themes, without verdicts that have no reason.")]
    causes: Annotated[int, Field(description="The number of its causes.")]
    is_shipped: Annotated[bool, Field(description="It ships with saywhy, and nobody has added another version.")]
    is_chosen: Annotated[bool, Field(description="The workspace uses it, from the next analysis on.")]


class CodeFrameDetails(BaseModel):
    """
    A code frame with all that it consists of.
    """

    code_frame: CodeFrame
    themes: list[FrameTheme]
    causes: list[FrameCause]
    versions: Annotated[list[FrameVersion], Field(description="The latest first; none for one that ships.")]
    yaml: Annotated[
        str | None, Field(description="What was added, to be changed and added again; null for that of the models.")
    ]


class CodeFrameTheme(BaseModel):
    """
    A theme of the code frame.
    """

    id: str
    name: str


class CodeFrames(BaseModel):
    """
    That of the models, then all others by id.
    """

    code_frames: list[CodeFrame]


class Comment(BaseModel):
    """
    The open answer of a response. `verbatim` is the original text and never changes.

    The clean stage sets the rest: `language` (before cleaning a hint; afterwards the language that was detected: `en`,
    `de`, `zh-Hans`, `zh-Hant`, …, `und` if it cannot be determined),
    `is_answer` (False for "no", "-", "keine"), `duplicate_of` (content hash of the first comment that this one is a
    near-duplicate of).
    """

    verbatim: str
    language: str | None = None
    is_answer: bool = True
    duplicate_of: str | None = None


class CommentProblem(BaseModel):
    """
    Why a comment was not classified (RFC 9457).
    """

    type: str
    title: str
    status: Annotated[int, Field(description="What the status would be if it were the only comment.")]
    detail: str
    errors: Annotated[list[InvalidField] | None, Field(description="The invalid members, if it is invalid.")] = None


class Comments(BaseModel):
    """
    Some of the comments.
    """

    comments: list[ExportedResponse]
    next: Annotated[str | None, Field(description="The cursor of the next page; null at the end.")]


class ComparedGroup(BaseModel):
    """
    One of the two groups of responses that are compared, which share no response.
    """

    name: str
    without: str | None
    nps: Nps | None
    with_comment: int | None


class Comparison(BaseModel):
    """
    A number of the report beside that of the reference, and `difference`: the first minus the second.

    There is no difference where one of the two numbers is too uncertain for one. `q_value` is corrected over all causes
    (Benjamini-Hochberg); of the NPS, which is one test, it is the p-value. It is None where nothing can be claimed.
    """

    value: float
    reference: float
    difference: Estimate | None
    q_value: float | None = None
    significant: bool = False


class ComplaintData(BaseModel):
    """
    `complaint.rising`: rates are shares of the responses with a comment, 0 … 1.
    """

    cause: str
    label: str
    wave: str
    rate: float
    expected: float
    mentions: int
    p_value: float
    labels: dict[str, str] | None = None


CorrectionKind = TypeAliasType("CorrectionKind", Literal["sentiment", "theme", "cause", "span"])


class Corrections(BaseModel):
    """
    Some of the corrections.
    """

    corrections: list[ExportedCorrection]
    next: Annotated[str | None, Field(description="The cursor of the next page; null at the end.")]


class Counts(BaseModel):
    """
    How many responses the report is on, how many have a score or a comment, and which comments do not count.
    """

    responses: int
    scored: int
    comments: int
    non_answers: int
    duplicates: int


class Create(BaseModel):
    """
    Create a topic from 1 to 10 examples. From the next analysis on it collects what is like them.
    """

    author: Annotated[
        str | None,
        Field(description="Who makes the edit; to be left out with a key or a session, whose name it is then."),
    ] = None
    note: Annotated[str | None, Field(description="The reason.")] = None
    kind: Literal["create"]
    topic: Annotated[None, Field(description="It gets an id.")] = None
    name: str
    theme: Annotated[str, Field(description="The id of the theme that it belongs to.")]
    polarity: Literal["negative", "positive"]
    examples: Annotated[
        list[str] | None,
        Field(description="Comments that name the cause: an id, or `ID:WORDS` with words of the clause that names it."),
    ] = None
    texts: Annotated[list[str] | None, Field(description="Examples in your own words.")] = None


class CreatedKey(BaseModel):
    """
    A new key and its secret, which nothing shows again.
    """

    key: Key
    secret: Annotated[str, Field(description="To be sent as `Authorization: Bearer …`.")]


class CreatedLink(BaseModel):
    """
    A new link and its address, which nothing shows again.
    """

    link: SharedLink
    url: str


class CreatedSource(BaseModel):
    """
    A new source, and the secret that was made for it, which nothing shows again.
    """

    source: Source
    secret: Annotated[
        str | None, Field(description="To be entered in the tool; null if one was given, or the tool gives one.")
    ]


class Customer(BaseModel):
    """
    The customer who answered, for follow-up.

    `revenue` is annual, `lifetime_value` is the total revenue expected of the customer; both in one currency for the
    workspace.
    """

    id: str | None = None
    name: str | None = None
    email: str | None = None
    account: str | None = None
    revenue: str | None = None
    lifetime_value: str | None = None


class CustomerCause(BaseModel):
    """
    A cause that the customer complained of, and in how many answers.
    """

    id: str
    label: str
    answers: int
    is_open: bool


class CustomerDetails(BaseModel):
    """
    All that is known of a customer.
    """

    name: Annotated[str, Field(description="As it was asked for.")]
    customers: Annotated[list[CustomerOut], Field(description="Who answered.")]
    health: list[AccountHealth]
    scores: Annotated[list[ScorePoint], Field(description="Oldest first.")]
    causes: Annotated[list[CustomerCause], Field(description="Complaints; open ones first.")]
    cases: list[Case]
    new_accounts: list[NewAccount]
    answers: Annotated[list[ExportedResponse], Field(description="Latest first.")]


class CustomerIn(BaseModel):
    """
    The customer who answered.
    """

    id: str | None = None
    name: str | None = None
    email: str | None = None
    account: str | None = None
    revenue: Annotated[float | str | None, Field(description="Annual revenue of the account.")] = None
    lifetime_value: float | str | None = None


class CustomerOut(BaseModel):
    """
    Who answered. Name and address are null unless personal data may be read.
    """

    id: str | None
    account: str | None
    name: str | None
    email: str | None
    revenue: Annotated[float | None, Field(description="Annual.")]
    lifetime_value: float | None


class Customers(BaseModel):
    """
    The health of accounts.
    """

    customers: list[AccountHealth]
    next: Annotated[str | None, Field(description="The cursor of the next page; null at the end.")]


Decision = TypeAliasType("Decision", Literal["accept", "dismiss"])


class DecisionIn(BaseModel):
    """
    What becomes of a suspect label.
    """

    decision: Decision


class Definition(BaseModel):
    """
    What a topic is about, in a sentence for readers of each language ("und" where the language is not known).

    It is proposed if a language model wrote it, from quotes, and no person has said so.
    """

    texts: dict[str, str]
    is_proposed: bool = False


class DefinitionOut(BaseModel):
    """
    What a topic is about, in a sentence.
    """

    texts: Annotated[dict[str, str], Field(description="By language of the reader; `und` if it is not known.")]
    is_proposed: Annotated[bool, Field(description="A language model wrote it, and no person has said so.")]


class Deletion(BaseModel):
    """
    What was deleted, in numbers.
    """

    responses: int
    cases: Annotated[int, Field(description="Follow-ups of these responses, with their notes.")]
    comments: Annotated[int, Field(description="Comments that nobody else wrote in the same words.")]
    annotations: Annotated[int, Field(description="What models said of these comments.")]
    clauses: Annotated[int, Field(description="Clauses of these comments in topics.")]
    audit_labels: Annotated[int, Field(description="Comments of these that a person had labelled.")]
    rejected_rows: Annotated[int, Field(description="Rows of imports that were rejected and name the customer.")]
    webhooks: Annotated[
        int, Field(description="Webhooks that name the customer and failed, or were not processed yet.")
    ]
    edits: Annotated[int, Field(description="Edits of topics that no longer name these comments; the edits stay.")]
    labels: Annotated[int, Field(description="Labels of topics, which were words that nobody else wrote.")]
    quotes: Annotated[int, Field(description="Quotes in reports.")]
    reports: Annotated[int, Field(description="Reports that were rewritten without these quotes and labels.")]
    texts: Annotated[
        int, Field(description="Notes, arguments of jobs and the like that named the customer; they stay without.")
    ]
    exports: Annotated[int, Field(description="Files of exports; start another one.")]
    planned: Annotated[int, Field(description="Places in wave plans.")]
    left: Annotated[
        int, Field(description="Other responses with the same e-mail address, but another customer id: they stay.")
    ]


class Deliveries(BaseModel):
    """
    Deliveries, the latest first.
    """

    deliveries: list[Delivery]
    next: Annotated[str | None, Field(description="The `cursor` of the next page; null at the end.")]


class Delivery(BaseModel):
    """
    One event for one endpoint.
    """

    id: int
    endpoint: Annotated[int, Field(description="The number of the endpoint.")]
    event_id: Annotated[str, Field(description="The `webhook-id` of the message, the same at each attempt.")]
    type: EventType
    state: Annotated[
        DeliveryState, Field(description="`dead`: after the last attempt, or because the endpoint was disabled.")
    ]
    attempts: int
    created_at: AwareDatetime
    due_at: Annotated[AwareDatetime, Field(description="Of a pending one: not before.")]
    ended_at: AwareDatetime | None
    status: Annotated[int | None, Field(description="Of the last answer; null if there was none.")]
    detail: Annotated[str | None, Field(description="What went wrong the last time.")]


class DeliveryDetails(BaseModel):
    """
    A delivery with what its event says, without personal data, and its attempts, oldest first.
    """

    id: int
    endpoint: Annotated[int, Field(description="The number of the endpoint.")]
    event_id: Annotated[str, Field(description="The `webhook-id` of the message, the same at each attempt.")]
    type: EventType
    state: Annotated[
        DeliveryState, Field(description="`dead`: after the last attempt, or because the endpoint was disabled.")
    ]
    attempts: int
    created_at: AwareDatetime
    due_at: Annotated[AwareDatetime, Field(description="Of a pending one: not before.")]
    ended_at: AwareDatetime | None
    status: Annotated[int | None, Field(description="Of the last answer; null if there was none.")]
    detail: Annotated[str | None, Field(description="What went wrong the last time.")]
    data: dict[str, JsonValue]
    log: list[Attempt]


DeliveryState = TypeAliasType("DeliveryState", Literal["pending", "delivered", "dead"])


class Details(BaseModel):
    """
    A topic with example clauses, its history and its edits, latest first.
    """

    id: Annotated[str, Field(description="Stays the same from analysis to analysis.")]
    label: str
    labels: Annotated[dict[str, str], Field(description="By language, in those in which the topic has enough clauses.")]
    theme: Annotated[str, Field(description="The theme that it belongs to.")]
    polarity: str
    definition: DefinitionOut | None
    keywords: list[str]
    size: Annotated[int, Field(description="Number of clauses.")]
    growth: Annotated[int, Field(description="Number of clauses from the latest new feedback.")]
    stability: Annotated[float | None, Field(description="0 … 1; null if people made the topic.")]
    is_unstable: Annotated[bool, Field(description="The stability is below 0.7: its boundaries are not reliable.")]
    is_vague: Annotated[
        bool, Field(description="No clear subject, or unstable: ranked only if people name, pin or adopt it.")
    ]
    is_emerging: Annotated[bool, Field(description="Found since all feedback was last clustered.")]
    first_seen: Annotated[AwareDatetime | None, Field(description="When it was first mentioned.")]
    is_pinned: bool
    is_ignored: bool
    is_adopted: Annotated[bool, Field(description="People made the topic a theme, which is `theme`.")]
    parts: Annotated[
        list[Part], Field(description="The smaller causes in it, if it is large or the result of a merge.")
    ]
    examples: list[Example]
    lineage: list[Lineage]
    edits: list[Edit]


class DetractorData(BaseModel):
    """
    `detractor.new`. `case` is the number of the case that follows it up, null if there is none.
    """

    source: str
    response: str
    score: int | None
    comment: str | None
    wave: str | None
    answered_at: AwareDatetime | None
    account: str | None
    customer: str | None = None
    case: int | None = None


class Digest(BaseModel):
    """
    A digest, and what came of it the last time.
    """

    id: int
    view: str
    address: str
    endpoints: list[int]
    cron: str
    time_zone: str
    language: str
    is_paused: bool
    next_at: Annotated[AwareDatetime | None, Field(description="When it is due next; null while it is paused.")]
    created_by: str
    created_at: AwareDatetime
    last_at: Annotated[AwareDatetime | None, Field(description="When it was last due or tested.")]
    last_outcome: Annotated[
        DigestOutcome | None,
        Field(description="What came of that. `nothing_new`: nothing was sent, as there was no newer report."),
    ]
    report: Annotated[AwareDatetime | None, Field(description="When the report was made that it last told of.")]
    deliveries: Annotated[list[Delivery], Field(description="The messages of the last time that it was sent.")]


class DigestChange(BaseModel):
    """
    What to change of a digest; what is left out, or null, stays.
    """

    view: str | None = None
    address: str | None = None
    endpoints: list[int] | None = None
    cron: str | None = None
    time_zone: str | None = None
    language: Literal["en", "de", "zh-Hans", "zh-Hant"] | None = None
    is_paused: Annotated[bool | None, Field(description="true: it is not sent until it is false again.")] = None


DigestOutcome = TypeAliasType("DigestOutcome", Literal["sent", "test", "nothing_new", "no_report", "no_recipient"])


class Digests(BaseModel):
    """
    All digests of the workspace, the oldest first.
    """

    digests: list[Digest]


class DimensionBalance(BaseModel):
    """
    A dimension: how far those who answered differ from those who did not.

    `p_value` is that of the χ² test, corrected by Holm for the number of dimensions; None where it cannot be tested.
    """

    dimension: str
    categories: list[CategoryBalance]
    p_value: float | None


class Drawn(BaseModel):
    """
    A comment to label.
    """

    id: Annotated[str, Field(description="To be returned with the labels.")]
    language: Annotated[str, Field(description="BCP 47 tag; `und` if it cannot be determined.")]
    text: Annotated[str, Field(description="The comment, with personal data masked.")]


class Drift(BaseModel):
    """
    A look at the newest comments against those before, all annotated by the same model version.

    `wave` is that of the newest comments, None where they are those of the last days (`since`, ISO 8601) as there are
    no waves. `looked_at` is the time of the look, ISO 8601.
    """

    model: str
    looked_at: str
    wave: str | None
    since: str | None
    aspects: list[AspectDrift]


DriftAspect = TypeAliasType(
    "DriftAspect", Literal["languages", "length", "content", "sentiment", "themes", "causes", "outside", "corrections"]
)


class DriftData(BaseModel):
    """
    `drift.found`: what has drifted, and had not in the look before. `GET /v1/drift` has the numbers.
    """

    aspects: list[DriftAspect]
    model: str
    wave: str | None
    since: str | None


class DriftLook(BaseModel):
    """
    The look of the latest analysis.
    """

    drift: Annotated[
        Drift | None,
        Field(description="Null before the first analysis, and where there are too few comments to compare."),
    ]


DriftState = TypeAliasType("DriftState", Literal["steady", "drifted", "untested"])


class EarlierIn(BaseModel):
    """
    Which stored responses get their case now.
    """

    since: Annotated[AwareDatetime | None, Field(description="Those that were answered since then; null: all.")]


class Edit(BaseModel):
    """
    An edit of a topic, and its outcome.
    """

    id: int
    kind: EditKind
    topic: str | None
    summary: str
    author: str
    at: AwareDatetime
    note: str | None
    standing: Standing
    why: Annotated[str | None, Field(description="Why it has no effect.")] = None
    undone_by: Annotated[int | None, Field(description="The edit that undid it.")] = None
    made: Annotated[str | None, Field(description="The id of the topic that it made.")] = None


EditKind = TypeAliasType(
    "EditKind", Literal["rename", "merge", "split", "move", "pin", "ignore", "adopt", "create", "undo"]
)


class Edits(BaseModel):
    """
    All edits, latest first.
    """

    edits: list[Edit]


class EffortIn(BaseModel):
    """
    What fixing a cause takes.
    """

    author: Annotated[
        str | None,
        Field(description="Who makes the edit; to be left out with a key or a session, whose name it is then."),
    ] = None
    effort_days: Annotated[float | None, Field(description="null: nobody knows.")]


class Endpoint(BaseModel):
    """
    An endpoint, without its secret.
    """

    id: int
    kind: EndpointKind
    url: Annotated[str, Field(description="That of Slack is a secret: only its host is shown.")]
    events: list[EventType]
    language: str
    with_personal_data: bool
    is_enabled: bool
    note: Annotated[str | None, Field(description="Why it was disabled, if the worker did that.")]
    failing_since: Annotated[AwareDatetime | None, Field(description="The first failure after the last success.")]
    created_at: AwareDatetime
    created_by: str


class EndpointChange(BaseModel):
    """
    What to change of an endpoint; what is left out, or null, stays.
    """

    url: str | None = None
    events: (
        list[
            Literal[
                "detractor.new",
                "account.turned",
                "complaint.rising",
                "fix.regressed",
                "drift.found",
                "report.finished",
                "staff.praised",
            ]
        ]
        | None
    ) = None
    language: Literal["en", "de", "zh-Hans", "zh-Hant"] | None = None
    with_personal_data: bool | None = None
    is_enabled: Annotated[
        bool | None,
        Field(description="false: nothing is sent any more, and what waits is dead. true: it is sent again."),
    ] = None


EndpointKind = TypeAliasType("EndpointKind", Literal["webhook", "slack", "email"])


class EndpointWithSecret(BaseModel):
    """
    An endpoint and its secret, which nothing shows again.
    """

    endpoint: Endpoint
    secret: Annotated[str | None, Field(description="The key of the signatures; null for Slack and e-mail.")]


class Endpoints(BaseModel):
    """
    All endpoints of the workspace, the oldest first.
    """

    endpoints: list[Endpoint]


class Entries(BaseModel):
    """
    Entries, the latest first.
    """

    entries: list[Entry]
    next: Annotated[str | None, Field(description="The cursor of the next page; null at the end.")]


class Entry(BaseModel):
    """
    One write.
    """

    id: int
    at: AwareDatetime
    actor_kind: PrincipalKind
    actor: Annotated[
        str, Field(description="The name of the key or person; of a schedule its number, and who added it.")
    ]
    action: Annotated[str, Field(description="Method and route, a command, or what a schedule starts.")]
    target: Annotated[
        str | None, Field(description="What the path names, null where that is a person; the number of a job.")
    ]
    status: Annotated[int | None, Field(description="Of the response; null if there is none.")]


class Estimate(BaseModel):
    """
    A number with its 95 % interval.
    """

    value: float
    low: float
    high: float


class Event(BaseModel):
    """
    What somebody changed: the new value of each field, and a note.
    """

    at: AwareDatetime
    author: str
    changes: dict[str, str | None]
    note: str | None


EventType = TypeAliasType(
    "EventType",
    Literal[
        "detractor.new",
        "account.turned",
        "complaint.rising",
        "fix.regressed",
        "report.finished",
        "drift.found",
        "staff.praised",
        "ping",
        "digest",
    ],
)


class Example(BaseModel):
    """
    A clause of a topic, with personal data masked.
    """

    comment: Annotated[str, Field(description="The id of its comment, by which edits name it.")]
    text: str
    language: str
    confidence: float


ExportFormat = TypeAliasType("ExportFormat", Literal["jsonl", "csv", "xlsx", "parquet"])


class ExportedCause(BaseModel):
    """
    A clause that names a topic: `comment[start:end]`, in characters (code points).

    `ranked` tells whether the latest report on all waves has the topic. `part` is the label of the part of the topic
    that the clause is in, if it is in one.
    """

    id: str
    label: str
    theme: str
    polarity: Polarity
    ranked: bool
    start: int
    end: int
    confidence: float
    part: str | None


class ExportedCorrection(BaseModel):
    """
    A correction with its comment as it is shown; `comment` is the id of the comment, by its content.

    `clause_start` and `clause_end` are offsets in `text`, of the clause as the model split the comment, None for the
    sentiment of the whole comment. `said` stood there before, `value` stands there since: a polarity, the id of a theme
    or of a topic (several separated by commas, blank for none), or a span `start-end` in the verbatim. A `value` of
    None took earlier corrections back.
    """

    id: int
    at: AwareDatetime
    author: str
    model: str
    comment: str
    text: str
    language: str | None
    kind: CorrectionKind
    clause_start: int | None
    clause_end: int | None
    said: str
    value: str | None


class ExportedResponse(BaseModel):
    """
    One response. What is not known is None. Several values of one dimension are joined by "; ".
    """

    id: str
    score: int | None
    scale: str | None
    comment: str | None
    wave: str | None
    answered_at: AwareDatetime | None
    language: str | None
    segments: dict[str, str]
    sentiment: ExportedSentiment | None
    themes: list[ExportedTheme]
    causes: list[ExportedCause]


class ExportedSentiment(BaseModel):
    """
    Sentiment of the whole comment; `score` is in -1 … +1.
    """

    label: Polarity
    score: float


class ExportedTheme(BaseModel):
    """
    A theme of the comment.
    """

    id: str
    label: str
    polarity: Polarity
    confidence: float


Fate = TypeAliasType("Fate", Literal["found", "continued", "split", "merged", "retired"])


class FilePlan(BaseModel):
    """
    A plan from a file, and how the file was read.
    """

    name: str
    created_at: AwareDatetime
    created_by: str
    seed: int
    stratify_by: list[str]
    min_days: int
    sample_size: int | None
    at_least_one: bool
    waves: list[AskedWave]
    listed: Annotated[int, Field(description="Customers of the list.")]
    left_out: Annotated[dict[Left, int], Field(description="How many are not asked, by reason.")]
    strata: list[Stratum]
    columns: Annotated[dict[str, str], Field(description="The column of each role.")]
    rejected: Annotated[int, Field(description="Rows that are not in the plan.")]
    rejections: Annotated[list[RejectedRow], Field(description="The first 100 of them.")]
    notes: Annotated[list[str], Field(description="On how the file was read.")]


class Finding(BaseModel):
    """
    One of the main results as a sentence. `evidence` names the issues (`kind:id`) or report members behind it.
    """

    key: str
    values: dict[str, int | float | str | list[str]] | None = None
    evidence: list[str] = []


class Fix(BaseModel):
    """
    A fix, and what the feedback before and after it says.
    """

    cause: Annotated[str, Field(description="The key of the cause.")]
    wave: Annotated[str | None, Field(description="Fixed in this wave and in all later ones.")] = None
    date: Annotated[date_aliased | None, Field(description="Fixed in answers from this day on (UTC).")] = None
    target: Annotated[
        float | None,
        Field(
            description="The share of those who write that may still name it, 0 … 1; null: half of the share before."
        ),
    ] = None
    release: Annotated[str | None, Field(description="The release with which it was fixed.")] = None
    outcome: Annotated[FixOutcome | None, Field(description="null if the latest report has no such cause or wave.")]


class FixData(BaseModel):
    """
    `fix.regressed`: rates as in `ComplaintData`.
    """

    cause: str
    label: str
    wave: str | None
    date: str | None
    rate: float
    target: float
    labels: dict[str, str] | None = None


class FixOutcome(BaseModel):
    """
    A fix against the feedback before and after it. `recovered` is an association, like every impact.
    """

    cause: str
    label: str
    wave: str | None
    date: str | None
    state: FixState
    target: float | None
    above_target: float | None
    needed: int | None
    before: MentionRate
    after: MentionRate
    unknown: int
    recovered: Estimate | None
    labels: dict[str, str] | None = None


FixState = TypeAliasType("FixState", Literal["verified", "regressed", "watching"])


class Fixes(BaseModel):
    """
    All fixes: regressed ones first, then undecided, then verified ones.
    """

    fixes: list[Fix]


class FollowUpEffect(BaseModel):
    """
    The later NPS of those who were followed up against that of those who were not, within one group.

    None of the numbers but `people` is given where either side has fewer than `MIN_CLAIM` later answers.
    """

    group: Group
    followed_up: int
    others: int
    followed_up_nps: Nps | None
    others_nps: Nps | None
    difference: Estimate | None
    p_value: float | None


class FrameCause(BaseModel):
    """
    A root cause under a theme.
    """

    id: str
    names: dict[str, str]
    definitions: dict[str, str]
    examples: Annotated[int, Field(description="The number of its examples, without labels of comments.")]
    theme: str
    polarity: Annotated[str, Field(description="negative: a complaint; positive: praise.")]


class FrameTheme(BaseModel):
    """
    A theme; texts are by language.
    """

    id: str
    names: dict[str, str]
    definitions: dict[str, str]
    examples: Annotated[int, Field(description="The number of its examples, without labels of comments.")]


class FrameVersion(BaseModel):
    """
    A version that somebody added.
    """

    version: str
    added_by: str
    added_at: AwareDatetime


Group = TypeAliasType("Group", Literal["promoter", "passive", "detractor"])


class GroupNps(BaseModel):
    """
    NPS of one wave or one segment.
    """

    name: str
    nps: Nps


class HTTPValidationError(BaseModel):
    detail: list[ValidationError] | None = None


class Handling(BaseModel):
    """
    How people handle a cause.
    """

    cause: Annotated[str, Field(description="Its key.")]
    progress: Annotated[
        Progress, Field(description="From when on it is fixed, and whether that shows, is in `/v1/fixes`.")
    ]
    owner: str | None
    ticket: Annotated[str | None, Field(description="An address or a number.")]
    aside: Aside | None


class HandlingChange(BaseModel):
    """
    Somebody set a field of a cause.
    """

    id: int
    field: HandlingField
    before: Annotated[Any, Field(description="A text, or an object for `aside`, `effort` and `fix`; null for none.")]
    value: Any
    author: str
    at: AwareDatetime
    undoes: Annotated[int | None, Field(description="The change that this one takes back.")]


class HandlingDetails(BaseModel):
    """
    How people handle a cause, and how that came about.
    """

    cause: Annotated[str, Field(description="Its key.")]
    progress: Annotated[
        Progress, Field(description="From when on it is fixed, and whether that shows, is in `/v1/fixes`.")
    ]
    owner: str | None
    ticket: Annotated[str | None, Field(description="An address or a number.")]
    aside: Aside | None
    changes: Annotated[list[HandlingChange], Field(description="Latest first.")]


HandlingField = TypeAliasType("HandlingField", Literal["progress", "owner", "ticket", "aside", "effort", "fix"])


class HandlingIn(BaseModel):
    """
    What changes; a member that is left out stays as it is.
    """

    author: Annotated[
        str | None,
        Field(description="Who makes the edit; to be left out with a key or a session, whose name it is then."),
    ] = None
    progress: Annotated[Progress | None, Field(description="null is `new`.")] = None
    owner: Annotated[str | None, Field(description="null: nobody.")] = None
    ticket: Annotated[str | None, Field(description="null: none.")] = None
    aside: Annotated[AsideIn | None, Field(description="null: no longer.")] = None


class HandlingList(BaseModel):
    """
    The causes of which people ever set anything.
    """

    causes: list[Handling]


HealthBand = TypeAliasType("HealthBand", Literal["healthy", "watch", "at_risk"])


class HealthParts(BaseModel):
    """
    The parts of an account's health, each 0 … 1 (best); None: not known, and left out.
    """

    score: float | None
    trend: float | None
    causes: float | None
    cases: float | None
    silence: float | None


class Impact(BaseModel):
    """
    Impact of a theme or topic in NPS points, with its 95 % interval. An association, not a causal effect.

    `impact` is the recoverable points: how much higher the NPS would be if nobody mentioned the cause, all else equal.
    It is positive if the cause costs points. `mentions`, `detractors`, `passives` and `promoters` count the responses
    that mention it (negatively, unless another polarity is asked for).
    """

    key: str
    impact: float
    low: float
    high: float
    mentions: int
    detractors: int
    promoters: int
    passives: int = 0
    significant: bool = False
    leave_out: Estimate | None = None
    shapley: Estimate | None = None
    p_value: float = 1.0
    q_value: float = 1.0
    top_three: float = 0.0
    few_mentions: bool = False


class ImportPreview(BaseModel):
    """
    How a file would be read: its columns in order, and its first rows as responses or rejections.

    `mapping` is the name of the saved mapping by which it would be read. `scale` is None if there is no score.
    """

    format: str
    source: str
    mapping: str | None
    columns: list[PreviewedColumn]
    rows: list[Response | Rejection]
    scale: Scale | None
    scale_reason: str
    notes: list[str]


class ImportedLabels(BaseModel):
    """
    What became of the labels of a file.
    """

    new: Annotated[int, Field(description="Corrections that were kept.")]
    unchanged: Annotated[int, Field(description="Labels that the same person had given before.")]
    rejections: Annotated[int, Field(description="Labels that were not kept.")]
    rejected: Annotated[list[RejectedRecord], Field(description="The first 100 of them.")]


class InvalidField(BaseModel):
    """
    One invalid part of the request.
    """

    detail: Annotated[str, Field(description="What is wrong.")]
    pointer: Annotated[str | None, Field(description="The place in the body, as a JSON pointer.")] = None
    parameter: Annotated[str | None, Field(description="The path, query or header parameter.")] = None


class Issue(BaseModel):
    """
    One row of the ranking: a theme or a topic. Fields that `Impact` has too mean the same.

    `top_three` compares the themes with each other, and the topics and rests with each other: in either of the two
    levels the probabilities sum to three.
    """

    rank: int
    kind: str
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
    keywords: list[str] = []
    languages: list[str] = []
    waves: list[Wave] = []
    is_new: bool = False
    concentrated_in: str | None = None
    revenue_at_risk: float | None = None
    quotes: Annotated[list[Quote], Field(validate_default=True)] = []
    passives: int = 0
    leave_out: Estimate | None = None
    shapley: Estimate | None = None
    q_value: float = 1.0
    top_three: float = 0.0
    few_mentions: bool = False
    stake: Stake | None = None
    segments: Annotated[list[SegmentRate], Field(validate_default=True)] = []
    effort_days: float | None = None
    points_per_day: Estimate | None = None
    is_pebble: bool = False
    audited: AuditedEstimates | None = None
    labels: dict[str, str] | None = None
    topic: TopicState | None = None
    definition: Definition | None = None
    parent: str | None = None
    rest: Impact | None = None
    among_commenters: Estimate | None = None
    co_named: Annotated[list[CoNamed], Field(validate_default=True)] = []


class Job(BaseModel):
    """
    A job.
    """

    id: int
    kind: Annotated[str, Field(description="`import`, `analyse`, `export`, `receive`, `pull` or `digest`.")]
    state: JobState
    progress: ProgressOut
    arguments: Annotated[dict[str, JsonValue], Field(description="What was asked for.")]
    result: Annotated[dict[str, JsonValue] | None, Field(description="What came of it; null unless it has succeeded.")]
    detail: Annotated[str | None, Field(description="Why it failed, was cancelled, or waits.")]
    attempts: Annotated[int, Field(description="Attempts that ended with an error, or because the process died.")]
    is_cancelling: Annotated[bool, Field(description="It was asked to stop.")]
    created_at: AwareDatetime
    due_at: Annotated[AwareDatetime, Field(description="It does not start before.")]
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    links: Annotated[
        dict[str, str],
        Field(
            description="Where to find the job (`self`), the file of an export (`download`), and the rejected rows of an import (`rejections`)."
        ),
    ]


JobState = TypeAliasType("JobState", Literal["pending", "running", "succeeded", "failed", "cancelled"])


class Jobs(BaseModel):
    """
    Jobs, the latest first.
    """

    jobs: list[Job]
    next: Annotated[str | None, Field(description="The cursor of the next page; null at the end.")]


JsonValue = TypeAliasType("JsonValue", Any)


class Key(BaseModel):
    """
    A key, without its secret.
    """

    id: int
    name: str
    prefix: Annotated[str, Field(description="How its secret begins.")]
    scopes: list[Scope]
    state: KeyState
    created_at: AwareDatetime
    created_by: str
    expires_at: AwareDatetime | None
    revoked_at: AwareDatetime | None
    last_used_at: Annotated[AwareDatetime | None, Field(description="Within a minute.")]


KeyState = TypeAliasType("KeyState", Literal["active", "expired", "revoked"])


class Keys(BaseModel):
    """
    All keys of the workspace, the latest first.
    """

    keys: list[Key]


class Label(BaseModel):
    """
    A theme that the comment is about, and its polarity.
    """

    theme: str
    polarity: Annotated[
        Polarity, Field(description="Neutral if it neither complains nor praises, mixed if it does both.")
    ]


class LabelAgreement(BaseModel):
    """
    The agreement on sentiments, of comments and of clauses, and on the themes and the causes of comments, as sets.

    Sets are those of the clauses that at least two people labelled, of who labelled all of these.
    """

    sentiment: Agreement
    themes: Agreement
    causes: Agreement


LabelFormat = TypeAliasType("LabelFormat", Literal["jsonl", "csv", "label-studio", "argilla"])


class Labelled(BaseModel):
    """
    The labels of one comment; none if it is about no theme.
    """

    id: str
    labels: list[Label]


class Labels(BaseModel):
    """
    Labelled comments.
    """

    comments: list[Labelled]


Language = TypeAliasType("Language", Annotated[tuple[str, int], Field(max_length=2, min_length=2)])


class LanguageAgreement(BaseModel):
    """
    Of the comments of a language: the share with the same sentiment; of all themes, and of all causes, that either
    version named, the share that both named. None where neither named one.
    """

    language: str
    comments: int
    sentiment: float | None
    themes: float | None
    causes: float | None


Left = TypeAliasType("Left", Literal["opted_out", "no_address", "same_address", "asked_recently", "not_drawn"])


class Lineage(BaseModel):
    """
    What happened to a topic when all feedback was clustered.
    """

    at: AwareDatetime
    fate: Fate
    topic: str
    other: Annotated[str | None, Field(description="The topic that it was merged into or split from.")]
    share: Annotated[float | None, Field(description="The share of its clauses that are in the other topic.")]


LinkState = TypeAliasType("LinkState", Literal["active", "expired", "revoked", "suspended"])


class ListedCustomerIn(BaseModel):
    """
    A customer of the list.
    """

    id: str
    name: str | None = None
    email: str | None = None
    segments: dict[str, str] = {}
    opted_out: bool = False
    asked_on: Annotated[date_aliased | None, Field(description="The last day on which the customer was asked.")] = None


class Live(BaseModel):
    """
    The process is running.
    """

    status: Literal["live"] = "live"


class Mapping(BaseModel):
    """
    A saved mapping.
    """

    columns: Annotated[list[str], Field(description="The names of all columns of such a file, in any order.")]
    roles: Roles
    scale: Annotated[Scale | None, Field(description="null: detect it.")] = None
    source: Annotated[str | None, Field(description="null: the detected survey tool.")] = None
    keep_unknown: Annotated[bool, Field(description="Keep columns of unknown meaning as segments.")] = False
    name: str


class MappingIn(BaseModel):
    """
    How files with these columns are read.
    """

    columns: Annotated[list[str], Field(description="The names of all columns of such a file, in any order.")]
    roles: Roles
    scale: Annotated[Scale | None, Field(description="null: detect it.")] = None
    source: Annotated[str | None, Field(description="null: the detected survey tool.")] = None
    keep_unknown: Annotated[bool, Field(description="Keep columns of unknown meaning as segments.")] = False


class Mappings(BaseModel):
    """
    All saved mappings, the last one first.
    """

    mappings: list[Mapping]


class Mark(BaseModel):
    """
    Pin a topic, so that no analysis merges or retires it, or leave it out of reports.
    """

    author: Annotated[
        str | None,
        Field(description="Who makes the edit; to be left out with a key or a session, whose name it is then."),
    ] = None
    note: Annotated[str | None, Field(description="The reason.")] = None
    kind: Literal["pin", "ignore"]
    topic: str


class Mention(BaseModel):
    """
    The words about one theme: `text[start:end]`, in Unicode code points.
    """

    theme: str
    polarity: Polarity
    start: int
    end: int
    confidence: float


class MentionRate(BaseModel):
    """
    How many responses with a comment, before or after a fix, complain of its cause.
    """

    mentions: int
    responses: int
    rate: Estimate | None


class Merge(BaseModel):
    """
    Merge two topics that are the same cause; `into` keeps its id and name.
    """

    author: Annotated[
        str | None,
        Field(description="Who makes the edit; to be left out with a key or a session, whose name it is then."),
    ] = None
    note: Annotated[str | None, Field(description="The reason.")] = None
    kind: Literal["merge"]
    topic: str
    into: str


class Mix(BaseModel):
    """
    The mix of segments differs between two waves. `nps` is the change of the NPS at the mix of the earlier wave.
    """

    dimension: str
    p_value: float
    nps: Estimate


class Model(BaseModel):
    """
    A version of the models.
    """

    version: str
    aliases: Annotated[
        list[Alias], Field(description="`champion` serves, `previous` served before, `candidate` may follow.")
    ]
    verdict: Annotated[VerdictOut | None, Field(description="Null for one that was not retrained here.")]


class Models(BaseModel):
    """
    All versions, and the one with which this server answers.
    """

    serving: str
    models: list[Model]


class Move(BaseModel):
    """
    Move a comment, and all with the same words, into another topic.
    """

    author: Annotated[
        str | None,
        Field(description="Who makes the edit; to be left out with a key or a session, whose name it is then."),
    ] = None
    note: Annotated[str | None, Field(description="The reason.")] = None
    kind: Literal["move"]
    topic: Annotated[str | None, Field(description="The topic to move it from, if it is in several.")] = None
    comment: str
    into: str


class MovedShare(BaseModel):
    """
    A language, sentiment, theme or cause of another share than before; `effect` is Cohen's h, below 0 for less.
    """

    id: str
    before: float
    after: float
    effect: float


class NewAccount(BaseModel):
    """
    An account that a customer brought.
    """

    account: str
    origin: AccountOrigin
    brought_by: str
    case: int | None
    won_at: AwareDatetime
    revenue: float | None
    acquisition_cost: float | None
    lifetime_value: float | None


class NewAccountCounts(BaseModel):
    """
    Accounts that customers brought, by origin. Sums are over the accounts of which an amount is known, None if none.

    `value_to_cost` is lifetime value divided by acquisition cost, of the accounts of which both are known.
    """

    origin: str
    accounts: int
    revenue: float | None
    acquisition_cost: float | None
    cac: float | None
    lifetime_value: float | None
    value_to_cost: float | None


class NewAccountIn(BaseModel):
    """
    An account that a customer brought.
    """

    account: str
    origin: AccountOrigin
    brought_by: Annotated[str, Field(description="A customer: an account, an id or an e-mail address.")]
    case: Annotated[int | None, Field(description="The case that it came of.")] = None
    won_on: Annotated[date_aliased | None, Field(description="UTC; by default today.")] = None
    revenue: Annotated[float | str | None, Field(description="Annual.")] = None
    acquisition_cost: Annotated[float | str | None, Field(description="What winning it cost (CAC).")] = None
    lifetime_value: float | str | None = None


class NewAccounts(BaseModel):
    """
    The accounts that customers brought, in the order in which they were recorded.
    """

    new_accounts: list[NewAccount]


class NewAnalysis(BaseModel):
    """
    What to analyse.
    """

    refit: Annotated[
        bool, Field(description="Cluster all feedback into topics again; known topics keep their ids.")
    ] = False


class NewCodeFrame(BaseModel):
    """
    A code frame to add.
    """

    yaml: Annotated[str, Field(description="The YAML, as `saywhy frames add` reads it.")]
    check: Annotated[bool, Field(description="Only say what is wrong with it, and add nothing.")] = False


class NewDigest(BaseModel):
    """
    A saved view to send, when, and to whom.
    """

    view: Annotated[str, Field(description="The name of a saved view.")]
    address: str | None = None
    endpoints: Annotated[
        list[int], Field(description="The numbers of webhook endpoints of the kinds `slack` and `email`.")
    ]
    cron: Annotated[str, Field(description="Minute, hour, day of month, month and day of week.")]
    time_zone: Annotated[str, Field(description="IANA name.")] = "UTC"
    language: Literal["en", "de", "zh-Hans", "zh-Hant"] | None = None


class NewEndpoint(BaseModel):
    """
    An endpoint to tell of events.
    """

    url: Annotated[str, Field(description="Of e-mail the address.")]
    events: Annotated[
        list[
            Literal[
                "detractor.new",
                "account.turned",
                "complaint.rising",
                "fix.regressed",
                "drift.found",
                "report.finished",
                "staff.praised",
            ]
        ],
        Field(description="At least one of a webhook; without any, Slack and e-mail are told of digests alone."),
    ]
    kind: Annotated[
        EndpointKind,
        Field(description="`webhook`: signed JSON; `slack`: an incoming webhook of Slack; `email`: an e-mail address."),
    ] = "webhook"
    language: Literal["en", "de", "zh-Hans", "zh-Hant"] | None = None
    with_personal_data: Annotated[
        bool,
        Field(
            description="Whether messages have ids of customers, accounts that are called by a person, and names of employees who are praised. Setting it, and changing an endpoint that has it, needs the scope `pii`."
        ),
    ] = False


class NewExport(BaseModel):
    """
    Which responses, and the format of the file.
    """

    format: ExportFormat = "csv"
    wave: Annotated[str, Field(description="Only those of a wave, or `all`.")] = "all"
    segments: Annotated[list[str], Field(description="Only those in all of these segments.")] = []
    cause: Annotated[str | None, Field(description="Only those that name this cause: the id or label of a topic.")] = (
        None
    )


class NewFix(BaseModel):
    """
    A cause is fixed, either from a wave or from a date on.
    """

    cause: Annotated[str, Field(description="A cause of the ranking: its key, id or label.")]
    wave: Annotated[str | None, Field(description="Fixed in this wave and in all later ones.")] = None
    date: Annotated[date_aliased | None, Field(description="Fixed in answers from this day on (UTC).")] = None
    target: Annotated[
        float | None,
        Field(
            description="The share of those who write that may still name it, 0 … 1; null: half of the share before."
        ),
    ] = None
    release: Annotated[str | None, Field(description="The release with which it was fixed.")] = None


class NewKey(BaseModel):
    """
    A key to create.
    """

    name: Annotated[str, Field(description="What uses it; edits are by this name.")]
    scopes: Annotated[list[Scope], Field(description="What it may do; only what whoever creates it may do too.")]
    expires_at: Annotated[
        AwareDatetime | None, Field(description="When it ends, with a time zone; null: when it is revoked.")
    ] = None


class NewLink(BaseModel):
    """
    A link to make.
    """

    name: Annotated[str, Field(description="For whom or what it is.")]
    view: SharedView | None = None
    days: Annotated[int, Field(description="Days after which it ends.")] = 30
    quotes: Literal["masked", "none"] | None = None
    password: Annotated[str | None, Field(description="What whoever opens it must know.")] = None


class NewPlan(BaseModel):
    """
    A list of customers, and how to plan.
    """

    name: Annotated[str, Field(description="What the plan is called, without slashes.")]
    start: Annotated[
        date_aliased | None, Field(description="The day of the first of quarterly waves, named `2027-Q1` and so on.")
    ] = None
    count: Annotated[int | None, Field(description="How many of them; null: four.")] = None
    min_days: Annotated[int, Field(description="Days between two surveys of a customer.")] = 90
    sample_size: Annotated[
        int | None, Field(description="Customers who are asked in all waves together; null: all who may be.")
    ] = None
    at_least_one: Annotated[bool, Field(description="Each stratum has at least one customer in the sample.")] = False
    seed: Annotated[
        int | None,
        Field(
            description="The same seed and list give the same plan; null: a random one, or that of the replaced plan."
        ),
    ] = None
    replace: Annotated[
        bool, Field(description="Replace the plan of this name, but for the waves that were sent already.")
    ] = False
    waves: Annotated[
        list[WaveModel], Field(description="The waves by name, instead of `start` and `count`.", validate_default=True)
    ] = []
    stratify_by: Annotated[list[str], Field(description="Segments whose combinations are the strata.")] = []
    customers: list[ListedCustomerIn]


class NewSchedule(BaseModel):
    """
    Which job to start, and when.
    """

    kind: Literal["analyse", "export", "pull"]
    arguments: Annotated[dict[str, JsonValue], Field(description="As in the request that starts such a job.")] = {}
    cron: Annotated[str, Field(description="Minute, hour, day of month, month and day of week.")]
    time_zone: Annotated[str, Field(description="IANA name.")] = "UTC"


class NewShadow(BaseModel):
    """
    What runs in the shadow of the version that serves.
    """

    version: Annotated[str, Field(description="A version, or an alias.")] = "candidate"
    share: Annotated[float, Field(description="Of the requests to classify that it answers too.")] = 0.1
    analyses: Annotated[bool, Field(description="Whether it annotates a sample of each analysis too.")] = True


class NextComment(BaseModel):
    """
    A comment to label: its id by content, and that of a response with it in the store.

    `value` is what it was chosen by: the probability that something the model says of it is wrong, or for the ranking
    the variance in points² that its label would remove; None of a random sample.
    """

    id: str
    response: int
    language: str | None
    text: str
    value: float | None


class NextComments(BaseModel):
    """
    Comments to label, in order.
    """

    comments: list[NextComment]


class Note(BaseModel):
    """
    A caveat: the key of a sentence in the renderers' catalogues, and the values to fill into it.
    """

    key: str
    values: dict[str, int | float | str | list[str]] | None = None


class Nps(BaseModel):
    """
    NPS in points (-100 … 100) with its 95 % interval; `n` responses with a score, of which so many in each group.

    `design_effect`: the variance is so many times that of n independent responses; 1 if no customer answered twice.
    """

    score: float
    low: float
    high: float
    n: int
    promoters: int
    passives: int
    detractors: int
    design_effect: float = 1.0


class NpsData(BaseModel):
    """
    The NPS with its 95 % interval, on `n` responses.
    """

    score: float
    low: float
    high: float
    n: int


class Opened(BaseModel):
    """
    How many cases were opened.
    """

    opened: int


Outcome = TypeAliasType("Outcome", Literal["recovered", "referral", "case_study", "churned"])


class OutcomeCounts(BaseModel):
    """
    Cases with one outcome, their accounts, and the annual revenue of those of which it is known.
    """

    outcome: str
    cases: int
    accounts: int
    revenue: float | None


class Part(BaseModel):
    """
    One of the smaller causes in a large topic.
    """

    id: str
    label: str
    size: int


Part1 = TypeAliasType("Part1", Annotated[tuple[str, int], Field(max_length=2, min_length=2)])


class PingData(BaseModel):
    """
    `ping`.
    """

    endpoint: int


class Plan(BaseModel):
    """
    A plan in numbers; nobody is named.
    """

    name: str
    created_at: AwareDatetime
    created_by: str
    seed: int
    stratify_by: list[str]
    min_days: int
    sample_size: int | None
    at_least_one: bool
    waves: list[AskedWave]
    listed: Annotated[int, Field(description="Customers of the list.")]
    left_out: Annotated[dict[Left, int], Field(description="How many are not asked, by reason.")]
    strata: list[Stratum]


class PlanResponses(BaseModel):
    """
    What came of the waves of a plan.
    """

    name: str
    stratify_by: list[str]
    waves: list[WaveResponse]


class PlanSummary(BaseModel):
    """
    A plan without its numbers.
    """

    name: str
    created_at: AwareDatetime
    created_by: str
    seed: int
    stratify_by: list[str]
    min_days: int
    sample_size: int | None
    at_least_one: bool
    waves: list[WaveModel]


class Plans(BaseModel):
    """
    The plans, that with the latest first wave first.
    """

    plans: list[PlanSummary]


Polarity = TypeAliasType("Polarity", Literal["negative", "neutral", "positive", "mixed"])


class Policy(BaseModel):
    """
    Which responses open a case, and until when the customer is to be contacted.
    """

    groups: Annotated[list[Group], Field(description="Those whose responses open a case.")]
    max_age_days: Annotated[
        float | None, Field(description="Older responses open none at import; null: whatever the age.")
    ]
    within_hours: float
    business_hours: Annotated[BusinessHours | None, Field(description="null: 24 hours are a day, whatever the day.")]


class PraiseData(BaseModel):
    """
    `staff.praised`. Names of employees are masked unless the endpoint gets personal data.
    """

    source: str
    response: str
    score: int | None
    comment: str | None
    wave: str | None
    answered_at: AwareDatetime | None
    account: str | None
    customer: str | None = None


class PreviewedColumn(BaseModel):
    """
    A column of a file: its role (`None`: not imported), the share of rows that fill it (0 … 1), and examples.
    """

    name: str
    role: str | None
    filled: float
    examples: list[str]


class Principal(BaseModel):
    """
    Whoever makes the request, and what it may do.
    """

    kind: PrincipalKind
    name: str
    workspace: str
    scopes: list[Scope]


PrincipalKind = TypeAliasType("PrincipalKind", Literal["key", "person", "local", "command", "schedule"])


class Problem(BaseModel):
    """
    Problem details (RFC 9457).
    """

    type: Annotated[str, Field(description="Identifies the kind of problem; does not change.")]
    title: Annotated[str, Field(description="The kind of problem, for people.")]
    status: Annotated[int, Field(description="The HTTP status.")]
    detail: Annotated[str, Field(description="What happened in this case.")]
    instance: Annotated[str, Field(description="The requested path.")]
    errors: Annotated[
        list[InvalidField] | None, Field(description="The invalid fields, the first 100, if the request is invalid.")
    ] = None


Progress = TypeAliasType("Progress", Literal["new", "reviewed", "being_fixed"])


class ProgressOut(BaseModel):
    """
    How far a job is.
    """

    step: Annotated[str | None, Field(description="What is being done; null before the job starts.")]
    done: int
    total: Annotated[int, Field(description="0: not known.")]


class Promoted(BaseModel):
    """
    The version that serves from now on; servers use it within two seconds.
    """

    version: str
    job: Annotated[
        int | None, Field(description="The analysis that annotates all comments with it; null: none was asked for.")
    ]


class Promotion(BaseModel):
    """
    How a version is promoted.
    """

    despite_gate: Annotated[
        str | None, Field(description="Why it is promoted although it does not pass the gate; kept.")
    ] = None
    analyse: Annotated[bool, Field(description="Start an analysis, which annotates all comments anew.")] = True


class Proposal(BaseModel):
    """
    Two topics that a language model takes for the same cause.
    """

    id: int
    topic: Annotated[str, Field(description="The topic that would be merged.")]
    into: Annotated[str, Field(description="The topic that would keep its id and name.")]
    topic_label: Annotated[str | None, Field(description="Null if the topic is no longer there.")]
    into_label: str | None
    reason: str
    at: AwareDatetime
    is_open: Annotated[bool, Field(description="Nobody has decided, and both topics are still there.")]
    decision: Verdict | None
    author: Annotated[str | None, Field(description="Who decided; null like the next three if nobody has.")]
    decided_at: AwareDatetime | None
    note: str | None
    edit: Annotated[int | None, Field(description="The number of the merge that followed.")]


class Proposals(BaseModel):
    """
    All proposals, the latest first.
    """

    proposals: list[Proposal]


class Quote(BaseModel):
    """
    What was read of a verbatim, with personal data masked. `text[start:end]` is the clause that mentions the cause.

    `staff_names` are the spans of employees' names that are shown; empty where these are masked too, which is the rule.
    """

    text: str
    start: int
    end: int
    language: str
    score: int | None = None
    wave: str | None = None
    segments: list[str] = []
    staff_names: list[StaffName] = []


class RatingSummary(BaseModel):
    """
    A rating scale (1-5, 1-10, 0-10 of something else): its mean and top-box share (0 … 1). Never NPS.
    """

    scale: str
    n: int
    mean: float
    top_box: float


class Ready(BaseModel):
    """
    The process can serve requests.
    """

    status: Literal["ready"] = "ready"
    version: Annotated[str, Field(description="The version of saywhy.")]
    model: Annotated[str, Field(description="The model version that serves.")]


class Receipt(BaseModel):
    """
    What became of a webhook.
    """

    delivery: Annotated[int | None, Field(description="Its number; null in an anonymous workspace, which keeps none.")]
    state: SourceDeliveryState
    is_new: Annotated[bool, Field(description="false: it was received before, and nothing was done.")]


class RefusedComment(BaseModel):
    """
    A comment that was not classified; all others are.
    """

    id: Annotated[str | int | None, Field(description="Its id, if it has a valid one.")] = None
    line: Annotated[int | None, Field(description="The number of its line, in a stream.")] = None
    problem: CommentProblem


class RejectedItem(BaseModel):
    """
    A response that was not saved.
    """

    index: Annotated[int, Field(description="Its position in the request, from 0.")]
    pointer: Annotated[str, Field(description="The place in the body, as a JSON pointer.")]
    detail: Annotated[str, Field(description="What is wrong.")]


class RejectedLabel(BaseModel):
    """
    Labels that were not kept.
    """

    line: Annotated[int | None, Field(description="The line of the sheet; null for labels sent as JSON.")] = None
    id: Annotated[str | None, Field(description="The id of the comment; null for a sheet.")] = None
    reason: str


class RejectedRecord(BaseModel):
    """
    Labels that were not kept.
    """

    position: Annotated[
        int, Field(description="The line of the file, or the number of the task or record in it, from 1.")
    ]
    reason: str


class RejectedRow(BaseModel):
    """
    A row of the file that is not in the plan.
    """

    line: int
    reason: str


class Rejection(BaseModel):
    """
    A row that was not imported: line in the file (from 1), reason, and the row as read.
    """

    line: int
    reason: str
    row: str


class Rename(BaseModel):
    """
    Give a topic a name. Its id stays, and so does its definition unless there is a new one.
    """

    author: Annotated[
        str | None,
        Field(description="Who makes the edit; to be left out with a key or a session, whose name it is then."),
    ] = None
    note: Annotated[str | None, Field(description="The reason.")] = None
    kind: Literal["rename"]
    topic: str
    name: str
    definition: str | None = None


class Report(BaseModel):
    """
    The answer to "why this score?" for one wave, or for all (`wave` is "all").
    """

    wave: str
    generated_at: str
    model: str
    counts: Counts
    nps: Nps | None
    nps_with_comment: Nps | None
    ratings: list[RatingSummary]
    waves: list[GroupNps]
    segments: list[GroupNps]
    languages: list[Language]
    sentiment: list[SentimentItem]
    issues: list[Issue]
    delights: list[Issue]
    notes: list[Note]
    change: Change | None = None
    alerts: Annotated[list[Alert], Field(validate_default=True)] = []
    board: list[str] = []
    findings: Annotated[list[Finding], Field(validate_default=True)] = []
    audit: Audit | None = None
    scenarios: Annotated[list[Scenario], Field(validate_default=True)] = []
    fixes: Annotated[list[FixOutcome], Field(validate_default=True)] = []
    benchmark: Benchmark | None = None


class ReportData(BaseModel):
    """
    `report.finished`: the report on all waves in short. `causes` are the first three, where there is an NPS.
    """

    run: int
    waves: list[str]
    responses: int
    nps: NpsData | None
    causes: list[CauseData]


class Response(BaseModel):
    """
    One answer of a respondent to a survey; (source, external id) identifies it within a workspace.

    Raises `InvalidInput` if id, source or wave is longer than `LONGEST_KEY`.
    """

    source: str
    external_id: str
    score: Score | None = None
    comment: Comment | None = None
    answered_at: AwareDatetime | None = None
    wave: str | None = None
    segments: Annotated[list[Segment], Field(validate_default=True)] = []
    customer: Customer | None = None


class ResponseIn(BaseModel):
    """
    One response. What is left out or null is not known, and overwrites nothing that is known.
    """

    id: Annotated[str, Field(description="Your id: with `source`, it identifies the response.")]
    score: Annotated[int | None, Field(description="On `scale`. 0 is a score.")] = None
    scale: Annotated[Scale, Field(description="Only 0-10 is NPS.")] = "0-10"
    group: Annotated[Group | None, Field(description="Instead of a score, if only the group is known.")] = None
    comment: Annotated[str | None, Field(description="The open answer, exactly as it was written.")] = None
    language: Annotated[str | None, Field(description="BCP 47 tag, if known; by default detected.")] = None
    answered_at: Annotated[
        AwareDatetime | None, Field(description="ISO 8601; without a time zone, UTC. 1970 to 2100.")
    ] = None
    wave: str | None = None
    segments: dict[str, str | list[str]] = {}
    customer: CustomerIn | None = None


class Responses(BaseModel):
    """
    Responses of one source.
    """

    source: Annotated[str, Field(description="Where they come from: the namespace of their ids.")]
    responses: list[ResponseIn]


class Returned(BaseModel):
    """
    What was kept. The next analysis corrects its estimates by it.
    """

    labelled: Annotated[int, Field(description="Comments whose labels were kept, replacing earlier ones.")]
    unmarked: Annotated[int, Field(description="Rows of a sheet that have no marks yet.")]
    rejections: Annotated[int, Field(description="Labels that were not kept.")]
    rejected: Annotated[list[RejectedLabel], Field(description="The first 100 of them.")]


class Roles(BaseModel):
    """
    The columns of each role. null: detect it; an empty name or list: there is none.
    """

    score: Annotated[list[str] | None, Field(description="Several are the branches of one question.")] = None
    comment: Annotated[list[str] | None, Field(description="The texts of several are joined.")] = None
    id: str | None = None
    answered_at: str | None = None
    wave: str | None = None
    customer_id: str | None = None
    name: str | None = None
    email: str | None = None
    account: str | None = None
    revenue: str | None = None
    lifetime_value: str | None = None
    segments: list[str] = []
    day_first: Annotated[bool | None, Field(description="Whether 03/04/2026 is the 3rd of April.")] = None


class Sample(BaseModel):
    """
    The next comments of the random sample, and the themes to label them with.
    """

    themes: list[CodeFrameTheme]
    comments: list[Drawn]


class SavedResponses(BaseModel):
    """
    What happened to the responses; each is counted once.
    """

    new: int
    changed: Annotated[int, Field(description="Known responses that were completed or changed.")]
    unchanged: int
    rejected: Annotated[list[RejectedItem], Field(description="The others, in order; all else was saved.")]


Scale = TypeAliasType("Scale", Literal["0-10", "groups", "rating", "1-10", "1-7", "1-5", "0-5", "0-100", "1-4", "1-3"])


class Scenario(BaseModel):
    """
    The NPS if fewer responses named any of these causes and all else stayed as it is. An association, not a promise.

    The intervals are joint: those of a set are not the sums of those of its causes, and that of the NPS accounts for
    the same sample giving the NPS and the gain.
    """

    causes: list[str]
    fewer: float
    responses: int
    gain: Estimate
    nps: Estimate


class Scenarios(BaseModel):
    """
    The NPS if half of the responses that name any of the causes named none of them, and if all did.
    """

    scenarios: list[Scenario]


class Schedule(BaseModel):
    """
    A schedule.
    """

    kind: Literal["analyse", "export", "pull"]
    arguments: Annotated[dict[str, JsonValue], Field(description="As in the request that starts such a job.")] = {}
    cron: Annotated[str, Field(description="Minute, hour, day of month, month and day of week.")]
    time_zone: Annotated[str, Field(description="IANA name.")] = "UTC"
    id: int
    next_at: Annotated[AwareDatetime, Field(description="When it is due next.")]
    created_by: Annotated[str | None, Field(description="Who added it; null if that was before such names were kept.")]


class Schedules(BaseModel):
    """
    All schedules, the oldest first.
    """

    schedules: list[Schedule]


Scope = TypeAliasType("Scope", Literal["read", "write", "classify", "admin", "pii"])


class Score(BaseModel):
    """
    A likelihood to recommend (0-10), a group, or a rating on another scale. 0 is a score; a missing score is `None`.

    Raises `ScoreOutOfRange` for a value outside the scale.
    """

    value: int
    scale: Scale = "0-10"


class ScorePoint(BaseModel):
    """
    A score in the course of time.
    """

    answered_at: AwareDatetime | None
    wave: str | None
    score: int


class Segment(BaseModel):
    """
    A value of a dimension, e.g. `industry=retail`.
    """

    dimension: str
    value: str


class SegmentRate(BaseModel):
    """
    A segment in which a cause is mentioned more often than elsewhere.
    """

    segment: str
    rate: float
    elsewhere: float
    times: Estimate


class SentComment(BaseModel):
    """
    One comment to classify.
    """

    id: Annotated[str | int, Field(description="Your id; returned unchanged.")]
    text: Annotated[str, Field(description="The comment, exactly as it was written.")]
    language: Annotated[str | None, Field(description="BCP 47 tag, if known; by default detected from the text.")] = (
        None
    )


class Sentiment(BaseModel):
    """
    The sentiment of the whole comment.
    """

    label: Polarity
    score: Annotated[float, Field(description="-1 negative … 1 positive.")]
    confidence: float
    uncertain: Annotated[
        bool, Field(description="The confidence is below the model's threshold: a person should check.")
    ]


SentimentItem = TypeAliasType("SentimentItem", Annotated[tuple[str, int], Field(max_length=2, min_length=2)])


class Shadow(BaseModel):
    """
    A version that runs in the shadow of the champion: of this share of the requests to classify, and with `analyses`
    of a sample of what analyses annotate, it answers too, and only how far it agrees is kept.
    """

    version: str
    share: float
    analyses: bool
    started_at: str
    started_by: str


class ShadowAgreement(BaseModel):
    """
    What runs in the shadow of the champion, and how far it agrees; `total` is of all languages.
    """

    shadow: Shadow
    champion: str
    total: LanguageAgreement
    languages: list[LanguageAgreement]
    dropped: int


class ShadowOut(BaseModel):
    """
    What runs in the shadow, and how far it agrees.
    """

    shadow: Annotated[ShadowAgreement | None, Field(description="Null if nothing does.")]


class SharedLink(BaseModel):
    """
    A link, without its token.
    """

    id: int
    name: str
    view: SharedView
    quotes: Literal["masked", "none"]
    has_password: bool
    state: Annotated[LinkState, Field(description="`suspended`: whoever made it may not edit any more.")]
    created_at: AwareDatetime
    created_by: str
    expires_at: AwareDatetime
    revoked_at: AwareDatetime | None
    opened: Annotated[int, Field(description="How often it was opened.")]
    last_opened_at: AwareDatetime | None


class SharedLinks(BaseModel):
    """
    All links of the workspace, the latest first.
    """

    links: list[SharedLink]


class SharedView(BaseModel):
    """
    A part of the report on a wave: the causes that pass the filters of the overview, or one cause.
    """

    wave: Annotated[str, Field(description="A wave, or `all` together.")] = "all"
    cause: Annotated[
        str | None,
        Field(description="Only this cause, `theme:ID` or `topic:ID`; of the filters, `group` alone holds then."),
    ] = None
    group: Literal["detractors", "passives", "promoters"] | None = None
    segment: Annotated[str, Field(description="Named more often in it: `dimension=value`.")] = ""
    language: Annotated[str, Field(description="Named in this language.")] = ""
    mark: Annotated[
        Literal["new", "escalating", "fixed", "regressed", "pebble", "unsure", "ignored"] | Literal[""],
        Field(description="With this mark."),
    ] = ""
    sort: Literal["rank", "mentions", "people", "revenue", "name"] | None = None


class SignIn(BaseModel):
    """
    Name and password of a person.
    """

    name: str
    password: str


class Source(BaseModel):
    """
    A source, without its secret and its token.
    """

    name: str
    kind: SourceKind
    namespace: Annotated[
        str,
        Field(
            description="`source` of the responses, the namespace of their ids; by default as in exports of the tool."
        ),
    ] = ""
    form: Annotated[str | None, Field(description="The form or survey to pull.")] = None
    host: Annotated[
        str | None, Field(description="The address of the tool's interface, if it is not the usual one.")
    ] = None
    mapping: Annotated[str | None, Field(description="A saved mapping by which fields are read.")] = None
    columns: Annotated[Roles, Field(description="Fields by role; they precede the mapping.")]
    scale: Annotated[Scale | None, Field(description="null: as the tool says, or detected.")] = None
    wave: Annotated[str | None, Field(description="The wave of responses that name none.")] = None
    id: str
    webhook: Annotated[
        str, Field(description="The path to which the tool sends; `SECRET` stands for that of Promoter.io.")
    ]
    has_secret: bool
    has_token: bool
    created_at: AwareDatetime
    created_by: str
    pulled_until: Annotated[AwareDatetime | None, Field(description="What changed until then was pulled.")]
    is_pulling: Annotated[bool, Field(description="A pull has begun and not ended; the next one goes on there.")]


class SourceDeliveries(BaseModel):
    """
    Webhooks that were received, the latest first.
    """

    deliveries: list[SourceDelivery]
    next: Annotated[str | None, Field(description="The cursor of the next page; null at the end.")]


class SourceDelivery(BaseModel):
    """
    A webhook that was received.
    """

    id: int
    state: SourceDeliveryState
    received_at: AwareDatetime
    processed_at: AwareDatetime | None
    new: Annotated[int, Field(description="Responses in it, each counted once.")]
    changed: int
    unchanged: int
    rejected: int
    detail: Annotated[str | None, Field(description="Why it failed, or how it was read.")]
    has_payload: Annotated[bool, Field(description="What was sent is still stored.")]


SourceDeliveryState = TypeAliasType("SourceDeliveryState", Literal["received", "processed", "failed"])


class SourceIn(BaseModel):
    """
    A source to add or to replace.
    """

    name: str
    kind: SourceKind
    namespace: Annotated[
        str,
        Field(
            description="`source` of the responses, the namespace of their ids; by default as in exports of the tool."
        ),
    ] = ""
    form: Annotated[str | None, Field(description="The form or survey to pull.")] = None
    host: Annotated[
        str | None, Field(description="The address of the tool's interface, if it is not the usual one.")
    ] = None
    mapping: Annotated[str | None, Field(description="A saved mapping by which fields are read.")] = None
    columns: Annotated[Roles | None, Field(description="Fields by role; they precede the mapping.")] = None
    scale: Annotated[Scale | None, Field(description="null: as the tool says, or detected.")] = None
    wave: Annotated[str | None, Field(description="The wave of responses that name none.")] = None
    secret: Annotated[
        str | None,
        Field(
            description="With which the tool signs. null: Typeform, Promoter.io and generic sources get one; a known one stays."
        ),
    ] = None
    token: Annotated[str | None, Field(description="The access token for pulling. null: none; a known one stays.")] = (
        None
    )


SourceKind = TypeAliasType(
    "SourceKind", Literal["typeform", "surveymonkey", "delighted", "promoterio", "hubspot", "generic"]
)


class Sources(BaseModel):
    """
    All sources, by name.
    """

    sources: list[Source]


class Split(BaseModel):
    """
    Split a topic in two: by one of its parts, or by comments that are examples of the new topic.
    """

    author: Annotated[
        str | None,
        Field(description="Who makes the edit; to be left out with a key or a session, whose name it is then."),
    ] = None
    note: Annotated[str | None, Field(description="The reason.")] = None
    kind: Literal["split"]
    topic: str
    name: str
    part: str | None = None
    examples: list[str] | None = None


StaffName = TypeAliasType("StaffName", Annotated[tuple[int, int], Field(max_length=2, min_length=2)])


class Stake(BaseModel):
    """
    Customers and revenue behind a cause: of detractors who mention it, or of promoters who praise it.
    """

    share: float
    accounts: int | None = None
    leaving: int | None = None
    revenue: float | None = None
    lifetime_value: float | None = None


Standing = TypeAliasType("Standing", Literal["stands", "undone", "without effect"])


class StandingOut(BaseModel):
    """
    How far the audit is.
    """

    labelled: Annotated[int, Field(description="Comments that a person has labelled.")]
    unlabelled: Annotated[int, Field(description="Analysed comments without labels of a person.")]
    skipped: Annotated[
        int,
        Field(description="Unlabelled comments before a labelled one; while there are any, the sample is not random."),
    ]
    least: Annotated[int, Field(description="Fewest labelled comments for reports to take the audit into account.")]


Strategy = TypeAliasType("Strategy", Literal["diverse", "uncertain", "ranking", "random"])


class Stratum(BaseModel):
    """
    A stratum.
    """

    stratum: Annotated[list[str], Field(description="A value for each entry of `stratify_by`.")]
    listed: int
    asked: Annotated[list[int], Field(description="In each wave.")]


class StratumResponse(BaseModel):
    """
    One stratum of a wave.

    `design_weight` is the listed over the asked customers; `weight` is that of an answer with a score in the weighted
    NPS (1 on average), the same for strata that were joined because few answered.
    """

    stratum: list[str]
    listed: int
    asked: int
    answered: int
    rate: Estimate | None
    design_weight: float | None
    weight: float | None


class Suspect(BaseModel):
    """
    A correction that is probably wrong: the value that is more probable, and the probability of the one it gives.
    """

    correction: ExportedCorrection
    suggested: str
    probability: float


class Suspects(BaseModel):
    """
    Labels that are probably wrong.
    """

    suspects: list[Suspect]


TableFormat = TypeAliasType("TableFormat", Literal["csv", "xlsx"])


Task = TypeAliasType("Task", Literal["recover", "improve", "thank"])


class Theme(BaseModel):
    """
    A theme that the comment is about.
    """

    theme: Annotated[str, Field(description="Id in the code frame; stays the same when the theme is renamed.")]
    polarity: Polarity
    confidence: float


class Topic(BaseModel):
    """
    A root cause, with people's edits.
    """

    id: Annotated[str, Field(description="Stays the same from analysis to analysis.")]
    label: str
    labels: Annotated[dict[str, str], Field(description="By language, in those in which the topic has enough clauses.")]
    theme: Annotated[str, Field(description="The theme that it belongs to.")]
    polarity: str
    definition: DefinitionOut | None
    keywords: list[str]
    size: Annotated[int, Field(description="Number of clauses.")]
    growth: Annotated[int, Field(description="Number of clauses from the latest new feedback.")]
    stability: Annotated[float | None, Field(description="0 … 1; null if people made the topic.")]
    is_unstable: Annotated[bool, Field(description="The stability is below 0.7: its boundaries are not reliable.")]
    is_vague: Annotated[
        bool, Field(description="No clear subject, or unstable: ranked only if people name, pin or adopt it.")
    ]
    is_emerging: Annotated[bool, Field(description="Found since all feedback was last clustered.")]
    first_seen: Annotated[AwareDatetime | None, Field(description="When it was first mentioned.")]
    is_pinned: bool
    is_ignored: bool
    is_adopted: Annotated[bool, Field(description="People made the topic a theme, which is `theme`.")]
    parts: Annotated[
        list[Part], Field(description="The smaller causes in it, if it is large or the result of a merge.")
    ]


class TopicState(BaseModel):
    """
    Stability, age, growth and parts of a topic.
    """

    stability: float | None
    is_unstable: bool
    is_emerging: bool
    first_seen: str | None = None
    growth: int = 0
    parts: list[Part1] = []


class Topics(BaseModel):
    """
    All topics: pinned ones first, then by size; unstable and vague ones after the others, ignored ones last.
    """

    topics: list[Topic]


class ValidationError(BaseModel):
    loc: list[str | int]
    msg: str
    type: str
    input: Any | None = None
    ctx: dict[str, Any] | None = None


Verdict = TypeAliasType("Verdict", Literal["accepted", "dismissed"])


class VerdictOut(BaseModel):
    """
    What the gate says of a version.
    """

    champion: Annotated[str, Field(description="The version that it was compared with.")]
    passes: bool
    reasons: Annotated[list[str], Field(description="Why it does not pass.")]


Wave = TypeAliasType("Wave", Annotated[tuple[str, int], Field(max_length=2, min_length=2)])


class WaveModel(BaseModel):
    """
    A wave.
    """

    name: str
    send_on: Annotated[date_aliased, Field(description="The day on which invitations are sent.")]


class WaveResponse(BaseModel):
    """
    What came of one wave. Numbers that cannot be computed are None: of a wave not sent, or without answers.
    """

    wave: str
    send_on: date_aliased
    is_sent: bool
    asked: int
    answered: int
    rate: Estimate | None
    r_indicator: Estimate | None
    nps: Nps | None
    weighted_nps: Estimate | None
    effective_answers: float | None
    strata: list[StratumResponse]
    balance: list[DimensionBalance]


class Waves(BaseModel):
    """
    The waves that have a report; `all` is all waves together.
    """

    waves: list[str]


class WebhookMessageLiteralFinishedReportData(BaseModel):
    type: Literal["report.finished"]
    timestamp: Annotated[AwareDatetime, Field(description="When it happened.")]
    data: ReportData


class WebhookMessageLiteralFoundDriftData(BaseModel):
    type: Literal["drift.found"]
    timestamp: Annotated[AwareDatetime, Field(description="When it happened.")]
    data: DriftData


class WebhookMessageLiteralNewDetractorData(BaseModel):
    type: Literal["detractor.new"]
    timestamp: Annotated[AwareDatetime, Field(description="When it happened.")]
    data: DetractorData


class WebhookMessageLiteralPingPingData(BaseModel):
    type: Literal["ping"]
    timestamp: Annotated[AwareDatetime, Field(description="When it happened.")]
    data: PingData


class WebhookMessageLiteralPraisedPraiseData(BaseModel):
    type: Literal["staff.praised"]
    timestamp: Annotated[AwareDatetime, Field(description="When it happened.")]
    data: PraiseData


class WebhookMessageLiteralRegressedFixData(BaseModel):
    type: Literal["fix.regressed"]
    timestamp: Annotated[AwareDatetime, Field(description="When it happened.")]
    data: FixData


class WebhookMessageLiteralRisingComplaintData(BaseModel):
    type: Literal["complaint.rising"]
    timestamp: Annotated[AwareDatetime, Field(description="When it happened.")]
    data: ComplaintData


class WebhookMessageLiteralTurnedAccountData(BaseModel):
    type: Literal["account.turned"]
    timestamp: Annotated[AwareDatetime, Field(description="When it happened.")]
    data: AccountData
