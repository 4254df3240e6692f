"""Drift: whether what comes in, or what the models say of it, is otherwise than it was before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

#: The probability of any alarm in a look at comments that are as those before.
FALSE_ALARM_RATE = 0.05

#: The change below which nothing is called drift, however significant. Of shares: Cohen's h, of which 0.2 is small
#: (Cohen, Statistical Power Analysis, 1988): from 20 % to 28 %, from 5 % to 10 %.
SMALLEST_SHARE = 0.2
#: Of the length: Cliff's delta; below 0.147 it is negligible (Romano et al. 2006).
SMALLEST_LENGTH = 0.147
#: Of the content: the energy coefficient. A quarter of the comments about one theme instead (`benchmarks.drift`).
SMALLEST_CONTENT = 0.001


class DriftAspect(StrEnum):
    """What is compared: what came in, what the models said of it, and what people said of that."""

    LANGUAGES = "languages"  # in which language comments are
    LENGTH = "length"  # in characters, among comments of the same language
    CONTENT = "content"  # the vectors, among comments of the same language
    SENTIMENT = "sentiment"
    THEMES = "themes"
    CAUSES = "causes"  # of the library
    OUTSIDE = "outside"  # comments that name themes, but no cause of the library
    CORRECTIONS = "corrections"  # comments that a person looked at and corrected


class DriftState(StrEnum):
    """`DRIFTED`: more than chance explains, and more than a small change."""

    STEADY = "steady"
    DRIFTED = "drifted"
    UNTESTED = "untested"  # too few comments


@dataclass(frozen=True, slots=True)
class MovedShare:
    """A language, sentiment, theme or cause of another share than before; `effect` is Cohen's h, below 0 for less."""

    id: str
    before: float  # share of the comments, 0 … 1
    after: float
    effect: float


@dataclass(frozen=True, slots=True)
class AspectDrift:
    """One aspect. `p_value` is corrected for all that a look tests; `effect` is in the unit of `smallest`.

    `before` and `after` are the median length in characters, or the share of comments; None where there is no one
    number. The counts are comments, of corrections those that people looked at. In an anonymous workspace there is
    nothing but the state.
    """

    aspect: DriftAspect
    state: DriftState
    p_value: float | None = None
    effect: float | None = None
    smallest: float | None = None
    before: float | None = None
    after: float | None = None
    comments_before: int | None = None
    comments_after: int | None = None
    moved: tuple[MovedShare, ...] = ()

    @property
    def has_drifted(self) -> bool:
        return self.state is DriftState.DRIFTED


@dataclass(frozen=True, slots=True)
class Drift:
    """A look at the newest comments against those before, all annotated by the same model version.

    `wave` is that of the newest comments, None where they are those of the last days (`since`, ISO 8601) as there are
    no waves. `looked_at` is the time of the look, ISO 8601.
    """

    model: str
    looked_at: str
    wave: str | None
    since: str | None
    aspects: tuple[AspectDrift, ...]

    @property
    def drifted(self) -> frozenset[DriftAspect]:
        """What has drifted."""
        return frozenset(each.aspect for each in self.aspects if each.has_drifted)

    def without_numbers(self) -> Drift:
        """What an anonymous workspace may show. From exact numbers of two looks one would compute what the one person
        said who was added in between.
        """
        return replace(self, aspects=tuple(AspectDrift(each.aspect, each.state) for each in self.aspects))
