"""Does discovery find about as many topics as there are? In texts that were written topic by topic.

    python -m benchmarks.granularity

`data/granularity/<language>.tsv` has a topic and a text a line, of about 25 topics that are in no library; `none` is
what nobody else says. How mixed a cluster may be was chosen with the English texts in view, nothing with the others.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.timing import print_table
from models.annotator import load_annotator
from pipelines.topics.plain_texts import cluster_texts

TEXTS = Path(__file__).with_name("data") / "granularity"
NONE = "none"


def main() -> None:
    """Print a row for each file of texts."""
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    annotator, rows = load_annotator(), []
    for file in sorted(TEXTS.glob("*.tsv")):
        labels, texts = zip(*(line.split("\t") for line in file.read_text("utf-8").splitlines()), strict=True)
        topics, assignments = cluster_texts(texts, annotator.vectors(texts))
        written = len({*labels} - {NONE})
        is_of_topic = np.array(labels) != NONE
        truth = np.array(labels)[is_of_topic]
        assigned = np.array([assignment.topic or "" for assignment in assignments])
        agreement = normalized_mutual_info_score(truth, assigned[is_of_topic])
        rand = adjusted_rand_score(truth, assigned[is_of_topic])
        left_out = "–" if is_of_topic.all() else f"{np.mean(assigned[~is_of_topic] == ''):.0%}"
        rows.append(
            [
                file.stem,
                f"{len(texts)}",
                f"{written}",
                f"{len(topics)}",
                f"{len(topics) / written:.2f}",
                f"{agreement:.3f}",
                f"{rand:.3f}",
                left_out,
            ]
        )
    print_table(["language", "texts", "topics", "found", "ratio", "NMI", "ARI", "of none: left out"], rows)


if __name__ == "__main__":
    main()
