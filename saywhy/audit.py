"""What a person reads in a comment, against which the model is held."""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.annotation import Polarity

#: Fewer audited comments say too little of the model for reports to state numbers by them.
LEAST_COMMENTS = 50


@dataclass(frozen=True, slots=True, order=True)
class AuditLabel:
    """A theme that the comment is about, and how it feels about it. A comment may well have none."""

    theme: str
    polarity: Polarity
