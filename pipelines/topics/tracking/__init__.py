"""Topics keep their ids: clusters are carried from run to run, and what becomes of each is recorded.

- `grow.grow`: new clauses go to known clusters (`nearest`); what fits none may form a new one (`emerging`).
- `refit.refit`: all clauses are clustered again, and new clusters are matched to previous ones (`matching`).
- `grow.is_due` tells which of the two a run does. Both take a `memberships.PreviousClustering` and return an
  `update.ClusteringUpdate`.

The limits here were set by hand. `python -m benchmarks.topic_identity` measures what they do: ids that are kept, new
clauses without a topic, and emerging topics that are found. Results: docs/adr/0006-topic-identity-and-edits.md.
"""
