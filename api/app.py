"""The application factory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api import health
from api.http import problems
from api.http.dependencies import Resources, State, open_resources
from api.http.middleware import LimitBody, SecurityHeaders
from api.v1 import audits, classify, reports, topics
from api.web import docs, report
from saywhy import __version__
from saywhy.settings import Settings

DESCRIPTION = """
Why did people give us that score? Send comments and read what they are about and how they feel, or read the ranking of
what costs NPS points in the responses that were imported and analysed.

Every error is a problem document (RFC 9457, `application/problem+json`).
"""

TAGS = [
    {"name": "classify", "description": "What comments are about and how they feel."},
    {"name": "reports", "description": "The ranking of what costs NPS points, a wave or all."},
    {"name": "topics", "description": "Root causes, and what people say of them."},
    {"name": "audits", "description": "The model held against a person, who labels a random sample."},
    {"name": "pages", "description": "The same reports for people."},
    {"name": "health", "description": "For whatever watches over the process."},
]


def create_app(settings: Settings, resources: Resources | None = None) -> FastAPI:
    """Make the application.

    What it serves from (store, models) is opened at start-up and closed at the end. A caller who has opened
    `resources` already, to meet refusals before there is a server, hands them over: they are closed all the same.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        with closing(resources or open_resources(settings)) as opened:
            yield {"resources": opened}

    app = FastAPI(
        title="saywhy",
        version=__version__,
        summary="Why people gave that score.",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        responses=problems.documented(),
    )
    for module in (classify, reports, topics, audits, report, health, docs):
        app.include_router(module.router)
    docs.mount_assets(app)
    problems.install(app)
    app.add_middleware(LimitBody)
    app.add_middleware(SecurityHeaders)
    _complete_openapi(app)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _complete_openapi(app: FastAPI) -> None:
    """Add the schema that every documented error refers to; FastAPI only adds those of successful responses."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        schema = generate()
        schema["components"]["schemas"].update(problems.schemas())
        return schema

    app.openapi = openapi  # type: ignore[method-assign]
