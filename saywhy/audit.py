"""Audits: labels that a person gives to comments, by which reports correct the numbers of the model."""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.annotation import Polarity

#: Reports state corrected numbers from this many audited comments on.
MIN_COMMENTS = 50


@dataclass(frozen=True, slots=True, order=True)
class AuditLabel:
    """A theme of the comment, and its polarity. A comment may have several labels, or none."""

    theme: str
    polarity: Polarity
