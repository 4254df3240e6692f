"""Fields of forms in which one of several values is chosen; `selects.html.j2` has their macro."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.web.shell import Choice
from pipelines.render.wording import Wording
from saywhy.report import ALL_WAVES


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Choices under a label; empty for those without one."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Select:
    """A field: its name, its label, and its choices in groups, of which the first mostly has no label."""

    name: str
    label: str
    groups: tuple[ChoiceGroup, ...]

    @classmethod
    def of(
        cls,
        name: str,
        label: str,
        chosen: str,
        choices: Iterable[tuple[str, str]],
        grouped: Mapping[str, Iterable[tuple[str, str]]] | None = None,
    ) -> Select:
        """From (value, label) of each choice: first those of no group, then those of each group."""
        groups = {"": choices, **(grouped or {})}
        return cls(
            name,
            label,
            tuple(
                ChoiceGroup(title, tuple(Choice(value, text, value == chosen) for value, text in group))
                for title, group in groups.items()
            ),
        )

    @classmethod
    def of_wave(cls, chosen: str, waves: Iterable[str], wording: Wording) -> Select:
        """The field `wave`: all waves together, or one of those that have a report."""
        return cls.of("wave", wording["wave"], chosen, wave_choices(waves, wording))

    @property
    def has_alternatives(self) -> bool:
        """Whether there is more than one choice."""
        return sum(len(group.choices) for group in self.groups) > 1


def wave_choices(waves: Iterable[str], wording: Wording) -> list[tuple[str, str]]:
    """(value, label) of all waves together, then of each of `waves`."""
    return [(ALL_WAVES, wording["all_waves"]), *((wave, wave) for wave in waves if wave != ALL_WAVES)]


def segment_choices(segments: Iterable[str], wording: Wording) -> dict[str, list[tuple[str, str]]]:
    """(value, label) of each segment (`dimension=value`), once, by its dimension; empty names are none."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for segment in filter(None, dict.fromkeys(segments)):
        groups.setdefault(segment.partition("=")[0], []).append((segment, wording.segment(segment)))
    return groups
