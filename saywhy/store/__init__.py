"""The database (SQLite or PostgreSQL): domain values in, domain values out; plain functions on a connection.

    engine = store.open_store("sqlite:///saywhy.db")
    with engine.begin() as connection:          # a transaction that may write
        workspace_id = store.workspaces.ensure(connection, "default")
        store.responses.save(connection, workspace_id, batch)
    with store.reading(engine) as connection:   # a read-only snapshot; blocks no writer
        for response in store.responses.load(connection, workspace_id): ...

No function commits: the caller's transaction does. Iterators stream; use them up inside their transaction.

Each noun has a module: `workspaces`, `imports`, `mappings`, `responses`, `response_ids`, `comments`, `fingerprints`,
`annotations`, `clusters`, `memberships`, `topics`, `topic_edits`, `merge_proposals`, `audits`, `efforts`, `fixes`,
`runs`, `reports`, `tabulations`, `published_groups`. Jobs: `jobs`, `claims`, `schedules`, `answers`. Following up:
`cases`, `follow_up_policies`, `new_accounts`, `customers`, `comment_search`. Feedback in: `sources`,
`source_deliveries`. Access: `keys`, `people` (and their sessions), `shared_links`, `rate_limits`, `audit_log`. Telling
others: `webhooks`, `deliveries`, `digests`. Beside the pages: `wave_notes`, `saved_views`, `cause_changes`,
`corrections`, `code_frames`.
How models do: `drift`, `shadow_counts`.
`erasure` and `redaction` delete what is to be forgotten, and `dump` reads and replaces everything.
`open_store`, `reading` and `check` are in `engine`, `analysing` (one analysis of a workspace at a time) in `locks`.
`tables`, `topic_tables`, `job_tables`, `case_tables`, `source_tables`, `access_tables`, `webhook_tables`,
`digest_tables`, `page_tables` and `model_tables` define the schema, `migrate` and `migrations/` create it, `statements`
and `types` hide the differences between the databases. `key_file` keeps the keys of anonymous workspaces, and that of
the secrets which `sealing` encrypts, outside the database.
"""

from sqlalchemy import Connection, Engine

from saywhy.store import (
    annotations,
    answers,
    audit_log,
    audits,
    cases,
    cause_changes,
    claims,
    clusters,
    code_frames,
    comment_search,
    comments,
    corrections,
    customers,
    deliveries,
    digests,
    drift,
    dump,
    efforts,
    erasure,
    fingerprints,
    fixes,
    follow_up_policies,
    imports,
    jobs,
    keys,
    mappings,
    memberships,
    merge_proposals,
    new_accounts,
    people,
    plan_answers,
    published_groups,
    rate_limits,
    redaction,
    reports,
    response_ids,
    responses,
    runs,
    saved_views,
    schedules,
    shadow_counts,
    shared_links,
    source_deliveries,
    sources,
    tabulations,
    topic_edits,
    topics,
    wave_notes,
    wave_plans,
    webhooks,
    workspaces,
)
from saywhy.store.engine import check, connections_in_use, open_store, reading, schema_status
from saywhy.store.locks import analysing

__all__ = [
    "Connection",
    "Engine",
    "analysing",
    "annotations",
    "answers",
    "audit_log",
    "audits",
    "cases",
    "cause_changes",
    "check",
    "claims",
    "clusters",
    "code_frames",
    "comment_search",
    "comments",
    "connections_in_use",
    "corrections",
    "customers",
    "deliveries",
    "digests",
    "drift",
    "dump",
    "efforts",
    "erasure",
    "fingerprints",
    "fixes",
    "follow_up_policies",
    "imports",
    "jobs",
    "keys",
    "mappings",
    "memberships",
    "merge_proposals",
    "new_accounts",
    "open_store",
    "people",
    "plan_answers",
    "published_groups",
    "rate_limits",
    "reading",
    "redaction",
    "reports",
    "response_ids",
    "responses",
    "runs",
    "saved_views",
    "schedules",
    "schema_status",
    "shadow_counts",
    "shared_links",
    "source_deliveries",
    "sources",
    "tabulations",
    "topic_edits",
    "topics",
    "wave_notes",
    "wave_plans",
    "webhooks",
    "workspaces",
]
