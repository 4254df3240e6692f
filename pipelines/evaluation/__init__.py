"""How good topics are, measured on texts whose true cluster is known: for `saywhy evaluate topics`.

`labelled_texts` reads the texts: a file, or the planted causes of the sample. `metrics.measure` runs a clustering
method on them and computes its `metrics.Quality`; `baselines.clustering_methods` has saywhy's own method and others.
"""
