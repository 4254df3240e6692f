"""Cases: which responses open one, who may change it to what, and in which order they are listed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from saywhy.case import CaseChange, CaseOrder, CaseState, Outcome, OwnerTally, Task
from saywhy.errors import CaseChanged, CaseNotFound, IllegalTransition, InvalidInput
from saywhy.feedback import Comment, Customer, Group, Response, Scale, Score
from saywhy.follow_up import BusinessHours, FollowUpPolicy
from saywhy.store import Engine
from saywhy.store.cases import CaseFilter
from service.cases import (
    change_case,
    count_cases,
    list_cases,
    open_earlier,
    read_case,
    read_comments,
    read_policy,
    save_policy,
)
from service.imports import import_file
from tests.builders.followed_up import NOW, WORKSPACE, answer, case_of, contact, save, survey_file


def listed(engine: Engine, wanted: CaseFilter | None = None) -> list[str]:
    """The responses of the listed cases, in order."""
    return [case.response for case in list_cases(engine, WORKSPACE, wanted).cases]


def test_each_response_opens_one_case(engine: Engine) -> None:
    """Detractors come first, a score of 0 among them; a blank score opens none, and nor does a second import."""
    responses = [answer(1, 9), answer(2, 7), answer(3, 0), answer(4, None, "no score"), answer(5, 6)]
    assert save(engine, *responses) == 4
    assert listed(engine) == ["3", "5", "2", "1"]
    assert save(engine, *responses, now=NOW + timedelta(days=2)) == 0
    [case, *_] = list_cases(engine, WORKSPACE).cases
    assert (case.group, case.task, case.state) == (Group.DETRACTOR, Task.RECOVER, CaseState.OPEN)
    assert (case.opened_at, case.due_at, case.version) == (NOW, NOW + timedelta(hours=24), 1)
    assert case.customer == Customer("c-1", "Name c-1", "c-1@x.example", "Acme")


def test_an_import_opens_cases_once(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Three answers of today are three cases, also if the file is imported twice."""
    path = survey_file(tmp_path)
    for _ in range(2):
        import_file(sqlite_engine, WORKSPACE, path)
        assert [response.partition("@")[0] for response in listed(sqlite_engine)] == ["R-1", "R-3", "R-2"]


def test_what_opens_no_case(engine: Engine) -> None:
    """A rating that is no NPS, a response without a customer, and one that is too old; a group without a score does."""
    rating = Response("survey", "1", Score(1, Scale.FIVE), answered_at=NOW, customer=Customer("c"))
    nobody = Response("survey", "2", Score(0), Comment("Slow"), NOW)
    old = answer(3, 0, days_ago=31)
    of_group = Response("survey", "4", Score.of_group(Group.DETRACTOR), answered_at=NOW, customer=Customer("c"))
    undated = Response("survey", "5", Score(3), customer=Customer("c"))
    assert save(engine, rating, nobody, old, of_group, undated) == 2
    assert listed(engine) == ["4", "5"]
    assert open_earlier(engine, WORKSPACE, NOW - timedelta(days=30), NOW) == 0
    assert open_earlier(engine, WORKSPACE, None, NOW) == 1
    assert sorted(listed(engine)) == ["3", "4", "5"]


def test_the_policy_says_which_groups_open_cases(engine: Engine) -> None:
    """Only detractors, of any age, within four business hours: over the night to the next morning."""
    hours = BusinessHours("Europe/Berlin", country="DE", subdivision="BY")
    policy = FollowUpPolicy((Group.DETRACTOR,), None, timedelta(hours=6), hours)
    save_policy(engine, WORKSPACE, policy)
    assert read_policy(engine, WORKSPACE) == policy
    assert save(engine, answer(1, 2, days_ago=900), answer(2, 9), answer(3, 7)) == 1
    [case] = list_cases(engine, WORKSPACE).cases
    assert case.due_at == datetime.fromisoformat("2026-11-25T10:00+00:00")
    with pytest.raises(InvalidInput, match="'XX' are not known"):
        save_policy(engine, WORKSPACE, FollowUpPolicy(business_hours=BusinessHours("UTC", country="XX")))
    assert read_policy(engine, WORKSPACE) == policy


def test_a_corrected_score_moves_the_open_case(engine: Engine) -> None:
    """The case goes to the other group, and whoever read it before is told; an ended one stays what it was."""
    save(engine, answer(1, 9), answer(2, 9))
    contact(engine, case_of(engine, "2"), state=CaseState.CLOSED)
    assert save(engine, answer(1, 1), answer(2, 1)) == 0
    cases = {case.response: case for case in list_cases(engine, WORKSPACE).cases}
    assert (cases["1"].group, cases["1"].version) == (Group.DETRACTOR, 2)
    assert (cases["2"].group, cases["2"].version) == (Group.PROMOTER, 2)


@pytest.mark.parametrize(
    ("path", "refused", "allowed"),
    [
        ([], CaseState.RESOLVED, "allowed is contacted or closed"),
        (["contacted"], CaseState.OPEN, "allowed is resolved or closed"),
        (["contacted", "resolved"], CaseState.CONTACTED, "the state is final"),
        (["contacted", "closed"], CaseState.RESOLVED, "the state is final"),
        (["closed"], CaseState.OPEN, "the state is final"),
    ],
)
def test_a_state_follows_only_where_it_may(
    sqlite_engine: Engine, path: list[str], refused: CaseState, allowed: str
) -> None:
    """The error says what is allowed, and nothing changes."""
    save(sqlite_engine, answer(1, 3))
    for state in path:
        contact(sqlite_engine, 1, state=CaseState(state))
    before = read_case(sqlite_engine, WORKSPACE, 1)
    with pytest.raises(IllegalTransition, match=allowed):
        contact(sqlite_engine, 1, state=refused)
    assert read_case(sqlite_engine, WORKSPACE, 1) == before


def test_every_change_is_in_the_history(engine: Engine) -> None:
    """With author, time, values and note; what changes nothing adds nothing."""
    save(engine, answer(1, 3, "Ask Jo Miller, jo@x.example"))
    later = NOW + timedelta(hours=3)
    change_case(engine, WORKSPACE, 1, CaseChange(owner="Ada"), author="Bo", now=NOW)
    change_case(engine, WORKSPACE, 1, CaseChange(CaseState.CONTACTED, "Ada", note=" Called "), author="Ada", now=later)
    ended = CaseChange(CaseState.RESOLVED, "", Outcome.RECOVERED)
    details = change_case(engine, WORKSPACE, 1, ended, author="Ada", now=later + timedelta(days=1))
    again = change_case(engine, WORKSPACE, 1, CaseChange(CaseState.RESOLVED), author="Ada", now=later)
    assert again == details
    assert [(event.author, event.changes, event.note) for event in details.history] == [
        ("Bo", {"owner": "Ada"}, None),
        ("Ada", {"state": "contacted"}, "Called"),
        ("Ada", {"state": "resolved", "owner": None, "outcome": "recovered"}, None),
    ]
    case = details.case
    assert (case.contacted_at, case.ended_at, case.owner) == (later, later + timedelta(days=1), None)
    assert (case.outcome, case.version) == (Outcome.RECOVERED, 4)
    assert details.comment is not None
    assert "jo@x.example" not in details.comment
    shown = read_case(engine, WORKSPACE, 1, with_personal_data=True)
    assert shown.comment == "Ask Jo Miller, jo@x.example"


def test_two_people_do_not_overwrite_each_other(engine: Engine) -> None:
    """The second change of the version that both read is refused."""
    save(engine, answer(1, 3))
    change_case(engine, WORKSPACE, 1, CaseChange(owner="Ada"), author="Ada", version=1, now=NOW)
    with pytest.raises(CaseChanged, match="at version 2, not 1"):
        change_case(engine, WORKSPACE, 1, CaseChange(owner="Bo"), author="Bo", version=1, now=NOW)
    assert read_case(engine, WORKSPACE, 1).case.owner == "Ada"


def test_what_cannot_be_is_refused(engine: Engine) -> None:
    """An outcome before a contact, a change of nothing, a case that is not there, a cursor that is none."""
    save(engine, answer(1, 3))
    with pytest.raises(InvalidInput, match="nobody has contacted"):
        change_case(engine, WORKSPACE, 1, CaseChange(outcome=Outcome.RECOVERED), author="Ada")
    with pytest.raises(InvalidInput, match="nothing to change"):
        CaseChange(note="  ")
    with pytest.raises(CaseNotFound, match="no case 9"):
        read_case(engine, WORKSPACE, 9)
    for cursor in ("?", "bm9uZQ", "WzEsMl0", "WzEsIjIiLDNd", "WzksIjIwMjYtMDEtMDFUMDA6MDArMDA6MDAiLDNd", "é"):
        with pytest.raises(InvalidInput, match="cursor"):
            list_cases(engine, WORKSPACE, cursor=cursor)


def test_cases_are_found_by_state_owner_group_and_overdue(engine: Engine) -> None:
    """Overdue is what nobody has contacted in time; nobody's cases have an empty owner."""
    save(engine, answer(1, 3), answer(2, 4), answer(3, 9), now=NOW - timedelta(hours=30))
    save(engine, answer(4, 5))
    contact(engine, case_of(engine, "2"))
    change_case(engine, WORKSPACE, case_of(engine, "3"), CaseChange(owner="Ada"), author="Ada")
    assert listed(engine, CaseFilter(overdue_at=NOW)) == ["1", "3"]
    assert listed(engine, CaseFilter(states=[CaseState.CONTACTED])) == ["2"]
    assert listed(engine, CaseFilter(owner="Ada")) == ["3"]
    assert listed(engine, CaseFilter(owner="")) == ["1", "2", "4"]
    assert listed(engine, CaseFilter(group=Group.PROMOTER)) == ["3"]


def test_pages_have_every_case_once(engine: Engine) -> None:
    """Also if a case is opened between two pages."""
    save(engine, *(answer(number, number % 11) for number in range(25)))
    whole = listed(engine)
    read: list[str] = []
    cursor = None
    while True:
        page = list_cases(engine, WORKSPACE, limit=7, cursor=cursor)
        read += [case.response for case in page.cases]
        save(engine, answer(100 + len(read), 0))
        cursor = page.next
        if cursor is None:
            break
    assert [response for response in read if int(response) < 100] == whole
    assert len(read) == len(set(read))


def test_cases_are_listed_by_urgency(engine: Engine) -> None:
    """Overdue, open, contacted, ended, on both databases and over pages; each in the order of groups."""
    now = NOW
    save(engine, answer(1, 10), answer(2, 0), now=now - timedelta(days=3))
    save(engine, answer(3, 9), answer(4, 2), answer(5, 7), answer(6, 1), now=now)
    change_case(engine, WORKSPACE, case_of(engine, "4"), CaseChange(CaseState.CONTACTED), author="Ada", now=now)
    change_case(engine, WORKSPACE, case_of(engine, "6"), CaseChange(CaseState.CLOSED), author="Ada", now=now)
    seen, cursor = [], None
    for _ in range(3):
        page = list_cases(engine, WORKSPACE, order=CaseOrder.URGENCY, limit=2, cursor=cursor, now=now)
        seen += [case.response for case in page.cases]
        cursor = page.next
    assert (seen, cursor) == (["2", "1", "5", "3", "4", "6"], None)


def test_cases_are_counted_by_owner(engine: Engine) -> None:
    """Those that have not ended, and how many of them are overdue; first nobody's."""
    save(engine, answer(1, 0), answer(2, 3), answer(3, 8), now=NOW - timedelta(days=3))
    change_case(engine, WORKSPACE, case_of(engine, "2"), CaseChange(CaseState.CONTACTED, owner="Bo"), author="Bo")
    change_case(engine, WORKSPACE, case_of(engine, "3"), CaseChange(owner="Ada"), author="Bo")
    assert count_cases(engine, WORKSPACE, NOW) == [
        OwnerTally(None, 1, 1),
        OwnerTally("Ada", 1, 1),
        OwnerTally("Bo", 1, 0),
    ]
    contact(engine, case_of(engine, "1"), state=CaseState.CLOSED)
    assert [tally.owner for tally in count_cases(engine, WORKSPACE, NOW)] == ["Ada", "Bo"]


def test_comments_of_cases_are_masked(engine: Engine) -> None:
    """Unless personal data may be read; a case without a comment has none."""
    save(engine, answer(1, 0, "Write to jo@x.example"), answer(2, 3))
    cases = list_cases(engine, WORKSPACE).cases
    assert list(read_comments(engine, WORKSPACE, cases, with_personal_data=True).values()) == ["Write to jo@x.example"]
    [masked] = read_comments(engine, WORKSPACE, cases).values()
    assert "jo@" not in masked
