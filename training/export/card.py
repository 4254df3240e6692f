"""The model card of a bundle."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from models.causes import NO_CAUSE
from saywhy.code_frame import load_code_frame
from training.data.cause_library import comment_rows, library_rows, read_clauses
from training.data.rows import read_neutral, read_written
from training.evaluation.metrics import QualityTable

_ENCODER = (
    "- **Encoder**: multilingual-e5-small (Wang et al. 2024, MIT licence), {recipe}. Weights in 7 bits, activations in "
    "8, with fixed scales; word embeddings in 4 bits; the vocabulary is trimmed to 158,000 pieces."
)

_TEMPLATE = """# Model card: {version}

Classifies feedback comments: sentiment, themes and root causes of the core code frame, clause-level mentions, vectors
for clustering.

{encoder}
- **Languages**: English, German, Simplified and Traditional Chinese are fully supported. Also trained on feedback in
  Spanish, French, Italian, Portuguese, Dutch, Russian, Japanese, Turkish and Czech. The vocabulary keeps Korean,
  Polish, Swedish, Danish, Norwegian, Finnish, Arabic, Hindi, Vietnamese, Indonesian, Thai and others: the encoder knows
  these languages, but no feedback in them was trained on.
- **Weaknesses**: irony; reasons that are only a number; comparisons with a competitor; the overall sentiment of
  comments with praise and blame (annotators say "mixed", the model chooses one; its clauses are right more often);
  themes that are rare in public data (billing, ordering, safety); causes that only one kind of product has, which are
  parts of a library cause. Confidences are calibrated on the texts below, not on
  yours. Human annotators of themes agree with each other only at Krippendorff's alpha 0.4 to 0.7.

## Quality

On texts that were not trained on, read in lower case. *Polar*: share of the negative and positive comments whose score
has the right sign. *Sentiment*: share of the comments that get the annotator's label, of four; *of its
classes*: of those that the dataset uses at all (some have no neutral class, most no mixed one, and some label most
comments neutral). *Themes*: micro-F1 at the thresholds of the bundle, which were chosen on these texts, over the
themes that a dataset labels.

{quality}

## Training data and licences

| dataset | licence |
|---|---|
| airline tweets (Crowdflower) | CC BY-NC-SA 4.0 |
| MAMS (Jiang et al. 2019) | Apache-2.0 |
| NHS patient feedback (pxtextmining) | MIT, public sector |
| banking77 (Casanueva et al. 2020) | CC BY 4.0 |
| Olist order reviews | CC BY-NC-SA 4.0 |
| multilingual sentiment (tyqiangz) | Apache-2.0 repository |
| SemEval 2014-2016, GermEval 2017 | research |
| DimABSA 2026, BDCI 2018, Tianchi, online_shopping_10_cats, waimai_10k | none found |
| GERestaurant, hotel ABSA (SuperGLEBer), mobASA, kununu | none found |
| ASQP hotels and courses, Google Play app reviews, hotel reviews, Skytrax | none found |

Also written for this model, none of it taken from anybody's feedback:

- {comments:,} comments with every clause labelled, in English, German, Simplified and Traditional Chinese
  (`training/data/written/`);
- {clauses:,} example clauses of the {causes} root causes, in nine languages (`training/data/causes/`), and {without:,}
  clauses without a cause (`training/data/no_cause/`);
- {whole:,} whole comments whose clauses are labelled with causes (`training/data/comments/`);
- {neutral:,} texts that are no feedback (`training/data/neutral/`).

No training text is part of this bundle. Some licences restrict commercial use: if you need certainty, retrain on your
own data.
"""


def write_card(version: str, quality: QualityTable, facts: dict[str, Any]) -> str:
    """The card as Markdown; `facts["recipe"]` says how the model was trained. What was written is counted."""
    encoder = textwrap.fill(_ENCODER.format(recipe=facts["recipe"]), 120, subsequent_indent="  ")
    return _TEMPLATE.format(
        version=version,
        quality=quality,
        encoder=encoder,
        comments=_count(read_written()),
        clauses=_count(read_clauses()),
        causes=len(load_code_frame().causes),
        without=sum(row.cause == NO_CAUSE for row in library_rows()),
        whole=_count(comment_rows()),
        neutral=_count(read_neutral()),
    )


def _count(entries: Iterable[Any]) -> int:
    return sum(1 for _ in entries)
