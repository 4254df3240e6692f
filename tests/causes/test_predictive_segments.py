"""The warning of segments that may be a consequence of the score, and how controls enter the model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from pipelines.causes.analysis import Analysis
from pipelines.causes.predictive_segments import predictive_dimensions
from pipelines.impact.design import MANY_VALUED_SD, Controls
from pipelines.impact.effect_prior import SLOPE_SD
from pipelines.tabulate.survey_data import SurveyData
from saywhy.feedback import Segment
from saywhy.note import Note
from tests.builders.answers import report_on, response
from tests.builders.simulated_data import QuietWaves


def with_dimension(data: SurveyData, name: str, value: np.ndarray) -> SurveyData:
    """The survey with a dimension beside its others; `value`, (N,), numbers its values, -1 for none."""
    rows = np.flatnonzero(value >= 0)
    size = int(value.max()) + 1
    columns = sparse.csr_array((np.ones(len(rows), dtype=bool), (rows, value[rows])), (len(value), size))
    segments = tuple(Segment(name, str(number)) for number in range(size))
    return replace(
        data,
        segmented=sparse.csr_array(sparse.hstack([data.segmented, columns], format="csr")),
        segments=(*data.segments, *segments),
    )


def predictive(data: SurveyData) -> tuple[str, ...]:
    """What is named for all responses."""
    return predictive_dimensions(Analysis.of(data, data.responses_of("all")))


def test_what_is_set_after_the_score_is_named() -> None:
    """Whether low scorers were called back explains the score; a segment that is drawn at random does not."""
    data = QuietWaves(300).draw(1)
    generator = np.random.default_rng(2)
    called_back = np.where(data.score < 7, generator.random(600) < 0.8, generator.random(600) < 0.05).astype(int)
    assert predictive(data) == ()
    assert predictive(with_dimension(data, "team", called_back)) == ("team",)
    assert predictive(with_dimension(data, "churned", called_back)) == ()  # not in the model anyway


def test_many_values_without_effect_are_no_warning() -> None:
    """Fifty values of two responses each explain half of the variance by chance; ω² allows for it."""
    data = QuietWaves(50, dimensions=(2,)).draw(3)
    assert predictive(with_dimension(data, "branch", np.arange(100) // 2)) == ()
    assert predictive(with_dimension(data, "none", np.full(100, -1))) == ()


def test_few_responses_are_no_warning() -> None:
    """With 49 responses nothing is said, with 50 of the same kind it is."""
    data = QuietWaves(50, wrote=(1.0, 1.0), dimensions=(2,)).draw(4)
    value = (data.score < 7).astype(int)
    assert predictive(with_dimension(data, "team", np.where(np.arange(100) < 50, value, -1))) == ("team",)
    assert predictive(with_dimension(data, "team", np.where(np.arange(100) < 49, value, -1))) == ()


def test_the_report_has_the_note() -> None:
    """It names the dimension."""
    responses = [
        response(number, 2 if number % 2 else 10, f"fine {number}", segments=(Segment("team", str(number % 2)),))
        for number in range(80)
    ]
    assert Note("predictive", {"names": ("team",)}) in report_on(responses).notes


def test_many_valued_dimensions_have_a_tight_prior() -> None:
    """By the number of values that occur; constant columns are left out."""
    columns = np.zeros((40, 11), dtype=bool)
    columns[np.arange(40), np.arange(40) % 8] = True
    columns[:, 8] = np.arange(40) % 2
    columns[:, 9] = ~columns[:, 8]
    controls = Controls.of(sparse.csr_array(columns), [*["branch"] * 8, "plan", "plan", "plan"])
    assert controls.columns.shape == (40, 10)
    assert controls.sd == pytest.approx([MANY_VALUED_SD] * 8 + [SLOPE_SD] * 2)
