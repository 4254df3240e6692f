"""The queue of jobs, on both databases: leases, fencing, one job of a kind at a time, cancelling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from saywhy import store
from saywhy.errors import JobEnded, JobNotFound, KeyReused, LeaseLost
from saywhy.feedback import Response, Score
from saywhy.job import Claim, Job, JobProgress, JobState
from saywhy.store.claims import DEADLY

MINUTE = timedelta(minutes=1)
#: A lease that has ended already: as if the worker had died.
ENDED = timedelta(seconds=-1)


def add(engine: Engine, *kinds: str, workspace: str = "acme") -> list[Job]:
    """Add a job of each kind."""
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, workspace)
        return [store.jobs.add(connection, workspace_id, kind, {"number": n}) for n, kind in enumerate(kinds)]


def claim(engine: Engine, lease: timedelta = MINUTE, *, deaths: int = 5) -> Claim | None:
    """Claim a job in a transaction of its own."""
    with engine.begin() as connection:
        return store.claims.take(connection, "worker", lease, deaths=deaths)


def claimed(engine: Engine, lease: timedelta = MINUTE) -> Claim:
    """Claim a job that must be there."""
    taken = claim(engine, lease)
    assert taken is not None
    return taken


def find(engine: Engine, job: Job) -> Job:
    """The job as it is now."""
    with store.reading(engine) as connection:
        return store.jobs.find(connection, store.workspaces.find(connection, "acme"), job.id)


def test_a_job_runs_once_and_keeps_its_result(engine: Engine) -> None:
    """A claimed job is nobody else's; its progress, result and end are kept, and it is not claimed again."""
    (job,) = add(engine, "analyse")
    taken = claimed(engine)
    assert (taken.job.id, taken.workspace, taken.job.arguments) == (job.id, "acme", {"number": 0})
    assert claim(engine) is None
    with engine.begin() as connection:
        store.claims.renew(connection, taken, MINUTE, JobProgress("annotate", 7, 10))
    assert find(engine, job).progress == JobProgress("annotate", 7, 10)
    with engine.begin() as connection:
        store.claims.succeed(connection, taken, {"run_id": 1})
    ended = find(engine, job)
    assert (ended.state, ended.result, ended.attempts) == (JobState.SUCCEEDED, {"run_id": 1}, 0)
    assert ended.ended_at is not None
    assert claim(engine) is None


def test_a_lost_lease_can_write_nothing(engine: Engine) -> None:
    """After another worker has claimed the job, the first one can neither renew, nor end, nor release it."""
    (job,) = add(engine, "import")
    first, second = claimed(engine, ENDED), claimed(engine)
    assert (second.job.id, second.job.attempts) == (job.id, 1)
    assert second.token > first.token
    writes: list[Callable[[Connection], object]] = [
        lambda connection: store.claims.renew(connection, first, MINUTE, JobProgress()),
        lambda connection: store.claims.succeed(connection, first, {}),
        lambda connection: store.claims.fail(connection, first, "late"),
        lambda connection: store.claims.cancel(connection, first, "late"),
        lambda connection: store.claims.release(connection, first),
    ]
    for write in writes:
        with pytest.raises(LeaseLost), engine.begin() as connection:
            write(connection)
    with engine.begin() as connection:
        store.claims.succeed(connection, second, {"by": "second"})
    assert find(engine, job).result == {"by": "second"}


@pytest.fixture
def second_engine(engine: Engine) -> Iterator[Engine]:
    """Another engine on the same store, as another process has."""
    url = engine.url.render_as_string(hide_password=False)
    opened = store.open_store(url)
    yield opened
    opened.dispose()


def test_all_transactions_of_a_lost_job_fail(engine: Engine, second_engine: Engine) -> None:
    """A fenced engine writes as long as the job is its worker's, and then nothing at all; it may read."""
    add(engine, "import")
    first = claimed(engine, ENDED)
    with engine.begin() as connection:
        workspace_id = store.workspaces.find(connection, "acme")
    store.claims.fence(second_engine, first, ENDED)
    with second_engine.begin() as connection:
        store.responses.save(connection, workspace_id, [Response("file", "1", Score(0))])
    claimed(engine)
    with pytest.raises(LeaseLost), second_engine.begin() as connection:
        store.responses.save(connection, workspace_id, [Response("file", "2", Score(0))])
    with store.reading(second_engine) as connection:
        assert [response.external_id for response in store.responses.load(connection, workspace_id)] == ["1"]
    with store.analysing(second_engine, workspace_id):
        pass


def test_nobody_takes_a_job_whose_worker_is_writing(postgresql_engine: Engine) -> None:
    """While a fenced transaction is open, an ended lease gives the job to nobody, and can still be renewed."""
    engine = postgresql_engine
    add(engine, "import")
    first = claimed(engine, ENDED)
    fenced = store.open_store(engine.url.render_as_string(hide_password=False))
    store.claims.fence(fenced, first, MINUTE)
    with fenced.begin():
        assert claim(engine) is None
        with engine.begin() as connection:
            store.claims.renew(connection, first, ENDED, JobProgress())
    assert claim(engine) is not None
    fenced.dispose()


def test_a_long_transaction_does_not_lose_the_lease(sqlite_engine: Engine) -> None:
    """On SQLite nobody can renew a lease while the job writes, so its transaction renews it when it commits."""
    engine = sqlite_engine
    add(engine, "import")
    first = claimed(engine, ENDED)
    fenced = store.open_store(engine.url.render_as_string(hide_password=False))
    store.claims.fence(fenced, first, MINUTE)
    with fenced.begin():
        pass
    assert claim(engine) is None
    fenced.dispose()


def test_a_workspace_runs_one_job_of_a_kind_at_a_time(engine: Engine) -> None:
    """The second import waits for the first, but neither for the analysis nor for another workspace's import."""
    first, second, analysis = add(engine, "import", "import", "analyse")
    (other,) = add(engine, "import", workspace="other")
    taken = [claimed(engine) for _ in range(3)]
    assert [one.job.id for one in taken] == [first.id, analysis.id, other.id]
    assert claim(engine) is None
    with engine.begin() as connection:
        store.claims.succeed(connection, taken[0], {})
    assert claimed(engine).job.id == second.id


def test_concurrent_workers_take_each_job_once(engine: Engine) -> None:
    """Four workers that claim and end jobs at the same time run each of forty jobs once."""
    for workspace in ("acme", "b", "c", "d"):
        add(engine, *["import"] * 5, *["analyse"] * 5, workspace=workspace)
    with store.reading(engine) as connection:
        unfinished = len(store.jobs.all_unfinished(connection))
    assert unfinished == 40
    runs = Counter[int]()

    def work() -> None:
        while True:
            taken = claim(engine)
            if taken is None:
                with store.reading(engine) as connection:
                    if not store.jobs.all_unfinished(connection):
                        return
                continue
            runs[taken.job.id] += 1
            with engine.begin() as connection:
                store.claims.succeed(connection, taken, {})

    with ThreadPoolExecutor(4) as threads:
        for future in [threads.submit(work) for _ in range(4)]:
            future.result()
    assert len(runs) == 40
    assert set(runs.values()) == {1}


def test_a_released_job_waits(engine: Engine) -> None:
    """A job that is given back keeps its place, or waits for the delay; only a bad end counts as an attempt."""
    (job,) = add(engine, "analyse")
    taken = claimed(engine)
    with engine.begin() as connection:
        store.claims.release(connection, taken, detail="stopped")
    assert (find(engine, job).due_at, find(engine, job).attempts) == (job.due_at, 0)
    taken = claimed(engine)
    with engine.begin() as connection:
        store.claims.release(connection, taken, MINUTE, "no network", is_attempt=True)
    waiting = find(engine, job)
    assert (waiting.state, waiting.detail, waiting.attempts) == (JobState.PENDING, "no network", 1)
    assert claim(engine) is None


def test_a_deadly_job_fails_at_last(engine: Engine) -> None:
    """A job whose process dies again and again is not started for ever."""
    (job,) = add(engine, "analyse")
    for _ in range(3):
        assert claim(engine, ENDED, deaths=3) is not None
    assert claim(engine, ENDED, deaths=3) is None
    failed = find(engine, job)
    assert (failed.state, failed.attempts, failed.detail) == (JobState.FAILED, 3, DEADLY)


def test_cancelling(engine: Engine) -> None:
    """A waiting job is cancelled at once, a running one by its worker, also if that has died; an ended one never."""
    running, waiting = add(engine, "import", "import")
    taken = claimed(engine, ENDED)

    def cancel(job: Job) -> Job:
        with engine.begin() as connection:
            return store.jobs.request_cancel(connection, store.workspaces.find(connection, "acme"), job.id)

    assert cancel(waiting).state is JobState.CANCELLED
    asked = cancel(running)
    assert (asked.state, asked.is_cancelling) == (JobState.RUNNING, True)
    with engine.begin() as connection:
        assert store.claims.renew(connection, taken, ENDED, JobProgress()).is_cancelling
    assert claim(engine) is None  # its worker has died: it is cancelled instead of started again
    assert find(engine, running).state is JobState.CANCELLED
    with pytest.raises(JobEnded, match="cancelled"):
        cancel(running)
    with engine.begin() as connection, pytest.raises(JobNotFound):
        store.jobs.request_cancel(connection, store.workspaces.ensure(connection, "other"), running.id)


def test_pages(engine: Engine) -> None:
    """Pages continue before a number, and can be of one kind or some states."""
    jobs = add(engine, "import", "analyse", "import", "export")
    claimed(engine)
    with store.reading(engine) as connection:
        acme = store.workspaces.find(connection, "acme")

        def page(**filters: object) -> list[int]:
            return [job.id for job in store.jobs.page(connection, acme, **filters)]  # type: ignore[arg-type]

        ids = [job.id for job in reversed(jobs)]
        assert page(limit=3) == ids[:3]
        assert page(limit=3, before=ids[2]) == ids[3:]
        assert page(limit=9, kind="import") == [jobs[2].id, jobs[0].id]
        assert page(limit=9, states=[JobState.RUNNING]) == [jobs[0].id]


def test_ended_jobs_are_deleted_after_a_while(engine: Engine) -> None:
    """Jobs that ended before a time are deleted, and none that has not ended."""
    ended, waiting = add(engine, "import", "import")
    taken = claimed(engine)
    with engine.begin() as connection:
        job = store.claims.succeed(connection, taken, {})
        assert job.ended_at is not None
        assert store.jobs.delete_ended(connection, job.ended_at) == 0
        assert store.jobs.delete_ended(connection, job.ended_at + MINUTE) == 1
    assert find(engine, waiting).state is JobState.PENDING
    with pytest.raises(JobNotFound):
        find(engine, ended)


def test_concurrent_requests_with_one_key_act_once(engine: Engine) -> None:
    """Of four requests with one key at the same time one acts, and all get its answer; another request is refused."""
    with engine.begin() as connection:
        acme = store.workspaces.ensure(connection, "acme")
    acted: list[int] = []

    def request(number: int) -> object:
        with engine.begin() as connection:
            answer = store.answers.reserve(connection, acme, "key", "same")
            if answer is None:
                acted.append(number)
                answer = {"by": number}
                store.answers.put(connection, acme, "key", answer)
            return answer

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(request, range(4)))
    assert answers == [{"by": acted[0]}] * 4
    assert len(acted) == 1
    with engine.begin() as connection, pytest.raises(KeyReused):
        store.answers.reserve(connection, acme, "key", "other")
