"""Drift as lines of the page on data quality."""

from __future__ import annotations

from api.web.pages.quality.context import AspectLine, DriftLines
from pipelines.render.wording import Wording
from saywhy.annotation import Polarity
from saywhy.code_frame import CodeFrame
from saywhy.drift import AspectDrift, Drift, DriftAspect, MovedShare

#: Languages, themes and causes that a line names, those that moved most.
MOST = 5


def drift_lines(drift: Drift | None, code_frame: CodeFrame, wording: Wording) -> DriftLines | None:
    """The look in words; None without one."""
    if drift is None:
        return None
    newest = drift.wave if drift.wave is not None else wording("quality.drift_since", day=wording.day(drift.since))
    return DriftLines(
        scope=wording("quality.drift_scope", newest=newest, model=drift.model),
        aspects=tuple(_line(aspect, code_frame, wording) for aspect in drift.aspects),
    )


def _line(aspect: AspectDrift, code_frame: CodeFrame, wording: Wording) -> AspectLine:
    names = _names(aspect.aspect, code_frame, wording)
    if aspect.aspect is DriftAspect.LANGUAGES:
        names = {share.id: wording.language_name(share.id) for share in aspect.moved}
    return AspectLine(
        label=wording[f"quality.drift_{aspect.aspect}"],
        state=wording[f"quality.drift_{aspect.state}"],
        has_drifted=aspect.has_drifted,
        change=_change(aspect, wording),
        moved=tuple(_moved(share, names, wording) for share in aspect.moved[:MOST]),
    )


def _change(aspect: AspectDrift, wording: Wording) -> str:
    if aspect.before is None or aspect.after is None:
        return ""
    if aspect.aspect is DriftAspect.LENGTH:
        before, after = wording.count(round(aspect.before)), wording.count(round(aspect.after))
        return wording("quality.drift_characters", before=before, after=after)
    return wording("quality.drift_change", before=wording.share(aspect.before), after=wording.share(aspect.after))


def _moved(share: MovedShare, names: dict[str, str], wording: Wording) -> str:
    change = wording("quality.drift_change", before=wording.share(share.before), after=wording.share(share.after))
    return wording("quality.drift_moved", name=names.get(share.id) or share.id, change=change)


def _names(aspect: DriftAspect, code_frame: CodeFrame, wording: Wording) -> dict[str, str]:
    """What the properties of an aspect are called, by id."""
    match aspect:
        case DriftAspect.THEMES:
            return {theme.id: theme.name(wording.language) for theme in code_frame}
        case DriftAspect.SENTIMENT:
            return {polarity.value: wording[polarity.value] for polarity in Polarity}
        case DriftAspect.CAUSES:
            return {cause.id: cause.name(wording.language) for cause in code_frame.causes}
    return {}
