"""The context of the page on data quality."""

from __future__ import annotations

from dataclasses import dataclass

from api.web.downloads import FileLink
from api.web.facts import Fact


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure: its share of a base as a bar, and what it counts."""

    label: str
    value: str
    fill: str
    detail: str


@dataclass(frozen=True, slots=True)
class WaveLine:
    """What came in with a wave: shares of its responses and of its comments."""

    wave: str
    responses: str
    scored: str
    commented: str
    non_answers: str
    duplicates: str
    unknown: str


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """An import of which rows were rejected."""

    file: str
    href: str
    at: str
    day: str
    rejected: str


@dataclass(frozen=True, slots=True)
class ReportQuality:
    """What a report says of its own ground. `audit` is what auditing found, empty without an audit."""

    generated: str
    tiles: tuple[Tile, ...]
    certain: Tile | None
    notes: tuple[str, ...]
    agreement: tuple[Fact, ...]
    waves: tuple[WaveLine, ...]
    files: tuple[FileLink, ...]


@dataclass(frozen=True, slots=True)
class AspectLine:
    """An aspect of drift. `change` is before and after where that is a number, `moved` has another share."""

    label: str
    state: str
    has_drifted: bool
    change: str
    moved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DriftLines:
    """Whether the newest comments are as those before."""

    scope: str
    aspects: tuple[AspectLine, ...]


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """How far two versions agree on the comments of a language."""

    language: str
    comments: str
    sentiment: str
    themes: str
    causes: str


@dataclass(frozen=True, slots=True)
class ShadowLines:
    """How far the version in the shadow agrees with the model; `dropped` is empty where every comment was compared."""

    scope: str
    languages: tuple[AgreementLine, ...]
    dropped: str


@dataclass(frozen=True, slots=True)
class NextLink:
    """Leads to a comment to label, and says why that one."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Labels:
    """How far the people agree who labelled the same comments, and where to label next; `next` is empty for readers."""

    agreement: tuple[Fact, ...]
    next: tuple[NextLink, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """Data quality. `report` is None before the first analysis, `audit` and `labels` in an anonymous workspace, `drift`
    where there are too few comments, `shadow` where nothing was compared.
    """

    report: ReportQuality | None
    drift: DriftLines | None
    shadow: ShadowLines | None
    audit: tuple[Fact, ...] | None
    labels: Labels | None
    audit_advice: str
    imports: tuple[RejectedLine, ...]
