"""Retraining on what people say: labels and corrections in, a candidate with its report out.

`run.retrain` is the public face and tells the story: `options` (a TOML file and overrides), `dataset`
(checking, splitting by hash, the snapshot; `pipelines.label_formats` reads the files), `token_states` (the frozen
encoder with a memory on disk), `spans` (what the heads see of each clause, and its targets), `fit` (the heads, pulled
towards those that serve), `reference` (texts that nobody labelled now, which must stay as right as they are),
`comparison` (F1 of both versions with intervals), `suspects` (labels that are probably wrong), `gate`, `ranking` (which
causes move), `report` and `page` (for programs and for people, in the `wording` of their language), `candidate` (the
bundle, into the registry) and `tracking` (MLflow).
That is the depth `heads`, which needs neither torch nor a GPU. `adapters` and `full` have `depths` (what must
be installed, the folder of a run), `base` (the encoder to start from), `lessons` (labels, and the champion's answers
beside them), `fine_tuning` (the training, with the loop of `training.fit`), `serving` (its graph) and `learning_curve`.
"""
