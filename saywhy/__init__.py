"""The domain: value types, errors, settings and text normalisation, and the database in `store`.

Every other package imports from here; this one imports none of them. Values in: `feedback` (responses, comments,
scores). Results: `annotation` (of a comment), `code_frame` (themes), `topic`, `estimate` (numbers with intervals),
`issue` (one row of a ranking), `scenario`, `fix`, `report`, `run`, `audit` (labels of people). `job`: work in the
background. `pseudonym` removes identities, `text` normalises, `errors` has all refusals, `settings` the environment
variables, `sample` the survey that ships.
"""

__version__ = "0.1.0"
