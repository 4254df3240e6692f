"""Plans of survey waves: make one from a list of customers, read it, and say what came of its waves.

None of it exists in an anonymous workspace: every function raises `NoWavePlans` there.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from pipelines.planning.assignment import assign
from pipelines.planning.overview import overview
from saywhy import store
from saywhy.errors import Conflict, NoWavePlans, PlanExists, WaveNotFound
from saywhy.store import Connection, Engine
from saywhy.wave_plan import (
    LARGEST_SEED,
    ListedCustomer,
    PlanDesign,
    PlannedCustomer,
    PlannedWave,
    PlanOverview,
    WavePlan,
    check_name,
)
from saywhy.wave_response import Respondent, WaveResponse
from service.not_found import listed as listed_names
from service.workspaces import reading, writing

#: Days in which answers to the last wave that name no wave count for it: a quarter, as for the waves before.
LAST_WAVE_DAYS = 92

#: How often a plan is made anew because others changed plans meanwhile.
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """A design whose seed may be left open: that of the plan that is replaced, else a random one."""

    waves: tuple[PlannedWave, ...]
    dimensions: tuple[str, ...] = ()
    min_days: int = 90
    sample_size: int | None = None
    at_least_one: bool = False
    seed: int | None = None

    def to_design(self, earlier: WavePlan | None) -> PlanDesign:
        seed = self.seed
        if seed is None:
            seed = earlier.design.seed if earlier else secrets.randbelow(LARGEST_SEED + 1)
        return PlanDesign(self.waves, seed, self.dimensions, self.min_days, self.sample_size, self.at_least_one)


def create_plan(
    engine: Engine,
    workspace: str,
    name: str,
    options: PlanOptions,
    customers: Sequence[ListedCustomer],
    *,
    created_by: str,
    replaces: bool = False,
    today: date | None = None,
) -> PlanOverview:
    """Plan whom to ask in which wave, and keep it.

    Nobody is asked within `min_days` of a wave of another plan, of an answer, and of the day that the list has. A plan
    that `replaces` one of the same name keeps who was asked in waves that were sent by today. Raises
    `WorkspaceNotFound`, `PlanExists`, `InvalidInput` for a list or options that cannot be, and `Conflict` if others
    change plans all the time.
    """
    check_name(name, "plan")
    options.to_design(None)  # what cannot be is refused before the database is asked
    for _ in range(_ATTEMPTS):
        with _planning(reading(engine, workspace)) as (connection, workspace_id):
            known = _known(connection, workspace_id, name, replaces=replaces, today=today)
            design = _with_sent_waves(options.to_design(known.earlier), known.closed)
            every = [*customers, *_gone(known.sent, customers, known.earlier)]
            asked = _asked(connection, workspace_id, design, every, name)
        planned = assign(  # for seconds, in which others may write
            every,
            design,
            asked=asked,
            kept={customer.id: customer.wave for customer in known.sent if customer.wave},
            closed={wave.name for wave in known.closed},
        )
        plan = WavePlan(name, design, datetime.now(UTC), created_by)
        with _planning(writing(engine, workspace)) as (connection, workspace_id):
            store.workspaces.lock(connection, workspace_id)
            if known == _known(connection, workspace_id, name, replaces=replaces, today=today):
                store.wave_plans.put(connection, workspace_id, plan, planned)
                return overview(plan, planned)
    raise Conflict("other wave plans were changed at the same time; try again")


@dataclass(frozen=True, slots=True)
class _Known:
    """All plans, that which is to be replaced, its waves that were sent, and who was asked in them."""

    plans: list[WavePlan]
    earlier: WavePlan | None
    closed: list[PlannedWave]
    sent: list[PlannedCustomer]


def _known(connection: Connection, workspace_id: int, name: str, *, replaces: bool, today: date | None) -> _Known:
    """What a new plan depends on, but for answers. Raises `PlanExists`."""
    plans = store.wave_plans.load(connection, workspace_id)
    earlier = next((plan for plan in plans if plan.name == name), None)
    if earlier and not replaces:
        raise PlanExists(f"there is a wave plan {name!r}; replace it, or choose another name")
    sent_by = today or datetime.now(UTC).date()
    closed = [wave for wave in earlier.design.waves if wave.send_on <= sent_by] if earlier else []
    return _Known(plans, earlier, closed, _asked_in(connection, workspace_id, name, closed))


def list_plans(engine: Engine, workspace: str) -> list[WavePlan]:
    """All plans, that with the latest first wave first. Raises `WorkspaceNotFound`."""
    with _planning(reading(engine, workspace)) as (connection, workspace_id):
        return store.wave_plans.load(connection, workspace_id)


def read_plan(engine: Engine, workspace: str, name: str) -> PlanOverview:
    """A plan in numbers. Raises `WorkspaceNotFound` and `PlanNotFound`."""
    with _planning(reading(engine, workspace)) as (connection, workspace_id):
        plan = store.wave_plans.find(connection, workspace_id, name)
        return overview(plan, store.wave_plans.customers(connection, workspace_id, name))


def delete_plan(engine: Engine, workspace: str, name: str) -> None:
    """Delete a plan; that its customers were asked is forgotten. Raises `WorkspaceNotFound` and `PlanNotFound`."""
    with _planning(writing(engine, workspace)) as (connection, workspace_id):
        store.wave_plans.delete(connection, workspace_id, name)


def export_plan(
    engine: Engine,
    workspace: str,
    name: str,
    *,
    wave: str | None = None,
    left_out: bool = False,
    with_personal_data: bool = False,
) -> tuple[WavePlan, list[PlannedCustomer]]:
    """The plan and those who are asked, in all waves or in one, or those who are `left_out`.

    Names and addresses are None unless `with_personal_data`. Raises `WorkspaceNotFound`, `PlanNotFound`, and
    `WaveNotFound`.
    """
    with _planning(reading(engine, workspace)) as (connection, workspace_id):
        plan = store.wave_plans.find(connection, workspace_id, name)
        names = [planned.name for planned in plan.design.waves]
        if wave is not None and wave not in names:
            raise WaveNotFound(f"the plan {name!r} has no wave {wave[:100]!r}; it has: {listed_names(names)}")
        chosen = [
            customer if with_personal_data else replace(customer, name=None, email=None)
            for customer in store.wave_plans.customers(connection, workspace_id, name)
            if (customer.wave is None) == left_out and (left_out or wave in (None, customer.wave))
        ]
        return plan, chosen


def measure_responses(
    engine: Engine, workspace: str, name: str, *, today: date | None = None
) -> tuple[WavePlan, tuple[WaveResponse, ...]]:
    """What came of the waves of a plan, so far.

    An answer is one to the wave in which its customer, by id or address, was asked, if it has the name of the wave; one
    without a wave if it came before the next wave was sent. Raises `WorkspaceNotFound` and `PlanNotFound`.
    """
    from pipelines.planning.response import measure  # loads scipy

    with _planning(reading(engine, workspace)) as (connection, workspace_id):
        plan = store.wave_plans.find(connection, workspace_id, name)
        customers = list(store.wave_plans.customers(connection, workspace_id, name))
        respondents = _respondents(connection, workspace_id, plan.design, customers)
    return plan, measure(plan.design, customers, respondents, today or datetime.now(UTC).date())


@contextmanager
def _planning(
    transaction: AbstractContextManager[tuple[Connection, int]],
) -> Iterator[tuple[Connection, int]]:
    """The transaction and the workspace's id. Raises `NoWavePlans` in an anonymous workspace."""
    with transaction as (connection, workspace_id):
        if store.workspaces.is_anonymous(connection, workspace_id):
            raise NoWavePlans
        yield connection, workspace_id


def _asked_in(
    connection: Connection, workspace_id: int, name: str, waves: Sequence[PlannedWave]
) -> list[PlannedCustomer]:
    """Who was asked already in waves of the plan that is to be replaced."""
    names = {wave.name for wave in waves}
    customers = store.wave_plans.customers(connection, workspace_id, name) if waves else ()
    return [customer for customer in customers if customer.wave in names]


def _with_sent_waves(design: PlanDesign, sent: Sequence[PlannedWave]) -> PlanDesign:
    """The design with the waves that were sent as they were, also where it has them no more, or on another day."""
    names = {wave.name for wave in sent}
    waves = [*sent, *(wave for wave in design.waves if wave.name not in names)]
    return replace(design, waves=tuple(sorted(waves, key=lambda wave: wave.send_on)))


def _gone(
    sent: Iterable[PlannedCustomer], customers: Iterable[ListedCustomer], earlier: WavePlan | None
) -> Iterator[ListedCustomer]:
    """Those who were asked already and are not in the new list: the responses of their waves are counted on."""
    present = {customer.id for customer in customers}
    dimensions = earlier.design.dimensions if earlier else ()
    for customer in sent:
        if customer.id not in present:
            segments = dict(zip(dimensions, customer.stratum, strict=True))
            yield ListedCustomer(customer.id, segments, customer.name, customer.email)


def _asked(
    connection: Connection, workspace_id: int, design: PlanDesign, customers: Iterable[ListedCustomer], name: str
) -> dict[str, set[date]]:
    """The days, near the waves, on which other plans ask customers of the list, or these answered, by customer id."""
    margin = timedelta(days=design.min_days)
    first, last = _shifted(design.waves[0].send_on, -margin), _shifted(design.waves[-1].send_on, margin)
    people = _People((customer.id, customer.email) for customer in customers)
    days: dict[str, set[date]] = {}
    asked = store.wave_plans.asked_between(connection, workspace_id, first, last, but=name)
    answers = store.plan_answers.between(connection, workspace_id, first, last)
    answered = ((one.customer_id, one.email, one.answered_at.date()) for one in answers if one.answered_at)
    for known in (asked, answered):
        for customer_id, email, day in known:
            for one in people.all_of(customer_id, email):
                days.setdefault(one, set()).add(day)
    return days


def _respondents(
    connection: Connection, workspace_id: int, design: PlanDesign, customers: Iterable[PlannedCustomer]
) -> dict[str, Respondent]:
    """Those who answered the wave that they were asked in, by id, with the latest score."""
    asked = {customer.id: customer for customer in customers if customer.wave is not None}
    people = _People((customer.id, customer.email) for customer in asked.values())
    starts = [wave.send_on for wave in design.waves]
    ends = [*starts[1:], _shifted(starts[-1], timedelta(days=LAST_WAVE_DAYS))]
    spans = {wave.name: (wave.send_on, end) for wave, end in zip(design.waves, ends, strict=True)}
    respondents: dict[str, Respondent] = {}
    for answer in store.plan_answers.of_waves(connection, workspace_id, [*spans], starts[0], ends[-1]):
        for one in people.of(answer.customer_id, answer.email):
            wave = asked[one].wave
            if wave is None or not _is_answer_to(wave, answer.wave, answer.answered_at, *spans[wave]):
                continue
            group = answer.score.group if answer.score else None
            before = respondents.get(one, Respondent(None, None))
            respondents[one] = Respondent(group.points if group else before.points, answer.account or before.account)
    return respondents


def _is_answer_to(wave: str, named: str | None, answered_at: datetime | None, start: date, end: date) -> bool:
    if named is not None:
        return named == wave
    return answered_at is not None and start <= answered_at.date() < end


def _shifted(day: date, by: timedelta) -> date:
    try:
        return day + by
    except OverflowError:
        return date.min if by.days < 0 else date.max


class _People:
    """Finds customers by id and by address in any case of letters."""

    def __init__(self, known: Iterable[tuple[str, str | None]]) -> None:
        self._ids: set[str] = set()
        self._by_email: dict[str, list[str]] = {}
        for customer_id, email in known:
            self._ids.add(customer_id)
            if email:
                self._by_email.setdefault(email.casefold(), []).append(customer_id)

    def all_of(self, customer_id: str | None, email: str | None) -> set[str]:
        """The ids of all customers who may be meant."""
        return {*self._of_id(customer_id), *self._of_email(email)}

    def of(self, customer_id: str | None, email: str | None) -> Sequence[str]:
        """The ids of the customers who are meant: by id, else by address."""
        return self._of_id(customer_id) or self._of_email(email)

    def _of_id(self, customer_id: str | None) -> Sequence[str]:
        return [customer_id] if customer_id is not None and customer_id in self._ids else []

    def _of_email(self, email: str | None) -> Sequence[str]:
        return self._by_email.get(email.casefold(), []) if email else []
