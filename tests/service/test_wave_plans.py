"""Plans of survey waves, on both databases: made, replaced, measured, forgotten, refused to anonymous workspaces."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from pipelines.planning.quarters import quarterly
from saywhy import store
from saywhy.errors import Conflict, CustomerNotFound, InvalidInput, NoWavePlans, PlanExists, PlanNotFound, WaveNotFound
from saywhy.feedback import Customer, Response, Score
from saywhy.wave_plan import LeftOut, ListedCustomer, PlannedWave, PlanOverview
from service.erasure import delete_customer, delete_older
from service.files import JobFiles
from service.wave_plans import (
    PlanOptions,
    create_plan,
    delete_plan,
    export_plan,
    list_plans,
    measure_responses,
    read_plan,
)
from service.workspaces import create, promise_anonymity
from tests.builders.customer_lists import DIMENSIONS, START, customers
from tests.builders.stored_rows import stored_text

OPTIONS = PlanOptions(quarterly(START), DIMENSIONS, seed=7)
BEFORE = date(2027, 1, 1)


def plan(
    engine: Engine,
    listed: list[ListedCustomer],
    name: str = "2027",
    options: PlanOptions = OPTIONS,
    *,
    replaces: bool = False,
    today: date = BEFORE,
) -> PlanOverview:
    """Make a plan in the workspace `default`."""
    create(engine, "default")
    return create_plan(engine, "default", name, options, listed, created_by="Ada", replaces=replaces, today=today)


def waves_of(engine: Engine, name: str = "2027") -> dict[str, str | None]:
    """The wave of each customer who is asked."""
    _, asked = export_plan(engine, "default", name)
    return {customer.id: customer.wave for customer in asked}


def answer(customer: Customer, day: date, wave: str | None, score: int = 9) -> Response:
    """An answer of a customer."""
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return Response(
        "crm", f"{customer.id or customer.email} {day} {wave}", Score(score), None, moment, wave, (), customer
    )


def save(engine: Engine, *responses: Response) -> None:
    """Store answers."""
    with engine.begin() as connection:
        store.responses.save(connection, store.workspaces.ensure(connection, "default"), list(responses))


def test_a_plan_is_kept(engine: Engine) -> None:
    """Read again it has the same numbers; the export has who is asked, with name and address only where wished."""
    listed = [*customers(100), replace(customers(1, 100)[0], opted_out=True)]
    made = plan(engine, listed)
    assert (made.listed, sum(made.asked), made.left_out) == (101, 100, {LeftOut.OPTED_OUT: 1})
    assert read_plan(engine, "default", "2027") == made
    assert [one.name for one in list_plans(engine, "default")] == ["2027"]
    _, first = export_plan(engine, "default", "2027", wave="2027-Q1", with_personal_data=True)
    assert len(first) == made.asked[0]
    assert {(one.wave, one.email) for one in first} == {("2027-Q1", f"p{one.id[2:]}@shop.example") for one in first}
    _, masked = export_plan(engine, "default", "2027")
    assert {(one.name, one.email) for one in masked} == {(None, None)}
    _, out = export_plan(engine, "default", "2027", left_out=True)
    assert [(one.id, one.left_out) for one in out] == [("c-100", LeftOut.OPTED_OUT)]
    with pytest.raises(WaveNotFound, match="2027-Q1, 2027-Q2"):
        export_plan(engine, "default", "2027", wave="2031-Q1")
    delete_plan(engine, "default", "2027")
    for read in (read_plan, measure_responses, delete_plan, export_plan):
        with pytest.raises(PlanNotFound):
            read(engine, "default", "2027")


def test_other_plans_answers_and_the_list_say_when_somebody_was_asked(engine: Engine) -> None:
    """Whoever was asked less than 90 days before a wave gets a later one, by id or by address in any case."""
    one, two, three, four, five = customers(5)
    earlier = PlanOptions((PlannedWave("autumn", date(2026, 12, 1)),), seed=1)
    plan(engine, [one], "2026", earlier)
    save(
        engine,
        answer(Customer(two.id), date(2026, 11, 1), "2026-Q4"),
        answer(Customer("other", email=str(three.email).upper()), date(2026, 12, 31), None),
    )
    only_first = replace(OPTIONS, waves=OPTIONS.waves[:1], dimensions=())
    made = plan(engine, [one, two, three, replace(four, asked_on=date(2027, 3, 1)), five], options=only_first)
    assert made.left_out == {LeftOut.ASKED_RECENTLY: 4}
    assert waves_of(engine) == {five.id: "2027-Q1"}
    later = replace(OPTIONS, dimensions=(), min_days=75)
    plan(engine, [one, two, three, four], "later", later)
    assert waves_of(engine, "later")[three.id] != "2027-Q1"


def test_a_rerun_gives_the_same_plan(engine: Engine) -> None:
    """Replaced with the same list, without a seed, nothing changes; without `replaces` it is refused."""
    unseeded = replace(OPTIONS, seed=None)
    made = plan(engine, customers(200), options=unseeded)
    before = waves_of(engine)
    with pytest.raises(PlanExists, match="'2027'"):
        plan(engine, customers(200), options=unseeded)
    again = plan(engine, customers(200), options=unseeded, replaces=True)
    assert (waves_of(engine), again.plan.design) == (before, made.plan.design)


def test_a_new_list_leaves_waves_that_were_sent(engine: Engine) -> None:
    """Those who were asked stay in their wave, even if the list has them no more; nobody is asked again."""
    plan(engine, customers(200))
    before = waves_of(engine)
    sent = {customer for customer, wave in before.items() if wave == "2027-Q1"}
    moved = replace(OPTIONS, waves=(PlannedWave("2027-Q1", date(2027, 2, 1)), *OPTIONS.waves[1:]))
    new_list = [one for one in customers(260) if one.id not in ("c-0", *sorted(sent)[:3])]
    made = plan(engine, new_list, options=moved, replaces=True, today=date(2027, 1, 20))
    after = waves_of(engine)
    assert {customer for customer, wave in after.items() if wave == "2027-Q1"} == sent | ({"c-0"} & sent)
    assert made.plan.design.waves == OPTIONS.waves
    assert len(after) == 260 - len({"c-0"} - sent)


def test_responses_are_measured(engine: Engine) -> None:
    """Answers count for the wave in which their customer was asked: by its name, or without one by the day."""
    plan(engine, customers(400))
    waves = waves_of(engine)
    first = [customer for customer, wave in waves.items() if wave == "2027-Q1"]
    second = [customer for customer, wave in waves.items() if wave == "2027-Q2"]
    by_name = [answer(Customer(one), date(2027, 1, 20), "2027-Q1", 10) for one in first[:30]]
    by_address = Customer(None, email=f"P{first[30][2:]}@shop.example")
    save(
        engine,
        *by_name,
        answer(Customer(first[0]), date(2027, 1, 25), "2027-Q1", 0),  # the later score counts
        answer(by_address, date(2027, 4, 14), None, 3),
        answer(Customer(first[31]), date(2027, 4, 15), None),  # after the next wave was sent
        answer(Customer(second[0]), date(2027, 1, 20), "2027-Q1"),  # was asked in another wave
        answer(Customer("stranger"), date(2027, 1, 20), "2027-Q1"),
    )
    measured, (one, two, *_) = measure_responses(engine, "default", "2027", today=date(2027, 2, 1))
    assert measured.name == "2027"
    assert (one.asked, one.answered, one.is_sent) == (len(first), 31, True)
    assert one.nps is not None
    assert (one.nps.promoters, one.nps.detractors) == (29, 2)
    assert (two.answered, two.is_sent) == (0, False)
    counted = Counter[tuple[str, ...]]()
    for stratum in one.strata:
        counted[stratum.stratum] += stratum.answered
    assert counted.total() == 31


def test_a_forgotten_customer_is_in_no_plan(engine: Engine) -> None:
    """By id or by address, with or without answers; somebody whom no plan and no answer has is not found."""
    files = JobFiles(Path(engine.get_execution_options()["key_file"]).with_name("job-files"))
    plan(engine, customers(20))
    plan(engine, customers(20), "2028", replace(OPTIONS, waves=quarterly(date(2028, 6, 1))))
    save(engine, answer(Customer("c-3"), date(2027, 1, 20), None))
    assert delete_customer(engine, "default", files, "c-3").planned == 2
    assert delete_customer(engine, "default", files, "P4@shop.example").planned == 2
    assert read_plan(engine, "default", "2027").listed == 18
    left = stored_text(engine)
    for trace in ('"c-3"', 'Name 3"', "p3@shop", "p4@shop", '"c-4"'):
        assert trace not in left
    with pytest.raises(CustomerNotFound):
        delete_customer(engine, "default", files, "c-3")


def test_old_plans_are_deleted_by_age(engine: Engine) -> None:
    """A plan goes when its last wave was sent longer ago; one that is younger stays whole."""
    files = JobFiles(Path(engine.get_execution_options()["key_file"]).with_name("job-files"))
    today = datetime.now(UTC).date()
    old = PlanOptions((PlannedWave("a", today - timedelta(900)), PlannedWave("b", today - timedelta(500))), seed=1)
    young = PlanOptions((PlannedWave("a", today - timedelta(900)), PlannedWave("b", today - timedelta(300))), seed=1)
    plan(engine, customers(7), "old", old)
    plan(engine, customers(5, 10), "young", young)
    assert delete_older(engine, "default", files, 400).planned == 7
    assert [one.name for one in list_plans(engine, "default")] == ["young"]


def test_anonymous_workspaces_have_no_plans(sqlite_engine: Engine) -> None:
    """Every function is refused there, and a workspace with plans cannot promise anonymity."""
    promise_anonymity(sqlite_engine, "secret")
    for ask in (read_plan, measure_responses, delete_plan, export_plan):
        with pytest.raises(NoWavePlans):
            ask(sqlite_engine, "secret", "2027")
    with pytest.raises(NoWavePlans):
        list_plans(sqlite_engine, "secret")
    with pytest.raises(NoWavePlans):
        create_plan(sqlite_engine, "secret", "2027", OPTIONS, customers(5), created_by="Ada")
    plan(sqlite_engine, customers(5))
    with pytest.raises(Conflict, match="wave plans"):
        promise_anonymity(sqlite_engine, "default")


def test_plans_of_workspaces_are_apart(sqlite_engine: Engine) -> None:
    """Another workspace neither sees a plan nor is its customers' being asked known there."""
    plan(sqlite_engine, customers(5))
    create(sqlite_engine, "other")
    with pytest.raises(PlanNotFound):
        read_plan(sqlite_engine, "other", "2027")
    made = create_plan(sqlite_engine, "other", "2027", OPTIONS, customers(5), created_by="Bo")
    assert sum(made.asked) == 5


def test_names_of_plans_can_be_part_of_an_address(sqlite_engine: Engine) -> None:
    """Slashes, blanks and control characters are refused."""
    for name in ("", "a/b", " ", "a\n", "..", "x" * 101):
        with pytest.raises(InvalidInput, match="name of 1 to 100"):
            plan(sqlite_engine, customers(5), name)
