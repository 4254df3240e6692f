"""Fields of forms in which one of several values is chosen; `selects.html.j2` has their macro."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.web.shell import Choice


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Choices under a label; empty for those without one."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Select:
    """A field: its name, its label, and its choices in groups."""

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
