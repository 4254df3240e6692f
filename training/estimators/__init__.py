"""Estimators with the manners of scikit-learn: comments in, sentiments, themes, classes, causes and topics out.

    from training.estimators import CommentClassifier

    classifier = CommentClassifier().fit(comments, labels)
    classifier.predict(["Waited half an hour at the till"])

- `sentiment`, `themes`: the heads of the model, fitted further to labels (`training.retrain`).
- `classes`: any classes, by examples of them (`pipelines.annotate.example_classifier`, as code frames use it).
- `causes`: the causes of the library, and one's own by a few examples (`pipelines.topics.few_shot`).
- `topics`: topics that are discovered (`pipelines.topics.plain_texts`).

They learn and decide by the code that the product uses, on the frozen encoder. `base` has what all share, `inputs` the
checks of what they are given, `memory` an encoder that remembers. They work with pipelines, cross-validation and grid
search, and are pickled without the model, which is opened again from its folder.
"""

from training.estimators.causes import CauseFinder
from training.estimators.classes import CommentClassifier
from training.estimators.sentiment import SentimentClassifier
from training.estimators.themes import ThemeClassifier
from training.estimators.topics import TopicModel

__all__ = ["CauseFinder", "CommentClassifier", "SentimentClassifier", "ThemeClassifier", "TopicModel"]
