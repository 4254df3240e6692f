"""Writes JSON Lines: one JSON value per line, in UTF-8."""

from __future__ import annotations

from typing import Any, BinaryIO

import orjson

#: Characters that JSON allows in strings but many programs take for the end of a line, and their escapes.
_LINE_SEPARATORS = {character.encode(): f"\\u{ord(character):04x}".encode() for character in "\x85\u2028\u2029"}


def write_line(stream: BinaryIO, value: Any) -> None:
    """Write one line: also for programs that take U+0085, U+2028 and U+2029 for the end of a line."""
    line = orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
    for separator, escape in _LINE_SEPARATORS.items():
        line = line.replace(separator, escape)
    stream.write(line)
