"""How well the themes of somebody's own code frame are told apart: with 8 examples of each, and with many.

    python -m benchmarks.code_frames FOLDER [--employee | --setfit CHECKPOINT] [--few] [--only METHOD]

FOLDER has `train.jsonl.gz` and `dev.jsonl.gz`, lines of {"text", "raw_labels": [[theme, …], …], "dataset", "split"}.
Read are texts of one dataset that have one theme alone, of the themes with at least 80 of them to learn from: what
employees wrote under the titles of a form. Macro-F1 on the dev split, beside TF-IDF with logistic regression, and
beside SetFit (`benchmarks.setfit`) if there is an encoder as a checkpoint: the one that ships
(`python -m training.export.restore`), or with `--cased` a base encoder, which reads texts as they are written.
SetFit takes hours on a few processors: `--few` leaves out the column of all texts, and every draw is printed at once.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline, make_union

from benchmarks.timing import print_table
from models.annotator import load_annotator
from pipelines.annotate.classification import classify
from pipelines.annotate.example_classifier import ExampleClassifier, Texts
from pipelines.annotate.framed import FramedAnnotator
from saywhy.code_frame import VERDICT
from saywhy.frame_file import load_frame, shipped_frames

SHOTS, FEWEST = 8, 80

#: Titles of the form for employers' reviews, and the theme of the frame for employees that says the same.
TITLES = {
    "Vorgesetztenverhalten": "leadership",
    "Gehalt/Sozialleistungen": "pay_benefits",
    "Karriere/Weiterbildung": "career",
    "Work-Life-Balance": "workload",
    "Kollegenzusammenhalt": "colleagues",
    "Kommunikation": "communication",
    "Arbeitsbedingungen": "working_conditions",
    "Interessante Aufgaben": "tasks",
    "Gleichberechtigung": "fairness",
    "Umgang mit älteren Kollegen": "fairness",
    "Arbeitsatmosphäre": "culture",
    "Image": "culture",
    "Umwelt-/Sozialbewusstsein": "culture",
}

#: Rows to learn from and rows to tell apart → classes of the latter; and a seed.
Method = Callable[[NDArray[np.int64], NDArray[np.int64], int], NDArray[np.str_]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dataset", default="kununu_de")
    parser.add_argument("--setfit", type=Path, metavar="CHECKPOINT")
    parser.add_argument("--cased", action="store_true", help="the checkpoint reads upper case and Traditional Chinese")
    parser.add_argument("--few", action="store_true", help="only the draws of 8 examples a theme")
    parser.add_argument("--only", metavar="METHOD", help="saywhy, TF-IDF or SetFit")
    parser.add_argument("--employee", action="store_true", help="only the frame for employees that ships")
    parser.add_argument("--draws", type=int, default=5, help="of 8 examples a theme")
    arguments = parser.parse_args()
    if arguments.employee:
        titled = labelled(arguments.folder / "dev.jsonl.gz", arguments.dataset)
        print_table(*employee([(text, TITLES[title]) for text, title in titled if title in TITLES]))
        return
    train, test = (
        list(labelled(arguments.folder / f"{part}.jsonl.gz", arguments.dataset)) for part in ("train", "dev")
    )
    count = Counter(theme for _, theme in train)
    told_apart = [(text, theme) for text, theme in (*train, *test) if count[theme] >= FEWEST]
    texts, themes = [text for text, _ in told_apart], np.array([theme for _, theme in told_apart])
    known = np.arange(sum(theme_count for theme_count in count.values() if theme_count >= FEWEST))
    unknown = np.arange(len(known), len(texts))
    print(f"{len(known):,} texts to learn from, {len(unknown)} to tell apart, {len(set(themes.tolist()))} themes\n")
    methods: dict[str, Method] = {"saywhy": saywhy(texts, themes), "TF-IDF": tfidf(texts, themes)}
    if arguments.setfit:
        methods["SetFit"] = setfit(texts, themes, arguments.setfit, is_cased=arguments.cased)
    if arguments.only and arguments.only not in methods:
        parser.error(f"there is no method {arguments.only!r}; there are: {', '.join(methods)}")
    table = []
    for name in [arguments.only] if arguments.only else methods:
        few = []
        for seed in range(arguments.draws):
            rows = draw(themes, known, seed)
            few.append(macro_f1(themes, unknown, methods[name](rows, unknown, seed)))
            print(f"{name}, draw {seed}: {few[-1]:.3f}", flush=True)
        many = "not run" if arguments.few else f"{macro_f1(themes, unknown, methods[name](known, unknown, 0)):.3f}"
        table.append((name, f"{np.mean(few):.3f} ± {np.std(few):.3f}", many))
    print_table(("method", f"{SHOTS} examples a theme, {arguments.draws} draws", "all"), table)


def labelled(path: Path, dataset: str) -> Iterator[tuple[str, str]]:
    """(text, theme) of the sections with one theme."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["dataset"] == dataset and row.get("split") == "section" and len(row["raw_labels"]) == 1:
                yield row["text"], row["raw_labels"][0][0]


def draw(themes: NDArray[np.str_], known: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Random rows, `SHOTS` of each theme."""
    generator = np.random.default_rng(seed)
    return np.concatenate([generator.permutation(known[themes[known] == one])[:SHOTS] for one in np.unique(themes)])


def saywhy(texts: Sequence[str], themes: NDArray[np.str_]) -> Method:
    """The product's classifier; here each text is about one of the themes, so there is no background."""
    annotator = load_annotator()
    vectors = annotator.vectors(texts)
    described = Texts(texts, vectors, annotator.cause_probabilities(vectors))

    def predict(known: NDArray[np.int64], unknown: NDArray[np.int64], seed: int) -> NDArray[np.str_]:  # noqa: ARG001
        classifier = ExampleClassifier.fit(described.take(known), themes[known].tolist())
        best = classifier(described.take(unknown)).argmax(axis=1)
        predicted: NDArray[np.str_] = np.array(classifier.classes)[best]
        return predicted

    return predict


def tfidf(texts: Sequence[str], themes: NDArray[np.str_]) -> Method:
    """Words, pairs of words and character n-grams, and a logistic regression."""
    cells = np.array(texts, object)

    def predict(known: NDArray[np.int64], unknown: NDArray[np.int64], seed: int) -> NDArray[np.str_]:  # noqa: ARG001
        words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
        characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        head = LogisticRegression(C=10, max_iter=500, class_weight="balanced")
        model = make_pipeline(make_union(words, characters), head).fit(cells[known], themes[known])
        return np.asarray(model.predict(cells[unknown]))

    return predict


def setfit(texts: Sequence[str], themes: NDArray[np.str_], checkpoint: Path, *, is_cased: bool) -> Method:
    """SetFit on the encoder of a checkpoint."""
    from benchmarks.setfit import predict as fine_tuned

    def predict(known: NDArray[np.int64], unknown: NDArray[np.int64], seed: int) -> NDArray[np.str_]:
        left, right = [texts[row] for row in known], [texts[row] for row in unknown]
        return fine_tuned(left, themes[known], right, checkpoint, seed=seed, is_cased=is_cased)

    return predict


def employee(rows: Sequence[tuple[str, str]]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """How often the frame that ships names the theme of the title, of texts that it has not seen.

    Texts under a title are often about other themes too, so the share of named themes that are right is a lower bound.
    """
    annotator = FramedAnnotator(load_annotator(), load_frame(shipped_frames()["employee"]))
    annotations = [annotation for _, annotation in classify([(text, None) for text, _ in rows], annotator)]
    named = [{label.theme for label in annotation.themes} - {VERDICT} for annotation in annotations]
    table = []
    for theme in (*dict.fromkeys(TITLES.values()), "all"):
        of_title = [right for _, right in rows if theme in (right, "all")]
        hits = sum(right in themes for themes, (_, right) in zip(named, rows, strict=True) if theme in (right, "all"))
        total = sum(len(themes) if theme == "all" else theme in themes for themes in named)
        table.append((theme, f"{len(of_title)}", f"{hits / max(len(of_title), 1):.2f}", f"{hits / max(total, 1):.2f}"))
    return ("theme", "texts", "theme named", "right of those named"), table


def macro_f1(themes: NDArray[np.str_], rows: NDArray[np.int64], predicted: NDArray[np.str_]) -> float:
    """The mean F1 of the themes."""
    return float(f1_score(themes[rows], predicted, average="macro"))


if __name__ == "__main__":
    main()
