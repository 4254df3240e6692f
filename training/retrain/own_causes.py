"""Causes that the version which serves does not know, from a file: a cause a line, as in `saywhy/causes.jsonl`."""

from __future__ import annotations

import json
import re
from pathlib import Path

from saywhy.annotation import Polarity
from saywhy.code_frame import CodeFrame, LibraryCause
from saywhy.errors import InvalidInput

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")


def read_own_causes(path: Path, code_frame: CodeFrame) -> tuple[LibraryCause, ...]:
    """The causes: `id`, `theme`, `polarity` and `name`, in English at least; `definition` may be missing.

    Raises `InvalidInput` with the line of what cannot be read, or is there already.
    """
    known, causes = {cause.id for cause in code_frame.causes}, list[LibraryCause]()
    for number, line in enumerate(path.read_text("utf-8-sig").splitlines(), 1):
        if line.strip():
            try:
                cause = _cause(json.loads(line), code_frame)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise InvalidInput(f"{path}, line {number}: {error}") from None
            if cause.id in known:
                raise InvalidInput(f"{path}, line {number}: there is a cause {cause.id!r} already")
            known.add(cause.id)
            causes.append(cause)
    return tuple(causes)


def to_line(cause: LibraryCause) -> str:
    """The cause as a line of the file, without its end."""
    entry = {"id": cause.id, "theme": cause.theme, "polarity": cause.polarity}
    return json.dumps(entry | {"name": dict(cause.names), "definition": dict(cause.definitions)}, ensure_ascii=False)


def _cause(entry: dict[str, object], code_frame: CodeFrame) -> LibraryCause:
    names, definitions = entry["name"], entry.get("definition") or {}
    if isinstance(names, str):
        names = {"en": names}
    if isinstance(definitions, str):
        definitions = {"en": definitions}
    if not isinstance(names, dict) or not isinstance(definitions, dict) or not names.get("en"):
        raise ValueError('"name" must be a text, or have one in English ("en")')
    cause = LibraryCause(str(entry["id"]), str(entry["theme"]), str(entry["polarity"]), names, definitions)
    if not _ID.fullmatch(cause.id) or cause.id == "none":
        raise ValueError(f'"id" must be lower-case letters, digits, "_", "." and "-", found {cause.id!r:.80}')
    if cause.theme not in code_frame.ids:
        raise ValueError(f"there is no theme {cause.theme!r:.80}; there are: {', '.join(code_frame.ids)}")
    if cause.polarity not in (Polarity.NEGATIVE, Polarity.POSITIVE):
        raise ValueError(f'"polarity" must be negative or positive, found {cause.polarity!r:.80}')
    return cause
