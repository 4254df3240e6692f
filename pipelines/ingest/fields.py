"""Makes a table of JSON records: nested objects become dotted column names, lists of answers a column a question."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pipelines.ingest.documents import ANSWER_LISTS, Item
from pipelines.ingest.row import LONGEST_CELL, SPOILED, Row, rejection, without_armour
from saywhy.errors import InvalidInput
from saywhy.feedback import Rejection

#: As many columns as a spreadsheet has. Where records have more fields, those that only one record has are left out.
MAX_FIELDS = 16_384
#: A document that begins with so many values that are no records holds none.
_PATIENCE = 10_000
_DEEPEST = 20
_LONGEST_NAME = 1_000
# Tools wrap the fields of a record in an object of this name.
_WRAPPER = re.compile(r"^(?:properties|attributes|fields|values|node|form_response)\.")
# Members that describe the question of an answer, best first, and members that hold the answer.
_QUESTIONS = ("field", "question", "title", "heading", "question_text", "questionText", "label", "name", "key", "ref",
              "question_id", "questionId", "field_id", "fieldId", "id")  # fmt: skip
_ANSWERS = ("value", "values", "answer", "answers", "text", "simple_text", "response", "number", "rating", "score",
            "content", "labels", "label", "choice", "choices", "name")  # fmt: skip
_NAMES = ("title", "text", "heading", "label", "name", "ref", "id")
_MEANINGLESS = re.compile(r"[0-9a-fA-F-]{16,}")


def rows_of_records(name: str, items: Callable[[], Iterator[Item]]) -> Callable[[], Iterator[Row | Rejection]]:
    """The rows of all records; the first row names every field that any record has, in order of appearance.

    `items` opens the document anew at each call. The result does so too; the names are collected once. Raises
    `InvalidInput` if there is no record.
    """
    names = Counter[str]()
    others = fewest = 0
    for item in _flat(items()):
        if isinstance(item, Rejection):
            others += 1
        else:
            names.update(item[1].keys())
            if len(names) > MAX_FIELDS:  # objects with ids for names: no column of theirs has two cells
                names, fewest = Counter({name: count for name, count in names.items() if count > 1}), 2
        if not names and others >= _PATIENCE:
            break
    if not names:
        raise InvalidInput(f"{name} holds no records (JSON objects with fields)")
    header = [name for name, count in names.items() if count >= fewest][:MAX_FIELDS]

    def rows() -> Iterator[Row | Rejection]:
        yield Row(0, header)
        for item in _flat(items()):
            if isinstance(item, Rejection):
                yield item
                continue
            line, cells = item
            row = [cells.get(name, "") for name in header]
            text = "".join(row)
            if SPOILED.search(text):
                yield rejection(line, "holds a NUL character or bytes that cannot be decoded", json.dumps(cells))
            elif len(text) > LONGEST_CELL and max(map(len, row)) > LONGEST_CELL:
                yield rejection(line, f"a cell is longer than {LONGEST_CELL:,} characters", text)
            elif text:
                yield Row(line, without_armour(row))

    return rows


def _flat(items: Iterator[Item]) -> Iterator[tuple[int, dict[str, str]] | Rejection]:
    """The cells of each record, by name."""
    for item in items:
        if isinstance(item, Rejection):
            yield item
            continue
        line, record = item
        try:
            yield line, flatten(record)
        except (RecursionError, ValueError):
            yield rejection(line, "not valid JSON: it is nested too deeply", "")


def flatten(record: dict[str, Any]) -> dict[str, str]:
    """`{"person": {"email": "a@b.c"}}` → `{"person.email": "a@b.c"}`; null has no cell, lists are joined by `; `.

    In a list of answers, each has a cell named after its question: by its wording if the record has it, else its name
    or id.
    """
    cells: dict[str, str] = {}
    _add_fields(record, "", cells, _wordings(record), 0)
    return cells


def _add_fields(
    record: dict[str, Any], prefix: str, cells: dict[str, str], wordings: dict[str, str], depth: int
) -> None:
    """Add the cells of an object to `cells`."""
    if isinstance(values := record.get("values"), dict) and isinstance(labels := record.get("labels"), dict):
        record = {**record, "values": _with_labels(values, labels), "labels": None}
    for key, value in record.items():
        name = prefix + str(key)
        if key == "definition" and wordings:
            continue
        if isinstance(value, dict) and value.keys() == {"values", "labels"} and isinstance(value["labels"], list):
            value = value["labels"] or value["values"]  # the codes of an answer and what they say (API of Medallia)
        if isinstance(value, dict) and depth < _DEEPEST:
            _add_fields(value, f"{name}.", cells, wordings, depth + 1)
        elif isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value) and depth < _DEEPEST:
            _add_list(value, name, cells, wordings, depth)
        elif value is not None and value == value:  # pandas writes NaN for null
            cells[_clean(_WRAPPER.sub("", _WRAPPER.sub("", name)))] = _text(value)


def _add_list(
    entries: Sequence[dict[str, Any]], name: str, cells: dict[str, str], wordings: dict[str, str], depth: int
) -> None:
    """Add a list of objects: a cell for each if all are answers, else one cell."""
    key = name.rpartition(".")[2]
    if key in ANSWER_LISTS and any(isinstance(entry.get("questions"), list) for entry in entries):
        for entry in entries:  # pages of questions
            _add_fields({"questions": entry.get("questions")}, "", cells, wordings, depth + 1)
        return
    answers = [(_question(entry, wordings) or "", _answer(entry)) for entry in entries]
    if not all(question for question, _ in answers) or not any(answer for _, answer in answers):
        cells[_clean(name)] = "; ".join(filter(None, map(_text, entries)))
        return
    is_named = key in ANSWER_LISTS and key != "variables"  # a quiz counts its points there
    for question, answer in answers:
        unique = base = _clean(question if is_named else f"{name}.{question}")
        number = 1
        while unique in cells:
            number += 1
            unique = f"{base} ({number})"
        if answer is not None:
            cells[unique] = answer


def _wordings(record: dict[str, Any]) -> dict[str, str]:
    """The wording of each question by its id, if the record defines them (webhooks of Typeform)."""
    inner = record.get("form_response")
    definition = (inner if isinstance(inner, dict) else record).get("definition")
    fields = definition.get("fields") if isinstance(definition, dict) else None
    return {
        str(field[key]): str(field["title"])
        for field in (fields if isinstance(fields, list) else [])
        if isinstance(field, dict) and field.get("title")
        for key in ("id", "ref")
        if key in field
    }


def _question(entry: dict[str, Any], wordings: dict[str, str]) -> str | None:
    """What names the question of an answer: its wording, else its name, else its type and id."""
    question = next((entry[name] for name in _QUESTIONS if entry.get(name) not in (None, "")), None)
    if not isinstance(question, dict):
        return None if question is None else wordings.get(str(question), str(question))
    known = next((wordings[str(question[key])] for key in ("id", "ref") if str(question.get(key)) in wordings), None)
    names = [str(question[key]) for key in _NAMES if question.get(key)]
    name = known or next((name for name in names if not _MEANINGLESS.fullmatch(name)), names[0] if names else None)
    if name and question.get("type") == "nps" and "nps" not in name.casefold():
        return f"{name} (NPS)"
    return name


def _answer(entry: dict[str, Any]) -> str | None:
    """The answer in an entry: in the member that its type names, else in a member that is called so."""
    kind = entry.get("type")
    names = (kind, *_ANSWERS) if isinstance(kind, str) else _ANSWERS
    question = next((name for name in _QUESTIONS if entry.get(name) not in (None, "")), None)
    value = next((entry[name] for name in names if name != question and entry.get(name) not in (None, [], {})), None)
    return None if value is None else _text(value)


def _with_labels(values: dict[str, Any], labels: dict[str, Any]) -> dict[str, Any]:
    """The values, with the label in place of the code of an option (API of Qualtrics)."""
    worded = {name: label for name, label in labels.items() if name in values and not _is_numeric(label)}
    return {**values, **worded}


def _is_numeric(label: Any) -> bool:
    return str(label).strip().isdigit()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(_text(entry) for entry in value if entry is not None)
    if isinstance(value, dict):
        if weight := value.get("choice_metadata"):
            return _text(weight.get("weight", "")) if isinstance(weight, dict) else _text(weight)
        for name in ("label", "labels", "text", "simple_text", "value", "name", "choice_id"):
            if value.get(name) not in (None, "", []):
                return _text(value[name])
    return json.dumps(value, ensure_ascii=False)


def _clean(name: str) -> str:
    """The name as a database, a terminal and a person can take it."""
    return SPOILED.sub("\ufffd", name[:_LONGEST_NAME])
