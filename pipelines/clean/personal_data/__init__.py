"""Masks personal data in everything that is shown to others; the stored verbatim does not change.

`masking.mask` replaces what `masking.find` finds. What is found, and by what:

- `numbers`: e-mail addresses, payment cards, IBANs, IP addresses, handles; `phones`: telephone numbers;
  `identity`: national ids and dates of birth. Check digits and layouts decide, and the words before.
- `latin_names` and `chinese_names`: names of people, from lists of names and from the words around them; `staff` tells
  those of employees from those of customers. `addresses`: streets with a house number.

Rules miss some names, and take some other words for names: `benchmarks/personal_data.py` measures how many.
"""

from pipelines.clean.personal_data.kinds import PLACEHOLDERS
from pipelines.clean.personal_data.masking import find, mask
from pipelines.clean.spans import Span

__all__ = ["PLACEHOLDERS", "Span", "find", "mask"]
