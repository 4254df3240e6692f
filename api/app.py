"""The application factory."""

from __future__ import annotations

from asyncio import Lock, Semaphore
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, closing, nullcontext

from anyio import CapacityLimiter
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

from api.http import openapi, problems
from api.http.access_policy import AccessPolicy
from api.http.audit_trail import AuditTrail
from api.http.auth import Authenticate
from api.http.dependencies import Resources, State, open_resources, served_model, worker_threads
from api.http.hosts import AllowedHosts, CheckHost
from api.http.metrics import Metrics
from api.http.middleware import LimitBody, SecurityHeaders
from api.http.observation import Observation
from api.routes import FOR_EVERY_ROUTE, all_routes
from api.v1 import webhook_events
from api.web import docs, errors, single_sign_on
from api.web.pages import PAGES
from saywhy import __version__
from saywhy.settings import Settings
from saywhy.store import connections_in_use
from service.micro_batches import MicroBatches
from service.shadow import ShadowRequests
from service.tracing import Tracing
from service.worker import WorkerStatus

DESCRIPTION = """
Why did people give us that score? Send comments and get their sentiment and themes, or read the ranking of what costs
NPS points in the responses that were imported and analysed.

As soon as there is a key or a person, every request needs one: `Authorization: Bearer saywhy_…`, or the cookie of
`POST /v1/session`. Each operation names the scope that it needs.

Every error is a problem document (RFC 9457, `application/problem+json`).
"""

TAGS = [
    {"name": "classify", "description": "Sentiment and themes of comments."},
    {"name": "code frames", "description": "Which themes and causes comments are told apart by."},
    {"name": "reports", "description": "The ranking of what costs NPS points, per wave or over all waves."},
    {"name": "fixes", "description": "Causes marked as fixed, against the feedback since then."},
    {"name": "handling", "description": "How far people have come with causes: owner, ticket, effort, set aside."},
    {"name": "comments", "description": "What people wrote, by what it names and by who wrote it."},
    {"name": "cases", "description": "Follow-ups of single responses, and what came of them."},
    {"name": "customers", "description": "All that a customer said, how accounts are, and forgetting a person."},
    {"name": "waves", "description": "Plans of survey waves: whom to ask when, and what came of it."},
    {"name": "topics", "description": "Root causes, and the edits by which people correct them."},
    {"name": "audits", "description": "The model measured against a person, who labels a random sample."},
    {"name": "responses", "description": "Responses that a program sends."},
    {"name": "imports", "description": "Files with responses."},
    {"name": "webhooks", "description": "Who is told of what, whether that arrives, and digests."},
    {"name": "sources", "description": "Survey tools that send webhooks, or whose answers are pulled."},
    {"name": "jobs", "description": "Imports, analyses, exports and pulls in the background, and their schedules."},
    {"name": "mappings", "description": "Saved mappings: how files with certain columns are imported."},
    {"name": "models", "description": "Versions of the models, and which of them serves."},
    {"name": "access", "description": "Keys, signing in, and the log of who wrote what."},
    {"name": "pages", "description": "The reports as pages, to be printed and sent."},
    {"name": "health", "description": "For monitoring."},
]


def create_app(
    settings: Settings, resources: Resources | None = None, worker: AbstractContextManager[WorkerStatus] | None = None
) -> FastAPI:
    """Make the application.

    Its resources (store, models) are opened at start-up and closed at the end. A caller that has opened `resources`
    already, to get errors before there is a server, passes them; they are closed at the end as well. `worker`
    runs as long as the application does. Raises `InvalidInput` for settings of access, signing in and tracing that
    cannot be.
    """

    access = AccessPolicy.of(settings)
    tracing = Tracing.start() if settings.tracing else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        current_default_thread_limiter().total_tokens = worker_threads(settings)
        with (
            closing(tracing) if tracing else nullcontext(),
            closing(resources or open_resources(settings)) as opened,
            closing(served_model(opened, settings)) as served,
            closing(MicroBatches(opened.core, on_batch=measured.batch_sizes.observe)) as micro_batches,
            closing(ShadowRequests(opened.engine, opened.registry)) as shadow,
            worker or nullcontext(WorkerStatus()) as app.state.worker,
        ):
            if tracing:
                tracing.watch(opened.engine)
            measured.waiting.set_function(lambda: micro_batches.waiting)
            measured.connections.set_function(lambda: connections_in_use(opened.engine))
            slots = Semaphore(settings.concurrency)
            yield State(
                resources=opened,
                served=served,
                shadow=shadow,
                micro_batches=micro_batches,
                slots=slots,
                access=access,
                turns=Lock(),
            )

    measured = Metrics()

    app = FastAPI(
        title="saywhy",
        version=__version__,
        summary="Why people gave that score.",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # Its own telemetry would have paths, queries and messages of exceptions: see `service.tracing`.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        webhooks=webhook_events.router,
        routes=all_routes(),
        **FOR_EVERY_ROUTE,
    )
    app.state.metrics = measured
    app.state.is_draining = False
    app.state.pages = PAGES
    app.state.error_page = errors.error_page
    app.state.provider = single_sign_on.provider_of(settings)
    app.state.asking = CapacityLimiter(single_sign_on.ASKING)
    docs.mount_assets(app)
    problems.install(app)
    # The last one is the outermost: the name of the server, then who it is, then what is written.
    app.add_middleware(LimitBody)
    app.add_middleware(AuditTrail)
    app.add_middleware(Authenticate, policy=access)
    app.add_middleware(CheckHost, allowed=AllowedHosts.of(settings))
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Observation, metrics=measured)
    if tracing:
        from api.http.request_spans import TraceRequests

        app.add_middleware(TraceRequests, tracing=tracing)
    openapi.complete(app)
    return app
