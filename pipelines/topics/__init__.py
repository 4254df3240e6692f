"""Topics: the root causes behind many comments, found by clustering clauses by meaning in all languages together.

Before clustering, `library` and `few_shot` take out the clauses that name a known cause: one of the library, or one
that people created from examples; `neighbours` says whether near clauses agree. `library_parts` divides the large ones.
Afterwards `joining` finds the discovered topics that say what one of them says.

`update.update_clusters` does all of this for a survey; `assignment` does it for further clauses, without clustering.

Six steps, each in a module or folder of its own:

- `clauses`: clauses from annotations (`clauses_of`), and the set of distinct texts that is clustered (`ClauseSet`).
- `clustering/`: vectors → clusters, with stability and parts (`clusters.cluster`).
- `labelling/`: what a topic is called, and its keywords (`labels.label_topics`).
- `language_model/`: names, definitions and merges that a language model proposes; off by default.
- `tracking/`: topics keep their ids when feedback arrives (`grow.grow`, `refit.refit`).
- `edits/`: what people changed, applied to the clusters (`apply.apply`).

`plain_texts.cluster_texts` clusters texts without annotations or history, for `saywhy topics` on stdin;
`named_causes` says which library causes single comments name, for `saywhy classify`.
"""
