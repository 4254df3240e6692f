"""The model card that goes with every bundle."""

from __future__ import annotations

from typing import Any

from training.evaluation.metrics import Results

_TEMPLATE = """# Model card: {version}

Reads feedback comments: sentiment, themes of the core code frame, clause-level mentions, and vectors for clustering.

- **Encoder**: multilingual-e5-small (Wang et al. 2024, MIT licence), {recipe}.
  Weights in 7 bits, activations in 8, with fixed scales; word embeddings in 4 bits; the vocabulary is trimmed to
  158,000 pieces.
- **Languages**: English, German, Simplified and Traditional Chinese are first class. Trained on feedback in Spanish,
  French, Italian, Portuguese, Dutch, Russian, Japanese, Turkish and Czech too; the vocabulary keeps Korean, Polish,
  Swedish, Danish, Norwegian, Finnish, Arabic, Hindi, Vietnamese, Indonesian, Thai and others, which the encoder reads
  without feedback of their own having been trained on.
- **Where it is weak**: irony; reasons that are only a number; comparisons with a competitor; the overall sentiment
  where praise and blame meet (people say "mixed", it takes a side; the clauses are right more often); themes that are
  rare in public data (billing, ordering, safety). Confidences are calibrated on the texts below, not on yours. People
  who label themes agree among themselves only at Krippendorff's alpha 0.4 to 0.7.

## Quality

Texts that were not trained on. *Polar*: of the comments that are clearly negative or positive, the share whose score
has the right sign. *Sentiment*: the share whose label, of four, is the annotator's (conventions differ: some call most
things neutral, some know no neutral).
*Themes*: micro-F1 at the shipped thresholds (which were chosen on these texts), over the themes that a dataset knows.

{results}

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

Also 1,768 comments in English, German, Simplified and Traditional Chinese that were written for this model, clause by
clause labelled (`training/data/written/`).

No training text is part of this bundle. Some licences restrict commercial use: who needs certainty retrains on data of
their own.
"""


def write_card(version: str, results: Results, facts: dict[str, Any]) -> str:
    """The card as Markdown."""
    return _TEMPLATE.format(version=version, results=results, recipe=facts["recipe"])
