"""How people handle causes: what they set is kept with author and time, and each change can be taken back."""

from __future__ import annotations

from datetime import date

import pytest

from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.errors import Conflict, InvalidInput, NotFound
from saywhy.fix import Fix
from saywhy.handling import Aside, HandlingChange, HandlingField, Progress
from saywhy.store import Engine
from service import handling
from service.efforts import set_effort
from service.fixes import list_fixes, mark_fixed
from service.reports.reading import read_report
from tests.builders.fixed_survey import analysed, responses

CODE_FRAME = load_code_frame()
SUPPORT = "theme:support"
AT = "default"


def undo(engine: Engine, number: int) -> None:
    """Take a change back."""
    handling.undo_change(engine, AT, number, by="Bea", code_frame=CODE_FRAME)


def set_field(
    engine: Engine,
    field: HandlingField,
    value: Progress | str | Aside | None,
    *,
    by: str = "Ada",
    cause: str = SUPPORT,
) -> HandlingChange | None:
    """Set one field; the change, if it is one."""
    return next(iter(handling.change_handling(engine, AT, cause, {field: value}, by=by)), None)


def values(engine: Engine) -> list[tuple[str, object, object, str]]:
    """The changes of support, latest first."""
    _, changes = handling.read_handling(engine, AT, SUPPORT)
    return [(change.field.value, change.before, change.value, change.author) for change in changes]


@pytest.mark.slow
def test_what_people_set_is_kept_and_can_be_taken_back(engine: Engine) -> None:
    """Progress, owner and ticket, with every change in the history; taking the undo back restores the value."""
    analysed(engine, responses())
    set_field(engine, HandlingField.PROGRESS, Progress.REVIEWED)
    set_field(engine, HandlingField.OWNER, " Eda ")
    assert set_field(engine, HandlingField.OWNER, "Eda") is None
    set_field(engine, HandlingField.TICKET, "OPS-17")
    set_field(engine, HandlingField.OWNER, "", by="Bea")
    now, changes = handling.read_handling(engine, AT, SUPPORT)
    assert (now.progress, now.owner, now.ticket) == (Progress.REVIEWED, None, "OPS-17")
    assert values(engine) == [
        ("owner", "Eda", None, "Bea"),
        ("ticket", None, "OPS-17", "Ada"),
        ("owner", None, "Eda", "Ada"),
        ("progress", None, "reviewed", "Ada"),
    ]
    undo(engine, changes[0].id)
    now, again = handling.read_handling(engine, AT, SUPPORT)
    assert (now.owner, again[0].undoes) == ("Eda", changes[0].id)
    undo(engine, again[0].id)
    assert handling.read_handling(engine, AT, SUPPORT)[0].owner is None


def test_only_the_latest_change_of_a_field_can_be_taken_back(survey_engine: Engine) -> None:
    """An earlier one would overwrite what somebody set since, and a number that is none is not found."""
    first = set_field(survey_engine, HandlingField.OWNER, "Ada")
    set_field(survey_engine, HandlingField.OWNER, "Eda")
    assert first is not None
    with pytest.raises(Conflict, match="undo that first"):
        undo(survey_engine, first.id)
    with pytest.raises(NotFound, match="no change 99"):
        undo(survey_engine, 99)


@pytest.mark.slow
def test_efforts_and_fixes_are_in_the_history(engine: Engine) -> None:
    """Whoever sets them; taking one back sets what was there before, in the reports too."""
    analysed(engine, responses())
    set_effort(engine, AT, SUPPORT, "S", by="Ada")
    set_effort(engine, AT, SUPPORT, "10", by="Ada")
    mark_fixed(engine, AT, CODE_FRAME, Fix(SUPPORT, wave="W2", release="4.1"), by="Ada")
    mark_fixed(engine, AT, CODE_FRAME, Fix(SUPPORT, date=date(2026, 7, 1)), by="Bea")
    with store.reading(engine) as connection:
        fixes, efforts, *_ = store.cause_changes.load(connection, store.workspaces.find(connection, AT))[::-1][:3:2]
    assert (fixes.field, efforts.field) == (HandlingField.FIX, HandlingField.EFFORT)
    undo(engine, fixes.id)
    undo(engine, efforts.id)
    [marked] = list_fixes(engine, AT)
    assert (marked.fix.wave, marked.fix.date, marked.fix.release) == ("W2", None, "4.1")
    report = read_report(engine, AT, "all")
    assert [issue.effort_days for issue in report.issues if str(issue.key) == SUPPORT] == [2.0]
    assert [fix.wave for fix in report.fixes] == ["W2"]


def test_a_fix_that_is_taken_back_is_none(survey_engine: Engine) -> None:
    """And so is an effort."""
    set_effort(survey_engine, AT, SUPPORT, "S", by="Ada")
    mark_fixed(survey_engine, AT, CODE_FRAME, Fix(SUPPORT, wave="W2"), by="Ada")
    for change in handling.read_handling(survey_engine, AT, SUPPORT)[1]:
        undo(survey_engine, change.id)
    assert list_fixes(survey_engine, AT) == []
    assert {issue.effort_days for issue in read_report(survey_engine, AT, "all").issues} == {None}


@pytest.mark.parametrize(
    ("points", "customers", "today", "is_over"),
    [
        (6.4, 12, date(2026, 8, 31), False),
        (6.5, 12, date(2026, 8, 31), True),
        (0.0, 13, date(2026, 8, 31), True),
        (0.0, 0, date(2026, 9, 1), True),
        (None, None, date(2026, 8, 31), False),
    ],
)
def test_a_cause_comes_back_with_the_first_condition(
    points: float | None, customers: int | None, today: date, *, is_over: bool
) -> None:
    """More points, more customers than when it was set aside, or the day."""
    aside = Aside(1.5, 3, date(2026, 9, 1), points_then=5.0, customers_then=10)
    assert aside.is_over(points, customers, today) is is_over
    assert Aside.of_json(aside.as_json()) == aside


def test_what_is_set_aside_is_listed_until_it_is_over(engine: Engine) -> None:
    """With the points of the report on all waves as those of when it was set aside."""
    analysed(engine, responses())
    set_field(engine, HandlingField.ASIDE, Aside(date=date(2027, 1, 1), points=2.0))
    [issue] = [issue for issue in read_report(engine, AT, "all").issues if str(issue.key) == SUPPORT]
    aside = handling.list_handling(engine, AT)[SUPPORT].aside
    assert aside is not None
    assert aside.points_then == issue.impact
    assert handling.causes_aside(engine, AT, date(2026, 12, 31)) == {SUPPORT}
    assert handling.causes_aside(engine, AT, date(2027, 1, 1)) == frozenset()
    set_field(engine, HandlingField.ASIDE, None)
    assert handling.causes_aside(engine, AT, date(2026, 12, 31)) == frozenset()


def test_what_cannot_be_set_is_refused(survey_engine: Engine) -> None:
    """A cause that is not there, texts of several lines, and no condition at all."""
    with pytest.raises(NotFound, match="topic:gone"):
        set_field(survey_engine, HandlingField.OWNER, "Eda", by="Ada", cause="topic:gone")
    with pytest.raises(InvalidInput, match="the owner must be one line of 1 to 120"):
        set_field(survey_engine, HandlingField.OWNER, "E" * 121)
    with pytest.raises(InvalidInput, match="the ticket must be one line"):
        set_field(survey_engine, HandlingField.TICKET, "a\nb")
    for wrong in ({}, {"points": 0.0}, {"points": float("nan")}, {"customers": 0}):
        with pytest.raises(InvalidInput):
            Aside(**wrong)
    assert values(survey_engine) == []


def test_names_that_are_forgotten_leave_the_history(survey_engine: Engine) -> None:
    """Also those within objects."""
    set_field(survey_engine, HandlingField.OWNER, "Jo Miller")
    mark_fixed(survey_engine, AT, CODE_FRAME, Fix(SUPPORT, wave="W2", release="that of Jo Miller"), by="Ada")
    with survey_engine.begin() as connection:
        store.redaction.redact(connection, store.workspaces.find(connection, AT), ["Jo Miller"])
    _, changes = handling.read_handling(survey_engine, AT, SUPPORT)
    assert "Miller" not in str(changes)
    assert handling.read_handling(survey_engine, AT, SUPPORT)[0].owner == "(deleted)"
