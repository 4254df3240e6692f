"""Comparing a version in the shadow with the champion on what an analysis annotated: a sample, as a job of its own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from models.annotator import Annotator, load_annotator
from models.registry import Registry
from pipelines.annotate.classification import annotate
from pipelines.topics.named_causes import named_causes
from saywhy import store
from saywhy.model_version import ShadowOrigin
from saywhy.store import Connection, Engine
from service.classification import Classified
from service.job_kinds import RunningJob, ShadowArguments
from service.shadow import Counts, agreement, load_shadow, rows_of

#: Comments that are compared, and how many of them at a time.
SAMPLE, _CHUNK = 2_000, 128


def is_due(connection: Connection, workspace_id: int, registry: Path | None) -> bool:
    """Whether analyses of this workspace are to be compared."""
    shadow = Registry(registry).shadow() if registry else None
    return shadow is not None and shadow.analyses and not store.workspaces.is_anonymous(connection, workspace_id)


def compare(job: RunningJob, _: ShadowArguments) -> None:
    """Count how far both versions agree on the sample, in the place of what was counted of an earlier analysis."""
    registry = job.models.registry
    shadow = Registry(registry).shadow() if registry else None
    if registry is None or shadow is None:
        with job.engine.begin() as connection:
            job.succeed(connection, {"comments": 0}, "no version runs in the shadow")
        return
    champion, other = load_annotator(registry, job.models.threads), load_shadow(registry, shadow)
    with store.reading(job.engine) as connection:
        workspace_id = store.workspaces.find(connection, job.workspace)
        is_anonymous = store.workspaces.is_anonymous(connection, workspace_id)
        hashes = store.annotations.sample(connection, workspace_id, champion.model, 0 if is_anonymous else SAMPLE)
    counts: Counts = Counter()
    for start in range(0, len(hashes), _CHUNK):
        counts += _compared(job.engine, workspace_id, hashes[start : start + _CHUNK], champion, other)
        job.progress("shadow", min(start + _CHUNK, len(hashes)), len(hashes))
    with job.engine.begin() as connection:
        origin = ShadowOrigin.ANALYSIS
        store.shadow_counts.replace(connection, workspace_id, champion.model, other.model, origin, rows_of(counts))
        job.succeed(connection, {"comments": len(hashes), "champion": champion.model, "shadow": other.model})


def _compared(engine: Engine, workspace_id: int, hashes: list[str], champion: Annotator, shadow: Annotator) -> Counts:
    """The agreement on these comments: the champion's annotations are those that are stored."""
    with store.reading(engine) as connection:
        comments = store.comments.by_hash(connection, workspace_id, hashes)
        known = store.annotations.by_hash(connection, workspace_id, champion.model, hashes, as_annotated=True)
    hashes_of_both = [content_hash for content_hash in hashes if content_hash in comments and content_hash in known]
    texts = [comments[content_hash] for content_hash in hashes_of_both]
    sides = []
    for annotator, annotated in (
        (champion, [known[content_hash] for content_hash in hashes_of_both]),
        (shadow, annotate(texts, shadow)),
    ):
        causes = named_causes(annotated, annotator)
        sides.append([Classified(*each) for each in zip(texts, annotated, causes, strict=True)])
    return agreement(*sides)
