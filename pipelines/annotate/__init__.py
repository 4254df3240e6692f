"""Turns comments into annotations: sentiment, themes, and mentions with their spans.

`classification.classify` cleans and annotates texts; `columns.Annotations` holds the annotations of many comments as
arrays.
"""

from pipelines.annotate.classification import classify, to_record
from pipelines.annotate.columns import POLARITIES, Annotations

__all__ = ["POLARITIES", "Annotations", "classify", "to_record"]
