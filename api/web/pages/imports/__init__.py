"""Imports: a file is given, previewed with what its columns hold, and imported by a worker.

`options` reads the form of the preview, `preview` makes its context, `jobs` those of the list and of a job.
"""

from __future__ import annotations

from itertools import islice
from urllib.parse import parse_qs

from fastapi import Request, Response

from api.http.auth import ReadAccess, WriteAccess
from api.http.dependencies import Resources
from api.web.addresses import NumberInPath
from api.web.forms import FormDep
from api.web.page import Page
from api.web.pages.imports.context import ImportPreviewView, Imports, JobView
from api.web.pages.imports.jobs import imports, job_view
from api.web.pages.imports.options import Options
from api.web.pages.imports.preview import PATH, preview_view, problem_view
from api.web.rendering import Web, WebDep
from api.web.uploads import upload_of_form
from saywhy.access import Scope
from saywhy.errors import InvalidInput, JobNotFound, NotFound
from saywhy.feedback import Rejection
from saywhy.job import Job
from service import jobs
from service.imports import read_rejections
from service.job_kinds import AnalyseArguments
from service.previews import preview_columns, preview_file
from service.reports.reading import list_waves

PAGE = Page("imports", Imports, path=PATH, styles=("work.css",))
PREVIEW = Page("import_preview", ImportPreviewView, section="imports", styles=("work.css", "imports.css"))
JOB = Page("import_job", JobView, section="imports", styles=("work.css", "imports.css"))

#: Imports in the list, rejected rows on the page of an import, and kinds of jobs that have a page.
LATEST, REJECTED, KINDS = 10, 20, ("import", "analyse")


@PAGE.router.get(PATH)
def show_imports(web: WebDep, resources: ReadAccess) -> Response:
    """Where files are given, and the latest imports."""
    latest = jobs.list_jobs(resources.engine, resources.workspace, LATEST, kind="import")
    return web.render(PAGE, imports(latest.entries, resources.upload_limit, web))


@PAGE.router.post(PATH)
async def send_file(request: Request, web: WebDep, resources: WriteAccess) -> Response:
    """Take a file, and lead to its preview."""
    key, name = await upload_of_form(request, resources.files, resources.upload_limit)
    return web.see(f"{PATH}/preview", upload=key, file=name)


@PREVIEW.router.get(f"{PATH}/preview")
def show_preview(request: Request, web: WebDep, resources: WriteAccess) -> Response:
    """How a file would be read with what is chosen; nothing is stored."""
    options = Options.of(parse_qs(request.url.query))
    return web.render(PREVIEW, _previewed(options, resources, web), title=options.file)


@JOB.router.post(f"{PATH}/jobs")
def start(web: WebDep, resources: WriteAccess, form: FormDep) -> Response:
    """Import the file as it was previewed. What cannot be read is shown with the reason, and is not imported."""
    options = Options.of(form)
    view = _previewed(options, resources, web)
    if view.problem is not None:
        return web.render(PREVIEW, view, title=options.file)
    job = jobs.start(resources.engine, resources.workspace, options.arguments())
    return web.see(f"{PATH}/jobs/{job.id}")


@JOB.router.post(f"{PATH}/analyse")
def analyse(web: WebDep, resources: WriteAccess) -> Response:
    """Analyse what was imported."""
    job = jobs.start(resources.engine, resources.workspace, AnalyseArguments())
    return web.see(f"{PATH}/jobs/{job.id}")


@JOB.router.get(f"{PATH}/jobs/{{job}}")
def show_job(job: NumberInPath, web: WebDep, resources: ReadAccess) -> Response:
    """How far a job is, and what came of it. Rejected rows are shown to who may see personal data."""
    status = _job(job, resources)
    view = job_view(status, _rejected(status, resources, web), web)
    return web.render(JOB, view, title=view.title)


@JOB.router.post(f"{PATH}/jobs/{{job}}/cancel")
def cancel(job: NumberInPath, web: WebDep, resources: WriteAccess) -> Response:
    """Cancel a job."""
    jobs.cancel_job(resources.engine, resources.workspace, resources.files, _job(job, resources).id)
    return web.see(f"{PATH}/jobs/{job}")


def _previewed(options: Options, resources: Resources, web: Web) -> ImportPreviewView:
    """The preview, or why there is none. Raises `Expired` if the file is gone."""
    engine, workspace = resources.engine, resources.workspace
    path, waves = resources.files.upload(options.upload), list_waves(engine, workspace)
    try:
        reading = {**options.arguments().reading_options, "save_mapping": None}
        return preview_view(preview_file(engine, workspace, path, **reading), options, waves, web)
    except (InvalidInput, NotFound) as error:
        return problem_view(str(error), preview_columns(path), options, waves, web)


def _job(number: int, resources: Resources) -> Job:
    """A job that has a page. Raises `JobNotFound`."""
    job = jobs.find_job(resources.engine, resources.workspace, number)
    if job.kind not in KINDS:
        raise JobNotFound(f"job {number} is no import and no analysis")
    return job


def _rejected(job: Job, resources: Resources, web: Web) -> list[Rejection]:
    """The first rejected rows of an import."""
    if job.kind != "import" or not job.result or not web.may(Scope.PII):
        return []
    rows = read_rejections(resources.engine, resources.workspace, job.result["import_id"])
    return list(islice(rows, REJECTED))
