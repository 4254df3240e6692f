"""What the page on a retraining says in one language: sentences, names of what is compared, and the gate's reasons.

The texts are in `texts.toml`, the four languages one after the other; the key `retraining.group` is its entry `group`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from models.causes import NO_CAUSE
from pipelines.render.wording import Wording, closest_language, printable
from saywhy.annotation import Polarity
from saywhy.code_frame import CodeFrame
from training.retrain.comparison import CAUSES, LENGTHS, SENTIMENT, THEMES, Comparison
from training.retrain.gate import Reason
from training.retrain.reference import DIMENSION

TEXTS = Path(__file__).with_name("texts.toml")


@cache
def texts_in(language: str) -> dict[str, str]:
    """The texts in a first-class language by key."""
    return {f"retraining.{name}": text for name, text in tomllib.loads(TEXTS.read_text("utf-8"))[language].items()}


class RetrainingWording(Wording):
    """Texts and number formats in one language, and the names that the themes and causes of a code frame have in it.

    Raises `InvalidInput` for a language that is not one of the four.
    """

    def __init__(self, language: str, code_frame: CodeFrame | None = None) -> None:
        super().__init__(language, texts_in(closest_language(language)))
        frame = code_frame or CodeFrame(())
        self._names = {
            THEMES: {theme.id: theme.name(self.language) for theme in frame.themes},
            CAUSES: {cause.id: cause.name(self.language) for cause in frame.causes},
        }

    def say(self, key: str, **values: str) -> str:
        """A sentence of `texts.toml`."""
        return self(f"retraining.{key}", **values)

    def f1(self, value: float, *, signed: bool = False) -> str:
        return self.points(value, signed=signed, decimals=3)

    def exact(self, value: float) -> str:
        """A number that somebody has set, with all its digits."""
        return format_decimal(value, locale=self._locale, decimal_quantization=False)

    def interval_of(self, comparison: Comparison) -> str:
        """The interval of the difference."""
        return self.interval(comparison.low, comparison.high, signed=True, decimals=3)

    def kind(self, kind: str) -> str:
        return self.say(f"kind_{kind}")

    def label(self, kind: str, label: str) -> str:
        """The name of a sentiment, theme or cause; its id if the code frame does not have it."""
        if kind == SENTIMENT and label in set(Polarity):
            return self[label]
        return self.say("no_cause") if label == NO_CAUSE else self._names.get(kind, {}).get(label, label)

    def group(self, comparison: Comparison) -> tuple[str, str]:
        """The name of a group, and by what it is one: its dimension, empty for all texts and for a theme or a cause."""
        dimension, value = comparison.group
        if comparison.group == ("all", ""):
            return self.say("group_all"), ""
        if dimension == comparison.kind:
            return self.label(comparison.kind, value), ""
        if dimension == DIMENSION:
            for prefix, name in (("origin", "group_written"), ("case", "group_hard")):
                if text := self._words.get(f"retraining.{prefix}_{value}"):
                    return text, self.say(name)
        if dimension == "length" and value in LENGTHS:
            return self.say(f"length_{value}"), self.say("group_length")
        if dimension == "language":
            return self.language_name(value), self.say("group_language")
        return value, dimension  # a segment

    def reason(self, reason: Reason) -> str:
        """Why a candidate does not pass, as a sentence without a full stop."""
        values = {name: self._value_of(name, value) for name, value in reason.values.items()}
        if reason.comparisons:
            values["list"] = self.say("reason_separator").join(map(self._item, reason.comparisons))
        if reason.further:
            values["list"] = self.say("reason_further", list=values["list"], n=self.count(reason.further))
        return printable(self.say(f"reason_{reason.key}", **values))

    def _value_of(self, name: str, value: str | float) -> str:
        if isinstance(value, str):
            return self.kind(value) if name == "kind" else value
        if isinstance(value, int):
            return self.count(value)
        return {"share": self.share, "most": self.share, "margin": self.exact}.get(name, self.f1)(value)

    def _item(self, comparison: Comparison) -> str:
        name, dimension = self.group(comparison)
        kind = self.kind(comparison.kind)
        if dimension:
            name = self.say("in_group", kind=kind, dimension=dimension, group=name)
        elif comparison.group != ("all", ""):
            name = self.say("in_kind", kind=kind, label=name)
        else:
            name = kind
        return self.say(
            "reason_item",
            name=name,
            before=self.f1(comparison.champion),
            after=self.f1(comparison.candidate),
            difference=self.f1(comparison.difference, signed=True),
            interval=self.interval_of(comparison),
        )

    def axis_format(self) -> dict[str, Any]:
        """How the axes of a picture write numbers, as a locale of d3-format."""
        decimal, thousands = get_decimal_symbol(self._locale), get_group_symbol(self._locale)
        return {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}
