"""The survey of a workspace as its latest reports show it: what pages compute of the responses is kept by this key.

Reading all responses takes longer than a page may. What is computed of them stays, like a report, until the reports
change: at the next analysis, and when somebody sets an effort or is erased.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from api.http.dependencies import Resources
from saywhy.code_frame import CodeFrame
from saywhy.report import ALL_WAVES, Report
from saywhy.store import Engine
from service.reports import reading
from service.reports.reading import StoredReport

#: Most results of one kind that are kept.
KEPT = 32


@dataclass(frozen=True, slots=True)
class Survey:
    """The store, the workspace, and its latest report on a wave (`wave`), as it is stored."""

    engine: Engine
    workspace: str
    wave: str
    stored: StoredReport
    code_frame: CodeFrame = field(compare=False)

    @property
    def report(self) -> Report:
        return parsed(self.stored)


def find_survey(resources: Resources, wave: str = ALL_WAVES) -> Survey | None:
    """The survey with the report on a wave, or on all; None before the first analysis. Raises `WaveNotFound`."""
    engine, workspace = resources.engine, resources.workspace
    if reading.find_stored(engine, workspace, ALL_WAVES) is None:
        return None
    stored = reading.read_stored(engine, workspace, wave)
    return Survey(engine, workspace, wave, stored, resources.annotator.code_frame)


def read_report(resources: Resources, wave: str = ALL_WAVES) -> Report:
    """The latest report on a wave, or on all. Raises `WaveNotFound`."""
    return parsed(reading.read_stored(resources.engine, resources.workspace, wave))


def find_report(resources: Resources) -> Report | None:
    """The latest report on all waves; None before the first analysis."""
    stored = reading.find_stored(resources.engine, resources.workspace, ALL_WAVES)
    return parsed(stored) if stored else None


@lru_cache(maxsize=64)
def parsed(stored: StoredReport) -> Report:
    """Parsing takes longer than reading, and what is stored of a report is its key: nothing here is out of date."""
    return stored.report()
