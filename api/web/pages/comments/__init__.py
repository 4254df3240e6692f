"""The comments: searched by words and by meaning, filtered, corrected one by one or together, and given out as files.

`filters` reads what is chosen from the address, `build` and `cards` make the list, `panel` the correction of one
comment; `exports` gives files.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Query, Response

from api.http.auth import PersonalDataDep, ReadAccess, WriteAccess
from api.web.addresses import NumberInPath, with_query
from api.web.forms import Form, FormDep, chosen_of, numbers_of, value_of
from api.web.page import Page
from api.web.pages.comments import exports
from api.web.pages.comments.build import PAGE_SIZE, comment_list
from api.web.pages.comments.cards import NONE, PATH, Names
from api.web.pages.comments.context import CommentList, Comments
from api.web.pages.comments.filters import FiltersDep
from api.web.pages.comments.panel import panel
from api.web.rendering import WebDep
from api.web.surveys import find_report
from saywhy.annotation import Span
from saywhy.correction import NO_VALUE, CorrectionKind, span_of, span_text
from saywhy.errors import InvalidInput
from service.comment_facets import read_facets
from service.comments import find_comments
from service.correcting import read_comment, verbatim_span
from service.correction_requests import CorrectionRequest
from service.corrections import correct, correct_found

PAGE = Page("comments", Comments, path=PATH)
router = PAGE.router
router.get(f"{PATH}.{{ending}}")(exports.export)
router.get("/corrections.{ending}")(exports.export_corrections)


@router.get(PATH)
def show(web: WebDep, resources: ReadAccess, with_personal_data: PersonalDataDep, filters: FiltersDep) -> Response:
    """The comments that the filters leave, page by page."""
    engine, workspace, code_frame = resources.engine, resources.workspace, resources.annotator.code_frame
    page = find_comments(
        engine,
        workspace,
        filters.search(),
        code_frame=code_frame,
        annotator=resources.annotator,
        limit=PAGE_SIZE,
        cursor=filters.cursor or None,
        with_personal_data=with_personal_data,
    )
    done = None
    if filters.done:
        number = int(filters.done)
        done = read_comment(
            engine, workspace, number, code_frame=code_frame, with_personal_data=with_personal_data
        ).comment
    facets = read_facets(engine, workspace, find_report(resources))
    names = Names.of(code_frame, facets.topics, web.wording.language)
    shown = comment_list(page, done, facets, names, filters, web)
    return web.render(PAGE, _context(names, shown), address=web.href(PATH, **filters.without_notice.query()))


@router.get(f"{PATH}/{{response}}")
def show_one(
    response: NumberInPath,
    web: WebDep,
    resources: WriteAccess,
    with_personal_data: PersonalDataDep,
    clause: Annotated[str, Query(max_length=50)] = "",
    back: Annotated[str, Query(alias="next", max_length=5000)] = PATH,
) -> Response:
    """The correction of one comment, by itself or below the list."""
    engine, workspace, code_frame = resources.engine, resources.workspace, resources.annotator.code_frame
    read = read_comment(
        engine, workspace, response, _span(clause), code_frame=code_frame, with_personal_data=with_personal_data
    )
    facets = read_facets(engine, workspace, None)
    names = Names.of(code_frame, facets.topics, web.wording.language)
    back = back if back == PATH or back.startswith(f"{PATH}?") else PATH
    context = Comments(list=None, panel=panel(read, names, code_frame, back, web), cause_names=_labels(names))
    return web.render(PAGE, context)


@router.post(f"{PATH}/corrections")
def correct_many(
    web: WebDep, resources: WriteAccess, with_personal_data: PersonalDataDep, filters: FiltersDep, form: FormDep
) -> Response:
    """Correct the comments that were selected, or all that the filters leave, alike."""
    kind, value = _bulk_change(form)
    ids = None if value_of(form, "all") else numbers_of(form, "comment")
    if ids is not None and not ids:
        raise InvalidInput("select the comments that are to be corrected, or all")
    corrected = correct_found(
        resources.engine,
        resources.workspace,
        replace(filters.search(), ids=ids),
        kind,
        value,
        by=web.principal.name,
        code_frame=resources.annotator.code_frame,
        annotator=resources.annotator,
        with_personal_data=with_personal_data,
    )
    counted = replace(filters, corrected=str(corrected.comments), skipped=str(corrected.skipped))
    return web.see(PATH, **counted.query())


@router.post(f"{PATH}/{{response}}/corrections")
def correct_one(
    response: NumberInPath, web: WebDep, resources: WriteAccess, with_personal_data: PersonalDataDep, form: FormDep
) -> Response:
    """Keep a correction, and show it on top of the list from which one came."""
    engine, workspace, code_frame = resources.engine, resources.workspace, resources.annotator.code_frame
    kind, clause = chosen_of(form, "kind", CorrectionKind), _span(value_of(form, "clause"))
    if value_of(form, "withdraw"):
        value = None
    elif kind is CorrectionKind.SPAN and (selected := _span(value_of(form, "selected"))):
        value = span_text(
            verbatim_span(
                engine, workspace, response, selected, code_frame=code_frame, with_personal_data=with_personal_data
            )
        )
    else:
        value = _value(form, "value")
    request = CorrectionRequest(response, kind, value, clause)
    correct(engine, workspace, [request], by=web.principal.name, code_frame=code_frame)
    return web.see(_with_done(value_of(form, "next"), response))


def _context(names: Names, shown: CommentList) -> Comments:
    return Comments(list=shown, panel=None, cause_names=_labels(names))


def _labels(names: Names) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names.causes.values()))


def _value(form: Form, name: str) -> str:
    """What was chosen. Raises `InvalidInput` if nothing was."""
    if not (chosen := value_of(form, name).strip()):
        raise InvalidInput(f"choose what the {name} is")
    return NO_VALUE if chosen == NONE else chosen


def _bulk_change(form: Form) -> tuple[CorrectionKind, str]:
    """The only one of the three that was chosen."""
    kinds = (CorrectionKind.SENTIMENT, CorrectionKind.THEME, CorrectionKind.CAUSE)
    chosen = [kind for kind in kinds if value_of(form, kind.value).strip()]
    if len(chosen) != 1:
        raise InvalidInput("choose a sentiment, a theme or a cause, and one of them at a time")
    return chosen[0], _value(form, chosen[0].value)


def _span(text: str) -> Span | None:
    """The span `start-end`; None for no text."""
    return span_of(text) if text else None


def _with_done(address: str, response: int) -> str:
    """The address of the list, which then shows this comment on top."""
    query = {name: value for name, value in parse_qsl(urlsplit(address).query) if name != "segment"}
    segments = [value for name, value in parse_qsl(urlsplit(address).query) if name == "segment"]
    return with_query(PATH, {**query, "segment": segments, "done": str(response)})
