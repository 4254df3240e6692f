"""How a file is to be read, as the form of the preview says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from saywhy.errors import InvalidInput
from saywhy.feedback import Scale
from saywhy.mapping import ColumnChoice
from service.job_kinds import ImportArguments

#: What a column may hold, beside a segment and nothing that is imported.
ROLES = (
    "score", "comment", "id", "answered_at", "wave", "customer_id", "name", "email", "account", "revenue",
    "lifetime_value",
)  # fmt: skip
SEGMENT, NOTHING = "segment", "-"

_LONGEST = 500
_COLUMNS = 1_000


@dataclass(frozen=True, slots=True)
class Options:
    """The upload, the name of its file, and what people chose. `roles` has that of each of `columns`, in order;
    without columns, all roles are detected.
    """

    upload: str
    file: str = "upload"
    columns: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    wave: str = ""
    source: str = ""
    scale: Scale | None = None
    save_mapping: str = ""

    @classmethod
    def of(cls, fields: dict[str, list[str]]) -> Options:
        """The options in the fields of a form. Raises `InvalidInput` for what no form of the page sends."""
        first = {name: values[0].strip() for name, values in fields.items() if values}
        columns, roles = fields.get("column", []), fields.get("role", [])
        texts = {name: first.get(name, "") for name in ("upload", "file", "wave", "source", "scale", "save_mapping")}
        if any(len(text) > _LONGEST for text in texts.values()):
            raise InvalidInput(f"a field has more than {_LONGEST} characters")
        if len(columns) != len(roles) or len(columns) > _COLUMNS:
            raise InvalidInput(f"each column, of at most {_COLUMNS:,}, needs one role")
        if unknown := set(roles) - {*ROLES, SEGMENT, NOTHING}:
            raise InvalidInput(f"{sorted(unknown)[0][:40]!r} is not a role")
        if texts["scale"] and texts["scale"] not in set(Scale):
            raise InvalidInput(f"{texts['scale'][:40]!r} is not a scale")
        scale = Scale(texts.pop("scale")) if texts["scale"] else None
        texts.pop("scale", None)
        texts["file"] = texts["file"] or "upload"
        return cls(columns=tuple(columns), roles=tuple(roles), scale=scale, **texts)

    def arguments(self) -> ImportArguments:
        """The arguments of the import. Raises `InvalidInput` if two columns have a role that one may have."""
        return ImportArguments(
            upload=self.upload,
            file_name=self.file,
            wave=self.wave or None,
            source=self.source or None,
            scale=self.scale,
            columns=self._choice(),
            save_mapping=self.save_mapping or None,
            mapping="" if self.columns else None,
        )

    def _choice(self) -> ColumnChoice:
        if not self.columns:
            return ColumnChoice()
        having: dict[str, list[str]] = {role: [] for role in (*ROLES, SEGMENT, NOTHING)}
        for column, role in zip(self.columns, self.roles, strict=True):
            having[role].append(column)
        facts: dict[str, Any] = {role: _only(role, having[role]) for role in ROLES if role not in ("score", "comment")}
        return ColumnChoice(
            score=tuple(having["score"]) or "",
            comment=tuple(having["comment"]) or "",
            segments=tuple(having[SEGMENT]),
            **facts,
        )


def _only(role: str, columns: Sequence[str]) -> str:
    """The one column with a role; empty if there is none."""
    if len(columns) > 1:
        raise InvalidInput(f"only one column can be the {role}, not {' and '.join(map(repr, columns[:3]))}")
    return columns[0] if columns else ""
