"""The kinds of personal data, as the placeholders that replace them."""

from __future__ import annotations

EMAIL, PHONE, CARD, IBAN = "[e-mail]", "[phone]", "[card]", "[IBAN]"
ID, HANDLE, IP, BIRTH = "[ID]", "[handle]", "[IP address]", "[date of birth]"
NAME, STAFF, ADDRESS = "[name]", "[staff name]", "[address]"

PLACEHOLDERS = (EMAIL, PHONE, CARD, IBAN, ID, HANDLE, IP, BIRTH, NAME, STAFF, ADDRESS)

#: Start, end and placeholder.
Match = tuple[int, int, str]
