"""The list of comments: filters, what was found, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from api.web.addresses import with_query
from api.web.pages.comments.cards import PATH, Names, card
from api.web.pages.comments.context import Bulk, CommentList, KeyHelp, NamedLink
from api.web.pages.comments.filters import Filters
from api.web.rendering import Web
from api.web.selects import Select, segment_choices
from api.web.shell import Choice
from pipelines.render.wording import Wording
from saywhy.access import Scope
from saywhy.annotation import Polarity
from saywhy.case import PRIORITY
from saywhy.code_frame import VERDICT
from saywhy.report import ALL_WAVES
from service.comment_facets import Facets
from service.comments import FoundPage
from service.found_comments import FoundComment

#: Comments of a page.
PAGE_SIZE = 25

#: The endings of the same address that give the same comments as a file.
ENDINGS = ("csv", "xlsx", "jsonl")


def comment_list(
    page: FoundPage, done: FoundComment | None, facets: Facets, names: Names, filters: Filters, web: Web
) -> CommentList:
    """The comments that are found. The one that was just corrected (`done`) stays where it is, or comes on top if it is
    not among them any more.
    """
    wording = web.wording
    alone = filters.alone
    here = with_query(PATH, filters.without_notice.query())
    query = alone.query()
    is_listed = done is not None and any(comment.id == done.id for comment in page.comments)
    cards = tuple(
        card(comment, names, here, web, is_done=done is not None and comment.id == done.id) for comment in page.comments
    )
    may_correct = web.may(Scope.WRITE) and bool(cards or done)
    return CommentList(
        q=filters.q,
        by=tuple(Choice(each, wording[f"comments.by_{each}"], each == filters.by) for each in ("words", "meaning")),
        filters=_selects(facets, names, filters, wording),
        is_filtered=replace(alone, q="").is_narrowed,
        cause=names.cause(filters.cause.removeprefix("topic:")) if filters.cause else "",
        action=web.href(PATH),
        reset=web.href(PATH) if filters.is_narrowed else None,
        how=wording[_how(filters)],
        notice=_notice(filters, wording),
        done=card(done, names, here, web, is_done=True) if done and not is_listed else None,
        cards=cards,
        nothing=wording["comments.nothing_narrowed" if filters.is_narrowed else "comments.nothing"],
        first=web.href(PATH, **query) if filters.cursor else None,
        more=web.href(PATH, **replace(alone, cursor=page.next).query()) if page.next else None,
        exports=tuple(NamedLink(ending.upper(), web.href(f"{PATH}.{ending}", **query)) for ending in ENDINGS),
        corrections=tuple(NamedLink(ending.upper(), web.href(f"/corrections.{ending}")) for ending in ("csv", "jsonl")),
        bulk=_bulk(names, filters, web) if may_correct else None,
        keys=tuple(_keys(wording)) if may_correct else (),
    )


def _how(filters: Filters) -> str:
    """The key of the text that says in which way comments are found."""
    if not filters.q.strip():
        return "comments.how_latest"
    return f"comments.how_{filters.by}"


def _keys(wording: Wording) -> Iterator[KeyHelp]:
    """The keys of static/comments.js."""
    for key in "jkhlsptcwx":
        yield KeyHelp(key, wording[f"comments.key_{key}"])
    yield KeyHelp(wording["comments.escape"], wording["comments.closes"])


def _notice(filters: Filters, wording: Wording) -> str:
    """What was just done to several comments."""
    if not filters.corrected:
        return ""
    corrected = wording("comments.bulk_corrected", n=wording.count(int(filters.corrected)))
    if not filters.skipped or filters.skipped == "0":
        return corrected
    skipped = wording("comments.bulk_skipped", n=wording.count(int(filters.skipped)))
    return f"{corrected} {skipped}"


def _bulk(names: Names, filters: Filters, web: Web) -> Bulk:
    polarities = (Polarity.NEGATIVE, Polarity.NEUTRAL, Polarity.POSITIVE, Polarity.MIXED)
    return Bulk(
        action=web.href(f"{PATH}/corrections", **filters.without_notice.query()),
        sentiments=tuple(Choice(each.value, web.wording[each.value], False) for each in polarities),
        themes=tuple(Choice(id, name, False) for id, name in _themes(names)),
    )


def _themes(names: Names) -> list[tuple[str, str]]:
    return sorted(((id, name) for id, name in names.themes.items() if id != VERDICT), key=lambda theme: theme[1])


def _selects(facets: Facets, names: Names, filters: Filters, wording: Wording) -> tuple[Select, ...]:
    """The filters for which there is anything to choose."""
    segments = segment_choices([*facets.segments, *filters.segment], wording)
    voices = dict.fromkeys([*facets.languages, filters.voice])
    sources = dict.fromkeys([*facets.sources, filters.source])
    waves = dict.fromkeys([*facets.waves, filters.wave])

    def select(
        name: str,
        choices: Iterable[tuple[str, str]],
        chosen: str | None = None,
        every: str = "",
        grouped: Mapping[str, Iterable[tuple[str, str]]] | None = None,
    ) -> Select:
        chosen = getattr(filters, name) if chosen is None else chosen
        every_one = (every, wording[f"comments.every_{name}"])
        return Select.of(name, wording[f"comments.filter_{name}"], chosen, [every_one, *choices], grouped)

    selects = (
        select("wave", [(wave, wave) for wave in waves if wave != ALL_WAVES], every=ALL_WAVES),
        select("group", [(group.plural, wording[group.plural]) for group in PRIORITY]),
        select("score", [(str(score), wording.tick(score)) for score in range(11)]),
        select("sentiment", [(each.value, wording[each.value]) for each in Polarity]),
        select("theme", _themes(names)),
        select("segment", [], filters.segment[0] if len(filters.segment) == 1 else "", grouped=segments),
        select("voice", [(tag, wording.language_name(tag)) for tag in voices if tag]),
        select("source", [(source, source) for source in sources if source]),
    )
    return tuple(select for select in selects if select.has_alternatives)
