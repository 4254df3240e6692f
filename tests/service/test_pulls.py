"""Pulls: every answer once, whatever the tool says meanwhile and whenever the job is killed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from pipelines.ingest.providers import delighted, hubspot, surveymonkey, typeform
from pipelines.ingest.providers.provider import basic
from saywhy import store
from saywhy.errors import Conflict, InvalidInput, ProviderBusy, ProviderRefused, SourceNotFound
from saywhy.job import JobState
from saywhy.mapping import ColumnChoice
from saywhy.source import Credentials, Source, SourceKind
from service import jobs
from service.job_kinds import PullArguments
from service.job_process import WorkerOptions
from service.schedules import add_schedule
from service.sources import interface
from service.sources.configuration import change_source, find_source, remove_source
from service.worker import working
from service.workspaces import promise_anonymity
from tests.builders.queued_imports import wait_until
from tests.builders.sources import WORKSPACE, run_next, saved, source_of
from tests.builders.stored_rows import stored_text
from tests.builders.survey_tools import TOKEN, SurveyTools, moment, serving

PULLED = [SourceKind.TYPEFORM, SourceKind.SURVEYMONKEY, SourceKind.DELIGHTED, SourceKind.HUBSPOT]
LETTERS = dict(zip(PULLED, "tmdh", strict=True))


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four answers on a page, and no pauses."""
    for module in (typeform, surveymonkey, delighted, hubspot):
        monkeypatch.setattr(module, "PAGE", 4)
    monkeypatch.setattr(interface, "PAUSE", 0.0)


@pytest.fixture
def tools() -> Iterator[SurveyTools]:
    """Tools with eleven answers."""
    with serving(SurveyTools(count=11)) as serving_tools:
        yield serving_tools


def pull(engine: Engine, source: Source, tools: SurveyTools, *, everything: bool = False, **options: Any) -> Any:
    """Pull in this process; the result of the job."""
    jobs.start(engine, WORKSPACE, PullArguments(source.id, everything))
    return run_next(engine, tools.url, **options).result


def expected(kind: SourceKind, count: int) -> dict[str, tuple[int, str, str]]:
    """All answers of the tools."""
    return {
        f"{LETTERS[kind]}{number}": (number % 11, f"because {number}", f"c{number}") for number in range(1, count + 1)
    }


@pytest.mark.parametrize("kind", PULLED)
def test_all_answers_are_pulled(engine: Engine, tools: SurveyTools, kind: SourceKind) -> None:
    """Page by page, each once, with the token in the header only."""
    source = source_of(engine, kind)
    result = pull(engine, source, tools)
    assert saved(engine) == expected(kind, 11)
    assert (result["new"], result["changed"], result["rejected"]) == (11, 0, 0)
    assert len(tools.asked) >= 3
    [authorization] = tools.authorizations
    assert authorization == (f"Bearer {TOKEN}" if kind is not SourceKind.DELIGHTED else basic(TOKEN))
    assert TOKEN not in repr(tools.asked)
    done = find_source(engine, WORKSPACE, source.id)
    assert (done.checkpoint, done.pulled_until is not None) == (None, True)


@pytest.mark.parametrize("kind", PULLED)
def test_the_next_pull_asks_for_what_is_new(engine: Engine, tools: SurveyTools, kind: SourceKind) -> None:
    """It saves what came since, and changes nothing else."""
    source = source_of(engine, kind)
    pull(engine, source, tools)
    tools.count, tools.asked = 13, []
    with engine.begin() as connection:  # as if the first pull had been when the tenth answer was given
        store.sources.set_checkpoint(connection, source.id, None, pulled_until=moment(70))
    result = pull(engine, source, tools)
    assert saved(engine) == expected(kind, 13)
    assert (result["new"], result["changed"]) == (2, 0)
    if kind is not SourceKind.HUBSPOT:  # whose list is always all of it
        assert result["unchanged"] <= 3
    assert pull(engine, source, tools, everything=True)["unchanged"] >= 13


@pytest.mark.parametrize("kind", PULLED)
@pytest.mark.parametrize("pages", [1, 2])
def test_a_pull_that_is_killed_continues(engine: Engine, tools: SurveyTools, kind: SourceKind, pages: int) -> None:
    """After the last page that was saved: no page is asked for twice, and no answer is saved twice or left out."""
    source = source_of(engine, kind)
    seen = []

    def kill(*_: object) -> None:
        seen.append(1)
        if len(seen) == pages:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(engine, source, tools, progress=kill)
    before = saved(engine)
    assert 0 < len(before) < 11
    assert find_source(engine, WORKSPACE, source.id).checkpoint is not None
    asked, tools.asked = tools.asked, []
    result = run_next(engine, tools.url).result
    assert saved(engine) == expected(kind, 11)
    assert result is not None
    assert result["new"] == 11
    first_pages = [request for request in asked if "responses" in request[0] or "submissions" in request[0]]
    assert not any(request in first_pages for request in tools.asked)


@pytest.mark.parametrize("kind", [SourceKind.SURVEYMONKEY, SourceKind.DELIGHTED])
def test_an_answer_that_changes_meanwhile_hides_no_other(engine: Engine, tools: SurveyTools, kind: SourceKind) -> None:
    """It moves to the end of the list, and those behind it one place forward, over the edge of a page."""
    source = source_of(engine, kind)

    def change(number_of_requests: int) -> None:
        if number_of_requests == 1:
            tools.modified[1] = moment(100)

    tools.on_request = change
    pull(engine, source, tools)
    assert saved(engine) == expected(kind, 11)


@pytest.mark.parametrize("kind", [SourceKind.SURVEYMONKEY, SourceKind.DELIGHTED])
def test_many_answers_of_one_second(engine: Engine, tools: SurveyTools, kind: SourceKind) -> None:
    """More than a page holds."""
    source = source_of(engine, kind)
    tools.modified = dict.fromkeys(range(1, 11), moment(1))
    pull(engine, source, tools)
    assert saved(engine) == expected(kind, 11)


@pytest.mark.parametrize(
    "refusals",
    [
        [(429, {"Retry-After": "0"}), (503, {}), (500, {})],
        [(429, {}), (502, {"Retry-After": format_datetime(moment(0))})],
        [(408, {}), (504, {"Retry-After": "soon"})],
        [(503, {"Retry-After": "Mon, 01 Jan 99999999999 00:00:00 GMT"})],
    ],
)
def test_a_busy_tool_is_asked_again(engine: Engine, tools: SurveyTools, refusals: list[tuple[int, Any]]) -> None:
    """After 429 and 5xx, in a moment or when it says."""
    source = source_of(engine, SourceKind.HUBSPOT)
    tools.refusals = list(refusals)
    pull(engine, source, tools)
    assert saved(engine) == expected(SourceKind.HUBSPOT, 11)
    assert tools.refusals == []


def test_a_tool_that_asks_for_a_long_wait_gets_it(engine: Engine, tools: SurveyTools) -> None:
    """The job does not keep its place meanwhile: it goes back to the queue for as long."""
    source = source_of(engine, SourceKind.HUBSPOT)
    tools.refusals = [(429, {"Retry-After": "600"})]
    with pytest.raises(ProviderBusy) as busy:
        pull(engine, source, tools)
    assert busy.value.retry_after == 600


def test_a_tool_that_stays_busy_ends_the_attempt(engine: Engine, tools: SurveyTools) -> None:
    """After a few tries; so does one that cannot be reached."""
    source = source_of(engine, SourceKind.HUBSPOT)
    tools.refusals = [(503, {})] * interface.TRIES
    with pytest.raises(ProviderBusy) as busy:
        pull(engine, source, tools)
    assert (busy.value.retry_after, len(tools.asked)) == (None, interface.TRIES)
    nowhere = SurveyTools(url="http://127.0.0.1:1")
    with pytest.raises(ProviderBusy):
        run_next(engine, nowhere.url)


@pytest.mark.parametrize(
    ("status", "reason"), [(401, "refuses the access token"), (404, "no such form"), (400, "(400)"), (302, "(302)")]
)
def test_a_refusal_ends_the_pull(engine: Engine, tools: SurveyTools, status: int, reason: str) -> None:
    """With the reason, without the token; no redirect is followed."""
    source = source_of(engine, SourceKind.HUBSPOT)
    tools.refusals = [(status, {"Location": f"{tools.url}/elsewhere"})]
    with pytest.raises(ProviderRefused) as refusal:
        pull(engine, source, tools)
    assert reason in refusal.value.detail
    assert TOKEN not in refusal.value.detail
    assert len(tools.asked) == 1


def test_what_cannot_be_read_ends_the_pull_and_is_asked_for_again(engine: Engine, tools: SurveyTools) -> None:
    """With reasons; when the fields are right, the next pull begins with the same answers."""
    columns = ColumnChoice(score="customer_id", comment="")
    source = source_of(engine, SourceKind.TYPEFORM, columns=columns)
    with pytest.raises(InvalidInput):
        pull(engine, source, tools)
    assert saved(engine) == {}
    with pytest.raises(InvalidInput):
        run_next(engine, tools.url)
    wanted = replace(source.settings, columns=ColumnChoice())
    change_source(engine, WORKSPACE, source.id, wanted, Credentials())
    run_next(engine, tools.url)
    assert saved(engine) == expected(SourceKind.TYPEFORM, 11)


def test_a_form_that_is_changed_meanwhile_ends_the_pull(engine: Engine, tools: SurveyTools) -> None:
    """The place in the answers of one form is none in those of another."""
    source = source_of(engine, SourceKind.HUBSPOT)

    def change(number_of_requests: int) -> None:
        if number_of_requests == 1:
            settings = find_source(engine, WORKSPACE, source.id).settings
            change_source(engine, WORKSPACE, source.id, replace(settings, form="other"), Credentials())

    tools.on_request = change
    with pytest.raises(Conflict, match="pull again"):
        pull(engine, source, tools)
    assert find_source(engine, WORKSPACE, source.id).checkpoint is None


@pytest.mark.parametrize("kind", PULLED)
def test_an_anonymous_workspace_keeps_no_place(engine: Engine, tools: SurveyTools, kind: SourceKind) -> None:
    """Which may be the id of a response: a pull that is killed starts again, and counts nobody twice."""
    promise_anonymity(engine, WORKSPACE)
    source = source_of(engine, kind)
    seen = []

    def kill(*_: object) -> None:
        seen.append(1)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(engine, source, tools, progress=kill)
    assert find_source(engine, WORKSPACE, source.id).checkpoint is None
    result = run_next(engine, tools.url).result
    assert result is not None
    assert len(saved(engine)) == 11
    assert not set(saved(engine)) & set(expected(kind, 11))
    stored = stored_text(engine)
    assert "because 7" in stored
    assert f"{LETTERS[kind]}10'" not in stored
    assert "c10'" not in stored
    assert "example.com" not in stored


@pytest.mark.parametrize("kind", [SourceKind.GENERIC, SourceKind.PROMOTERIO])
def test_some_sources_cannot_be_pulled(engine: Engine, tools: SurveyTools, kind: SourceKind) -> None:
    """They say so."""
    with pytest.raises(InvalidInput, match="no interface"):
        pull(engine, source_of(engine, kind), tools)


def test_a_pull_of_no_source_is_refused(engine: Engine) -> None:
    """When it is asked for, and when it is scheduled."""
    source = source_of(engine, SourceKind.HUBSPOT)
    first, second = (jobs.start(engine, WORKSPACE, PullArguments(source.id)) for _ in range(2))
    assert first.id == second.id
    add_schedule(engine, WORKSPACE, "pull", {"source": source.id}, cron="0 2 * * *", created_by="ops")
    remove_source(engine, WORKSPACE, source.id)
    with pytest.raises(SourceNotFound):
        jobs.start(engine, WORKSPACE, PullArguments(source.id))
    with pytest.raises(SourceNotFound):
        add_schedule(engine, WORKSPACE, "pull", {"source": source.id}, cron="0 2 * * *", created_by="ops")
    with pytest.raises(SourceNotFound):
        run_next(engine)


@pytest.mark.slow
def test_a_worker_pulls(engine: Engine, tools: SurveyTools) -> None:
    """In a process of its own; after a refusal that will not pass the job has failed, and says why."""
    source = source_of(engine, SourceKind.HUBSPOT)
    key_file = engine.get_execution_options()["key_file"]
    url = engine.url.render_as_string(hide_password=False)
    options = WorkerOptions(url, key_file, slots=1, lease=timedelta(seconds=5), pull_url=tools.url)
    tools.count = 3
    first = jobs.start(engine, WORKSPACE, PullArguments(source.id))
    with working(options):
        wait_until(lambda: jobs.find_job(engine, WORKSPACE, first.id).state.is_terminal)
        tools.refusals = [(403, {})]
        second = jobs.start(engine, WORKSPACE, PullArguments(source.id))
        wait_until(lambda: jobs.find_job(engine, WORKSPACE, second.id).state.is_terminal)
    assert jobs.find_job(engine, WORKSPACE, first.id).state is JobState.SUCCEEDED
    assert saved(engine) == expected(SourceKind.HUBSPOT, 3)
    failed = jobs.find_job(engine, WORKSPACE, second.id)
    assert (failed.state, failed.attempts) == (JobState.FAILED, 1)
    assert failed.detail == "hubspot refuses the access token (403)"
