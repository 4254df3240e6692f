"""Parses JSON text: a value, or one value after another from a file of any size."""

from __future__ import annotations

import json
import re
from typing import Any, TextIO

import orjson

from pipelines.ingest.encoding import LONGEST_LINE
from saywhy.errors import InvalidInput

_CHUNK = 1 << 16
_PATIENCE = 100  # chunks
_BETWEEN = re.compile(r"[\s,:\ufeff\0]*")
_START_OF_ARRAY = re.compile(r"\[\s*(\S)")


def parse(text: str) -> Any:
    """Parse with orjson, which is faster; with `json` if orjson is too strict (NaN, which Python's `json` writes).

    Raises `ValueError`, or `RecursionError` for a value of a thousand levels; `why_not` words both.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def why_not(error: ValueError | RecursionError) -> str:
    """Why a text is not a value, in words."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    return "a number has too many digits" if "digits" in str(error) else str(error)


class Scanner:
    """Decodes one value after another from a JSON file, counting lines. Values are at most `LONGEST_LINE` long."""

    def __init__(self, name: str, file: TextIO) -> None:
        self.line = 1
        self._name, self._file = name, file
        self._buffer, self._position = "", 0
        self._decoder = json.JSONDecoder()

    def peek(self) -> str:
        """The next character that is neither white space nor a comma; "" at the end of the file."""
        while True:
            between = _BETWEEN.match(self._buffer, self._position)
            if between is not None:
                self._take(between.end())
            if self._position < len(self._buffer) or not self._refill():
                return self._buffer[self._position : self._position + 1]

    def skip(self, character: str) -> None:
        """Go past this character. Raises `InvalidInput` if another one is next."""
        if self.peek() != character:
            raise self.error(f"expected {character!r}")
        self._position += 1

    def starts_objects(self) -> bool:
        """Whether the array that is next begins with an object."""
        while not (start := _START_OF_ARRAY.match(self._buffer, self._position)) and self._refill():
            pass
        return start is not None and start[1] == "{"

    def value(self) -> tuple[Any, str]:
        """The next value, and its JSON text. Raises `InvalidInput`, and stays before the value."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._position)
            except (ValueError, RecursionError) as error:
                if self._is_cut(error) and self._is_short() and self._refill():
                    continue
                raise self._error(error) from None
            width = end - self._position
            # A number at the end of the buffer may continue in the next chunk.
            if end < len(self._buffer) or not self._refill():
                return value, self._take(self._position + width)

    def skip_value(self) -> str:
        """Skip a value that cannot be decoded; returns the text of its end.

        It ends with its last bracket, or where an object starts on a line of its own below it, as records do in files
        of one record a line and in indented ones. Raises `InvalidInput` if it does not end for many megabytes.
        """
        indent = self._buffer[self._buffer.rfind("\n", 0, self._position) + 1 : self._position]
        start = "|" + re.escape(f"\n{indent}") + r"(?=\{)" if not indent.strip(" \t") else ""
        # Strings (which have no line breaks), half a string at the end of the buffer, and what may end the value.
        token = re.compile(r'"(?:[^"\\\n]|\\.)*(?:"|(?=\n))|["\[\]{},]' + start)
        depth, end, first, chunks = 0, self._position, self._position, 0
        while True:
            for match in token.finditer(self._buffer, self._position):
                mark, end = match[0], match.end()
                depth += (mark in ("[", "{")) - (mark in ("]", "}"))
                if mark == '"':
                    break
                if depth < 0 or (mark[0] == "\n" and match.start() > first) or (depth == 0 and mark == ","):
                    return self._take(max(match.start(), self._position + 1))
                if depth == 0 and mark in ("]", "}"):
                    return self._take(end)
            else:
                end = len(self._buffer)
            rest = len(self._buffer) - end
            self._take(len(self._buffer) if rest > LONGEST_LINE else end - (end < len(self._buffer) and 1))
            first, chunks = -1, chunks + 1
            if not self._refill():
                return self._take(len(self._buffer))
            if chunks > _PATIENCE:
                raise self.error("a value does not end")

    def error(self, reason: str) -> InvalidInput:
        """The error with file and line."""
        return InvalidInput(f"{self._name}, line {self.line}: not valid JSON: {reason}")

    def _error(self, error: ValueError | RecursionError) -> InvalidInput:
        if self._is_cut(error) and not self._is_short():
            return self.error(f"a value has more than {LONGEST_LINE:,} characters")
        lines = self._buffer.count("\n", self._position, getattr(error, "pos", self._position))
        return InvalidInput(f"{self._name}, line {self.line + lines}: not valid JSON: {why_not(error)}")

    def _is_cut(self, error: ValueError | RecursionError) -> bool:
        """Whether the error may be due to the end of the buffer."""
        at_end = len(self._buffer) - getattr(error, "pos", 0) < _LONGEST_ATOM
        return isinstance(error, json.JSONDecodeError) and (at_end or error.msg.startswith("Unterminated"))

    def _is_short(self) -> bool:
        return len(self._buffer) - self._position < LONGEST_LINE

    def _take(self, end: int) -> str:
        """Go to this position of the buffer; the text up to there."""
        text = self._buffer[self._position : end]
        self.line += text.count("\n")
        self._position = end
        return text

    def _refill(self) -> bool:
        # As much as is there already, so that a long value is not decoded again for each small chunk.
        chunk = self._file.read(max(_CHUNK, len(self._buffer) - self._position))
        self._buffer, self._position = self._buffer[self._position :] + chunk, 0
        return bool(chunk)


#: Characters of the longest literal or number that an end of the buffer may cut.
_LONGEST_ATOM = 64
