"""Merges that a language model proposes: asked for after an analysis, accepted or dismissed by a person.

Nothing is merged by itself. To accept a proposal is to make the merge edit, with history and undo. A pair that was
proposed once is not proposed again, whatever people decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.topics.edits.apply import undone_by
from pipelines.topics.language_model.endpoint import LabelEndpoint
from pipelines.topics.language_model.merges import NamedTopic
from pipelines.topics.language_model.merges import propose_merges as ask_for_merges
from saywhy import store
from saywhy.code_frame import CodeFrame
from saywhy.errors import Conflict, ProposalNotFound
from saywhy.issue import Issue
from saywhy.report import ALL_WAVES
from saywhy.store import Connection, Engine
from saywhy.topic import Decision, Edit, EditKind, MergeProposal, Topic, Verdict
from service.reports.reading import find_latest_report
from service.topics.editing import Attribution, keep_edit
from service.topics.validation import LONGEST_NOTE, EditRequest, single_line
from service.topics.views import visible_topics
from service.workspaces import reading, writing


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal with the labels of its topics; None for a topic that is no longer shown, as it was merged or ended."""

    proposal: MergeProposal
    topic_label: str | None
    into_label: str | None

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided, and both topics are still there."""
        return self.proposal.decision is None and self.topic_label is not None and self.into_label is not None


def propose_merges(engine: Engine, workspace_id: int, endpoint: LabelEndpoint) -> None:
    """Ask which topics of the report on all waves say the same, and keep the pairs that are new.

    Only quotes of the report are sent. Nothing is asked for an anonymous workspace, whose texts are sent to nobody.
    """
    with store.reading(engine) as connection:
        if store.workspaces.is_anonymous(connection, workspace_id):
            return
        report = find_latest_report(connection, workspace_id, ALL_WAVES)
    # Complaint and praise are never one cause, so they are compared apart.
    sides = (report.issues, report.delights) if report else ()
    proposed = [
        merge
        for issues in sides
        for merge in ask_for_merges([_named_topic(issue) for issue in issues if issue.kind == "topic"], endpoint)
    ]
    with engine.begin() as connection:
        store.workspaces.lock(connection, workspace_id)
        known = {frozenset((old.topic, old.into)) for old in store.merge_proposals.load(connection, workspace_id)}
        current = {topic.id for topic in store.topics.load(connection, workspace_id)}
        new = [
            (merge.topic, merge.into, merge.reason)
            for merge in proposed
            if frozenset((merge.topic, merge.into)) not in known and {merge.topic, merge.into} <= current
        ]
        store.merge_proposals.add(connection, workspace_id, new, at=datetime.now(UTC))


def list_proposals(engine: Engine, workspace: str) -> tuple[ProposalView, ...]:
    """All proposals, the latest first. Raises `WorkspaceNotFound`."""
    with reading(engine, workspace) as (connection, workspace_id):
        topics = {topic.id: topic for topic in visible_topics(connection, workspace_id)}
        proposals = reversed(store.merge_proposals.load(connection, workspace_id))
        return tuple(_view(proposal, topics) for proposal in proposals)


def accept(engine: Engine, workspace: str, number: int, attribution: Attribution, *, code_frame: CodeFrame) -> Edit:
    """Merge the two topics of a proposal. One that is accepted already returns its edit, if that stands.

    Raises `WorkspaceNotFound`, `ProposalNotFound`, and what the merge raises: `TopicNotFound`, `TopicEnded`.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        proposal = _find(connection, workspace_id, number)
        if (standing := _standing_merge(connection, workspace_id, proposal)) is not None:
            return standing
        request = EditRequest(EditKind.MERGE, proposal.topic, {"into": proposal.into})
        edit = keep_edit(connection, workspace_id, request, attribution, code_frame=code_frame)
        decision = Decision(Verdict.ACCEPTED, edit.author, edit.at, edit.note, edit.id)
        store.merge_proposals.decide(connection, workspace_id, number, decision)
        return edit


def dismiss(engine: Engine, workspace: str, number: int, attribution: Attribution) -> ProposalView:
    """Keep the topics apart. A proposal that is dismissed already stays as it is.

    Raises `WorkspaceNotFound`, `ProposalNotFound`, and `Conflict` if it was accepted.
    """
    with writing(engine, workspace) as (connection, workspace_id):
        store.workspaces.lock(connection, workspace_id)
        proposal = _find(connection, workspace_id, number)
        if proposal.decision is None:
            author = single_line(attribution.author, "the author")
            note = single_line(attribution.note, "the note", LONGEST_NOTE) if attribution.note else None
            decision = Decision(Verdict.DISMISSED, author, datetime.now(UTC), note)
            store.merge_proposals.decide(connection, workspace_id, number, decision)
            proposal = _find(connection, workspace_id, number)
        elif proposal.decision.verdict is Verdict.ACCEPTED:
            raise Conflict(f"proposal {number} was accepted as edit {proposal.decision.edit}; undo that edit instead")
        return _view(proposal, {topic.id: topic for topic in visible_topics(connection, workspace_id)})


def _find(connection: Connection, workspace_id: int, number: int) -> MergeProposal:
    for proposal in store.merge_proposals.load(connection, workspace_id):
        if proposal.id == number:
            return proposal
    raise ProposalNotFound(f"there is no proposal {number}; `saywhy topics proposals --all` shows all of them")


def _standing_merge(connection: Connection, workspace_id: int, proposal: MergeProposal) -> Edit | None:
    """The edit that the proposal was accepted as, if it was and nobody has undone it."""
    edits = {edit.id: edit for edit in store.topic_edits.load(connection, workspace_id)}
    number = proposal.decision.edit if proposal.decision else None
    return edits[number] if number is not None and number not in undone_by(edits.values()) else None


def _view(proposal: MergeProposal, topics: dict[str, Topic]) -> ProposalView:
    topic, into = topics.get(proposal.topic), topics.get(proposal.into)
    return ProposalView(proposal, topic.label if topic else None, into.label if into else None)


def _named_topic(issue: Issue) -> NamedTopic:
    """A topic of the report; of one that people defined, only the name."""
    name = issue.labels.get("en", issue.label)
    if issue.topic is None or issue.topic.stability is None:
        return NamedTopic(issue.id, name, is_known=True)
    return NamedTopic(issue.id, name, tuple(quote.text[quote.start : quote.end] for quote in issue.quotes))
