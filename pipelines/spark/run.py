"""The analysis of a folder on Spark, on one screen: parts → sample → topics → counts → reports.

Each stage leaves files that are named after their content, and does only what is not there: a run that ended early, in
the driver or in an executor, is continued by the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from models.annotator import Annotator, load_annotator
from pipelines.render.wording import closest_language
from pipelines.spark.counting import Counting, Part, count_part, sum_causes
from pipelines.spark.fit import FittedTopics, fit_topics, memberships_of, read_memberships
from pipelines.spark.folders import Results, key_of
from pipelines.spark.inputs import Input, find_input
from pipelines.spark.parts import Job, annotate_part
from pipelines.spark.repeated import find_superseded
from pipelines.spark.reports import compute_reports, write_counts, write_reports
from pipelines.spark.sampling import Sample, allocate, below, copy_rows, limits
from pipelines.spark.session import Progress, Summary, require, run_on, spark_session
from saywhy.errors import NothingToAnalyse
from saywhy.mapping import Mapping

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

#: Responses from which topics are made and on which impacts are measured; of more, a stratified sample of so many.
SAMPLE = 500_000
#: Rows of a part: what is lost if its executor dies, and what a task has in memory.
ROWS_PER_PART = 20_000


@dataclass(frozen=True, slots=True)
class Options:
    """How a folder is analysed. `mapping` says which column holds what; None: it is detected."""

    sample: int = SAMPLE
    rows_per_part: int = ROWS_PER_PART
    mapping: Mapping | None = None
    registry: Path | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did. `new_parts` of the `parts` were annotated, the others were there; `reasons` counts rejections."""

    parts: int
    new_parts: int
    responses: int
    replaced: int
    sampled: int
    rejected: int
    reasons: dict[str, int]
    notes: tuple[str, ...]


def analyse(master: str, folder: Path, out: Path, options: Options, progress: Progress) -> Outcome:
    """Analyse the responses in the files of a folder on a master of Spark; write what is found to the folder `out`.

    Both must be at the same path for the driver and for all executors. The numbers are those of the analysis on one
    machine if the responses are not more than the sample. Raises `InvalidInput`, `NothingToAnalyse`, and `Conflict`
    while another run writes to `out`; nothing is started for a folder that cannot be read.
    """
    require()
    closest_language(options.language)  # refused now rather than after hours
    folder, out = folder.resolve(), out.resolve()
    data, results = find_input(folder, options.rows_per_part, options.mapping), Results(out)
    annotator = load_annotator(options.registry)
    with results.claimed(data.identity), spark_session(master) as session:
        threads = int(session.conf.get("spark.task.cpus", "1") or 1)
        job = Job(results, folder, data.mapping, annotator.model, options.registry, threads)
        parts = _annotated_parts(session, job, data, progress)
        superseded = find_superseded(session, results, [part["key"] for part in parts])
        sample_key, sample = _sample(session, job, parts, superseded, options.sample, progress)
        progress("topics", 0, 1)
        topics = fit_topics(sample, annotator, results.topics(sample_key), datetime.now(UTC))
        progress("topics", 1, 1)
        counts = _counts(session, Counting(job, sample_key, topics), parts, superseded, progress)
        _report(job, annotator, sample_key, sample, topics, counts, options.language, progress)
        results.keep_only([sample_key, *(part["key"] for part in parts)])
    reasons = Counter[str]()
    for part in parts:
        reasons.update(part["reasons"])
    replaced = sum(map(len, superseded.values()))
    return Outcome(
        parts=len(parts),
        new_parts=sum(part["is_new"] for part in parts),
        responses=sum(part["responses"] for part in parts) - replaced,
        replaced=replaced,
        sampled=len(sample.responses),
        rejected=sum(part["rejected"] for part in parts),
        reasons=dict(reasons.most_common()),
        notes=tuple(dict.fromkeys(note for part in parts for note in part["notes"])),
    )


def _annotated_parts(session: SparkSession, job: Job, data: Input, progress: Progress) -> list[Summary]:
    """Clean and annotate every chunk; one part for each with rows, and for equal ones together."""
    summaries = run_on(session, annotate_part, job, data.chunks, partial(progress, "annotate"))
    parts = list({part["key"]: part for part in summaries if part["rows"]}.values())
    kept = ("rows", "responses", "comments", "answers", "rejected")
    job.results.write_manifest(
        model=job.model,
        parts={part["key"]: {name: part[name] for name in kept} for part in parts},
        rejected=dict(sum((Counter(part["reasons"]) for part in parts), Counter())),
    )
    if not any(part["responses"] for part in parts):
        raise NothingToAnalyse(
            f"no row of {job.folder} could be read; the reasons are in {job.results.root}/rejections"
        )
    return parts


@dataclass(frozen=True, slots=True)
class _Sampling:
    job: Job
    key: str
    limit: dict[str, int]


def _sample(
    session: SparkSession,
    job: Job,
    parts: Sequence[Summary],
    superseded: dict[str, tuple[int, ...]],
    size: int,
    progress: Progress,
) -> tuple[str, Sample]:
    """The sample and its key. Its files are the parts themselves if it has all responses."""
    strata = Counter[str]()
    for part in parts:
        strata.update(part["strata"])
    chosen = allocate(strata, size)
    keys = [part["key"] for part in parts]
    key = key_of(sorted(keys), sorted(superseded.items()), sorted(chosen.items()))
    if chosen == strata:
        folders = [(job.results.part(part), superseded.get(part, ())) for part in keys]
    else:
        items = [Part(part, superseded.get(part, ())) for part in keys]
        sampling = _Sampling(job, key, limits(strata, chosen))
        run_on(session, _copy_sampled, sampling, items, partial(progress, "sample"))
        folders = [(job.results.sample(key, part), ()) for part in keys]
    return key, Sample.read(folders, chosen)


def _copy_sampled(sampling: _Sampling, part: Part) -> Summary:
    """Copy the rows of a part that may be in the sample to a file that the driver reads."""
    source, target = sampling.job.results.part(part.key), sampling.job.results.sample(sampling.key, part.key)
    if not target.exists():
        copy_rows(source, target, below(source / "responses.parquet", sampling.limit, part.superseded))
    return {}


def _counts(
    session: SparkSession,
    counting: Counting,
    parts: Sequence[Summary],
    superseded: dict[str, tuple[int, ...]],
    progress: Progress,
) -> list[Summary]:
    """Write what each response names, partitioned by wave, and count it."""
    items = [Part(part["key"], superseded.get(part["key"], ())) for part in parts]
    counts = run_on(session, count_part, counting, items, partial(progress, "count"))
    results = counting.job.results
    paths = [results.counts(f"{part.key}-{counting.key}").with_suffix(".parquet") for part in items]
    write_counts(results, counts, sum_causes(session, paths))
    return counts


def _report(
    job: Job,
    annotator: Annotator,
    key: str,
    sample: Sample,
    topics: FittedTopics,
    counts: Sequence[Summary],
    language: str,
    progress: Progress,
) -> None:
    """Compute the reports, unless those of the same sample in the same language are there."""
    reports = {"of": key, "language": language}
    if job.results.manifest().get("reports") == reports:
        return
    memberships = memberships_of(read_memberships(job.results.topics(key)))
    now, code_frame = datetime.now(UTC), annotator.code_frame
    computed = compute_reports(
        sample, topics, memberships, code_frame, job.model, now, counts, partial(progress, "report")
    )
    write_reports(job.results, computed, code_frame, language)
    job.results.write_manifest(reports=reports, waves={each.wave: each.counts.responses for each in computed})
