"""The labels of an audit: which are kept, which are rejected, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from saywhy import store
from saywhy.audit import AuditLabel
from saywhy.code_frame import CodeFrame
from saywhy.store import Engine
from service.anonymity import Withheld, refuse
from service.workspaces import writing


@dataclass(frozen=True, slots=True)
class LabelledComment:
    """What a person made of one comment.

    `id` is its content hash. `labels` are empty if it is about no theme, and None if it is not labelled yet. `line` is
    that of the sheet, if it comes from one.
    """

    id: str
    labels: tuple[AuditLabel, ...] | None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class RejectedLabels:
    """Labels that were not kept: of which comment or which line of a sheet, and why."""

    reason: str
    id: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class LabelsResult:
    """How many comments got their labels, how many rows of a sheet have none yet, and what was rejected."""

    labelled: int
    unmarked: int
    rejections: tuple[RejectedLabels, ...]


def keep_labels(
    engine: Engine, workspace: str, comments: Iterable[LabelledComment], code_frame: CodeFrame
) -> LabelsResult:
    """Keep the labels of comments, replacing earlier ones. Rejected labels do not keep the others from being kept.

    Rejected are themes outside the code frame, a comment that was labelled further above, and unknown comments. Raises
    `WorkspaceNotFound`, and `Conflict` in an anonymous workspace: there, whether labels of a guessed comment are taken
    would show whether somebody wrote it.
    """
    accepted: dict[str, LabelledComment] = {}
    rejections: list[RejectedLabels] = []
    unmarked = 0
    for comment in comments:
        unknown = sorted({label.theme for label in comment.labels or ()} - set(code_frame.ids))
        if unknown:
            reason = f"{', '.join(unknown)}: not in the code frame, which has {', '.join(code_frame.ids)}"
            rejections.append(RejectedLabels(reason, comment.id, comment.line))
        elif (first := accepted.get(comment.id)) is not None:
            where = "in this request" if first.line is None else f"on line {first.line}"
            rejections.append(RejectedLabels(f"the comment is labelled {where} already", comment.id, comment.line))
        elif comment.labels is None:
            unmarked += 1
        else:
            accepted[comment.id] = comment
    with writing(engine, workspace) as (connection, workspace_id):
        refuse(connection, workspace_id, Withheld.AUDITS)
        present = store.comments.lock_existing(connection, workspace_id, accepted)
        labels = {key: comment.labels or () for key, comment in accepted.items() if key in present}
        store.audits.save(connection, workspace_id, labels)
    rejections += [
        RejectedLabels(f"there is no comment {key!r}", key, comment.line)
        for key, comment in accepted.items()
        if key not in present
    ]
    return LabelsResult(len(present), unmarked, tuple(rejections))
