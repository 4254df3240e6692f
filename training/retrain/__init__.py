"""Retraining on what people say: labels and corrections in, a candidate with its report out.

`heads.retrain` is the public face and tells the story: `options` (a TOML file and overrides), `dataset`
(checking, splitting by hash, the snapshot; `pipelines.label_formats` reads the files), `token_states` (the frozen
encoder with a memory on disk), `spans` (what the heads see of each clause, and its targets), `fit` (the heads, pulled
towards those that serve), `reference` (texts that nobody labelled now, which must stay as right as they are),
`comparison` (F1 of both versions with intervals), `suspects` (labels that are probably wrong), `gate`, `ranking` (which
causes move) and `report`.
Needs neither torch nor a GPU.
"""
