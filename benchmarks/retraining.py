"""Retraining: how long 500 labels take, what they gain, and whether the gate refuses what should not serve.

    python -m benchmarks.retraining --data DATA [--codes FOLDER] [--dataset airline_tweets]
    python -m benchmarks.retraining --data DATA --depths heads,adapters --only-dataset [--dataset pxtextmining_nhs_v6]

`DATA` is a dataset folder (`training.data.rows`): labels are those of its dev rows. `FOLDER` has readers' codes
(`training.evaluation.causes`): the causes of the library that match codes on the training part are taught those
comments, other codes are new causes; 10 examples of each code and 200 further comments are trained on, the rest is
tested on.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from scipy.optimize import linear_sum_assignment

from models.annotator import Annotator
from models.bundle import BUNDLED, open_bundle
from models.registry import Registry
from pipelines.topics.named_causes import named_causes
from saywhy.annotation import Polarity
from saywhy.code_frame import LibraryCause
from saywhy.label import LabelledComment
from training.data.rows import Row, read_dev
from training.evaluation.causes import Named, read_codes
from training.retrain.options import RetrainOptions, read_options
from training.retrain.report import Evaluation
from training.retrain.run import Request, retrain

_LABELS, _EXAMPLES, _CORRECTIONS = 500, 10, 200
_FLIPPED = 0.2
#: From this F1 on the training part, a code is taken for the cause of the library.
_SAME = 0.2
_OTHER = {
    Polarity.NEGATIVE: Polarity.POSITIVE,
    Polarity.POSITIVE: Polarity.NEGATIVE,
    Polarity.NEUTRAL: Polarity.NEGATIVE,
    Polarity.MIXED: Polarity.POSITIVE,
}


def labelled(row: Row) -> LabelledComment:
    """The row with its sentiment; what datasets say of themes is seldom all that a text names."""
    sentiment = Polarity(row.sentiment) if row.sentiment else None
    return LabelledComment(row.text, row.language, sentiment)


def flipped(comments: Sequence[LabelledComment], share: float) -> list[LabelledComment]:
    """The comments, of which a share has the opposite sentiment."""
    drawn = np.random.default_rng(1).random(len(comments)) < share
    return [
        replace(comment, sentiment=comment.sentiment and _OTHER[comment.sentiment]) if is_drawn else comment
        for comment, is_drawn in zip(comments, drawn, strict=True)
    ]


def coded_request(folder: Path, name: str) -> Request:
    """What the readers of a set teach: examples and corrections to train on, the rest to test on."""
    comments, coded = read_codes(folder, name)
    order = np.random.default_rng(0).permutation(len(comments))
    hashes = [sorted(comments)[number] for number in order]
    examples = {chosen for named in coded.values() for chosen in [h for h in hashes if h in named][:_EXAMPLES]}
    rest = [content_hash for content_hash in hashes if content_hash not in examples]
    train = {*examples, *rest[:_CORRECTIONS]}
    cause_of = _same_causes({code: named & train for code, named in coded.items()}, sorted(train), folder, name)
    new = [code for code in coded if code not in cause_of]

    def of(content_hash: str) -> LabelledComment:
        codes = [code for code, named in coded.items() if content_hash in named]
        causes = tuple(dict.fromkeys(cause_of.get(code, code) for code in codes))
        return LabelledComment(comments[content_hash].verbatim, causes=causes or None)

    causes = tuple(LibraryCause(code, "general", Polarity.NEGATIVE, {"en": code}, {}) for code in new)
    return Request([of(each) for each in sorted(train)], [of(each) for each in rest[_CORRECTIONS:]], causes)


def _same_causes(coded: Named, train: Sequence[str], folder: Path, name: str) -> dict[str, str]:
    """The library's cause of each code that names the same comments of the training part, one to one."""
    comments, _ = read_codes(folder, name)
    annotator = Annotator(open_bundle(BUNDLED))
    causes: dict[str, set[str]] = {}
    annotations = annotator.annotate([comments[content_hash] for content_hash in train])
    for content_hash, named in zip(train, named_causes(annotations, annotator), strict=True):
        for cause in named:
            if cause.polarity is Polarity.NEGATIVE:
                causes.setdefault(cause.cause, set()).add(content_hash)
    f1 = np.array([[2 * len(a & b) / max(1, len(a) + len(b)) for b in causes.values()] for a in coded.values()])
    weights = np.array([len(named) for named in coded.values()])
    rows, columns = linear_sum_assignment(-f1 * weights[:, None])
    codes, ids = list(coded), list(causes)
    return {codes[r]: ids[c] for r, c in zip(rows, columns, strict=True) if f1[r, c] >= _SAME}


def measured(name: str, request: Request, options: RetrainOptions) -> None:
    """Retrain in a registry of its own and print a row of the table."""
    with TemporaryDirectory() as folder:
        began, worked = time.perf_counter(), time.process_time()
        _, evaluation = retrain(Registry(Path(folder)), request, options)
        print(
            _row(
                f"{name}, {options.depth}",
                len(request.comments),
                time.perf_counter() - began,
                time.process_time() - worked,
                evaluation,
            ),
            flush=True,
        )
        for point in evaluation.curve:
            print(f"epoch {point['epoch']}: {point['train']:.3f} in training, {point['dev']:.3f} kept out", flush=True)


def _row(name: str, comments: int, seconds: float, worked: float, evaluation: Evaluation) -> str:
    overall = [one for one in evaluation.taught if one.group == ("all", "")]
    taught = ", ".join(
        f"{one.kind} {one.champion:.3f} → {one.candidate:.3f} ({one.low:+.3f} … {one.high:+.3f})" for one in overall
    )
    lost = min((one.difference for one in evaluation.reference if one.group == ("all", "")), default=0.0)
    share = f"{len(evaluation.suspects) / evaluation.judged:.1%}" if evaluation.judged else "–"
    verdict = (
        "passes" if evaluation.verdict.passes else "; ".join(r.partition(":")[0] for r in evaluation.verdict.reasons)
    )
    return f"| {name} | {comments:,} | {seconds:.0f} | {worked:.0f} | {taught} | {lost:+.3f} | {share} | {verdict} |"


def main(
    data: Annotated[Path, typer.Option(help="Dataset folder; see training/data/rows.py.")],
    codes: Annotated[Path | None, typer.Option(help="Folder with readers' codes.")] = None,
    dataset: Annotated[str, typer.Option(help="The dataset whose labels are taught.")] = "airline_tweets",
    sets: Annotated[str, typer.Option(help="The sets of codes, separated by commas.")] = "garden_fr,shopping_zh",
    depths: Annotated[str, typer.Option(help="The depths, separated by commas.")] = "heads",
    config: Annotated[Path | None, typer.Option(help="Options of the training, in TOML.")] = None,
    only_dataset: Annotated[bool, typer.Option(help="Only the labels of the dataset, as they are.")] = False,
) -> None:
    """Print the table."""
    for depth in depths.split(","):
        _print_depth(read_options(config, {"depth": depth}), data, codes, dataset, sets, only_dataset=only_dataset)


def _print_depth(
    options: RetrainOptions, data: Path, codes: Path | None, dataset: str, sets: str, *, only_dataset: bool
) -> None:
    print("| labels | comments | seconds | of the processor | taught, F1 | reference | suspect | gate |")
    print("|---|--:|--:|--:|---|--:|--:|---|")
    rows = [row for row in read_dev(data) if row.dataset == dataset]
    comments = [labelled(row) for row in rows[:_LABELS]]
    measured(dataset, Request(comments), options)
    if only_dataset:
        return
    measured(f"{dataset}, 20 % flipped", Request(flipped(comments, _FLIPPED)), options)
    measured(f"{dataset}, leaked", Request(comments, test=comments[::4]), options)
    one_language = [labelled(row) for row in read_dev(data) if row.language == "ja" and row.sentiment][:_LABELS]
    wrong = [replace(comment, sentiment=Polarity.NEGATIVE) for comment in one_language]
    measured("Japanese alone, all negative", Request(wrong), options)
    for name in sets.split(",") if codes else ():
        assert codes is not None
        measured(f"codes of {name}", coded_request(codes, name), options)


if __name__ == "__main__":
    typer.run(main)
