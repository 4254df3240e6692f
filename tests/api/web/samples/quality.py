"""Data quality of several reports, and before there is one."""

from __future__ import annotations

from dataclasses import replace

from api.web.pages.quality.build import WaveCounts, quality
from api.web.rendering import Web
from saywhy.report import Audit
from saywhy.store.audits import AuditProgress
from tests.api.web.samples.imports import DONE, JOB
from tests.builders.extreme_reports import EMPTY, HOSTILE
from tests.builders.reports import FULL, RATED, RICH


def samples(web: Web) -> list[object]:
    """With and without an audit, imports and waves."""
    audited = replace(RICH, audit=Audit(60, 2, 0.9, 0.8))
    reports = (FULL, audited, RATED, EMPTY, HOSTILE, None)
    waves = [WaveCounts.of(HOSTILE), WaveCounts.of(EMPTY)]
    shown = [quality(report, waves, AuditProgress(60, 900, 2), [DONE, JOB], web) for report in reports]
    return [*shown, quality(FULL, [], None, [], web)]
