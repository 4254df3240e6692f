"""The depths that train the encoder, on a tiny champion: they learn, repeat themselves, and survive kill -9."""

from __future__ import annotations

import json
import math
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from models.annotator import Annotator
from models.bundle import CURVE, CURVE_PICTURE, ENCODER, REPORTS, digest, open_bundle
from models.causes import CAUSE_WEIGHT
from models.registry import Registry
from saywhy.annotation import Polarity
from saywhy.errors import Conflict
from saywhy.feedback import Comment
from tests.builders.tiny_bundle import tiny_registry, word_tokenizer, write_checkpoint
from tests.training.retrain.tiny_runs import BLAME, PRAISE, few_texts, options, request
from training.retrain.depths import run_folder
from training.retrain.report import Evaluation
from training.retrain.run import RUNS, retrain
from training.retrain.wording import RetrainingWording

pytestmark = pytest.mark.slow
DEPTHS = ("adapters", "full")


@pytest.fixture(scope="module")
def champion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with a tiny champion."""
    return tiny_registry(tmp_path_factory.mktemp("registry"), PRAISE + BLAME).root


def trained(root: Path, depth: str, **values: object) -> tuple[str, Evaluation, list[tuple[str, int, int]]]:
    """The version, its evaluation, and the progress that was told."""
    told: list[tuple[str, int, int]] = []
    with few_texts():
        version, evaluation = retrain(
            Registry(root), request(), options(depth, **values), threads=1, progress=lambda *step: told.append(step)
        )
    return version, evaluation, told


@pytest.fixture(scope="module")
def results(champion: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, str, Evaluation]]:
    """An uninterrupted run of each depth, in a registry of its own."""
    made = {}
    for depth in DEPTHS:
        root = shutil.copytree(champion, tmp_path_factory.mktemp(depth) / "models")
        made[depth] = (root, *trained(root, depth)[:2])
    return made


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_encoder_learns(results: dict[str, tuple[Path, str, Evaluation]], depth: str) -> None:
    """A candidate with another encoder answers comments that it has not seen as taught, and shows how it learnt."""
    root, version, evaluation = results[depth]
    registry = Registry(root)
    assert registry.resolve("candidate") == version
    bundle = open_bundle(root / version)
    assert digest(bundle.encoder) != digest(root / "tiny" / ENCODER)
    [annotation] = Annotator(bundle).annotate([Comment("you saw the sick park", "en")])
    assert annotation.sentiment.label is Polarity.POSITIVE
    [taught] = [one for one in evaluation.taught if (one.kind, one.group) == ("sentiment", ("all", ""))]
    assert taught.low > 0
    assert evaluation.verdict.champion == "tiny"
    losses = [point["dev"] for point in evaluation.curve]
    assert min(losses) < losses[0]
    lines = (root / version / CURVE).read_text("utf-8").splitlines()
    assert lines[0] == "epoch,step,train_loss,dev_loss"
    assert len(lines) == 1 + len(losses)
    assert (root / version / CURVE_PICTURE).read_bytes().startswith(b"\x89PNG")
    assert lines[1].startswith("0,0,,")
    assert all("data:image/svg+xml;base64," in (root / version / name).read_text("utf-8") for name in REPORTS.values())
    assert not list((root / RUNS).iterdir())


@pytest.mark.parametrize("depth", ["adapters", pytest.param("full", marks=pytest.mark.exhaustive)])
def test_a_killed_run_goes_on_to_the_same_result(
    champion: Path, results: dict[str, tuple[Path, str, Evaluation]], tmp_path: Path, depth: str
) -> None:
    """Killed by the system in the midst of an epoch and started again, a run ends with the same version and numbers.

    So equal data and seeds give equal metrics, too.
    """
    root = shutil.copytree(champion, tmp_path / "models")
    command = [sys.executable, "-m", "tests.training.retrain.killed_run", str(root), depth, "9"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "waiting" in process.stdout.read(len("waiting"))
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert Registry(root).names() == ["tiny"]
    version, evaluation, told = trained(root, depth)
    assert next(step for step in told if step[0] == "train")[1] == 9
    _, other_version, other = results[depth]
    assert version == other_version
    assert evaluation.taught == other.taught
    assert [_comparable(point) for point in evaluation.curve] == [_comparable(point) for point in other.curve]


def _comparable(point: Mapping[str, float]) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in point.items()}


def test_training_stops_when_it_gets_no_better(champion: Path, tmp_path: Path) -> None:
    """With steps that are far too large the loss of what is kept out grows, and the weights are those of before."""
    root = shutil.copytree(champion, tmp_path / "models")
    _, evaluation, _ = trained(root, "adapters", encoder_rate=0.9, head_rate=0.9, patience=1, epochs=6)
    assert len(evaluation.curve) < 7
    best = min(evaluation.curve, key=lambda point: point["dev"])
    assert best["epoch"] == evaluation.curve[-1]["epoch"] - 1


def test_a_candidate_is_between_the_champion_and_what_was_trained(
    results: dict[str, tuple[Path, str, Evaluation]], champion: Path, tmp_path: Path
) -> None:
    """With a share of the champion, the heads are that share of the way back, and the encoder is another one too."""
    root = shutil.copytree(champion, tmp_path / "models")
    version, *_ = trained(root, "full", champion_share=0.75)
    before, after = open_bundle(champion / "tiny"), open_bundle(results["full"][0] / results["full"][1])
    between = open_bundle(root / version)
    for name in ("weight", CAUSE_WEIGHT):
        # What all causes share is of no account, and is taken from the champion's before the training.
        first, last, middle = (
            b.heads[name] - b.heads[name].mean(axis=1, keepdims=True) for b in (before, after, between)
        )
        assert np.abs(last - first).max() > 0.01
        assert np.allclose(middle, 0.25 * last + 0.75 * first, atol=1e-5)
    assert len({digest(bundle.encoder) for bundle in (before, after, between)}) == 3


def test_another_encoder_can_be_started_from(champion: Path, tmp_path: Path) -> None:
    """A folder with a larger encoder and another tokenizer becomes a version whose vectors are as large as its own."""
    root = shutil.copytree(champion, tmp_path / "models")
    base = write_checkpoint(tmp_path / "base", word_tokenizer([*PRAISE, *BLAME, "more words"]), hidden=64, layers=3)
    version, evaluation, _ = trained(root, "full", start=str(base))
    bundle = open_bundle(root / version)
    assert Annotator(bundle).vectors(["we saw moles"]).shape == (1, 64)
    assert json.loads((root / version / "evaluation.json").read_text("utf-8"))["options"]["start"] == str(base)
    assert str(base) in evaluation.trained(RetrainingWording("en"))


def test_the_same_is_not_trained_twice_at_once(tmp_path: Path) -> None:
    """A second process is told so; other options have another folder."""
    with run_folder(tmp_path, options("full"), "data"):
        with pytest.raises(Conflict, match="another process"), run_folder(tmp_path, options("full"), "data"):
            pass
        with run_folder(tmp_path, options("full", seed=8), "data"):
            pass
