"""Sources in a store, webhooks that they send, and the jobs that these start, run in this process."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from saywhy import store
from saywhy.job import Job
from saywhy.source import Credentials, Source, SourceDelivery, SourceKind, SourceSettings
from saywhy.store import Engine
from service.files import JobFiles
from service.job_kinds import KINDS, Models, RunningJob
from service.progress import Progress
from service.sources.configuration import add_source
from service.sources.processing import list_deliveries
from service.sources.receiving import Receipt, receive
from service.sources.signatures import SignedRequest
from service.workspaces import create
from tests.builders.survey_tools import FORM, TOKEN
from tests.builders.webhooks import STANDARD_SECRET, body_of, signed

WORKSPACE = "w"
URL = "https://feedback.example/hook"


def secret_of(kind: SourceKind) -> str:
    """The secret of the sources here."""
    return STANDARD_SECRET if kind is SourceKind.GENERIC else "s3cret-of-the-tool"


def feedback(number: int, **fields: Any) -> dict[str, Any]:
    """A generic webhook."""
    data = {"id": f"r{number}", "score": number, "comment": f"so {number}", "customer": {"id": f"c-{number}"}}
    return {"data": data | fields}


def source_of(engine: Engine, kind: SourceKind, workspace: str = WORKSPACE, **settings: Any) -> Source:
    """A source with a secret and, where answers can be pulled, a token."""
    create(engine, workspace)
    wanted = SourceSettings(f"my {kind}", kind, form=FORM, **settings)
    token = None if kind in (SourceKind.PROMOTERIO, SourceKind.GENERIC) else TOKEN
    return add_source(engine, workspace, wanted, Credentials(secret_of(kind), token), created_by="Ada")[0]


def send(engine: Engine, source: Source, payload: Any = None, *, limit: int = 0, **signing: Any) -> Receipt:
    """Receive a webhook of a source, by default that of the documentation, rightly signed."""
    kind, body = source.settings.kind, body_of(source.settings.kind, payload)
    headers = signed(kind, secret_of(kind), body, url=URL, **signing)
    request = SignedRequest(
        "POST", URL, {name.lower(): value for name, value in headers.items()}, body, secret_of(kind)
    )
    return receive(engine, kind, source.id, request, address="192.0.2.1", limit=limit)


def run_next(engine: Engine, url: str | None = None, progress: Progress = lambda *_: None) -> Job:
    """Run the job that is due next in this process; raises what it raises, and then gives the job back."""
    with engine.begin() as connection:
        claim = store.claims.take(connection, "test", timedelta(minutes=5), deaths=20)
    assert claim is not None, "no job is due"
    job = RunningJob(engine, claim, JobFiles.of(engine, None), Models(), progress, url)
    kind = KINDS[claim.job.kind]
    try:
        kind.run(job, kind.parse(claim.job.arguments))
    except BaseException:
        with engine.begin() as connection:
            store.claims.release(connection, claim)
        raise
    with store.reading(engine) as connection:
        return store.claims.job_of(connection, claim)


def deliveries_of(engine: Engine, source: Source) -> list[SourceDelivery]:
    """The deliveries of a source, the latest first."""
    return list(list_deliveries(engine, WORKSPACE, source.id, 100).entries)


def saved(engine: Engine) -> dict[str, tuple[int | None, str | None, str | None]]:
    """Score, comment and customer of all responses, by id."""
    with store.reading(engine) as connection:
        return {
            response.external_id: (
                response.score.value if response.score else None,
                response.comment.verbatim if response.comment else None,
                response.customer.id if response.customer else None,
            )
            for response in store.responses.load(connection, store.workspaces.find(connection, WORKSPACE))
        }
