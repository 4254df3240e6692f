"""Labelled feedback: reading it, and turning labels into training targets with the unknown masked out.

`rows` reads the dataset folder and samples it, `targets` encodes labels (`Targets`, `AnnotationSchemes`), `pairs` joins
short texts into longer ones, `vocabulary` trims the tokenizer. `written/` holds comments written for this model, with
every clause labelled. `cause_library` reads `causes/`, `no_cause/` and `comments/`: example clauses of the root causes
in the code frame, in several languages; clauses that name none; and comments whose clauses are labelled with causes.
"""
