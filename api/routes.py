"""All routes: which modules have them, and what holds for each."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api import health, label_studio
from api.http import metrics, problems
from api.http.worker_slots import worker_slot
from api.v1 import (
    analyses,
    audit_log,
    audits,
    cases,
    classify,
    code_frames,
    comments,
    corrections,
    customer_health,
    digests,
    drift,
    erasure,
    exports,
    fixes,
    follow_up,
    handling,
    imports,
    jobs,
    keys,
    labels,
    mappings,
    models,
    receiving,
    reports,
    responses,
    scenarios,
    schedules,
    session,
    shared_links,
    sources,
    topic_proposals,
    topics,
    wave_plans,
    webhook_deliveries,
    webhook_endpoints,
)
from api.web import docs, preferences, report, shared, sign_in, single_sign_on, static_files
from api.web.pages import PAGES

#: In the order of the API reference.
MODULES = (
    classify,
    code_frames,
    reports,
    scenarios,
    fixes,
    handling,
    comments,
    corrections,
    labels,
    cases,
    follow_up,
    customer_health,
    wave_plans,
    topics,
    topic_proposals,
    audits,
    responses,
    imports,
    sources,
    receiving,
    mappings,
    jobs,
    analyses,
    exports,
    schedules,
    webhook_endpoints,
    webhook_deliveries,
    digests,
    erasure,
    models,
    drift,
    keys,
    session,
    shared_links,
    audit_log,
    report,
    shared,
    sign_in,
    single_sign_on,
    preferences,
    static_files,
    label_studio,
    health,
    metrics,
    docs,
)


def _operation_id(route: APIRoute) -> str:
    return route.name


#: What holds for every route, also for one that is added to an application.
FOR_EVERY_ROUTE: dict[str, Any] = {
    "responses": problems.documented(),
    "generate_unique_id_function": _operation_id,
    "dependencies": [Depends(worker_slot, scope="function")],
}


@cache
def all_routes() -> list[BaseRoute]:
    """The routes, which the applications of a process share: to resolve their dependencies takes a while."""
    router = APIRouter(**FOR_EVERY_ROUTE)
    for module in MODULES:
        router.include_router(module.router)
    for page in PAGES:
        router.include_router(page.router)
    return router.routes
