"""What `/v1/wave-plans` takes and returns."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue
from pydantic_core import PydanticCustomError

from api.http.bodies import Items, SentObject
from pipelines.ingest.customer_list import LONGEST_SEGMENT, ListColumns
from pipelines.ingest.row import SPOILED
from pipelines.planning.quarters import parse_wave, waves_of
from saywhy.errors import InvalidInput
from saywhy.feedback import LONGEST_KEY, Rejection
from saywhy.wave_plan import (
    LARGEST_SEED,
    MOST_DAYS,
    MOST_DIMENSIONS,
    MOST_WAVES,
    LeftOut,
    ListedCustomer,
    PlannedWave,
    PlanOverview,
    WavePlan,
)
from saywhy.wave_response import WaveResponse
from service.wave_plans import PlanOptions

REQUEST: dict[str, JsonValue] = {
    "name": "2027",
    "start": "2027-01-15",
    "stratify_by": ["industry", "segment"],
    "min_days": 90,
    "customers": [
        {
            "id": "c-17",
            "name": "Ada Birch",
            "email": "ada@birch.example",
            "segments": {"industry": "retail", "segment": "enterprise"},
        },
        {
            "id": "c-18",
            "email": "bo@elm.example",
            "segments": {"industry": "health", "segment": "small"},
            "asked_on": "2026-12-01",
        },
        {"id": "c-19", "email": "cy@oak.example", "segments": {"industry": "health"}, "opted_out": True},
    ],
}

#: Customers that a body may have; files may have more.
MAX_CUSTOMERS = 100_000


def _day(value: object) -> object:
    """A day as text: pydantic would also take numbers for seconds since 1970."""
    if value is not None and type(value) is not datetime.date and not isinstance(value, str):
        raise PydanticCustomError("day", "Input should be a day as text, e.g. 2027-01-15")
    return value


Day = Annotated[datetime.date, BeforeValidator(_day, json_schema_input_type=datetime.date)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Column = Annotated[str, Field(max_length=500)]
Text = Annotated[str, Field(max_length=LONGEST_KEY)]
Key = Annotated[str, Field(min_length=1, max_length=LONGEST_KEY)]
Segment = Annotated[str, Field(max_length=LONGEST_SEGMENT)]


class PlanOptionsIn(SentObject):
    """How to plan."""

    name: Name = Field(description="What the plan is called, without slashes.", examples=["2027"])
    start: Day | None = Field(
        default=None, description="The day of the first of quarterly waves, named `2027-Q1` and so on."
    )
    count: int | None = Field(default=None, ge=1, le=MOST_WAVES, description="How many of them; null: four.")
    min_days: int = Field(default=90, ge=0, le=MOST_DAYS, description="Days between two surveys of a customer.")
    sample_size: int | None = Field(
        default=None, ge=1, le=10**7, description="Customers who are asked in all waves together; null: all who may be."
    )
    at_least_one: bool = Field(default=False, description="Each stratum has at least one customer in the sample.")
    seed: int | None = Field(
        default=None,
        ge=0,
        le=LARGEST_SEED,
        description="The same seed and list give the same plan; null: a random one, or that of the replaced plan.",
    )
    replace: bool = Field(
        default=False, description="Replace the plan of this name, but for the waves that were sent already."
    )

    def to_options(self, named: Sequence[PlannedWave], dimensions: Sequence[str]) -> PlanOptions:
        waves = waves_of(self.start, self.count, named)
        return PlanOptions(waves, tuple(dimensions), self.min_days, self.sample_size, self.at_least_one, self.seed)


class WaveModel(SentObject):
    """A wave."""

    name: Name = Field(examples=["2027-Q1"])
    send_on: Day = Field(description="The day on which invitations are sent.")


class ListedCustomerIn(SentObject):
    """A customer of the list."""

    id: Key
    name: Text | None = None
    email: Text | None = None
    segments: dict[Key, Segment] = Field(default={}, max_length=20)
    opted_out: bool = False
    asked_on: Day | None = Field(default=None, description="The last day on which the customer was asked.")

    def to_customer(self) -> ListedCustomer:
        return ListedCustomer(self.id, self.segments, self.name, self.email, self.opted_out, self.asked_on)


class NewPlan(PlanOptionsIn):
    """A list of customers, and how to plan."""

    model_config = ConfigDict(json_schema_extra={"examples": [REQUEST]})

    waves: Items[WaveModel] = Field(
        default=[], max_length=MOST_WAVES, description="The waves by name, instead of `start` and `count`."
    )
    stratify_by: Items[Key] = Field(
        default=[], max_length=MOST_DIMENSIONS, description="Segments whose combinations are the strata."
    )
    customers: Items[ListedCustomerIn] = Field(min_length=1, max_length=MAX_CUSTOMERS)

    def to_customers(self) -> list[ListedCustomer]:
        """Raises `InvalidInput` for text that databases do not store."""
        for number, one in enumerate(self.customers, start=1):
            if any(
                map(SPOILED.search, (one.id, one.name or "", one.email or "", *one.segments, *one.segments.values()))
            ):
                raise InvalidInput(
                    f"customer {number:,} of the list has a NUL character or half of a surrogate pair in its text"
                )
        return [customer.to_customer() for customer in self.customers]


class FileOptions(PlanOptionsIn):
    """How to plan, and how to read the file; columns that are left out are found by their usual names."""

    wave: list[Name] = Field(
        default=[], max_length=MOST_WAVES, description="Repeatable: the waves, as `NAME=YYYY-MM-DD`."
    )
    stratify_by: list[Column] | None = Field(
        default=None,
        max_length=MOST_DIMENSIONS,
        description="Repeatable: columns whose combinations are the strata; by default industry and segment.",
    )
    id_column: Column | None = None
    name_column: Column | None = None
    email_column: Column | None = None
    opted_out_column: Column | None = Field(default=None, description="Anything but a blank or a no means so.")
    asked_column: Column | None = Field(default=None, description="The last day on which each was asked.")
    day_first: bool | None = Field(default=None, description="Whether 03/04/2026 is the 3rd of April.")
    encoding: Annotated[str, Field(max_length=50)] | None = None
    delimiter: Annotated[str, Field(max_length=20)] | None = None
    sheet: Column | None = Field(default=None, description="The sheet of a workbook.")

    @property
    def columns(self) -> ListColumns:
        return ListColumns(
            self.id_column,
            self.name_column,
            self.email_column,
            self.opted_out_column,
            self.asked_column,
            None if self.stratify_by is None else tuple(self.stratify_by),
            self.day_first,
        )

    @property
    def named_waves(self) -> list[PlannedWave]:
        return [parse_wave(text) for text in self.wave]


class PlanSummary(BaseModel):
    """A plan without its numbers."""

    name: str
    created_at: datetime.datetime
    created_by: str
    seed: int
    stratify_by: list[str]
    min_days: int
    sample_size: int | None
    at_least_one: bool
    waves: list[WaveModel]

    @classmethod
    def of(cls, plan: WavePlan) -> PlanSummary:
        return cls.model_validate(_summary(plan))


class AskedWave(WaveModel):
    """A wave, and how many customers are asked in it."""

    asked: int


class StratumOut(BaseModel):
    """A stratum."""

    stratum: list[str] = Field(description="A value for each entry of `stratify_by`.")
    listed: int
    asked: list[int] = Field(description="In each wave.")


class PlanOut(BaseModel):
    """A plan in numbers; nobody is named."""

    name: str
    created_at: datetime.datetime
    created_by: str
    seed: int
    stratify_by: list[str]
    min_days: int
    sample_size: int | None
    at_least_one: bool
    waves: list[AskedWave]
    listed: int = Field(description="Customers of the list.")
    left_out: dict[LeftOut, int] = Field(description="How many are not asked, by reason.")
    strata: list[StratumOut]

    @classmethod
    def of(cls, overview: PlanOverview) -> PlanOut:
        waves = zip(overview.plan.design.waves, overview.asked, strict=True)
        return cls.model_validate(
            {
                **_summary(overview.plan),
                "waves": [{"name": wave.name, "send_on": wave.send_on, "asked": asked} for wave, asked in waves],
                "listed": overview.listed,
                "left_out": overview.left_out,
                "strata": [
                    {"stratum": stratum.stratum, "listed": stratum.listed, "asked": stratum.asked}
                    for stratum in overview.strata
                ],
            }
        )


class RejectedRow(BaseModel):
    """A row of the file that is not in the plan."""

    line: int
    reason: str

    @classmethod
    def of(cls, rejection: Rejection) -> RejectedRow:
        return cls(line=rejection.line, reason=rejection.reason)


class FilePlanOut(PlanOut):
    """A plan from a file, and how the file was read."""

    columns: dict[str, str] = Field(description="The column of each role.")
    rejected: int = Field(description="Rows that are not in the plan.")
    rejections: list[RejectedRow] = Field(description="The first 100 of them.")
    notes: list[str] = Field(description="On how the file was read.")


class Plans(BaseModel):
    """The plans, that with the latest first wave first."""

    plans: list[PlanSummary]


class PlanResponses(BaseModel):
    """What came of the waves of a plan."""

    name: str
    stratify_by: list[str]
    waves: list[WaveResponse]


def _summary(plan: WavePlan) -> dict[str, object]:
    design = plan.design
    return {
        "name": plan.name,
        "created_at": plan.created_at,
        "created_by": plan.created_by,
        "seed": design.seed,
        "stratify_by": list(design.dimensions),
        "min_days": design.min_days,
        "sample_size": design.sample_size,
        "at_least_one": design.at_least_one,
        "waves": [{"name": wave.name, "send_on": wave.send_on} for wave in design.waves],
    }
