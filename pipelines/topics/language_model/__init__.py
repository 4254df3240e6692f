"""What a language model behind a URL proposes about topics, from masked quotes. Off unless a URL is set.

- `endpoint.LabelEndpoint`: the client; whatever goes wrong is one of two errors.
- `names.with_names`: a name and a definition for each discovered topic.
- `merges.propose_merges`: topics that say the same. Only a person can merge them (`service.topics.proposals`).

On any failure a warning is logged and topics stay as they are: an analysis never fails on it.
"""
