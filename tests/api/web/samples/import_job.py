"""Imports and analyses in every state."""

from __future__ import annotations

from dataclasses import replace

from api.web.pages.imports.jobs import STEPS, job_view
from api.web.rendering import Web
from saywhy.feedback import Rejection
from saywhy.job import JobProgress, JobState
from tests.api.web.samples.imports import DONE, JOB
from tests.builders.extreme_reports import HOSTILE_TEXT


def samples(web: Web) -> list[object]:
    """Waiting, at each step, being cancelled, done with rejected rows, failed."""
    progress = [JobProgress(step, 5, total) for step in (*STEPS, "other") for total in (0, 4, 10)]
    running = [replace(JOB, state=JobState.RUNNING, progress=each) for each in progress]
    jobs = [
        JOB,
        *running,
        replace(running[0], is_cancelling=True),
        DONE,
        replace(DONE, kind="analyse", arguments={"refit": False}, result={"run_id": 1}),
        replace(JOB, state=JobState.FAILED, detail=HOSTILE_TEXT),
    ]
    rejected = [Rejection(3, HOSTILE_TEXT, HOSTILE_TEXT)]
    return [job_view(job, rejected if job.kind == "import" and job.result else [], web) for job in jobs]
