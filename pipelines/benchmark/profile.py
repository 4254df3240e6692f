"""What can be compared of a group of responses: its NPS, and how often each cause is named and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.causes.analysis import Analysis
from pipelines.causes.impacts import impacts
from pipelines.impact.nps import nps_of
from pipelines.tabulate.survey_data import SurveyData
from saywhy.annotation import Polarity
from saywhy.estimate import Estimate, Nps
from saywhy.issue import CauseKey, Issue
from saywhy.report import Report

#: A cause on one side: blamed (NEGATIVE) or praised (POSITIVE).
Side = tuple[Polarity, CauseKey]


@dataclass(frozen=True, slots=True)
class CauseProfile:
    """The responses that name a cause, and its impact: None if no response has a score on the 0-10 scale."""

    label: str
    mentions: int
    points: Estimate | None


@dataclass(frozen=True, slots=True)
class Profile:
    """The numbers of one group of responses, in the order of its rankings; `name` and `without` as in `ComparedGroup`.

    `with_comment` counts the responses that could name a cause; None where the report does not say how many there are.
    `design_effect` is that of the NPS of these responses, 1 where they have none. `ranked_in_survey` are the causes
    that the survey ranks of which the group is a part: if the group does not list one of them, none of its responses
    names it, unless it `hides_small_groups`.
    """

    name: str
    without: str | None
    model: str
    nps: Nps | None
    with_comment: int | None
    design_effect: float
    causes: Mapping[Side, CauseProfile]
    ranked_in_survey: Set[CauseKey]
    hides_small_groups: bool = False

    @classmethod
    def of_report(cls, report: Report, survey: Report, name: str, *, is_anonymous: bool) -> Profile:
        """The profile of the responses of a report: only numbers that it shows. `survey` is the report on all waves."""
        with_comment = report.nps_with_comment
        sides = ((Polarity.NEGATIVE, report.issues), (Polarity.POSITIVE, report.delights))
        return cls(
            name=name,
            without=None,
            model=report.model,
            nps=report.nps,
            with_comment=_with_comment(report),
            design_effect=with_comment.design_effect if with_comment else 1.0,
            causes={(side, issue.key): _cause_profile(issue) for side, issues in sides for issue in issues},
            ranked_in_survey={issue.key for issue in (*survey.issues, *survey.delights)},
            hides_small_groups=is_anonymous,
        )

    @classmethod
    def of_responses(
        cls, data: SurveyData, mask: NDArray[np.bool_], model: str, name: str, without: str | None = None
    ) -> Profile:
        """The profile of the responses in `mask`, (N,), as their report would show them; not for anonymous surveys."""
        analysis = Analysis.of(data, mask)
        scored = mask & data.scored
        with_comment = nps_of(data.points[analysis.base], analysis.customer) if analysis.is_scored else None
        return cls(
            name=name,
            without=without,
            model=model,
            nps=nps_of(data.points[scored], data.account[scored]),
            with_comment=int(analysis.base.sum()),
            design_effect=with_comment.design_effect if with_comment else 1.0,
            causes={
                (side, data.causes[int(impact.key)].key): CauseProfile(
                    data.causes[int(impact.key)].label,
                    impact.mentions,
                    Estimate(impact.impact, impact.low, impact.high) if analysis.is_scored else None,
                )
                for side, cause_impacts in impacts(analysis).items()
                for impact in cause_impacts.ranking
            },
            ranked_in_survey={cause.key for cause in data.causes},
        )


def _cause_profile(issue: Issue) -> CauseProfile:
    is_measured = issue.leave_out is not None
    points = Estimate(issue.impact, issue.low, issue.high) if is_measured else None
    return CauseProfile(issue.label, issue.mentions, points)


def _with_comment(report: Report) -> int | None:
    """The responses on which mentions are counted, as in `Analysis.base`."""
    if report.nps_with_comment is not None:
        return report.nps_with_comment.n
    return None if report.nps else report.counts.comments - report.counts.non_answers
