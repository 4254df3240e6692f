"""Builds the list of imports, and the page of a job that shows how far it is and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from api.web.facts import Fact
from api.web.pages.imports.context import ImportLine, Imports, JobView, RejectedRow
from api.web.pages.imports.preview import PATH
from api.web.rendering import Web
from pipelines.render.wording import Wording
from saywhy.access import Scope
from saywhy.feedback import Rejection
from saywhy.job import Job, JobState, Values

#: Counts in the result of an import, as they are shown.
_COUNTS = ("rows", "new", "changed", "unchanged", "rejected", "opened_cases")


def imports(jobs: Sequence[Job], limit: int, web: Web) -> Imports:
    """Where files are given, and the latest imports; `limit` in bytes."""
    return Imports(
        path=web.href(PATH),
        may_edit=web.may(Scope.WRITE),
        limit=web.wording("imports.limit", size=web.wording.count(limit // 1024**2)),
        imports=tuple(_line(job, web) for job in jobs),
    )


def _line(job: Job, web: Web) -> ImportLine:
    wording, result = web.wording, job.result or {}
    counts = [(name, result.get(name, 0)) for name in ("new", "changed", "rejected")]
    texts = [wording(f"imports.counted_{name}", n=wording.count(count)) for name, count in counts if count]
    return ImportLine(
        file=str(job.arguments.get("file_name", "")),
        href=web.href(f"{PATH}/jobs/{job.id}"),
        state=wording[f"imports.state_{job.state}"],
        at=job.created_at.isoformat(timespec="seconds"),
        moment=wording.moment(job.created_at.isoformat()),
        counts=wording["comma"].join(texts),
    )


def job_view(job: Job, rejected: Sequence[Rejection], web: Web) -> JobView:
    """How far a job is; of an import that has ended, the counts, and some of the rejected rows."""
    wording, may_edit, result = web.wording, web.may(Scope.WRITE), job.result or {}
    path, is_import = f"{PATH}/jobs/{job.id}", job.kind == "import"
    is_done = job.state is JobState.SUCCEEDED
    has_total = job.progress.total > 0
    return JobView(
        path=web.href(path),
        back=web.href(PATH),
        title=str(job.arguments["file_name"]) if is_import else wording["import_job.analysis"],
        state=wording[f"imports.state_{job.state}"],
        kind=job.state.value,
        poll=None if job.state.is_terminal else web.href(path),
        step=_step(job, wording),
        done=str(min(job.progress.done, job.progress.total)) if has_total else None,
        total=str(job.progress.total) if has_total else None,
        detail=job.detail,
        facts=tuple(_facts(result, wording)) if is_import else (),
        notes=tuple(str(note) for note in result.get("notes", ())) if is_import else (),
        rejected=tuple(RejectedRow(wording.count(each.line), each.reason, each.row) for each in rejected),
        rejections=_rejections(result, web),
        cancel=None if job.state.is_terminal or job.is_cancelling or not may_edit else web.href(f"{path}/cancel"),
        analyse=web.href(f"{PATH}/analyse") if is_done and is_import and may_edit else None,
        overview=web.href("/") if is_done and not is_import else None,
    )


def _step(job: Job, wording: Wording) -> str:
    """What is done right now, and how much of it."""
    if job.state is not JobState.RUNNING:
        return ""
    if job.is_cancelling:
        return wording["import_job.cancelling"]
    key = f"import_job.step_{job.progress.step}"
    step = wording[key] if job.progress.step in STEPS else wording["import_job.step_other"]
    if not job.progress.total:
        return step
    return wording("import_job.so_far", step=step, share=wording.share(job.progress.done / job.progress.total))


#: Steps that have words of their own.
STEPS = ("import", "clean", "annotate", "topics", "report")


def _facts(result: Values, wording: Wording) -> Iterator[Fact]:
    """The counts of an import."""
    for name in _COUNTS:
        if name in result:
            yield Fact(wording[f"import_job.count_{name}"], wording.count(int(result[name])))


def _rejections(result: Values, web: Web) -> str | None:
    """Where the rejected rows are: they are as they were sent, with names and addresses."""
    if not result.get("rejected") or not web.may(Scope.PII):
        return None
    return web.href(f"/v1/imports/{result['import_id']}/rejections")
