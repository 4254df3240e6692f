"""Feedback in: webhooks that survey tools send, and answers that are pulled from them.

`configuration` adds, changes and removes sources. `receiving` takes a webhook: it checks the signature (`signatures`),
stores what was sent, and leaves it to a job (`processing`). `pulling` is the job that asks a tool for its answers, page
by page, through `interface`. Both save records by `saving`, as `POST /v1/responses` saves responses.
"""
