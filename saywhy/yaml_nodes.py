"""YAML that anybody may have written, as nodes with their lines, read in a time that grows with its length alone."""

from __future__ import annotations

import yaml

#: Lists and mappings inside each other. The time of PyYAML grows with the square of the depth: 20,000 brackets take a
#: minute.
MAX_DEPTH = 20

#: That in C, a tenth of the time of the other one, is in the wheels of PyYAML.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnreadableYaml(Exception):
    """Why the text is not read, as a kind of fault (`saywhy.frame_faults`), and the line, from 1 on."""

    def __init__(self, line: int, kind: str, **values: str | int) -> None:
        super().__init__(kind)
        self.line, self.kind, self.values = line, kind, values


def compose(text: str) -> yaml.Node | None:
    """The only document of the text, None if it is empty. Raises `UnreadableYaml`."""
    try:
        _check(text)
        return yaml.compose(text, _LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnreadableYaml(line, "no_yaml", detail=str(error.problem or error.context)) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the last two: surrogates, numbers with many digits
        raise UnreadableYaml(1, "no_yaml", detail=str(error)) from None


def _check(text: str) -> None:
    """Refuse aliases, by which a short text could stand for gigabytes, and what is nested too deeply, before the rest
    is read.
    """
    depth = 0
    for event in yaml.parse(text, _LOADER):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableYaml(line, "alias")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise UnreadableYaml(line, "too_deep", most=MAX_DEPTH)
