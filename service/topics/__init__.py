"""Topics in the store: found by an analysis, corrected by people.

- `update`: cluster clauses into topics, or assign new clauses to known topics (a step of `service.analysis`).
- `state`: load the previous clustering; replay all standing edits on it and save the topics that result.
- `editing`: keep an edit or undo one; `validation`: refuse what cannot be done; `lookup`: resolve what it names.
- `proposals`: merges that a language model proposes, which people accept or dismiss.
- `views`: what people read: the list, one topic with examples and history, all edits.
"""
