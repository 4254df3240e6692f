"""Forgetting people: all that is stored of a customer, or of responses beyond an age, is deleted.

Numbers of reports still count a deleted person until the next analysis, which computes them anew; what somebody wrote
is out of them at once. Backups, exports that were downloaded, and logs of other programs are not touched.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.report.erasure import count_quotes, quoted, with_labels, without_quotes, words_of
from saywhy import store
from saywhy.errors import Conflict, CustomerNotFound
from saywhy.store import Connection, Engine
from saywhy.store.erasure import Trace
from saywhy.text import is_storable
from saywhy.topic import Cluster
from service.anonymity import Withheld, refuse
from service.files import JobFiles
from service.topics.state import save_edited_topics
from service.workspaces import reading, writing

#: How edits name comments: by their hash or how it begins, and perhaps words of it after a colon.
_COMMENT = re.compile(r"([0-9a-f]{6,64})\s*(?::|$)")

#: Shortest name or id that is looked for in rejected rows: shorter ones occur in rows of others.
_SHORTEST_TERM = 4


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was deleted, in numbers of each kind."""

    responses: int
    cases: int  # of these responses, with their notes
    comments: int  # that nobody else wrote
    annotations: int
    clauses: int  # in topics
    audit_labels: int
    rejected_rows: int  # of imports
    webhooks: int  # that failed or were not processed yet
    edits: int  # of topics, whose examples were of these comments; the edits stay
    labels: int  # of topics, which were words that nobody else wrote
    quotes: int  # in reports
    reports: int  # that were rewritten without these quotes and labels
    texts: int  # notes, arguments of jobs and the like that named the customer; they stay without the name
    exports: int  # files of exports, which are to be made anew
    planned: int  # places in wave plans; by age: those of plans whose last wave was sent before
    left: int  # of a customer: other responses with the same e-mail address; by age: responses without a date


def delete_customer(engine: Engine, workspace: str, files: JobFiles, customer: str) -> Deletion:
    """Delete all that is stored of a customer, named by id or by e-mail address.

    Raises `WorkspaceNotFound`; `CustomerNotFound`; `Conflict` in an anonymous workspace, which stores no customers, and
    while a job imports, exports or pulls; `AnalysisRunning`.
    """
    if not customer.strip() or not is_storable(customer):
        raise CustomerNotFound
    with _exclusively(engine, workspace) as (connection, workspace_id):
        traces = store.erasure.of_customer(connection, workspace_id, customer)
        terms = {term for trace in traces for term in trace.terms if len(term) >= _SHORTEST_TERM}
        terms |= {customer} if len(customer) >= _SHORTEST_TERM else set()
        rejected = store.erasure.delete_rejections(connection, workspace_id, terms)
        webhooks = store.source_deliveries.forget_named(connection, workspace_id, terms)
        ids = {customer, *(trace.customer_id for trace in traces if trace.customer_id)}
        emails = {trace.email for trace in traces if trace.email}
        planned = store.wave_plans.forget(connection, workspace_id, ids, {customer, *emails})
        if not traces and not rejected and not webhooks and not planned:
            raise CustomerNotFound
        deletion = _delete(connection, workspace_id, traces, rejected)
        names = {customer, *(term for trace in traces for term in trace.terms)}
        store.customers.forget(connection, workspace_id, names)
        texts = store.redaction.redact(connection, workspace_id, terms)
        left = store.erasure.count_with_email(connection, workspace_id, emails)
        exported = store.jobs.exported_files(connection, workspace_id)
    exports = _delete_files(files, exported)
    return replace(deletion, webhooks=webhooks, texts=texts, planned=planned, left=left, exports=exports)


def delete_older(engine: Engine, workspace: str, files: JobFiles, days: int) -> Deletion:
    """Delete the responses that were answered more than `days` days ago, rejected rows and webhooks as old, and wave
    plans whose last wave is as old.

    Raises what `delete_customer` raises, but for `CustomerNotFound`.
    """
    moment = datetime.now(UTC) - timedelta(days=days)
    with _exclusively(engine, workspace) as (connection, workspace_id):
        traces = store.erasure.answered_before(connection, workspace_id, moment)
        rejected = store.erasure.delete_rejections_before(connection, workspace_id, moment)
        webhooks = store.source_deliveries.forget_payloads(connection, moment, workspace_id)
        deletion = _delete(connection, workspace_id, traces, rejected)
        planned = store.wave_plans.delete_sent_before(connection, workspace_id, moment.date())
        left = store.erasure.count_undated(connection, workspace_id)
        exported = store.jobs.exported_files(connection, workspace_id) if traces else []
    exports = _delete_files(files, exported)
    return replace(deletion, webhooks=webhooks, planned=planned, left=left, exports=exports)


@contextmanager
def _exclusively(engine: Engine, workspace: str) -> Iterator[tuple[Connection, int]]:
    """A transaction in which nothing is computed from what it deletes, and whose traces are overwritten after it.

    Raises `WorkspaceNotFound`, `Conflict` in an anonymous workspace and while a job imports, exports or pulls, and
    `AnalysisRunning`.
    """
    with reading(engine, workspace) as (connection, workspace_id):
        refuse(connection, workspace_id, Withheld.ERASURE)
    with store.analysing(engine, workspace_id), writing(engine, workspace) as (connection, _):
        store.erasure.overwrite(connection)
        store.workspaces.lock(connection, workspace_id)
        for job in store.jobs.that_copy(connection, workspace_id):
            raise Conflict(f"job {job.id} ({job.kind}) is {job.state}: wait until it has ended, or cancel it")
        yield connection, workspace_id
    store.erasure.empty_log(engine)


def _delete(connection: Connection, workspace_id: int, traces: Sequence[Trace], rejected: int) -> Deletion:
    """Delete the responses, then what edits and reports have of their comments."""
    hashes = {trace.content_hash for trace in traces if trace.content_hash}
    words = words_of(_stored_texts(connection, workspace_id), store.erasure.verbatims(connection, workspace_id, hashes))
    rows = store.erasure.delete(connection, workspace_id, traces)
    accounts = {trace.account for trace in traces if trace.account}
    store.customers.forget(
        connection, workspace_id, store.customers.without_answers(connection, workspace_id, accounts)
    )
    stand_ins = store.erasure.missing(connection, workspace_id, hashes)
    edits = store.erasure.change_edits(connection, workspace_id, lambda old: _without(old, stand_ins, words))
    labels = _relabel(connection, workspace_id, words)
    quotes, reports = _rewrite_reports(connection, workspace_id, words, labels)
    store.webhooks.forget_labels(connection, workspace_id, labels)
    store.webhooks.forget_digests(connection, workspace_id)
    if traces:
        save_edited_topics(connection, workspace_id)
        store.tabulations.delete(connection, workspace_id)
        store.drift.save(connection, workspace_id, None)
        store.workspaces.touch(connection, workspace_id)
    return Deletion(
        responses=rows.responses,
        cases=rows.cases,
        comments=rows.comments,
        annotations=rows.annotations,
        clauses=rows.clauses,
        audit_labels=rows.audits,
        rejected_rows=rejected,
        webhooks=0,
        edits=edits,
        labels=len(labels),
        quotes=quotes,
        reports=reports,
        texts=0,
        exports=0,
        planned=0,
        left=0,
    )


def _delete_files(files: JobFiles, exported: Sequence[str]) -> int:
    """Delete files of exports, which have the responses too; their number."""
    return sum(files.delete_export(key) for key in exported)


def _stored_texts(connection: Connection, workspace_id: int) -> set[str]:
    """What may be the words of a comment: quotes of all reports, labels of discovered topics, examples in edits."""
    texts = {text for _, report in store.reports.stream(connection, workspace_id) for text in quoted([report])}
    texts |= {label for cluster in _discovered(connection, workspace_id) for label in _labels(cluster)}
    for edit in store.topic_edits.load(connection, workspace_id):
        texts.update(edit.arguments.get("texts", ()))
    return texts


def _relabel(connection: Connection, workspace_id: int, words: Collection[str]) -> dict[str, str]:
    """Replace labels of discovered topics that are among these words, and in no comment that is left, by keywords.

    Returns the new label for each old one.
    """
    clusters = _discovered(connection, workspace_id)
    labels_in_words = {label for cluster in clusters for label in _labels(cluster)} & set(words)
    gone = {label for label in labels_in_words if not store.comments.any_with(connection, workspace_id, label)}
    renamed = dict[str, str]()
    for cluster in clusters:
        if gone.isdisjoint(_labels(cluster)):
            continue
        neutral = ", ".join(cluster.keywords[:2]) or cluster.id
        renamed |= {label: neutral for label in _labels(cluster) if label in gone}
        labels = {language: label for language, label in cluster.labels.items() if label not in gone}
        label = renamed.get(cluster.label, cluster.label)
        store.clusters.relabel(connection, workspace_id, replace(cluster, label=label, labels=labels))
    return renamed


def _discovered(connection: Connection, workspace_id: int) -> list[Cluster]:
    """The clusters whose labels are words of comments, not those of a library or of people."""
    return [cluster for cluster in store.clusters.load(connection, workspace_id) if cluster.stability is not None]


def _labels(cluster: Cluster) -> set[str]:
    return {cluster.label, *cluster.labels.values()}


def _rewrite_reports(
    connection: Connection, workspace_id: int, words: Collection[str], labels: Mapping[str, str]
) -> tuple[int, int]:
    """Take quotes of these words, and these labels, out of all stored reports; the numbers of quotes and of reports.

    A comment that others wrote too is no longer quoted either: score and segments beside it may be the person's.
    """
    quotes = reports = 0
    if words or labels:
        for report_id, report in list(store.reports.stream(connection, workspace_id)):
            rewritten = with_labels(without_quotes(report, words), labels)
            if rewritten != report:
                store.reports.rewrite(connection, report_id, rewritten)
                quotes += count_quotes(report) - count_quotes(rewritten)
                reports += 1
    return quotes, reports


def _without(value: Any, stand_ins: Mapping[str, str], words: Collection[str]) -> Any:
    """The arguments of an edit without what they have of deleted comments: their hashes, and their words as examples.

    A hash is replaced by a random one, so that the edit names as many comments as before, and none of them is there.
    """
    if isinstance(value, dict):
        changed = {name: _without(member, stand_ins, words) for name, member in value.items()}
        if "texts" in changed:
            changed["texts"] = [text for text in changed["texts"] if text not in words]
        return changed
    if isinstance(value, list):
        return [_without(member, stand_ins, words) for member in value]
    if isinstance(value, str) and (match := _COMMENT.match(value)):
        for content_hash, stand_in in stand_ins.items():
            if content_hash.startswith(match[1]):
                return stand_in[: len(match[1])]
    return value
