"""Where files are given: for editors and viewers, with imports in every state, without any."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from api.web.pages.imports.jobs import imports
from api.web.rendering import Web
from saywhy.job import Job, JobProgress, JobState
from service.access import local_principal
from tests.builders.extreme_reports import HOSTILE_TEXT

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

JOB = Job(1, "import", {"file_name": HOSTILE_TEXT}, JobState.PENDING, JobProgress(), 0, NOW, NOW)
RESULT = {"import_id": 1, "rows": 9, "new": 5, "changed": 1, "unchanged": 1, "rejected": 2, "opened_cases": 4}
DONE = replace(JOB, state=JobState.SUCCEEDED, result={**RESULT, "notes": [HOSTILE_TEXT]})


def samples(web: Web) -> list[object]:
    """As a viewer sees it, too."""
    viewer = replace(web, principal=replace(local_principal("default"), scopes=frozenset()))
    return [imports([JOB, DONE], 256 * 1024**2, web), imports([], 1024**2, viewer)]
