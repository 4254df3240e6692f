"""Where the page of a cause is, and where the comments on it are, for whatever names one."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from api.web.rendering import Web
from api.web.shell import Link
from pipelines.render.tree import REST
from saywhy.feedback import Group
from saywhy.issue import CauseKey
from saywhy.report import ALL_WAVES
from saywhy.store import Engine
from service.topics.views import list_topics


def cause_path(key: CauseKey) -> str:
    """The path of the page of a cause; what is left of a theme is on that of the theme."""
    kind = "theme" if key.kind == REST else key.kind
    return f"/causes/{quote(f'{kind}:{key.id}', safe=':', errors='replace')}"


def cause_href(web: Web, key: CauseKey, *, wave: str = ALL_WAVES, is_praise: bool = False) -> str:
    """The address of the page of a cause in the report on a wave, as a complaint or as praise."""
    return web.href(cause_path(key), wave=None if wave == ALL_WAVES else wave, side="praise" if is_praise else None)


def topic_names(engine: Engine, workspace: str, web: Web) -> Mapping[str, str]:
    """The names of all topics in the reader's language, by id."""
    return {topic.id: topic.name(web.wording.language) for topic in list_topics(engine, workspace)}


def topic_links(labels: Mapping[str, str], names: Mapping[str, str], web: Web) -> tuple[Link, ...]:
    """Links to the pages of topics, by their `names`, without one by their label; `labels` are by id."""
    return tuple(
        Link(names.get(id, label), cause_href(web, CauseKey("topic", id)), is_current=False)
        for id, label in labels.items()
    )


def comments_href(
    web: Web,
    key: CauseKey,
    *,
    segment: str | None = None,
    wave: str = ALL_WAVES,
    group: Group | None = None,
    is_praise: bool = False,
) -> str:
    """The address of the comments that complain of a cause, or praise it: all, or those of a segment, wave or group."""
    narrowed = {
        "segment": segment,
        "wave": None if wave == ALL_WAVES else wave,
        "group": group.plural if group else None,
    }
    if key.kind == "theme":
        return web.href("/comments", theme=key.id, sentiment="positive" if is_praise else "negative", **narrowed)
    return web.href("/comments", cause=key.id, **narrowed)
