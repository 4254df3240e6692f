"""What may be wrong with the YAML of a code frame. Each kind of fault has words here, and in other languages where it
is shown to people.
"""

from __future__ import annotations

from typing import NamedTuple

#: The words of each kind.
REASONS = {
    "too_long": "longer than {most} characters",
    "no_yaml": "not YAML: {detail}",
    "alias": "aliases (*name) are not read",
    "too_deep": "lists and mappings are nested more than {most} deep",
    "no_frame": "id, names and themes are expected",
    "core": "{id} is the code frame of the models; choose another id",
    "no_themes": "at least one theme is needed",
    "polarity": "negative or positive is expected, not {value}",
    "no_theme": "missing: the id of the theme that the cause belongs to",
    "unknown_theme": "there is no theme {value}; there are: {names}",
    "verdict": "every frame has a theme {id} already",
    "same_id": "there is {id} in line {other} already",
    "half_change": "{keys} missing: say [] for nothing",
    "unknown_id": "there is no theme or cause {value}",
    "not_gone": "{value} is in the frame still",
    "changed_twice": "{value} is changed above already",
    "no_mapping": "a mapping with {keys} is expected",
    "unknown_key": "{value} is not known; known are: {keys}",
    "same_key": "{value} is there twice",
    "no_id": "missing",
    "id": 'at most 40 lower-case letters, digits, "_", "." and "-", not {value}',
    "language": "{value} is no language such as en, de, zh-Hans",
    "no_name": "missing: a name, in English (en) at least",
    "no_examples": "missing: at least {least} are needed",
    "few_examples": "{n} different examples: at least {least} are needed",
    "many_examples": "{n} examples: at most {most} are read",
    "no_text": "a text is expected",
    "text": "at most {most} characters, all of them valid Unicode, are read",
}


class Fault(NamedTuple):
    """What is wrong, and where: the line of the file, from 1 on, and the path such as `themes[2].names`.

    `kind` is a key of `REASONS`, `values` are what is put into its words.
    """

    line: int
    path: str
    kind: str
    values: tuple[tuple[str, str | int], ...] = ()

    @classmethod
    def of(cls, line: int, path: str, kind: str, **values: str | int) -> Fault:
        return cls(line, path, kind, tuple(values.items()))

    @property
    def reason(self) -> str:
        texts = {name: f"{value:,}" if isinstance(value, int) else value for name, value in self.values}
        return REASONS[self.kind].format(**texts)

    def __str__(self) -> str:
        return f"line {self.line}, {self.path or 'the file'}: {self.reason}"
