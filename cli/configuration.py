"""Settings, and what depends on them: the code frame, the endpoint that names topics."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saywhy.errors import InvalidInput

if TYPE_CHECKING:
    from pipelines.topics.language_model.endpoint import LabelEndpoint
    from saywhy.code_frame import CodeFrame
    from saywhy.settings import Settings
    from saywhy.store import Engine
    from service.job_process import WorkerOptions
    from service.webhooks.addresses import Outgoing


def read_settings(**options: Any) -> Settings:
    """The settings from the environment; an option that is not None overrides its variable.

    Raises `InvalidInput` with every invalid variable.
    """
    from pydantic import ValidationError

    from saywhy.settings import Settings

    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        details = (f"SAYWHY_{str(detail['loc'][0]).upper()}: {detail['msg']}" for detail in error.errors())
        raise InvalidInput("; ".join(details)) from None


def configured_store(settings: Settings) -> Engine:
    """The store, opened and brought up to date, with the file of the keys of anonymous workspaces."""
    from saywhy.store import open_store

    return open_store(settings.database_url, settings.anonymity_key_file)


def worker_options(settings: Settings) -> WorkerOptions:
    """How a worker works. Raises `InvalidInput` for an invalid `SAYWHY_LABEL_URL` and for traces without libraries."""
    from service.job_kinds import Models
    from service.job_process import WorkerOptions
    from service.tracing import require

    if settings.tracing:
        require()
    return WorkerOptions(
        database_url=settings.database_url,
        key_file=settings.anonymity_key_file,
        data_dir=settings.data_dir,
        models=Models(settings.model_registry, settings.threads, label_endpoint(settings)),
        slots=settings.jobs,
        lease=timedelta(seconds=settings.job_lease),
        retention=timedelta(days=settings.job_retention),
        tracing=settings.tracing,
        outgoing=outgoing(settings),
        pull_url=settings.pull_url,
    )


def outgoing(settings: Settings) -> Outgoing:
    """Where messages may go, and how long one may take. Raises `InvalidInput` for settings that contradict."""
    from service.webhooks.configured import configured_outgoing

    return configured_outgoing(settings)


def serving_code_frame(settings: Settings) -> CodeFrame:
    """The code frame that the workspace uses: by default that of the model version that serves.

    Raises `BundleDamaged`, and `CodeFrameNotFound` if it uses one that an older version shipped.
    """
    from models.registry import code_frame
    from service.code_frames import chosen_code_frame

    engine = configured_store(settings)
    try:
        return chosen_code_frame(engine, settings.workspace, code_frame(settings.model_registry))
    finally:
        engine.dispose()


def model_registry(settings: Settings) -> Path:
    """The folder of the model versions. Raises `InvalidInput` if there is none by default, as beside PostgreSQL."""
    if settings.model_registry is None:
        raise InvalidInput(
            "set SAYWHY_REGISTRY to the folder of the model versions, which all servers and workers share"
        )
    return settings.model_registry


def label_endpoint(settings: Settings) -> LabelEndpoint | None:
    """The endpoint that names topics and proposes merges, or None. Raises `InvalidInput` for an invalid URL."""
    from pipelines.topics.language_model.endpoint import LabelEndpoint

    if settings.label_url is None:
        return None
    key = settings.label_key.get_secret_value() if settings.label_key else None
    return LabelEndpoint(settings.label_url, settings.label_model, key, settings.label_timeout)
