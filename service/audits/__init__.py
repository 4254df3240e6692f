"""Audits: a person labels a random sample of comments, and reports correct their estimates by the model's errors.

- `sample`: draw the next comments, read how far the audit is.
- `labels`: keep labels; the one place that decides which are rejected and why.
- `sheet`: the sample as a spreadsheet (CSV, XLSX), and the marks in it read back.

Every function here raises `Conflict` in an anonymous workspace.
"""
