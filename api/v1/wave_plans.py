"""`/v1/wave-plans`: whom to ask in which wave, and what came of it."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Query, Request, Response

from api.http import problems
from api.http.auth import PersonalDataDep, PrincipalDep, ReadAccess, WriteAccess
from api.http.problems import MAX_LISTED
from api.http.uploads import upload
from api.http.worker_slots import in_slot
from api.v1.imports import BODY
from api.v1.wave_plan_schemas import (
    FileOptions,
    FilePlanOut,
    NewPlan,
    PlanOut,
    PlanResponses,
    Plans,
    PlanSummary,
    RejectedRow,
)
from pipelines.ingest.customer_list import read_customer_list
from saywhy.export_format import ExportFormat
from saywhy.wave_plan import PlannedWave
from service import wave_plans

router = APIRouter(prefix="/v1/wave-plans", tags=["waves"])

REFUSED = problems.documented(HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
NOT_FOUND = problems.documented(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)

Plan = Annotated[str, Path(max_length=100, description="The name of a plan.", examples=["2027"])]


class TableFormat(StrEnum):
    """The format of a table for survey tools."""

    CSV = "csv"
    XLSX = "xlsx"


@router.get("", summary="List the wave plans", responses=REFUSED)
def list_wave_plans(resources: ReadAccess) -> Plans:
    """The plans of survey waves, that with the latest first wave first."""
    plans = wave_plans.list_plans(resources.engine, resources.workspace)
    return Plans(plans=[PlanSummary.of(plan) for plan in plans])


@router.post("", summary="Plan survey waves", status_code=HTTPStatus.CREATED, responses=REFUSED)
def create_wave_plan(body: NewPlan, resources: WriteAccess, principal: PrincipalDep) -> PlanOut:
    """Give every customer of a list a wave, or draw a stratified sample of them; the plan is kept.

    Who opted out, has no address, or was asked within `min_days` of every wave (by another plan, an answer, or the
    list) is left out. Anonymous workspaces have no plans (409).
    """
    named = [PlannedWave(wave.name, wave.send_on) for wave in body.waves]
    overview = wave_plans.create_plan(
        resources.engine,
        resources.workspace,
        body.name,
        body.to_options(named, body.stratify_by),
        body.to_customers(),
        created_by=principal.name,
        replaces=body.replace,
    )
    return PlanOut.of(overview)


@router.post(
    "/file",
    summary="Plan survey waves from a file",
    status_code=HTTPStatus.CREATED,
    responses=problems.documented(
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
    openapi_extra=BODY,
)
async def create_wave_plan_from_file(
    request: Request, options: Annotated[FileOptions, Query()], resources: WriteAccess, principal: PrincipalDep
) -> FilePlanOut:
    """The same from a list as CSV, TSV, XLSX, JSON or JSONL, which is the body; the file is not kept.

    Rows without an id, or with a date that cannot be read, are not in the plan.
    """
    files = resources.files
    async with upload(request, files, "customers", resources.upload_limit) as uploaded:

        def plan() -> FilePlanOut:
            named = options.named_waves
            options.to_options(named, ())  # what cannot be is refused before the file is read
            customers = read_customer_list(
                uploaded.path,
                options.columns,
                encoding=options.encoding,
                delimiter=options.delimiter,
                sheet=options.sheet,
            )
            overview = wave_plans.create_plan(
                resources.engine,
                resources.workspace,
                options.name,
                options.to_options(named, customers.dimensions),
                customers.customers,
                created_by=principal.name,
                replaces=options.replace,
            )
            return FilePlanOut(
                **PlanOut.of(overview).model_dump(),
                columns=dict(customers.roles),
                rejected=len(customers.rejections),
                rejections=[RejectedRow.of(one) for one in customers.rejections[:MAX_LISTED]],
                notes=list(customers.notes),
            )

        planned = await in_slot(request, plan)
    await run_sync(files.delete_upload, uploaded.key)
    return planned


@router.get("/{plan}", summary="Read a wave plan", responses=NOT_FOUND)
def read_wave_plan(plan: Plan, resources: ReadAccess) -> PlanOut:
    """A plan in numbers: customers asked in each wave by stratum, and left out by reason."""
    return PlanOut.of(wave_plans.read_plan(resources.engine, resources.workspace, plan))


@router.delete("/{plan}", summary="Delete a wave plan", status_code=HTTPStatus.NO_CONTENT, responses=NOT_FOUND)
def delete_wave_plan(plan: Plan, resources: WriteAccess) -> None:
    """Delete a plan with its customers. Later plans may then ask them again at once."""
    wave_plans.delete_plan(resources.engine, resources.workspace, plan)


@router.get(
    "/{plan}/customers",
    summary="Export a wave plan",
    response_class=Response,
    responses={
        200: {
            "content": {
                form.media_type: {"schema": {"type": "string", "format": "binary"}}
                for form in (ExportFormat.CSV, ExportFormat.XLSX)
            },
            "description": "The table.",
        },
        **REFUSED,
    },
)
def export_wave_plan(
    plan: Plan,
    resources: ReadAccess,
    with_personal_data: PersonalDataDep,
    wave: Annotated[str | None, Query(max_length=100, description="Only this wave.")] = None,
    left_out: Annotated[bool, Query(description="Those who are not asked, with the reason, instead.")] = False,
    format: Annotated[TableFormat, Query()] = TableFormat.CSV,
) -> Response:
    """Who is asked in which wave, as a table for the survey tool; names and addresses need the scope `pii` too."""
    from pipelines.render import wave_plan

    stored_plan, customers = wave_plans.export_plan(
        resources.engine,
        resources.workspace,
        plan,
        wave=wave,
        left_out=left_out,
        with_personal_data=with_personal_data,
    )
    render = wave_plan.to_csv if format is TableFormat.CSV else wave_plan.to_workbook
    content = render(stored_plan, customers, with_personal_data=with_personal_data, left_out=left_out)
    headers = {"Content-Disposition": f'attachment; filename="wave-plan.{format}"'}
    return Response(content, headers=headers, media_type=ExportFormat(format).media_type)


@router.get("/{plan}/responses", summary="Response to a wave plan", responses=NOT_FOUND)
def read_wave_plan_responses(plan: Plan, resources: ReadAccess) -> PlanResponses:
    """What came of each wave: response rates, how those who answered differ from the list, the weighted NPS."""
    stored_plan, waves = wave_plans.measure_responses(resources.engine, resources.workspace, plan)
    return PlanResponses(name=stored_plan.name, stratify_by=list(stored_plan.design.dimensions), waves=list(waves))
