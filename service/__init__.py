"""Use cases: each is a function that takes the engine of the store and the name of a workspace, in one transaction.

Only this floor brings store and pipelines together; the command line and the HTTP interface call nothing else to read
or write feedback. Where what happens:

- `service.analysis`: the analysis from comments to reports, step by step; `service.runs` records how each one ended.
- `service.imports`: a survey export into the store, and the rows that were rejected; `service.identification`: which
  files an anonymous workspace takes.
- `service.reports`: compute reports and read them; `service.efforts`: the effort of fixing a cause;
  `service.fixes`: causes that were fixed; `service.scenarios`: what it would bring.
- `service.classification`: comments that are classified and not stored; `service.micro_batches`: those of concurrent
  requests together.
- `service.cases`: responses become cases, which people work on; `service.boards`: what came of them;
  `service.customer_health`: all that a customer said, how accounts are, and an alert when one turns.
- `service.anonymity`: what anonymous workspaces do not give, and why.
- `service.comments`: comments page by page, by what they name (`service.comment_filters`) and mean (`service.meaning`);
  `service.corrections`: what people correct of what models said; `service.paging`: cursors of pages.
- `service.responses`: responses that a program sends; `service.idempotency`: requests that may be repeated.
- `service.sources`: webhooks that survey tools send, and answers that are pulled from them.
- `service.exports`: the responses, each with everything that is said of it; `service.export_files` writes them.
- `service.jobs`: start, list and cancel work in the background; `service.job_kinds` says what each kind of job does,
  `service.worker` claims jobs, `service.job_process` runs one; `service.schedules`; `service.files` of jobs.
- `service.topics`: find topics, list and edit them.
- `service.audits`: comments for a person to label, and the labels that come back.
- `service.access`: whose a key, a session or a proxy's header is; `service.keys`, `service.people`: who there is;
  `service.audit_log`: who wrote what.
- `service.erasure`: what is to be forgotten.
- `service.workspaces`: create and look up workspaces, promise anonymity, check the store.
"""
