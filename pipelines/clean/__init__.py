"""Cleans comments: finds their language, whether they answer at all, and near-duplicates; masks personal data.

`comments.clean` does the first three with `language` (and `scripts`, `latin`, `chinese`, `language_tags`),
`non_answers` and `near_duplicates`, all on what `read_text` leaves of a verbatim. `personal_data.mask` is applied to
every text that is shown; the stored verbatim never changes.
"""

from pipelines.clean.comments import clean

__all__ = ["clean"]
