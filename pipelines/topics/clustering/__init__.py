"""From vectors to clusters: which texts are one cause, how stable that is, and which parts a large cause has.

`clusters.cluster` is the entry point. The modules that it uses, in order:

- `distinct_texts`: equal texts become one row; the order of rows depends on their content alone.
- `language_centring`: takes the language out of vectors, so that one cause is close to itself in all languages.
- `communities`: the clusters, found in the `neighbour_graph` by `consensus` clustering; `cohesion` divides clusters
  that are too mixed to be one cause.
- `subtopics`: the parts of a large cluster.
- `phrase_parts`: the parts of a library cause, whose clauses the model draws together.
- `description`: id, label, keywords, centroid and reach of a cluster.

Constants here can be judged with `saywhy evaluate topics`; docs/adr/0005-topics-as-communities.md has the results.
"""
