"""The forms of digests in the settings."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.http.auth import AdminAccess
from api.web.addresses import NumberInPath
from api.web.forms import FormDep, numbers_of, value_of
from api.web.pages.settings.digest_lines import PATH, cron_of
from api.web.rendering import WebDep
from service.digests.managing import Change, add_digest, change_digest, remove_digest, send_test

router = APIRouter(include_in_schema=False)

#: Where the digests are on the page.
HERE = "/settings"


@router.post(PATH)
def add(web: WebDep, resources: AdminAccess, form: FormDep) -> Response:
    """Send a saved view again and again."""
    add_digest(
        resources.engine,
        resources.workspace,
        value_of(form, "view"),
        numbers_of(form, "endpoint"),
        cron=cron_of(form),
        created_by=web.principal.name,
        time_zone=value_of(form, "time_zone"),
        language=value_of(form, "language"),
    )
    return web.see(HERE)


@router.post(f"{PATH}/{{digest}}")
def change(digest: NumberInPath, web: WebDep, resources: AdminAccess, form: FormDep) -> Response:
    """Change what is sent, when, and to whom."""
    wanted = Change(
        view=value_of(form, "view"),
        cron=cron_of(form),
        time_zone=value_of(form, "time_zone"),
        language=value_of(form, "language"),
        endpoints=numbers_of(form, "endpoint"),
    )
    change_digest(resources.engine, resources.workspace, digest, wanted, by=web.principal.name)
    return web.see(HERE)


@router.post(f"{PATH}/{{digest}}/pause")
def pause(digest: NumberInPath, web: WebDep, resources: AdminAccess, form: FormDep) -> Response:
    """Pause a digest, or let it go on."""
    wanted = Change(is_paused=value_of(form, "paused") == "yes")
    change_digest(resources.engine, resources.workspace, digest, wanted, by=web.principal.name)
    return web.see(HERE)


@router.post(f"{PATH}/{{digest}}/test")
def test(digest: NumberInPath, web: WebDep, resources: AdminAccess) -> Response:
    """Send a digest now, marked as a test."""
    send_test(resources.engine, resources.workspace, digest)
    return web.see(HERE)


@router.post(f"{PATH}/{{digest}}/remove")
def remove(digest: NumberInPath, web: WebDep, resources: AdminAccess) -> Response:
    """Remove a digest."""
    remove_digest(resources.engine, resources.workspace, digest)
    return web.see(HERE)
