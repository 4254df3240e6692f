"""Data quality of several reports, and before there is one."""

from __future__ import annotations

from dataclasses import replace

from api.web.pages.quality.build import WaveCounts, quality
from api.web.pages.quality.drift import drift_lines
from api.web.pages.quality.shadow import shadow_lines
from api.web.rendering import Web
from pipelines.labelling.agreement import Agreement
from saywhy.code_frame import load_code_frame
from saywhy.drift import AspectDrift, Drift, DriftAspect, DriftState, MovedShare
from saywhy.model_version import Shadow
from saywhy.report import Audit
from saywhy.store.audits import AuditProgress
from service.labelling.agreement import LabelAgreement
from service.shadow_agreement import LanguageAgreement, ShadowAgreement
from tests.api.web.samples.imports import DONE, JOB
from tests.builders.extreme_reports import EMPTY, HOSTILE
from tests.builders.reports import FULL, RATED, RICH

AGREEMENT = LabelAgreement(Agreement(1_200, 3, 140, 0.81, 0.77, 0.85), Agreement(7, 2, 1, -0.1), Agreement(0, 0, 0))
DRIFT = Drift(
    "core-2027.05",
    "2026-11-27T02:00:14.120+00:00",
    "2026-Q4",
    None,
    (
        AspectDrift(
            DriftAspect.LANGUAGES, DriftState.DRIFTED, 0.0004, 0.31, 0.2, comments_before=1840, comments_after=612,
            moved=(MovedShare("de", 0.22, 0.36, 0.31), MovedShare("und", 0.1, 0.01, -0.44)),
        ),
        AspectDrift(DriftAspect.LENGTH, DriftState.STEADY, 0.2, 0.02, 0.147, 74.0, 71.0, 1840, 612),
        AspectDrift(DriftAspect.CONTENT, DriftState.UNTESTED),
        AspectDrift(
            DriftAspect.SENTIMENT, DriftState.DRIFTED, 0.01, 0.3, 0.2, moved=(MovedShare("negative", 0.3, 0.45, 0.3),)
        ),
        AspectDrift(
            DriftAspect.THEMES, DriftState.DRIFTED, 0.01, 0.3, 0.2, moved=(MovedShare("support", 0.05, 0.15, 0.34),)
        ),
        AspectDrift(
            DriftAspect.CAUSES, DriftState.DRIFTED, 0.01, 0.3, 0.2, moved=(MovedShare("gone.cause", 0.05, 0.0, -0.45),)
        ),
        AspectDrift(DriftAspect.OUTSIDE, DriftState.STEADY, 1.0, 0.01, 0.2, 0.2, 0.2, 900, 300),
        AspectDrift(DriftAspect.CORRECTIONS, DriftState.DRIFTED, 0.001, 0.9, 0.2, 0.1, 0.5, 200, 100),
    ),
)  # fmt: skip
SHADOW = ShadowAgreement(
    Shadow("core-2027.05+6b1c0d2f9a3e4b57", 0.1, True, "2026-11-27T02:00:14+00:00", "Ada"),
    "core-2027.05",
    LanguageAgreement("all", 1_203, 0.97, 0.94, 0.91),
    (LanguageAgreement("en", 1_200, 0.97, 0.94, 0.91), LanguageAgreement("other", 3, 1.0, None, None)),
    12,
)
NOBODY = LabelAgreement(*[Agreement(0, 0, 0)] * 3)


def samples(web: Web) -> list[object]:
    """With and without an audit, imports and waves."""
    audited = replace(RICH, audit=Audit(60, 2, 0.9, 0.8))
    reports = (FULL, audited, RATED, EMPTY, HOSTILE, None)
    waves = [WaveCounts.of(HOSTILE), WaveCounts.of(EMPTY)]
    progress = AuditProgress(60, 900, 2)
    shown = [quality(report, waves, progress, AGREEMENT, [DONE, JOB], web) for report in reports]
    drift = drift_lines(DRIFT, load_code_frame(), web.wording)
    hidden = drift_lines(DRIFT.without_numbers(), load_code_frame(), web.wording)
    shadow = shadow_lines(SHADOW, web.wording)
    return [
        *shown,
        quality(FULL, waves, progress, NOBODY, [], web, drift, shadow),
        quality(FULL, [], None, None, [], web, hidden),
    ]
