"""`/static/…`: style sheets, scripts and images, under addresses with a hash of their content.

Browsers keep them for a year: what changes has another address.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from pipelines.render.html import TEMPLATES

FOLDER = Path(__file__).with_name("static")

#: The style sheet of the report page, whose face the app has.
REPORT_STYLE = "report.css"

_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that browsers may keep, and the hash in its address."""

    name: str
    content: bytes
    digest: str

    @property
    def path(self) -> str:
        return f"/static/{self.digest}/{self.name}"


@cache
def static_files() -> dict[str, StaticFile]:
    """All files by name."""
    paths = [*FOLDER.iterdir(), TEMPLATES / REPORT_STYLE]
    contents = {path.name: path.read_bytes() for path in paths if path.suffix in _MEDIA_TYPES}
    return {name: StaticFile(name, content, sha256(content).hexdigest()[:16]) for name, content in contents.items()}


@router.get("/static/{digest}/{name}")
async def read_static(digest: str, name: str) -> Response:
    """A file. One of another version of the server is not kept, so that none is kept under a wrong address."""
    file = static_files().get(name)
    if file is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such file.")
    kept = "public, max-age=31536000, immutable" if digest == file.digest else "no-store"
    return Response(file.content, headers={"Cache-Control": kept}, media_type=_MEDIA_TYPES[Path(name).suffix])
