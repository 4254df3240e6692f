"""A cause as people look at it: what the report says of it, the topic behind it with its edits, and its handling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.errors import NotFound, TopicEnded, TopicNotFound
from saywhy.estimate import Estimate
from saywhy.fix import FixOutcome
from saywhy.handling import Handling, HandlingChange
from saywhy.issue import CauseKey, Issue
from saywhy.report import Report
from saywhy.store import Engine
from saywhy.topic import EditKind, Topic
from service.handling import read_handling
from service.topics.views import EditOutcome, TopicDetails, list_edits, list_topics, read_topic
from service.workspaces import reading

#: Examples of a topic among which somebody may choose those of another one.
EXAMPLES = 12


@dataclass(frozen=True, slots=True)
class CauseMoved:
    """A cause that is no longer there, as its topic is merged into another one or is a theme now: where it is."""

    key: CauseKey


@dataclass(frozen=True, slots=True)
class CauseDetails:
    """A cause: `issue` as complaint, `praise` as praise; None where the report does not rank it.

    `topic` is None for a theme, unless people made it of a topic. `topics` are all topics. `release` is the one with
    which it was fixed, `outcome` what the feedback since then says, on all waves.
    """

    key: CauseKey
    issue: Issue | None
    praise: Issue | None
    topic: TopicDetails | None
    topics: tuple[Topic, ...]
    handling: Handling
    changes: tuple[HandlingChange, ...]  # latest first
    outcome: FixOutcome | None
    release: str | None


@dataclass(frozen=True, slots=True)
class WaveShare:
    """How many of the scored responses of a wave name a cause."""

    wave: str
    mentions: int
    rate: Estimate  # 0 … 1


def read_cause(
    engine: Engine, workspace: str, key: CauseKey, report: Report, overall: Report, *, code_frame: CodeFrame
) -> CauseDetails | CauseMoved:
    """What is known of a cause beside a report and that on all waves, which are read already, as they may be shown.

    Raises `WorkspaceNotFound` and `NotFound`.
    """
    topics = list_topics(engine, workspace)
    topic_id = key.id if key.kind == "topic" else _adopted(key, topics)
    keys = {key, CauseKey("topic", topic_id)} if topic_id else {key}
    details = None
    if topic_id is not None:
        try:
            details = read_topic(engine, workspace, topic_id, code_frame=code_frame, examples=EXAMPLES)
        except (TopicNotFound, TopicEnded):
            if (moved := _merged_into(engine, workspace, topic_id, topics)) is not None:
                return CauseMoved(moved)
    if details is not None and (present := CauseKey.of(details.topic)) != key:
        return CauseMoved(present)
    issue, praise = _find(report.issues, keys), _find(report.delights, keys)
    if details is None and issue is None and praise is None:
        raise NotFound(f"there is no cause {str(key)!r}")
    handling, changes = read_handling(engine, workspace, str(key))
    with reading(engine, workspace) as (connection, workspace_id):
        fixes = store.fixes.load(connection, workspace_id)
    names = {*map(str, keys)} & fixes.keys()
    return CauseDetails(
        key,
        issue,
        praise,
        details,
        topics,
        handling,
        changes,
        next((outcome for outcome in overall.fixes if outcome.cause in names), None),
        next((fixes[name].release for name in names), None),
    )


def shares_by_wave(issue: Issue, report: Report) -> tuple[WaveShare, ...]:
    """How many of the scored responses of each wave name a cause, with Jeffreys intervals; of waves that have any."""
    from pipelines.impact.mention_counts import MentionCounts  # loads scipy, which few requests need

    sizes = {group.name: group.nps.n for group in report.waves}
    shares = []
    for wave, mentions in issue.waves:
        if (rate := MentionCounts(mentions, sizes.get(wave, 0)).rate()) is not None:
            shares.append(WaveShare(wave, mentions, rate))
    return tuple(shares)


def _find(issues: Iterable[Issue], keys: set[CauseKey]) -> Issue | None:
    return next((issue for issue in issues if issue.key in keys), None)


def _adopted(key: CauseKey, topics: Iterable[Topic]) -> str | None:
    """The id of the topic of which people made the theme, if it is one of these."""
    return next((topic.id for topic in topics if topic.is_adopted and topic.theme == key.id), None)


def _merged_into(engine: Engine, workspace: str, topic_id: str, topics: Iterable[Topic]) -> CauseKey | None:
    """The key of the topic into which people merged a topic, if it is there."""
    by_id = {topic.id: topic for topic in topics}
    for status in list_edits(engine, workspace):
        is_merge = status.edit.kind is EditKind.MERGE and status.edit.topic == topic_id
        if is_merge and status.outcome is EditOutcome.STANDS and status.edit.arguments["into"] in by_id:
            return CauseKey.of(by_id[status.edit.arguments["into"]])
    return None
