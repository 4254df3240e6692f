"""The reports on the sample: one per wave and one on all waves, by what computes them on one machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.render import to_html, to_json
from pipelines.report.caveats import sampled
from pipelines.report.waves import ReportProgress, report_on_waves
from pipelines.spark.counting import WAVES, count_waves
from pipelines.spark.fit import FittedTopics
from pipelines.spark.folders import Results, written_at_once
from pipelines.spark.sampling import Sample
from pipelines.spark.session import Summary
from pipelines.tabulate.tabulation import tabulate
from saywhy.code_frame import CodeFrame
from saywhy.report import ALL_WAVES, Report
from saywhy.topic import Membership

_WAVES = pa.schema({"wave": pa.string(), **dict.fromkeys(WAVES, pa.int64())})


def compute_reports(
    sample: Sample,
    topics: FittedTopics,
    memberships: Sequence[Membership],
    code_frame: CodeFrame,
    model: str,
    now: datetime,
    counts: Sequence[Summary],
    progress: ReportProgress,
) -> list[Report]:
    """The reports. If the sample is smaller than what was counted, each says so in its first note."""
    assignments = topics.assignments(memberships)
    data = tabulate(sample.responses, sample.annotations, topics.topics, assignments, code_frame)
    reports = report_on_waves(data, model, now, progress=progress)
    of_wave = {row["wave"]: row["responses"] for row in count_waves(counts)}
    sizes = of_wave | {ALL_WAVES: sum(of_wave.values())}
    return [_with_note(report, sizes[report.wave]) for report in reports]


def _with_note(report: Report, responses: int) -> Report:
    if responses == report.counts.responses:
        return report
    return replace(report, notes=(sampled(report, responses), *report.notes))


def write_reports(results: Results, reports: Sequence[Report], code_frame: CodeFrame, language: str) -> None:
    """Write each report as JSON and as a page."""
    for report in reports:
        for ending, text in (("json", to_json(report)), ("html", to_html(report, code_frame, language=language))):
            with written_at_once(results.report(report.wave, ending)) as path:
                path.write_text(text, "utf-8")
    kept = {results.report(report.wave, ending) for report in reports for ending in ("json", "html")}
    for path in (results.root / "reports").glob("*"):  # waves that are no more
        if path not in kept:
            path.unlink()


def write_counts(results: Results, counts: Sequence[Summary], causes: pa.Table) -> None:
    """Write the counts of all responses: `waves.parquet` and `causes.parquet`."""
    waves = pa.Table.from_pylist(count_waves(counts), _WAVES)
    for name, table in (("waves", waves), ("causes", causes)):
        with written_at_once(results.root / f"{name}.parquet") as path:
            pq.write_table(table, path)
