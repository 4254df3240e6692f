"""For which segments the impact is adjusted: never for a consequence of the score."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.causes.from_records import rank_records
from pipelines.tabulate.segments import adjustable, is_consequence
from saywhy.feedback import Segment

CONSEQUENCES = [
    *(
        "churned",
        "Churn_risk",
        "at-risk",
        "status",
        "Customer Status",
        "account_owner",
        "CSM",
        "renewal date",
        "NPS group",
    ),
    *("Vertragsstatus", "gekündigt", "Abwanderung", "Kundenzufriedenheit", "Zuständig", "Kundenbetreuer"),
    *("流失", "流失风险", "客户状态", "负责人", "续约", "满意度"),
    *("流失風險", "客戶狀態", "負責人", "續約", "滿意度", "狀態"),
]
CAUSES = [
    *("country", "plan", "industry", "tenure", "home ownership", "employment status", "homeowner", "product version"),
    *("Land", "Tarif", "Familienstand", "Branche", "国家", "套餐", "行业", "國家", "方案", "產業"),
]


@pytest.mark.parametrize("dimension", CONSEQUENCES)
def test_consequences_of_the_score_are_known_by_name(dimension: str) -> None:
    """In four languages: a status, churn, who looks after the customer, other measures of satisfaction."""
    assert is_consequence(dimension)


@pytest.mark.parametrize("dimension", CAUSES)
def test_other_dimensions_are_controls(dimension: str) -> None:
    """Who the customers are and what they bought is set before the score."""
    assert not is_consequence(dimension)
    assert adjustable([Segment(dimension, "a"), Segment("churned", "yes")]).tolist() == [0]


def test_a_consequence_takes_no_points_of_its_cause() -> None:
    """Whether low scorers churned does not change what a cause costs; a segment that comes before the score does."""
    generator = np.random.default_rng(0)
    blames = generator.random(600) < 0.3
    scores = np.where(generator.random(600) < np.where(blames, 0.7, 0.2), 3, 10)
    left = (scores < 7) & (generator.random(600) < 0.8)

    def impact(**dimension: str) -> float:
        records = [
            {
                "score": int(score),
                "mentions": [{"theme": "queue", "polarity": "negative"}] if blame else [],
                "segments": {name: str(bool(gone)) for name in dimension.values()},
            }
            for score, blame, gone in zip(scores, blames, left, strict=True)
        ]
        return float(rank_records(records)[0]["impact"])

    assert impact(name="churned") == pytest.approx(impact())
    assert impact(name="region") < 0.7 * impact()
