"""The options of a retraining: from a TOML file, from the command line, else the defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from saywhy.errors import InvalidInput

#: How deep a retraining reaches: heads alone, low-rank adapters of the encoder, all of the encoder.
HEADS_ONLY, ADAPTERS, FULL = DEPTHS = ("heads", "adapters", "full")


@dataclass(frozen=True, slots=True)
class RetrainOptions:
    """How to train and what to demand; the defaults are set by `benchmarks/retraining.py`.

    `pull` is how strongly the weights are held near those that serve, `pull_of_causes` those of the causes, and
    `pull_of_new` those of causes that the version which serves does not know. `anchor` is the weight of each text that
    must be answered as before, beside a label. `test_share` of the comments are not trained on. `margin` is the F1 that
    a group may lose, and `calibration_margin` by how much the calibration error may grow. `most_suspects` is the share
    of labels that may look wrong.

    Those after `resamples` are for the depths that train the encoder; docs/howto/retrain.md says what each means.
    """

    depth: str = HEADS_ONLY
    seed: int = 7
    test_share: float = 0.3
    pull: float = 1.0
    pull_of_causes: float = 0.1
    pull_of_new: float = 0.03
    anchor: float = 2.0
    margin: float = 0.03
    calibration_margin: float = 0.03
    most_suspects: float = 0.08
    resamples: int = 1000
    start: str | None = None
    epochs: int = 5
    patience: int = 2
    dev_share: float = 0.15
    encoder_rate: float | None = None
    head_rate: float = 3e-4
    rank: int = 8
    keep: float = 1.0
    keep_vectors: float = 5.0
    champion_share: float = 0.5
    batch_tokens: int = 2048
    max_tokens: int = 128
    written_share: float = 1.0

    def __post_init__(self) -> None:
        if not 0.05 <= self.test_share <= 0.9:
            raise InvalidInput(f"test_share must be 0.05 to 0.9, found {self.test_share}")
        for name in ("pull", "pull_of_causes", "pull_of_new"):
            if not getattr(self, name) > 0:
                raise InvalidInput(f"{name} must be above 0, found {getattr(self, name)}")
        for name in ("anchor", "margin", "calibration_margin", "most_suspects"):
            if not getattr(self, name) >= 0:
                raise InvalidInput(f"{name} must be 0 or more, found {getattr(self, name)}")
        if self.depth not in DEPTHS:
            raise InvalidInput(f"there is no depth {self.depth!r}; there are: {', '.join(DEPTHS)}")
        if self.start is not None and self.depth != FULL:
            raise InvalidInput(f"only the depth {FULL} can start from another encoder than that of the champion")
        for name in ("epochs", "patience", "rank"):
            if getattr(self, name) < 1:
                raise InvalidInput(f"{name} must be 1 or more, found {getattr(self, name)}")
        for name, least in (("batch_tokens", 256), ("max_tokens", 16)):
            if getattr(self, name) < least:
                raise InvalidInput(f"{name} must be {least} or more, found {getattr(self, name)}")
        for name in ("encoder_rate", "head_rate"):
            if (rate := getattr(self, name)) is not None and not 0 < rate < 1:
                raise InvalidInput(f"{name} must be above 0 and below 1, found {rate}")
        for name in ("keep", "keep_vectors"):
            if not 0 <= getattr(self, name) < inf:
                raise InvalidInput(f"{name} must be 0 or more, found {getattr(self, name)}")
        for name, most in (("dev_share", 0.5), ("written_share", 1.0)):
            if not 0 < getattr(self, name) <= most:
                raise InvalidInput(f"{name} must be above 0 and at most {most}, found {getattr(self, name)}")
        if not 0 <= self.champion_share < 1:
            raise InvalidInput(f"champion_share must be 0 or more and below 1, found {self.champion_share}")
        if self.resamples < 100:
            raise InvalidInput(f"resamples must be 100 or more, found {self.resamples}")

    def values(self) -> dict[str, Any]:
        return asdict(self)


def parsed(settings: Sequence[str]) -> dict[str, Any]:
    """Options of the form NAME=VALUE, where VALUE is as in TOML or a text without quotes.

    Raises `InvalidInput` for what has no such form.
    """
    values: dict[str, Any] = {}
    for setting in settings:
        name, separator, value = setting.partition("=")
        if not separator:
            raise InvalidInput(f"{setting!r:.80} is no NAME=VALUE")
        try:
            values[name.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            values[name.strip()] = value
    return values


def read_options(path: Path | None, overrides: Mapping[str, Any]) -> RetrainOptions:
    """The options of a file, with those overrides that are not None.

    Raises `InvalidInput` for what is no TOML, no option or no value of one.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InvalidInput(f"{path}: {error}") from None
    values |= {name: value for name, value in overrides.items() if value is not None}
    if unknown := values.keys() - RetrainOptions.__dataclass_fields__.keys():
        known = ", ".join(RetrainOptions.__dataclass_fields__)
        raise InvalidInput(f"there is no option {', '.join(sorted(unknown))}; there are: {known}")
    try:
        return TypeAdapter(RetrainOptions).validate_python(values)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise InvalidInput("; ".join(faults)) from None
