"""Data quality of several reports, and before there is one."""

from __future__ import annotations

from dataclasses import replace

from api.web.pages.quality.build import WaveCounts, quality
from api.web.rendering import Web
from pipelines.labelling.agreement import Agreement
from saywhy.report import Audit
from saywhy.store.audits import AuditProgress
from service.labelling.agreement import LabelAgreement
from tests.api.web.samples.imports import DONE, JOB
from tests.builders.extreme_reports import EMPTY, HOSTILE
from tests.builders.reports import FULL, RATED, RICH

AGREEMENT = LabelAgreement(Agreement(1_200, 3, 140, 0.81, 0.77, 0.85), Agreement(7, 2, 1, -0.1), Agreement(0, 0, 0))
NOBODY = LabelAgreement(*[Agreement(0, 0, 0)] * 3)


def samples(web: Web) -> list[object]:
    """With and without an audit, imports and waves."""
    audited = replace(RICH, audit=Audit(60, 2, 0.9, 0.8))
    reports = (FULL, audited, RATED, EMPTY, HOSTILE, None)
    waves = [WaveCounts.of(HOSTILE), WaveCounts.of(EMPTY)]
    progress = AuditProgress(60, 900, 2)
    shown = [quality(report, waves, progress, AGREEMENT, [DONE, JOB], web) for report in reports]
    return [*shown, quality(FULL, waves, progress, NOBODY, [], web), quality(FULL, [], None, None, [], web)]
