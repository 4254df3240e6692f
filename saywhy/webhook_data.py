"""What messages say: a class for the `data` of each type of event, documented in docs/reference/webhooks.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from saywhy.customer import HealthBand
from saywhy.drift import DriftAspect
from saywhy.webhook import EventType


@dataclass(frozen=True, slots=True)
class ResponseData:
    """A response. Personal data in the comment is masked, and a long one is cut.

    `account` is the name of a company. `customer` is null unless the endpoint gets personal data.
    """

    source: str
    response: str  # its id
    score: int | None  # 0 … 10; null where only the group is known
    comment: str | None
    wave: str | None
    answered_at: datetime | None
    account: str | None
    customer: str | None = None  # the id of the customer


@dataclass(frozen=True, slots=True)
class DetractorData(ResponseData):
    """`detractor.new`. `case` is the number of the case that follows it up, null if there is none."""

    case: int | None = None


@dataclass(frozen=True, slots=True)
class PraiseData(ResponseData):
    """`staff.praised`. Names of employees are masked unless the endpoint gets personal data."""


@dataclass(frozen=True, slots=True)
class AccountData:
    """`account.turned`. `account` is null if it is called by a person, unless the endpoint gets personal data."""

    account: str | None
    before: HealthBand
    after: HealthBand
    health: float  # 0 … 100
    is_worse: bool


@dataclass(frozen=True, slots=True)
class ComplaintData:
    """`complaint.rising`: rates are shares of the responses with a comment, 0 … 1."""

    cause: str  # `kind:id`
    label: str
    wave: str
    rate: float
    expected: float  # the rate in the waves before
    mentions: int
    p_value: float
    labels: dict[str, str] = field(default_factory=dict)  # by language


@dataclass(frozen=True, slots=True)
class FixData:
    """`fix.regressed`: rates as in `ComplaintData`."""

    cause: str
    label: str
    wave: str | None  # from which on it was fixed, or …
    date: str | None  # … the day, ISO 8601
    rate: float  # since then
    target: float
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CauseData:
    """A cause of a report, and the NPS points that it costs, with a 95 % interval."""

    cause: str
    label: str
    impact: float
    low: float
    high: float
    mentions: int
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NpsData:
    """The NPS with its 95 % interval, on `n` responses."""

    score: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class ReportData:
    """`report.finished`: the report on all waves in short. `causes` are the first three, where there is an NPS."""

    run: int
    waves: tuple[str, ...]  # that have a report
    responses: int
    nps: NpsData | None
    causes: tuple[CauseData, ...]


@dataclass(frozen=True, slots=True)
class DriftData:
    """`drift.found`: what has drifted, and had not in the look before. `GET /v1/drift` has the numbers."""

    aspects: tuple[DriftAspect, ...]
    model: str
    wave: str | None  # of the newest comments, or …
    since: str | None  # … the day, ISO 8601, where there are no waves


@dataclass(frozen=True, slots=True)
class PingData:
    """`ping`."""

    endpoint: int


@dataclass(frozen=True, slots=True)
class DigestCause:
    """A cause of a digest. `points` and `interval` are empty where there is no NPS."""

    label: str
    kind: str
    points: str
    interval: str
    mentions: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DigestList:
    """A list with a title: what is new, what escalates, and so on."""

    title: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DigestQuote:
    """What somebody wrote, with personal data masked and cut if it is long; `cause` is what it is about."""

    text: str
    language: str
    cause: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DigestData:
    """`digest`: a saved view, in words. All numbers are formatted, and all texts are in `language`.

    `score`, `interval` and `people` are empty where there is no NPS, of which `remark` says why; it is empty otherwise.
    `change` is empty where there is no wave before. `address` is that of the view, below that of the server.
    """

    digest: int
    view: str
    address: str
    language: str
    is_test: bool
    added_by: str
    scope: str  # the wave, and the segment if one is chosen
    score: str
    interval: str
    people: str
    remark: str
    change: str
    findings: tuple[str, ...]
    causes_title: str
    costs_title: str
    causes: tuple[DigestCause, ...]
    nothing: str  # instead of causes, where there are none
    lists: tuple[DigestList, ...]
    quotes: tuple[DigestQuote, ...]
    generated: str


Data = (
    DetractorData | PraiseData | AccountData | ComplaintData | FixData | DriftData | ReportData | PingData | DigestData
)

#: The class of the data of each type of event.
DATA: Mapping[EventType, type[Data]] = MappingProxyType(
    {
        EventType.NEW_DETRACTOR: DetractorData,
        EventType.STAFF_PRAISED: PraiseData,
        EventType.ACCOUNT_TURNED: AccountData,
        EventType.COMPLAINT_RISING: ComplaintData,
        EventType.FIX_REGRESSED: FixData,
        EventType.DRIFT_FOUND: DriftData,
        EventType.REPORT_FINISHED: ReportData,
        EventType.PING: PingData,
        EventType.DIGEST: DigestData,
    }
)
