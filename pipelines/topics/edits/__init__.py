"""What people changed: all standing edits are applied to the clusters anew at every run.

`apply.apply` replays the edits and gives the topics that are shown (`apply.EditedTopics`); `apply.undone_by` tells
which edits are undone. `split` selects the clauses of a split; `create` gathers the examples of a created topic;
`draft` has the topics while edits are applied to them.

Clusters are never changed, so an edit is undone by leaving it out.
"""
