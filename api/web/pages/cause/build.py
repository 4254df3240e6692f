"""Builds the context of the page of a cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from api.web.addresses import in_path, with_query
from api.web.cause_links import cause_href, cause_path, comments_href
from api.web.pages.cause import figures
from api.web.pages.cause.context import CausePage, TopicForms
from api.web.pages.cause.handling import handling_part
from api.web.pages.cause.history import Dated, history
from api.web.rendering import Web
from api.web.selects import Select
from api.web.sharing import share_form
from api.web.shell import Choice, Link
from pipelines.render.context import Fact
from pipelines.render.ranking import issue_badges, issue_facts, issue_label, single_language
from saywhy.access import Scope
from saywhy.code_frame import CodeFrame
from saywhy.feedback import Group
from saywhy.issue import Issue
from saywhy.report import ALL_WAVES, Report
from service.causes import CauseDetails
from service.evidence import CauseEvidence


@dataclass(frozen=True, slots=True)
class Shown:
    """What of the cause is shown: as complaint or as praise, in a report, with what the reports on all waves say."""

    report: Report
    waves: tuple[str, ...]
    in_wave: Mapping[str, Issue]
    is_praise: bool
    done: str = ""  # the name of the entry of the history that was just made

    def issue_of(self, details: CauseDetails) -> Issue | None:
        """What the report says of the cause."""
        return details.praise if self.is_praise else details.issue


def cause_page(
    details: CauseDetails, shown: Shown, evidence: CauseEvidence | None, code_frame: CodeFrame, web: Web
) -> CausePage:
    """The page of a cause."""
    wording, report, is_praise = web.wording, shown.report, shown.is_praise
    issue = shown.issue_of(details)
    dated, path = history(details, web), cause_path(details.key)
    query: dict[str, str | list[str] | None] = {
        "wave": None if report.wave == ALL_WAVES else report.wave,
        "side": "praise" if is_praise else None,
    }
    files = figures.Files(path, query)

    def comments(group: Group | None = None) -> str:
        return comments_href(web, details.key, wave=report.wave, group=group, is_praise=is_praise)

    may_edit, topic = web.may(Scope.WRITE), details.topic.topic if details.topic else None
    definition = topic.definition if topic and topic.definition else issue.definition if issue else None
    has_language = topic is not None and wording.language in topic.labels
    return CausePage(
        title=title_of(details, code_frame, web),
        label_language=single_language(issue.languages) if topic and issue and not has_language else None,
        kind=wording["delight" if is_praise else "complaint"],
        theme=_theme(details, shown, code_frame, web),
        badges=_badges(details, issue, web),
        here=with_query(path, query),
        path=web.href(path),
        action=web.href(path),
        side="praise" if is_praise else "",
        wave="" if report.wave == ALL_WAVES else report.wave,
        waves=Select.of_wave(report.wave, shown.waves, wording),
        sides=_sides(details, shown, web),
        definition=definition.text(wording.language) if definition else _description(details, code_frame, web),
        definition_title=wording["definition_proposed" if definition and definition.is_proposed else "definition"],
        done=next((each.entry for each in dated if each.name == shown.done), None),
        stale=wording["cause.stale"] if _is_stale(dated, report) else "",
        unranked="" if issue else wording["cause.unranked"],
        cost=figures.cost(issue, is_praise=is_praise, wording=wording) if issue and report.nps else None,
        facts=_facts(issue, web, is_praise=is_praise) if issue else (),
        handling=None if is_praise else handling_part(details, shown.waves, web, may_fix=evidence is not None),
        quotes=figures.quote_groups(
            evidence.quotes if evidence else None,
            issue,
            wording,
            {group: comments(group) for group in Group},
            is_praise=is_praise,
        ),
        comments=comments() if evidence else None,
        may_choose=may_edit and topic is not None and evidence is not None,
        when=figures.when(issue, shown.in_wave, report, files, web, is_praise=is_praise) if issue else None,
        where=figures.where(issue, files, web) if issue else None,
        who=figures.who(evidence.customers, files, web) if evidence else None,
        co_named=figures.co_named(issue, report, code_frame, web, is_praise=is_praise) if issue else (),
        parts=figures.parts(issue, report, code_frame, web, is_praise=is_praise) if issue else (),
        parts_title=wording["cause.causes_in_it" if details.key.kind == "theme" else "cause.parts"],
        topic=_forms(details, web, takes_comments=evidence is not None) if may_edit else None,
        history=tuple(each.entry for each in dated),
        may_edit=may_edit,
        share=share_form(with_query(path, query), web) if issue else None,
        report_href=_report_href(issue, report, web, is_praise=is_praise),
    )


def title_of(details: CauseDetails, code_frame: CodeFrame, web: Web) -> str:
    """The present name: people may have changed it since the report."""
    issue = details.issue or details.praise
    if details.topic is not None:
        return details.topic.topic.name(web.wording.language)
    return issue_label(issue, code_frame, web.wording) if issue else details.key.id


def _theme(details: CauseDetails, shown: Shown, code_frame: CodeFrame, web: Web) -> Link | None:
    """The theme of a cause in one, which has a page if the report ranks it."""
    issue = (details.praise if shown.is_praise else details.issue) or details.issue or details.praise
    if details.key.kind != "topic":
        return None
    theme = issue.theme if issue else details.topic.topic.theme if details.topic else ""
    name = code_frame.name_of(theme, web.wording.language)
    others = shown.report.delights if shown.is_praise else shown.report.issues
    parent = next((other for other in others if other.kind == "theme" and other.id == theme), None)
    href = cause_href(web, parent.key, wave=shown.report.wave, is_praise=shown.is_praise) if parent else ""
    return Link(name, href, is_current=False)


def _badges(details: CauseDetails, issue: Issue | None, web: Web) -> tuple[str, ...]:
    topic = details.topic.topic if details.topic else None
    own = [name for name in ("pinned", "ignored", "adopted") if topic and getattr(topic, f"is_{name}")]
    return (
        *(web.wording[f"cause.badge_{name}"] for name in own),
        *(issue_badges(issue, web.wording) if issue else ()),
    )


def _description(details: CauseDetails, code_frame: CodeFrame, web: Web) -> str:
    """What the code frame says of a theme, or of a cause of its library."""
    language, key = web.wording.language, details.key
    if key.kind == "theme":
        texts = code_frame[key.id].descriptions if key.id in code_frame.ids else {}
    else:
        texts = next((cause.definitions for cause in code_frame.causes if cause.id == key.id), {})
    return texts.get(language) or texts.get("en") or ""


def _sides(details: CauseDetails, shown: Shown, web: Web) -> tuple[Link, ...]:
    """The same theme as complaint and as praise, if it is both."""
    if details.issue is None or details.praise is None:
        return ()
    return tuple(
        Link(
            web.wording["delight" if is_praise else "complaint"],
            cause_href(web, details.key, wave=shown.report.wave, is_praise=is_praise),
            is_praise == shown.is_praise,
        )
        for is_praise in (False, True)
    )


def _is_stale(dated: Sequence[Dated], report: Report) -> bool:
    """Whether somebody corrected the topic after the report was computed."""
    generated = datetime.fromisoformat(report.generated_at)
    return any(each.name.startswith("edit-") and each.at > generated for each in dated)


def _facts(issue: Issue, web: Web, *, is_praise: bool) -> tuple[Fact, ...]:
    """The details of the report page, without those that have a part of their own here."""
    without = replace(issue, definition=None, segments=(), topic=issue.topic and replace(issue.topic, parts=()))
    wording, group = web.wording, "promoters" if is_praise else "detractors"
    further = [("keywords", issue.keywords), ("voices", tuple(map(wording.language_name, issue.languages)))]
    return (
        Fact(wording["mentions"], (wording.amount(issue.mentions),)),
        *issue_facts(group, without, {}, wording),
        *(Fact(wording[name], (wording["comma"].join(entries),)) for name, entries in further if entries),
    )


def _forms(details: CauseDetails, web: Web, *, takes_comments: bool) -> TopicForms | None:
    """The forms of a topic, for who may edit."""
    if details.topic is None:
        return None
    topic, language = details.topic.topic, web.wording.language
    same_kind = [other for other in details.topics if other.polarity == topic.polarity and other.id != topic.id]
    others = sorted((other.name(language), other.id) for other in same_kind if not other.is_ignored)
    return TopicForms(
        id=topic.id,
        name=topic.name(language),
        definition=topic.definition.text(language) if topic.definition else "",
        others=tuple(Choice(value, label, is_current=False) for label, value in others),
        parts=tuple(Choice(part.id, part.label, is_current=False) for part in topic.parts),
        is_pinned=topic.is_pinned,
        is_ignored=topic.is_ignored,
        is_adopted=topic.is_adopted,
        takes_comments=takes_comments,
    )


def _report_href(issue: Issue | None, report: Report, web: Web, *, is_praise: bool) -> str | None:
    """Where the printable report has the cause."""
    if issue is None:
        return None
    group = "promoters" if is_praise else "detractors"
    return web.href(f"/reports/{in_path(report.wave)}", language=web.wording.language) + f"#{group}-{issue.rank}"
