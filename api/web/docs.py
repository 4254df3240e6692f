"""`/docs`: the interactive API reference, with files from this server (FastAPI's own page uses a CDN)."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from api.http import content_security

router = APIRouter(include_in_schema=False)


def mount_assets(app: FastAPI) -> None:
    """Serve the files of Swagger UI, which the package fastapi-offline contains."""
    app.mount("/docs/assets", StaticFiles(packages=[("fastapi_offline", "static")]), name="docs-assets")


@router.get("/docs")
def show_docs(request: Request) -> HTMLResponse:
    """The page of Swagger UI, on which routes can be read and tried out."""
    root = request.scope.get("root_path", "").rstrip("/")
    page = get_swagger_ui_html(
        openapi_url=f"{root}/openapi.json",
        title="saywhy: HTTP interface",
        swagger_js_url=f"{root}/docs/assets/swagger-ui-bundle.js",
        swagger_css_url=f"{root}/docs/assets/swagger-ui.css",
        swagger_favicon_url=f"{root}/docs/assets/favicon.png",
    )
    page.headers["Content-Security-Policy"] = content_security.of_docs(bytes(page.body).decode())
    return page
