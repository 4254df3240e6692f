"""Validating edits: which topics, parts and comments a request means, or why it cannot be done."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.topics.clustering.description import id_of_texts
from saywhy.annotation import Polarity
from saywhy.code_frame import VERDICT
from saywhy.errors import Conflict, InvalidInput
from saywhy.text import fold, tidy
from saywhy.topic import ClauseKey, EditKind, Topic
from service.topics.lookup import TopicLookup

LONGEST_NAME = 120
LONGEST_NOTE = 1000
LONGEST_EXAMPLE = 300
LONGEST_DEFINITION = 300
MOST_EXAMPLES = 10  # of a topic that is created

#: A created topic is of complaint or of praise: clauses of the opposite polarity are never in it.
_OPPOSITE = {Polarity.NEGATIVE: Polarity.POSITIVE, Polarity.POSITIVE: Polarity.NEGATIVE}


@dataclass(frozen=True, slots=True)
class EditRequest:
    """An edit as somebody asks for it.

    `topic` is an id, `topic:ID` or a label; a move may leave it out, and to create one there is none. `arguments` are,
    for a rename, `name` and perhaps `definition`; for a merge, `into`; for a split, `name` and either `examples`
    (comments) or `part`; for a move, `comment` and `into`; to adopt, `name` and perhaps `theme`; to create, `name`,
    `theme`, `polarity`, and `examples` (`COMMENT` or `COMMENT:WORDS`), `texts` or both.
    """

    kind: EditKind
    topic: str | None
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ValidatedEdit:
    """An edit that can be kept: `topic` is an id, and `arguments` name topics, parts and clauses by their ids."""

    topic: str
    arguments: dict[str, Any]


def validate(lookup: TopicLookup, request: EditRequest, topic: Topic | None) -> ValidatedEdit:
    """Check a request; `topic` is the one that it names, if it names one.

    Raises `TopicNotFound`, `TopicEnded`, `InvalidInput` and `Conflict`.
    """
    if request.kind in (EditKind.MOVE, EditKind.SPLIT) and lookup.published is not None:
        # Whether there is a comment, and how a topic differs without it, would say what somebody wrote.
        raise InvalidInput("in an anonymous workspace comments cannot be moved, nor topics split: this names comments")
    if request.kind is EditKind.MOVE:
        return _move(lookup, topic, request.arguments)
    if request.kind is EditKind.CREATE:
        return _create(lookup, request.arguments)
    if topic is None:
        raise InvalidInput("say which topic is meant")
    return ValidatedEdit(topic.id, _VALIDATORS[request.kind](lookup, topic, request.arguments))


def single_line(text: str, name: str, longest: int = LONGEST_NAME) -> str:
    """The text, tidied for display; `InvalidInput` names it if it is blank, too long or more than one line."""
    line = tidy(text)
    has_controls = any(unicodedata.category(character) in ("Cc", "Cs") for character in text)
    if not line or len(line) > longest or has_controls:
        raise InvalidInput(f"{name} must be one line of 1 to {longest} characters")
    return line


def _rename(lookup: TopicLookup, topic: Topic, arguments: dict[str, Any]) -> dict[str, Any]:
    name, definition = _unused_name(lookup, arguments["name"], besides=topic), arguments.get("definition")
    if definition is None:
        return {"name": name}
    return {"name": name, "definition": single_line(definition, "the definition", LONGEST_DEFINITION)}


def _merge(lookup: TopicLookup, topic: Topic, arguments: dict[str, Any]) -> dict[str, Any]:
    into = lookup.topic(arguments["into"])
    if into == topic:
        raise InvalidInput("a topic cannot be merged into itself")
    return {"into": into.id}


def _split(lookup: TopicLookup, topic: Topic, arguments: dict[str, Any]) -> dict[str, Any]:
    name = _unused_name(lookup, arguments["name"])
    if bool(arguments.get("part")) == bool(arguments.get("examples")):
        raise InvalidInput("give either which part, or which comments are examples")
    selection: dict[str, Any]
    if part := arguments.get("part"):
        selection = {"part": _known_part(lookup, topic, part)}
    else:
        selection = {"examples": _example_clauses(lookup, topic, arguments["examples"])}
    return {"into": _unused_id(lookup, [topic.id, name, repr(selection)]), "name": name, **selection}


def _create(lookup: TopicLookup, arguments: dict[str, Any]) -> ValidatedEdit:
    name, theme, polarity = _unused_name(lookup, arguments["name"]), arguments["theme"], arguments["polarity"]
    if theme == VERDICT or theme not in lookup.code_frame.ids:
        themes = ", ".join(other for other in lookup.code_frame.ids if other != VERDICT)
        raise InvalidInput(f"{theme!r} is not a theme of causes; the themes: {themes}")
    if polarity not in _OPPOSITE:
        raise InvalidInput(f"the polarity must be {' or '.join(_OPPOSITE)}, not {polarity!r}")
    examples, texts = arguments.get("examples") or [], arguments.get("texts") or []
    if not 1 <= len(examples) + len(texts) <= MOST_EXAMPLES:
        raise InvalidInput(f"give 1 to {MOST_EXAMPLES} examples: comments, or texts in your own words")
    texts = [single_line(text, "an example", LONGEST_EXAMPLE) for text in texts]
    clauses = sorted({_example_clause(lookup, example, Polarity(polarity)) for example in examples})
    selection = {"theme": theme, "polarity": polarity, "clauses": clauses, "texts": texts}
    return ValidatedEdit(_unused_id(lookup, [name, repr(selection)]), {"name": name, **selection})


def _move(lookup: TopicLookup, topic: Topic | None, arguments: dict[str, Any]) -> ValidatedEdit:
    into, content_hash = lookup.topic(arguments["into"]), lookup.comment(arguments["comment"])
    topics_of = lookup.topics_of_clauses([content_hash])
    if topic is None:
        others = sorted({topic_id for topics in topics_of.values() for topic_id in topics if topic_id != into.id})
        if len(others) > 1:
            raise InvalidInput(f"the comment is in several topics: {', '.join(others)}; say from which")
        if not others:
            raise InvalidInput(f"the comment is in {'that topic already' if topics_of else 'no topic'}")
        topic = lookup.topic(others[0])
    clauses = sorted(key for key, topics in topics_of.items() if topic.id in topics)
    if not clauses or topic == into:
        raise InvalidInput(f"comment {content_hash[:12]} has nothing in topic {topic.id} to move")
    return ValidatedEdit(topic.id, {"into": into.id, "clauses": clauses})


def _adopt(lookup: TopicLookup, topic: Topic, arguments: dict[str, Any]) -> dict[str, Any]:
    name = single_line(arguments["name"], "the name")
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    slug = re.sub("[^a-z0-9]+", "-", ascii_name).strip("-")
    theme = arguments.get("theme") or slug or f"theme-{topic.id}"
    if not re.fullmatch("[a-z0-9][a-z0-9-]{0,59}", theme):
        raise InvalidInput(f"{theme!r} cannot be the id of a theme: use a-z, 0-9 and hyphens, at most 60 characters")
    if theme in lookup.code_frame.ids:
        raise Conflict(f"{theme} is a theme of the code frame already; choose another id with --theme")
    return {"theme": theme, "name": name}


def _no_arguments(_lookup: TopicLookup, _topic: Topic, _arguments: dict[str, Any]) -> dict[str, Any]:
    return {}


def _unused_name(lookup: TopicLookup, name: str, besides: Topic | None = None) -> str:
    """A name that no topic has, unless it is the topic `besides`."""
    name = single_line(name, "the name")
    if any(topic.label.casefold() == name.casefold() for topic in lookup.topics if topic != besides):
        raise Conflict(f"another topic is called {name!r} already; merge them, or choose another name")
    return name


def _unused_id(lookup: TopicLookup, texts: Sequence[str]) -> str:
    """An id that depends on the texts, and that no topic has or had."""
    used_ids = {topic.id for topic in lookup.edited.topics} | set(lookup.edited.topic_of)
    used_ids |= {created.cause.id for created in lookup.edited.example_causes}
    new_id = id_of_texts(texts)
    while new_id in used_ids:
        new_id = id_of_texts([new_id])
    return new_id


def _example_clause(lookup: TopicLookup, example: str, polarity: Polarity) -> ClauseKey:
    """The clause that `COMMENT` or `COMMENT:WORDS` means: the only one, or the only one with these words."""
    if lookup.published is not None:  # whether a comment has certain words would say what somebody wrote
        raise InvalidInput("comments of an anonymous workspace cannot be examples; give texts in your own words")
    prefix, _, words = example.partition(":")
    content_hash = lookup.comment(prefix.strip())
    clauses = [clause for clause in lookup.clauses(content_hash) if fold(words) in clause.text]
    if not clauses:
        raise InvalidInput(f"no clause of comment {content_hash[:12]} has the words {words.strip()!r}")
    fitting = [clause for clause in clauses if clause.polarity != _OPPOSITE[polarity]]
    if not fitting:
        raise InvalidInput(f"what comment {content_hash[:12]} says is {_OPPOSITE[polarity]}, not {polarity}")
    if len({clause.text for clause in fitting}) > 1:
        raise InvalidInput(
            f"{len(fitting)} clauses of comment {content_hash[:12]} may be meant; "
            f"add words that only one of them has: {content_hash[:12]}:WORDS"
        )
    return fitting[0].key


def _known_part(lookup: TopicLookup, topic: Topic, part: str) -> str:
    if part not in {other.id for other in topic.parts}:
        parts = ", ".join(other.id for other in topic.parts) or "none"
        raise InvalidInput(f"topic {topic.id} has no part {part!r}; its parts: {parts}")
    if part in lookup.edited.topic_of.keys() - lookup.edited.joined:
        raise InvalidInput(f"{part} is a topic that was merged into {topic.id}; undo the merge instead")
    return part


def _example_clauses(lookup: TopicLookup, topic: Topic, examples: Sequence[str]) -> list[ClauseKey]:
    """The clauses in `topic` of the example comments, each of which must have one."""
    hashes = [lookup.comment(example) for example in examples]
    topics_of = lookup.topics_of_clauses(hashes)
    clauses = sorted(key for key, topics in topics_of.items() if topic.id in topics)
    in_topic = {content_hash for content_hash, _, _ in clauses}
    for content_hash in hashes:
        if content_hash not in in_topic:
            raise InvalidInput(f"comment {content_hash[:12]} has nothing in topic {topic.id}")
    return clauses


#: What an edit of each kind is kept with, by the topic and the arguments of the request.
_VALIDATORS: dict[EditKind, Callable[[TopicLookup, Topic, dict[str, Any]], dict[str, Any]]] = {
    EditKind.RENAME: _rename,
    EditKind.MERGE: _merge,
    EditKind.SPLIT: _split,
    EditKind.ADOPT: _adopt,
    EditKind.PIN: _no_arguments,
    EditKind.IGNORE: _no_arguments,
}
