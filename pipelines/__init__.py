"""Computations on values: files in, results out. Nothing here knows the store.

`ingest` reads exports. `clean` and `annotate` prepare comments, `topics` clusters their clauses into root causes,
`tabulate` joins everything into columns, `impact` has the statistics, `causes` ranks the causes and `change` compares
waves. `follow_up` says when cases are due, how customers are, and what following up brought. `disclosure` hides small
groups, `report` builds reports, `render` shows them, and `evaluation` measures clustering methods. Two modules are
shared: `display_width`, how wide a text is where it is shown, and `mojibake`, text that was decoded wrongly.
"""
