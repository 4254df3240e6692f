"""Comments in, annotations out: sentiment, themes and mentions of each comment; face: `classify`, `Annotations`."""

from pipelines.annotate.classification import classify, to_record
from pipelines.annotate.columns import POLARITIES, Annotations

__all__ = ["POLARITIES", "Annotations", "classify", "to_record"]
