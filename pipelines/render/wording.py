"""Words, sentences and number formats of the page in one language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from saywhy.code_frame import FIRST_CLASS_LANGUAGES
from saywhy.errors import InvalidInput
from saywhy.note import Finding, Note, Value

CATALOGUES = Path(__file__).with_name("wording")

#: The languages by their own names: somebody who cannot read the page finds theirs.
LANGUAGE_NAMES = {"en": "English", "de": "Deutsch", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}

#: Names of segment dimensions whose values are languages.
_LANGUAGE_DIMENSIONS = {"language", "sprache", "语言", "語言"}

#: Regions that use traditional characters, for tags without a script.
_TRADITIONAL_REGIONS = {"tw", "hk", "mo"}

#: Plural categories of CLDR before "other", which every language has.
_PLURAL_CATEGORIES = ("zero", "one", "two", "few", "many")

# Control characters could control a terminal or break a parser, bidirectional overrides could reorder the text around a
# quote, and lone surrogates cannot be encoded. Tab and newline are text.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """The text with each unprintable character replaced by U+FFFD, so that offsets stay valid."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r", "\n"))


def closest_language(tag: str) -> str:
    """The catalogue for a language tag: `de-AT` → `de`, `zh-TW` → `zh-Hant`. Raises `InvalidInput` if there is none."""
    primary, *subtags = tag.replace("_", "-").lower().split("-")
    if primary == "zh":
        return (
            "zh-Hant"
            if "hant" in subtags or ("hans" not in subtags and _TRADITIONAL_REGIONS & set(subtags))
            else "zh-Hans"
        )
    if primary not in FIRST_CLASS_LANGUAGES:
        raise InvalidInput(f"there are no words in language {tag!r}; choose one of {', '.join(FIRST_CLASS_LANGUAGES)}")
    return primary


@cache
def catalogue(language: str) -> dict[str, str]:
    """The texts of one first-class language by key; in a section the key is `section.key`."""
    with (CATALOGUES / f"{language}.toml").open("rb") as file:
        entries = tomllib.load(file)
    words: dict[str, str] = {}
    for key, entry in entries.items():
        words |= {key: entry} if isinstance(entry, str) else {f"{key}.{name}": text for name, text in entry.items()}
    return words


class Count(str):
    """A number as the language writes it, which also chooses between word forms: `{n:response|responses}`.

    The forms are in the order of the plural categories (CLDR) of the language: one and other in English and German,
    other alone in Chinese, which needs no choice.
    """

    __slots__ = ("_category",)
    _category: int

    def __new__(cls, text: str, number: float, locale: Locale) -> Count:
        """`text` is how `number` is written in the language of the locale."""
        categories = [name for name in _PLURAL_CATEGORIES if name in locale.plural_form.tags]
        count = super().__new__(cls, text)
        count._category = [*categories, "other"].index(locale.plural_form(number))
        return count

    def __format__(self, forms: str) -> str:
        return forms.split("|")[self._category] if forms else str(self)


class Wording:
    """Texts by key (`wording["ranking"]`, `wording("lead", label=…)`) and number formats of one language.

    `further` are texts beside those of the catalogue. Raises `InvalidInput` for a language without catalogue.
    """

    def __init__(self, language: str, further: Mapping[str, str] | None = None) -> None:
        self.language = closest_language(language)
        self._words = {**catalogue(self.language), **(further or {})}
        self._locale = Locale.parse(self.language, sep="-")

    def __getitem__(self, key: str) -> str:
        return self._words[key]

    def __call__(self, key: str, **values: str) -> str:
        return self._words[key].format(**values)

    def count(self, number: int) -> Count:
        return Count(format_decimal(number, locale=self._locale), number, self._locale)

    def points(self, value: float, *, signed: bool = False, decimals: int = 1) -> str:
        """NPS points with one decimal (or more) and a true minus sign; never “−0.0”."""
        rounded = round(value, decimals)
        text = format_decimal(abs(rounded), format=f"#,##0.{'0' * decimals}", locale=self._locale)
        if rounded < 0:
            return f"−{text}"
        return f"+{text}" if signed and rounded > 0 else text

    def tick(self, value: float) -> str:
        """A round number on an axis, without trailing zeros."""
        return format_decimal(round(value, 6), locale=self._locale).replace("-", "−")

    def interval(self, low: float, high: float, *, signed: bool = False, decimals: int = 1) -> str:
        ends = (self.points(end, signed=signed, decimals=decimals) for end in (low, high))
        return self("interval", **dict(zip(("low", "high"), ends, strict=True)))

    def share(self, fraction: float) -> str:
        """A fraction of 1 as a whole percentage; one that rounds to 0 or 1 and is neither is “<1%” or “>99%”."""
        if 0 < fraction < 0.005:
            return f"<{format_percent(0.01, locale=self._locale)}"
        if 0.995 <= fraction < 1:
            return f">{format_percent(0.99, locale=self._locale)}"
        return format_percent(fraction, locale=self._locale)

    def amount(self, number: float) -> Count:
        """A whole number, or money in an unnamed currency, abbreviated from a million on."""
        if abs(number) < 999_999.5:
            return self.count(round(number))
        return Count(format_compact_decimal(number, locale=self._locale, fraction_digits=1), number, self._locale)

    def moment(self, iso: str) -> str:
        """An ISO 8601 time as date and time in UTC."""
        time = datetime.fromisoformat(iso).astimezone(UTC)
        return f"{format_date(time, 'long', locale=self._locale)} {time:%H:%M} UTC"

    def day(self, iso: str | None) -> str:
        """An ISO 8601 day in the format of the language; a dash for None."""
        return format_date(date.fromisoformat(iso), "medium", locale=self._locale) if iso else "–"

    def duration(self, duration: timedelta) -> str:
        """A duration in its largest unit, rounded: “3 hours”, “2 days”."""
        return format_timedelta(abs(duration), threshold=1, granularity="minute", locale=self._locale)

    def segment(self, name: str) -> str:
        """The value of a segment (`dimension=value`); a language is shown by its name."""
        dimension, _, value = name.partition("=")
        return (
            self.language_name(value) if value and dimension.casefold() in _LANGUAGE_DIMENSIONS else value or dimension
        )

    def note(self, note: Note) -> str:
        """The sentence of a note or finding: whole numbers as counts, others as points, lists with commas.

        Values called rate are shares, revenue is money, and a change has a sign.
        """
        section = "finding" if isinstance(note, Finding) else "note"
        return self(f"{section}.{note.key}", **{name: self._value(name, value) for name, value in note.values.items()})

    def _value(self, name: str, value: Value) -> str:
        match value:
            case float() if name.endswith("rate"):
                return self.share(value)
            case float() if name == "revenue":
                return self.amount(value)
            case float() if name == "change":
                return self.points(value, signed=True)
            case int():
                return self.count(value)
            case float():
                return self.points(value)
            case str():
                return value
        return self["comma"].join(value)

    def language_name(self, tag: str) -> str:
        """The name of a language in this language; the tag itself if it has no name."""
        if tag == "und":
            return self["language_unknown"]
        try:
            return Locale.parse(tag, sep="-").get_display_name(self._locale) or tag
        except (UnknownLocaleError, ValueError):
            return tag
