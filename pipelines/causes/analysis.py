"""The responses of one report with what every step of the ranking needs of them, computed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipelines.impact.design import Controls
from pipelines.tabulate.segments import adjustable, comparable
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.feedback import Segment

#: A cause is blamed or praised; other polarities are not ranked.
SIDES = (Polarity.NEGATIVE, Polarity.POSITIVE)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The responses of one report (`mask`), and the B of them on which impact is measured (`base`).

    The base (`SurveyData.base_of`) has scores on the 0-10 scale; without (`is_scored` is false) only mentions can be
    counted.
    """

    data: SurveyData
    mask: NDArray[np.bool_]  # (N,)
    base: NDArray[np.bool_]  # (N,)
    is_scored: bool
    named: Mapping[Polarity, sparse.csr_array]  # of each of `SIDES`: (B, K) bool, response × cause
    segments: tuple[Segment, ...]  # those of comparable dimensions
    segment_columns: NDArray[np.intp]  # (S,) their indices in `SurveyData.segments`
    segmented: sparse.csr_array  # (B, S) bool, response × comparable segment
    dropped_dimensions: tuple[str, ...]  # dimensions with too many values to be segments

    @classmethod
    def of(cls, data: SurveyData, mask: NDArray[np.bool_]) -> Analysis:
        base = data.base_of(mask)
        columns, dropped = comparable(data.segments)
        return cls(
            data=data,
            mask=mask,
            base=base,
            is_scored=bool((base & data.scored).any()),
            named={polarity: data.named(polarity, base) for polarity in SIDES},
            segments=tuple(data.segments[column] for column in columns.tolist()),
            segment_columns=columns,
            segmented=data.segmented[base][:, columns],
            dropped_dimensions=tuple(dropped),
        )

    @property
    def responses(self) -> int:
        """All scored responses of the report, with or without a comment: impacts are points of the NPS of them all."""
        return int((self.mask & self.data.scored).sum())

    @property
    def customer(self) -> NDArray[np.int32]:
        """The account or customer of each response of the base, -1 where it is unknown: (B,)."""
        return self.data.account[self.base]

    @property
    def scores(self) -> NDArray[np.int8]:
        """The score of each response of the base, 0 … 10: (B,). Only where it `is_scored`."""
        return self.data.score[self.base]

    def controls(self) -> Controls:
        """Segments (`adjustable`) and waves, the properties that the impact is adjusted for."""
        waves = self.data.wave[self.base]
        with_wave = np.flatnonzero(waves >= 0)
        cells = (np.ones(len(with_wave), dtype=bool), (with_wave, waves[with_wave]))
        by_wave = sparse.csr_array(cells, (len(waves), len(self.data.waves)))
        of_segments = adjustable(self.data.segments)
        dimensions = [self.data.segments[column].dimension for column in of_segments.tolist()]
        segmented = self.data.segmented[self.base][:, of_segments]
        properties = sparse.csr_array(sparse.hstack([segmented, by_wave], format="csr", dtype=bool))
        return Controls.of(properties, [*dimensions, *[""] * len(self.data.waves)])
