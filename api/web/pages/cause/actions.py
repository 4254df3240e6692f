"""What the forms of the page do. Each returns where to go on: the cause, and the entry of the history that was made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.http.dependencies import Resources
from api.web.forms import Form, chosen_of, number_of, value_of
from saywhy.errors import InvalidInput
from saywhy.fix import Fix
from saywhy.handling import Aside, HandlingField, Progress
from saywhy.issue import CauseKey
from saywhy.store import Engine
from saywhy.topic import Edit, EditKind
from service import handling
from service.topics import editing
from service.topics.editing import Attribution
from service.topics.validation import EditRequest
from service.topics.views import list_topics


@dataclass(frozen=True, slots=True)
class Submission:
    """A form that was sent for a cause: `by` whom."""

    resources: Resources
    cause: CauseKey
    form: Form
    by: str

    @property
    def workspace(self) -> tuple[Engine, str]:
        """The store, and the workspace in it."""
        return self.resources.engine, self.resources.workspace

    def value(self, name: str) -> str:
        """The first value of a field, without white space at its ends."""
        return value_of(self.form, name).strip()

    @property
    def attribution(self) -> Attribution:
        """Who edits, and why."""
        return Attribution(self.by, self.value("note") or None)


@dataclass(frozen=True, slots=True)
class Done:
    """The cause to go on with; `name` is that of the entry in its history, empty if nothing was to be done."""

    cause: CauseKey
    name: str = ""


def rename(sent: Submission) -> Done:
    """Name the topic, and define it if its definition is another one than the form had."""
    definition = sent.value("definition")
    if definition == sent.value("definition_shown"):
        definition = ""
    return _edit(
        sent, EditKind.RENAME, {"name": sent.value("name"), **({"definition": definition} if definition else {})}
    )


def merge(sent: Submission) -> Done:
    """Merge the topic into another one, which is shown then."""
    into = sent.value("into")
    done = _edit(sent, EditKind.MERGE, {"into": into})
    return Done(_key_of(sent, into), done.name)


def split(sent: Submission) -> Done:
    """Split off a part, or what is like the chosen comments."""
    part, examples = sent.value("part"), sent.form.get("comment", [])
    return _edit(
        sent, EditKind.SPLIT, {"name": sent.value("name"), **({"part": part} if part else {"examples": examples})}
    )


def move(sent: Submission) -> Done:
    """Move each of the chosen comments into another topic."""
    if not (comments := sent.form.get("comment", [])):
        raise InvalidInput("choose the comments to move: tick their boxes")
    for comment in comments:
        done = _edit(sent, EditKind.MOVE, {"comment": comment, "into": sent.value("into")})
    return done


def pin(sent: Submission) -> Done:
    """Keep the topic through all analyses."""
    return _edit(sent, EditKind.PIN, {})


def ignore(sent: Submission) -> Done:
    """Leave the topic out of reports."""
    return _edit(sent, EditKind.IGNORE, {})


def adopt(sent: Submission) -> Done:
    """Make the topic a theme."""
    done = _edit(sent, EditKind.ADOPT, {"name": sent.value("name")})
    return Done(_key_of(sent, sent.value("topic")), done.name)


def undo_edit(sent: Submission) -> Done:
    """Undo an edit of a topic, or an undo."""
    edit = editing.undo_edit(*sent.workspace, number_of(sent.form, "number"), sent.attribution)
    topic = edit.topic if sent.cause.kind == "theme" else None
    return Done(_key_of(sent, topic) if topic else sent.cause, f"edit-{edit.id}")


def undo_change(sent: Submission) -> Done:
    """Set a field back to what it was."""
    code_frame = sent.resources.annotator.code_frame
    handling.undo_change(*sent.workspace, number_of(sent.form, "number"), by=sent.by, code_frame=code_frame)
    return _latest(sent)


def progress(sent: Submission) -> Done:
    """Say how far people have come."""
    step = chosen_of(sent.form, "progress", Progress)
    return _handle(sent, HandlingField.PROGRESS, step)


def owner(sent: Submission) -> Done:
    """Say who owns it."""
    return _handle(sent, HandlingField.OWNER, sent.value("owner"))


def ticket(sent: Submission) -> Done:
    """Name its ticket."""
    return _handle(sent, HandlingField.TICKET, sent.value("ticket"))


def effort(sent: Submission) -> Done:
    """Set the days that fixing it takes."""
    from service.efforts import set_effort

    set_effort(*sent.workspace, str(sent.cause), sent.value("effort") or "none", by=sent.by)
    return _latest(sent)


def fix(sent: Submission) -> Done:
    """Mark it as fixed from a day or a wave on."""
    from service.fixes import mark_fixed  # loads scipy

    day, wave = sent.value("date"), sent.value("wave") or None
    target = _decimal(sent.value("target"), "the target")
    fixed = Fix(
        str(sent.cause),
        None if day else wave,
        _day(day) if day else None,
        None if target is None else target / 100,
        sent.value("release") or None,
    )
    mark_fixed(*sent.workspace, sent.resources.annotator.code_frame, fixed, by=sent.by)
    return _latest(sent)


def unfix(sent: Submission) -> Done:
    """Mark it as not fixed."""
    from service.fixes import remove_fix

    remove_fix(*sent.workspace, str(sent.cause), by=sent.by)
    return _latest(sent)


def aside(sent: Submission) -> Done:
    """Set it aside until it costs more, more customers name it, or a day."""
    points, day = _decimal(sent.value("points"), "points"), sent.value("date")
    customers = _decimal(sent.value("customers"), "customers")
    until = Aside(points, None if customers is None else int(customers), _day(day) if day else None)
    return _handle(sent, HandlingField.ASIDE, until)


def resume(sent: Submission) -> Done:
    """Set it aside no longer."""
    return _handle(sent, HandlingField.ASIDE, None)


#: The last part of the address of each form.
ACTIONS: dict[str, Callable[[Submission], Done]] = {
    "rename": rename,
    "merge": merge,
    "split": split,
    "move": move,
    "pin": pin,
    "ignore": ignore,
    "adopt": adopt,
    "undo-edit": undo_edit,
    "undo-change": undo_change,
    "progress": progress,
    "owner": owner,
    "ticket": ticket,
    "effort": effort,
    "fix": fix,
    "unfix": unfix,
    "aside": aside,
    "resume": resume,
}


def _edit(sent: Submission, kind: EditKind, arguments: dict[str, Any]) -> Done:
    request = EditRequest(kind, sent.value("topic"), arguments)
    code_frame = sent.resources.annotator.code_frame
    edit: Edit = editing.apply_edit(*sent.workspace, request, sent.attribution, code_frame=code_frame)
    return Done(sent.cause, f"edit-{edit.id}")


def _handle(sent: Submission, field: HandlingField, value: Progress | str | Aside | None) -> Done:
    changes = handling.change_handling(*sent.workspace, str(sent.cause), {field: value}, by=sent.by)
    return Done(sent.cause, f"change-{changes[0].id}" if changes else "")


def _latest(sent: Submission) -> Done:
    """The latest entry in the history of the cause."""
    _, changes = handling.read_handling(*sent.workspace, str(sent.cause))
    return Done(sent.cause, f"change-{changes[0].id}" if changes else "")


def _key_of(sent: Submission, topic_id: str) -> CauseKey:
    """The present key of a topic: a theme, if people made one of it."""
    topics = list_topics(*sent.workspace)
    return next((CauseKey.of(topic) for topic in topics if topic.id == topic_id), CauseKey("topic", topic_id))


def _decimal(text: str, name: str) -> float | None:
    """The number in a field, with a point or a comma; None if it is empty."""
    if not text:
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise InvalidInput(f"{name}: {text!r} is not a number") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{text!r} is not a day; write it as 2026-07-01") from None
