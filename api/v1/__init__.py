"""The JSON interface, one module per group of routes: `classify`, `reports`, `scenarios`, `fixes`, `handling`,
`topics`, `topic_proposals`, `audits`, `responses`, `imports`, `mappings`, `jobs`, `analyses`, `exports`, `schedules`,
`comments`, `corrections`, `cases`, `follow_up`, `customer_health`, `erasure`, `digests`,
`shared_links`, `keys`, `session`, `audit_log`.

Each module holds its request and response schemas, where invalid requests are refused field by field, and its routes,
which call `service`. The names of schema classes and route functions appear in the OpenAPI document, so they are part
of the interface. `attribution` says by whom edits are, `parameters` has types that many requests use; `examples/` has
the example of a report that the document shows.
"""
