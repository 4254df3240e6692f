"""The history of a cause in sentences: what people and the machine did to it, latest first, and how to take it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.web.cause_links import cause_href
from api.web.pages.cause.context import Entry, Undo
from api.web.pages.cause.values import aside_text, fix_text
from api.web.rendering import Web
from api.web.shell import Link
from saywhy.fix import Fix
from saywhy.handling import Aside, HandlingChange, HandlingField
from saywhy.issue import CauseKey
from saywhy.topic import Edit, EditKind, Fate, Lineage, Topic
from service.causes import CauseDetails
from service.topics.views import EditOutcome, EditStatus, created_topic


@dataclass(frozen=True, slots=True)
class Dated:
    """An entry with its time, and with the name by which an address can point at it."""

    at: datetime
    name: str
    entry: Entry


def history(details: CauseDetails, web: Web) -> list[Dated]:
    """All entries, latest first."""
    teller = _Teller({topic.id: topic for topic in details.topics}, web)
    entries = [*teller.changes(details.changes)]
    if details.topic is not None:
        edits = details.topic.edits
        by_number = {status.edit.id: status.edit for status in edits}
        entries += [teller.edit(status, by_number) for status in edits]
        entries += [teller.lineage(event) for event in details.topic.lineage if teller.knows(event)]
    return sorted(entries, key=lambda dated: dated.at, reverse=True)


@dataclass(frozen=True, slots=True)
class _Teller:
    topics: dict[str, Topic]
    web: Web

    def edit(self, status: EditStatus, others: dict[int, Edit]) -> Dated:
        """What somebody corrected of the topic."""
        edit, wording = status.edit, self.web.wording
        outcome = (
            "" if status.outcome is EditOutcome.STANDS else wording[f"cause.outcome_{status.outcome.name.lower()}"]
        )
        undo = None
        if edit.kind is not EditKind.UNDO:
            number = status.undone_by if status.outcome is EditOutcome.UNDONE else edit.id
            label = "cause.restore" if status.outcome is EditOutcome.UNDONE else "cause.undo"
            undo = Undo("undo-edit", str(number), wording[label])
        made = created_topic(edit)
        into = edit.arguments.get("into") if edit.kind in (EditKind.MERGE, EditKind.MOVE) else made
        links = [self.topics[into]] if into in self.topics else []
        return Dated(
            edit.at,
            f"edit-{edit.id}",
            Entry(
                text=self._edit_text(edit, others),
                note=edit.note or "",
                by=edit.author,
                moment=wording.moment(edit.at.isoformat()),
                outcome=outcome,
                links=tuple(self._link(topic) for topic in links),
                undo=undo,
            ),
        )

    def _edit_text(self, edit: Edit, others: dict[int, Edit]) -> str:
        wording, arguments = self.web.wording, edit.arguments
        if edit.kind is EditKind.UNDO:
            undone = others.get(int(arguments["edit"]))
            return wording("cause.edit_undo", what=self._edit_text(undone, others) if undone else "")
        kind = "define" if "definition" in arguments else edit.kind.value
        values = {name: str(arguments.get(name, "")) for name in ("name", "definition")}
        if edit.kind is EditKind.CREATE:
            values["n"] = wording.count(len(arguments["clauses"]) + len(arguments["texts"]))
        topic, into = self._name(edit.topic), self._name(arguments.get("into"))
        return wording(f"cause.edit_{kind}", topic=topic, into=into, **values)

    def knows(self, event: Lineage) -> bool:
        """Whether an event tells people anything: that something was found which has become a part of this does not."""
        return event.fate is not Fate.FOUND or event.cluster in self.topics

    def lineage(self, event: Lineage) -> Dated:
        """What an analysis did to the topic."""
        wording = self.web.wording
        text = wording(
            f"cause.lineage_{event.fate.value}", topic=self._name(event.cluster), other=self._name(event.other)
        )
        moment = wording.moment(event.at.isoformat())
        entry = Entry(text, "", wording["cause.machine"], moment, "", (), None)
        return Dated(event.at, f"lineage-{event.at.isoformat()}", entry)

    def changes(self, changes: Sequence[HandlingChange]) -> Iterator[Dated]:
        """What people set of the cause; the latest of each field can be taken back."""
        wording, seen = self.web.wording, set[HandlingField]()
        undone = _undone(changes)
        for change in changes:
            before, value = (self._value(change, each) for each in (change.before, change.value))
            name = wording[f"cause.field_{change.field.value}"]
            entry = Entry(
                text=wording("cause.changed", field=name, before=before, value=value),
                note="",
                by=change.author,
                moment=wording.moment(change.at.isoformat()),
                outcome=wording["cause.outcome_undone"] if change.id in undone else "",
                links=(),
                undo=None
                if change.field in seen
                else Undo("undo-change", str(change.id), wording["cause.restore" if change.undoes else "cause.undo"]),
            )
            seen.add(change.field)
            yield Dated(change.at, f"change-{change.id}", entry)

    def _value(self, change: HandlingChange, value: Any) -> str:
        wording = self.web.wording
        read: dict[HandlingField, Callable[[Any], str]] = {
            HandlingField.PROGRESS: lambda each: wording[f"cause.stage_{each}"],
            HandlingField.ASIDE: lambda each: aside_text(Aside.of_json(each), wording),
            HandlingField.EFFORT: lambda each: wording("cause.days", n=wording.amount(each["days"])),
            HandlingField.FIX: lambda each: fix_text(Fix.of_json(change.cause, each), wording),
        }
        if value is None:
            return wording["cause.stage_new"] if change.field is HandlingField.PROGRESS else "–"
        return read.get(change.field, lambda each: str(each))(value)

    def _name(self, topic: str | None) -> str:
        """The label of a topic in the language of the page, else its id."""
        if topic is None or topic not in self.topics:
            return topic or ""
        return self.topics[topic].name(self.web.wording.language)

    def _link(self, topic: Topic) -> Link:
        return Link(topic.name(self.web.wording.language), cause_href(self.web, CauseKey.of(topic)), is_current=False)


def _undone(changes: Sequence[HandlingChange]) -> set[int]:
    """The ids of changes that were taken back; `changes` are the latest first."""
    undone = set[int]()
    for change in changes:
        if change.undoes is not None and change.id not in undone:
            undone.add(change.undoes)
    return undone
