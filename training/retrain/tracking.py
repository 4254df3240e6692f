"""Logging a retraining to MLflow: options, F1 of both versions, the learning curve, and the model card.

No comment leaves the machine: neither labels nor the report pages are logged.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec
from math import isnan

from saywhy.errors import NotInstalled
from training.retrain.report import Evaluation, card_of

EXPERIMENT = "saywhy retrain"

#: Logs a version with its evaluation; returns why it could not, or None.
Tracker = Callable[[str, Evaluation], str | None]


def tracker(uri: str | None) -> Tracker | None:
    """What logs to an MLflow server or folder; None without one. Raises `NotInstalled` without the extra `mlflow`."""
    if not uri:
        return None
    if find_spec("mlflow") is None:
        raise NotInstalled("MLFLOW_TRACKING_URI is set, which needs MLflow: pip install 'saywhy[mlflow]'")

    def log(version: str, evaluation: Evaluation) -> str | None:
        try:
            _log(uri, version, evaluation)
        except Exception as error:  # the candidate is there, whatever the server says
            return str(error).splitlines()[0] if str(error) else type(error).__name__
        return None

    return log


def _log(uri: str, version: str, evaluation: Evaluation) -> None:
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"  # nothing calls home
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # whoever names a folder wants one
    import mlflow

    client = mlflow.MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    experiment_id = experiment.experiment_id if experiment else client.create_experiment(EXPERIMENT)
    run = client.create_run(experiment_id, run_name=version).info.run_id
    facts: dict[str, object] = {"version": version, "champion": evaluation.champion, "data": evaluation.data}
    facts |= {"trained_on": evaluation.trained_on, "tested_on": evaluation.tested_on}
    for name, value in (facts | evaluation.options.values()).items():
        client.log_param(run, name, value)
    for name, value in _metrics(evaluation).items():
        client.log_metric(run, name, value)
    for point in evaluation.curve:
        for name in ("train", "dev"):
            if not isnan(point[name]):
                client.log_metric(run, f"{name}_loss", point[name], step=int(point["epoch"]))
    client.log_text(run, card_of(version, evaluation), "MODEL_CARD.md")
    client.set_terminated(run)


def _metrics(evaluation: Evaluation) -> dict[str, float]:
    """F1 of all texts, calibration errors, and whether the gate lets it pass."""
    metrics = {"gate_passed": float(evaluation.verdict.passes)}
    for where, comparisons in (("taught", evaluation.taught), ("reference", evaluation.reference)):
        for one in comparisons:
            if one.group == ("all", ""):
                name = f"{where}_{one.kind}_f1"
                metrics |= {name: one.candidate, f"{name}_champion": one.champion, f"{name}_gain": one.difference}
    for kind, (_, after) in evaluation.calibration.items():
        metrics[f"{kind}_calibration_error"] = after
    return metrics
