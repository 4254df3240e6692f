"""Logging to MLflow."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from saywhy.errors import NotInstalled
from saywhy.model_version import Verdict
from training.retrain import tracking
from training.retrain.comparison import Comparison
from training.retrain.options import RetrainOptions
from training.retrain.report import Evaluation
from training.retrain.suspects import Suspect

SECRET = "my doctor is called Smith"
EVALUATION = Evaluation(
    champion="core-1",
    at=datetime(2026, 1, 1, tzinfo=UTC),
    data="abc",
    trained_on=70,
    tested_on=30,
    repeats=0,
    kinds=("sentiment",),
    options=RetrainOptions(depth="adapters", seed=3),
    verdict=Verdict("core-1", True),
    taught=(Comparison("sentiment", ("all", ""), 30, 30, 0.5, 0.75, 0.1, 0.4),),
    reference=(),
    calibration={"sentiment": (0.1, 0.2)},
    suspects=(Suspect(SECRET, "sentiment", "negative", "positive"),),
    judged=70,
    moves=(),
    responses=0,
    new_causes=(),
    curve=(
        {"epoch": 0, "step": 0, "train": float("nan"), "dev": 2.0},
        {"epoch": 1, "step": 8, "train": 3.0, "dev": 1.5},
    ),
)


@pytest.mark.slow
def test_options_metrics_and_curves_are_logged_and_no_comment(tmp_path: Path) -> None:
    """To a folder; a second run is one more of the same experiment."""
    from mlflow import MlflowClient

    log = tracking.tracker(uri := (tmp_path / "runs").as_uri())
    assert log is not None
    assert log("core-1+abc", EVALUATION) is None
    assert log("core-1+abc", EVALUATION) is None
    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name(tracking.EXPERIMENT)
    first, _ = client.search_runs([experiment.experiment_id])
    assert first.info.status == "FINISHED"
    assert first.data.params["depth"] == "adapters"
    assert first.data.params["data"] == "abc"
    assert first.data.metrics["taught_sentiment_f1"] == 0.75
    assert first.data.metrics["gate_passed"] == 1
    losses = client.get_metric_history(first.info.run_id, "dev_loss")
    assert [(one.step, one.value) for one in losses] == [(0, 2.0), (1, 1.5)]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "MODEL_CARD.md" for path in files)
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


def test_a_server_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    """The candidate is there all the same, so it is no error."""
    pytest.importorskip("mlflow")
    log = tracking.tracker(f"unknown://{tmp_path}")
    assert log is not None
    assert log("core-1+abc", EVALUATION)


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is trained; without the setting nothing is logged."""
    monkeypatch.setattr(tracking, "find_spec", lambda _: None)
    assert tracking.tracker(None) is None
    with pytest.raises(NotInstalled, match=r"saywhy\[mlflow\]"):
        tracking.tracker("http://localhost:5000")
