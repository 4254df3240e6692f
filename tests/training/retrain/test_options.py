"""The options of a retraining, and what they need."""

from __future__ import annotations

from pathlib import Path

import pytest

from saywhy.errors import InvalidInput, NotInstalled
from training.retrain import depths
from training.retrain.options import RetrainOptions, parsed, read_options


def test_options_on_the_command_line_override_those_of_the_file(tmp_path: Path) -> None:
    """Numbers, and texts without quotes."""
    path = tmp_path / "retrain.toml"
    path.write_text('depth = "full"\nepochs = 9\nseed = 3\n', "utf-8")
    options = read_options(path, parsed(["epochs=2", "start=intfloat/e5", "keep = 0.5"]) | {"seed": None})
    assert (options.depth, options.epochs, options.start, options.keep, options.seed) == (
        "full",
        2,
        "intfloat/e5",
        0.5,
        3,
    )


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"depth": "deep"}, "no depth 'deep'; there are: heads, adapters, full"),
        ({"start": "a/b", "depth": "adapters"}, "only the depth full"),
        ({"epochs": 0}, "epochs must be 1 or more"),
        ({"encoder_rate": 2.0}, "encoder_rate must be above 0 and below 1"),
        ({"dev_share": 0.0}, "dev_share must be above 0"),
        ({"keep": float("nan")}, "keep must be 0 or more"),
        ({"champion_share": 1.0}, "champion_share must be 0 or more and below 1"),
        ({"epoch": 3}, "no option epoch"),
    ],
)
def test_values_that_make_no_sense_are_refused(values: dict[str, object], reason: str) -> None:
    """The message names the option."""
    with pytest.raises(InvalidInput, match=reason):
        read_options(None, values)


def test_a_setting_without_a_value_is_refused() -> None:
    """The message quotes it."""
    with pytest.raises(InvalidInput, match="'epochs' is no NAME=VALUE"):
        parsed(["epochs"])


def test_without_torch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Depths that train the encoder need it, heads alone do not."""
    monkeypatch.setattr(depths, "find_spec", lambda name: None if name in ("torch", "peft") else name)
    for depth in ("adapters", "full"):
        with pytest.raises(NotInstalled, match=rf"--depth {depth} needs torch, peft: pip install 'saywhy\[train\]'"):
            depths.check_installed(depth)
    depths.check_installed(RetrainOptions().depth)
