"""YAML that anybody may have written, as nodes with their lines, read in a time that grows with its length alone."""

from __future__ import annotations

from typing import Any

import yaml

#: Lists and mappings inside each other. The time of PyYAML grows with the square of the depth: 20,000 brackets take a
#: minute.
MAX_DEPTH = 20


class UnreadableYaml(Exception):
    """Why the text is not read, and the line, from 1 on."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


def compose(text: str) -> yaml.Node | None:
    """The only document of the text, None if it is empty. Raises `UnreadableYaml`."""
    try:
        return _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnreadableYaml(line, f"not YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # `"\UFFFFFFFF"` and `%YAML 1.999…` are the latter two
        raise UnreadableYaml(1, f"not YAML: {error}") from None


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML has no types
    """Reads neither aliases, which let a short text stand for gigabytes, nor what is nested too deeply."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> yaml.Node | None:
        line = self.peek_event().start_mark.line + 1
        if self.check_event(yaml.AliasEvent):
            raise UnreadableYaml(line, "aliases (*name) are not read")
        if self._depth == MAX_DEPTH:
            raise UnreadableYaml(line, f"lists and mappings are nested more than {MAX_DEPTH} deep")
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node
