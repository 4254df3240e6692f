"""The resources of the application, opened once at start-up and injected into the routes as a typed dependency."""

from __future__ import annotations

import gc
from asyncio import Lock, Semaphore
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Annotated, TypedDict, cast

from fastapi import Depends, FastAPI, Request

from api.http.access_policy import AccessPolicy
from api.http.pdfs import Pdfs
from api.http.rendered import Renderings
from models.annotator import Annotator, load_annotator
from pipelines.annotate.classification import CommentAnnotator
from pipelines.clean import language
from saywhy.access import Principal
from saywhy.feedback import Comment
from saywhy.settings import Settings
from saywhy.store import Engine, open_store
from service.files import JobFiles
from service.micro_batches import MicroBatches
from service.runs import end_abandoned
from service.served_model import ServedModel, Stamp, stamp_of
from service.shadow import ShadowRequests
from service.webhooks.addresses import Outgoing
from service.webhooks.configured import configured_outgoing
from service.workspaces import create

#: Seconds between the steps of loading in the background, left to requests.
PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Resources:
    """The store, the names of the workspace in it and of those that it may be compared with, the models, where the
    files of jobs are, and where webhooks may lead.

    `annotator` is that of the champion: at start-up, or of the time of the request; then in the code frame that the
    workspace uses. `registry` has the versions, and had the `stamp` before the annotator was loaded.
    """

    engine: Engine
    workspace: str
    annotator: CommentAnnotator
    benchmark_workspaces: frozenset[str] = frozenset()
    renderings: Renderings = field(default_factory=Renderings)
    pdfs: Pdfs = field(default_factory=Pdfs)
    data_dir: Path | None = None
    upload_limit: int = 256 * 1024**2  # bytes
    outgoing: Outgoing = field(default_factory=Outgoing)
    registry: Path | None = None
    stamp: Stamp | None = None

    @property
    def core(self) -> Annotator:
        """The annotator of the champion, without a code frame of the workspace."""
        return cast(Annotator, getattr(self.annotator, "core", self.annotator))

    @property
    def files(self) -> JobFiles:
        """The files of jobs."""
        return JobFiles.of(self.engine, self.data_dir)

    def close(self) -> None:
        self.engine.dispose()


class State(TypedDict):
    """The lifespan state, available as `request.state`; `api.http.auth` adds the `principal` of each request."""

    resources: Resources
    served: ServedModel
    shadow: ShadowRequests
    micro_batches: MicroBatches
    slots: Semaphore  # of `api.http.worker_slots`
    access: AccessPolicy
    turns: Lock  # of `api.v1.classify`


def open_resources(settings: Settings) -> Resources:
    """Open the store, creating the workspace, and load the models, warmed up so that the first request is not slower.

    Runs that a killed process left running are marked as failed. Raises `StoreUnavailable` and `BundleDamaged`.
    """
    engine = open_store(settings.database_url, settings.anonymity_key_file, connections=worker_threads(settings))
    create(engine, settings.workspace)
    end_abandoned(engine, settings.workspace)
    registry = settings.model_registry
    stamp = stamp_of(registry)
    annotator = load_annotator(registry, settings.threads)
    annotator.annotate([Comment("Thank you, it works.", language="en")])
    others = (name.strip() for name in (settings.benchmark_workspaces or "").split(","))
    return Resources(
        engine,
        settings.workspace,
        annotator,
        frozenset({settings.workspace, *filter(None, others)}),
        data_dir=settings.data_dir,
        upload_limit=settings.upload_limit * 1024**2,
        outgoing=configured_outgoing(settings),
        registry=registry,
        stamp=stamp,
    )


def served_model(resources: Resources, settings: Settings) -> ServedModel:
    """What keeps the champion up to date, and the code frames of the workspaces."""
    return ServedModel(resources.core, resources.registry, resources.stamp, resources.engine, settings.threads)


def prepare(app: FastAPI) -> None:
    """Do in the background what takes seconds and need not be done before requests are answered: the reference, and the
    tables of language detection. Who needs one of them sooner waits for it.

    Not before the server listens: most of that time it holds the interpreter lock, and starting would take longer.
    """

    def work() -> None:
        app.openapi()
        gc.freeze()  # it stays, as all that exists when the server begins
        language.load(PAUSE)

    Thread(target=work, daemon=True).start()


def worker_threads(settings: Settings) -> int:
    """Threads of the server, and connections to the database: some more than requests, for what is beside them."""
    return settings.concurrency + 4


async def get_resources(request: Request) -> Resources:
    """The resources that were opened at start-up, with the workspace of whoever makes the request, and the model
    version that serves now: a request that has begun ends with it.

    Reports may be compared with other workspaces only by those of the server's own. (A function that is not
    asynchronous would be given a thread.)
    """
    resources, served = cast(Resources, request.state.resources), cast(ServedModel, request.state.served)
    principal: Principal | None = getattr(request.state, "principal", None)
    workspace = principal.workspace if principal else resources.workspace
    annotator = served.frames.annotator_of(workspace, served.annotator)
    if workspace == resources.workspace:
        return replace(resources, annotator=annotator)
    return replace(resources, annotator=annotator, workspace=workspace, benchmark_workspaces=frozenset({workspace}))


async def get_access(request: Request) -> AccessPolicy:
    """What the settings say of access."""
    return cast(AccessPolicy, request.state.access)


AccessPolicyDep = Annotated[AccessPolicy, Depends(get_access)]

#: For what asks for nobody, such as health checks; all else takes its resources from `api.http.auth`.
ResourcesDep = Annotated[Resources, Depends(get_resources)]
