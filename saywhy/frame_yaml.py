"""Reading a code frame from YAML: what is wrong is said with line and path, all of it at once.

    id: shop
    names: {en: Our shop, de: Unser Laden}
    themes:
      - id: checkout
        names: {en: Checkout, de: Kasse}
        definition: {en: Queues and payment at the till}
        examples: [The queue was endless, Paying by card failed, Three tills and one open]
    causes:
      - {id: checkout.queue, theme: checkout, polarity: negative, names: …, examples: …}
    changes:
      - {from: till, to: checkout}

A text may stand in place of texts by language: it is English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import yaml

from saywhy.annotation import Polarity
from saywhy.code_frame import VERDICT, CodeFrame, LibraryCause, Theme
from saywhy.frame import CORE_ID, Frame, digest, with_verdict
from saywhy.frame_faults import Fault
from saywhy.text import is_storable, normalise
from saywhy.yaml_nodes import UnreadableYaml, compose

#: Largest file, in characters.
MAX_CHARACTERS = 1_000_000
#: Examples of a theme or cause: fewer teach nothing reliable, more belong into corrections of comments.
MIN_EXAMPLES, MAX_EXAMPLES = 3, 100
#: Characters of an example, and of a name or definition.
_MAX_TEXT = 2000
#: Themes that are named where one is not known: a file may have thousands of them, and of such faults.
MAX_NAMED = 30

_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")

_FRAME_KEYS = ("id", "names", "definition", "themes", "causes", "changes")
_THEME_KEYS = ("id", "names", "definition", "examples")
_CAUSE_KEYS = (*_THEME_KEYS, "theme", "polarity")
_CHANGE_KEYS = ("from", "to")


def parse_frame(text: str) -> tuple[Frame | None, list[Fault]]:
    """The frame in YAML; None if there are faults, which are by line."""
    reader = _Reader()
    frame = reader.frame(text)
    return None if reader.faults else frame, sorted(reader.faults)


class _Entry(NamedTuple):
    """A theme or cause as it was read."""

    id: str
    names: dict[str, str]
    definitions: dict[str, str]
    examples: tuple[str, ...]
    theme: str
    polarity: str
    node: yaml.Node
    path: str


class _Reader:
    """Collects the faults of one file, so that all of them can be mended at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def frame(self, text: str) -> Frame | None:
        """The frame; None if it cannot be read. It is none if there are faults."""
        root = self._root(text)
        if root is None:
            return None
        top = self._members(root, "", _FRAME_KEYS)
        frame_id = self._id(top.get("id"), root, "id")
        if frame_id == CORE_ID:
            self._fault(top["id"], "id", "core", id=repr(CORE_ID))
        names = self._texts(top.get("names"), root, "names", is_name=True)
        definitions = self._texts(top.get("definition"), root, "definition")
        themes = [self._entry(node, path, _THEME_KEYS) for path, node in self._items(top.get("themes"), "themes")]
        causes = [self._entry(node, path, _CAUSE_KEYS) for path, node in self._items(top.get("causes"), "causes")]
        if not themes:
            self._fault(top.get("themes", root), "themes", "no_themes")
        self._check_ids(themes, causes)
        ids = {entry.id for entry in (*themes, *causes)}
        changes = self._changes(top.get("changes"), ids)
        examples = {entry.id: entry.examples for entry in (*themes, *causes)}
        code_frame = CodeFrame(
            tuple(Theme(entry.id, entry.names, entry.definitions) for entry in themes),
            tuple(LibraryCause(e.id, e.theme, e.polarity, e.names, e.definitions) for e in causes),
        )
        content = {
            "id": frame_id,
            "names": names,
            "definition": definitions,
            "entries": [entry[:6] for entry in (*themes, *causes)],
            "changes": changes,
        }
        return Frame(frame_id, names, definitions, with_verdict(code_frame), examples, changes, text, digest(content))

    def _root(self, text: str) -> yaml.MappingNode | None:
        if len(text) > MAX_CHARACTERS:
            self.faults.append(Fault.of(1, "", "too_long", most=MAX_CHARACTERS))
            return None
        try:
            root = compose(text)
        except UnreadableYaml as error:
            self.faults.append(Fault.of(error.line, "", error.kind, **error.values))
            return None
        if not isinstance(root, yaml.MappingNode):
            self.faults.append(Fault.of(1, "", "no_frame"))
            return None
        return root

    def _entry(self, node: yaml.Node, path: str, keys: tuple[str, ...]) -> _Entry:
        """A theme, or a cause if `keys` are those of one."""
        members = self._members(node, path, keys)
        is_cause = keys is _CAUSE_KEYS
        polarity = self._text(members["polarity"], f"{path}.polarity") if "polarity" in members else "negative"
        if polarity not in (Polarity.NEGATIVE, Polarity.POSITIVE):
            self._fault(members["polarity"], f"{path}.polarity", "polarity", value=_quoted(polarity))
        if is_cause and "theme" not in members:
            self._fault(node, f"{path}.theme", "no_theme")
        return _Entry(
            self._id(members.get("id"), node, f"{path}.id"),
            self._texts(members.get("names"), node, f"{path}.names", is_name=True),
            self._texts(members.get("definition"), node, f"{path}.definition"),
            self._examples(members.get("examples"), node, f"{path}.examples"),
            self._text(members["theme"], f"{path}.theme") if "theme" in members else "",
            polarity if is_cause else "",
            members.get("theme", members.get("id", node)),
            path,
        )

    def _check_ids(self, themes: list[_Entry], causes: list[_Entry]) -> None:
        """Ids occur once, causes belong to themes that there are."""
        lines: dict[str, int] = {}
        for entry in (*themes, *causes):
            if entry.id == VERDICT:
                self._fault(entry.node, f"{entry.path}.id", "verdict", id=repr(VERDICT))
            if entry.id in lines:
                self._fault(entry.node, f"{entry.path}.id", "same_id", id=repr(entry.id), other=lines[entry.id])
            elif entry.id:
                lines[entry.id] = entry.node.start_mark.line + 1
        known = dict.fromkeys(theme.id for theme in themes)
        there = ", ".join([*islice(known, MAX_NAMED), *(["…"] if len(known) > MAX_NAMED else [])])
        for cause in causes:
            if cause.theme and cause.theme not in known:
                path = f"{cause.path}.theme"
                self._fault(cause.node, path, "unknown_theme", value=_quoted(cause.theme), names=there)

    def _changes(self, node: yaml.Node | None, ids: set[str]) -> dict[str, tuple[str, ...]]:
        """What became of each earlier id."""
        changes: dict[str, tuple[str, ...]] = {}
        for path, entry in self._items(node, "changes"):
            members = self._members(entry, path, _CHANGE_KEYS)
            if missing := [key for key in _CHANGE_KEYS if key not in members]:
                self._fault(entry, path, "half_change", keys=", ".join(missing))
                continue
            before, after = (self._strings(members[key], f"{path}.{key}") for key in _CHANGE_KEYS)
            for new in after:
                if new not in ids:
                    self._fault(members["to"], f"{path}.to", "unknown_id", value=_quoted(new))
            for old in before:
                if old in ids or old in changes:
                    kind = "not_gone" if old in ids else "changed_twice"
                    self._fault(members["from"], f"{path}.from", kind, value=_quoted(old))
                changes[old] = tuple(after)
        return changes

    def _members(self, node: yaml.Node, path: str, keys: tuple[str, ...]) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._fault(node, path, "no_mapping", keys=", ".join(keys))
            return {}
        members: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
            if key not in keys:
                self._fault(key_node, path, "unknown_key", value=_quoted(key), keys=", ".join(keys))
            elif key in members:
                self._fault(key_node, path, "same_key", value=repr(key))
            else:
                members[key] = value
        return members

    def _items(self, node: yaml.Node | None, path: str) -> Iterator[tuple[str, yaml.Node]]:
        """The items of a list with their paths; a single item needs no list."""
        if node is None or _is_null(node):
            return
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for number, item in enumerate(items):
            yield f"{path}[{number}]", item

    def _id(self, node: yaml.Node | None, parent: yaml.Node, path: str) -> str:
        if node is None:
            self._fault(parent, path, "no_id")
            return ""
        text = self._text(node, path)
        if text and not _ID.fullmatch(text):
            self._fault(node, path, "id", value=_quoted(text))
        return text

    def _texts(self, node: yaml.Node | None, parent: yaml.Node, path: str, *, is_name: bool = False) -> dict[str, str]:
        """Texts by language; names must be there, in English at least."""
        texts: dict[str, str] = {}
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                language = self._text(key, path)
                if not _LANGUAGE.fullmatch(language):
                    self._fault(key, path, "language", value=_quoted(language))
                texts[language] = self._text(value, f"{path}.{language}")
        elif node is not None and not _is_null(node):
            texts["en"] = self._text(node, path)
        if is_name and not texts.get("en"):
            self._fault(node or parent, path, "no_name")
        return texts

    def _examples(self, node: yaml.Node | None, parent: yaml.Node, path: str) -> tuple[str, ...]:
        """The examples: a list, or lists by language."""
        groups = node.value if isinstance(node, yaml.MappingNode) else [(None, node)] if node is not None else []
        texts = [normalise(text) for key, group in groups for text in self._strings(group, path)]
        if len(set(texts)) < MIN_EXAMPLES:
            kind = "few_examples" if texts else "no_examples"
            self._fault(node or parent, path, kind, n=len(set(texts)), least=MIN_EXAMPLES)
        if len(texts) > MAX_EXAMPLES:
            self._fault(node or parent, path, "many_examples", n=len(texts), most=MAX_EXAMPLES)
        return tuple(dict.fromkeys(texts))

    def _strings(self, node: yaml.Node, path: str) -> list[str]:
        return [text for item_path, item in self._items(node, path) if (text := self._text(item, item_path))]

    def _text(self, node: yaml.Node, path: str) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip() or _is_null(node):
            self._fault(node, path, "no_text")
            return ""
        if len(node.value) > _MAX_TEXT or not is_storable(node.value):
            self._fault(node, path, "text", most=_MAX_TEXT)
        return str(node.value).strip()

    def _fault(self, node: yaml.Node, path: str, kind: str, **values: str | int) -> None:
        self.faults.append(Fault.of(node.start_mark.line + 1, path, kind, **values))


def _is_null(node: yaml.Node) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")


def _quoted(text: str) -> str:
    """What was written, in quotes and cut if it is long."""
    return f"{text!r:.60}"
