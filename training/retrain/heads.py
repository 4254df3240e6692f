"""The depth `heads`: fit the heads of the version that serves to labels, compare both versions, and write a candidate.

Labels → spans of the frozen encoder → heads → answers of both versions on texts that were kept out → gate → registry.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from safetensors.numpy import save_file

from models.annotator import Annotator
from models.arrays import Vectors
from models.bundle import (
    CARD,
    CONFIG,
    EVALUATION,
    HEADS,
    REPORT,
    Bundle,
    content_version,
    open_bundle,
    seal,
)
from models.causes import CAUSE_BIAS, CAUSE_WEIGHT, CauseHead
from models.promotion import add_candidate, add_champion, copy_of
from models.registry import Registry
from saywhy.code_frame import CAUSES, CodeFrame, LibraryCause
from saywhy.feedback import Comment
from saywhy.label import LabelledComment
from training.retrain.comparison import KINDS, Answers, answers, calibration_errors, compare, truth
from training.retrain.dataset import Dataset, make_dataset
from training.retrain.gate import judge
from training.retrain.new_heads import Evidence, Tensors, fit_heads, with_new_causes
from training.retrain.options import RetrainOptions
from training.retrain.own_causes import to_line
from training.retrain.ranking import ScoredComment, ranking_moves
from training.retrain.reference import anchor_texts, reference_comments
from training.retrain.report import Evaluation, card_of, page_of
from training.retrain.spans import Spans, read_spans, targets_of
from training.retrain.suspects import find_suspects
from training.retrain.token_states import StoredEncoder

#: Folders of the registry: snapshots of data, and what was encoded. Their names are those of no version.
SNAPSHOTS, STATES = ".data", ".states"

#: Told the step, what is done of it and the total, 0 where it is unknown.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What to learn from: labelled comments, those to test on if they are chosen, causes that are new, and the
    responses whose ranking is compared.
    """

    comments: Sequence[LabelledComment]
    test: Sequence[LabelledComment] | None = None
    causes: tuple[LibraryCause, ...] = ()
    responses: Sequence[ScoredComment] = ()


def retrain(
    registry: Registry,
    request: Request,
    options: RetrainOptions,
    *,
    threads: int = 0,
    progress: Progress = lambda *_: None,
) -> tuple[str, Evaluation]:
    """Make a candidate of the registry's champion; returns its version and how it compares.

    Equal data, options and champions give the same version. A run that died continues with what it has encoded. Raises
    `InvalidInput` for labels that cannot be learnt from, and `BundleDamaged`.
    """
    champion = open_bundle(registry.root / add_champion(registry))
    frame = CodeFrame(champion.code_frame.themes, (*champion.code_frame.causes, *request.causes))
    reference = reference_comments()
    data = make_dataset(
        request.comments,
        frame,
        test_share=options.test_share,
        test=request.test,
        reference=(comment.text for comment in reference),
    )
    data.write(registry.root / SNAPSHOTS)
    encoder = StoredEncoder(champion, registry.root / STATES, threads=threads)
    before = Annotator(champion, encoder=encoder)
    evidence, start = _evidence(champion, before, encoder, data, request.causes, progress)
    progress("train", 0, 1)

    def fitted(part: Evidence, *, with_themes: bool = False) -> Tensors:
        return fit_heads(champion, part, start, len(request.causes), options, with_themes=with_themes)

    tensors = fitted(evidence, with_themes=True)
    served = dict(champion.heads) | {CAUSE_WEIGHT: start.weight, CAUSE_BIAS: start.bias}
    causes = [cause.id for cause in frame.causes]
    suspects, judged = find_suspects(champion, evidence, data.train, causes, served, fitted)
    progress("train", 1, 1)
    after = Annotator(replace(champion, heads=tensors, code_frame=frame), encoder=encoder)
    tested, reference_answers = (
        [_answers(annotator, comments, encoder, step, progress) for annotator in (before, after)]
        for step, comments in (("test", data.test), ("reference", reference))
    )
    taught = compare(data.test, *tested, resamples=options.resamples, seed=options.seed)
    kept = compare(reference, *reference_answers, resamples=options.resamples, seed=options.seed)
    errors_before, errors_after = (calibration_errors(data.test, each) for each in tested)
    errors = {kind: (error, errors_after.get(kind, error)) for kind, error in errors_before.items()}
    kinds = [kind for kind in KINDS if any(labels is not None for labels in truth(data.train, kind))]
    share = len(suspects) / judged if judged else 0.0
    evaluation = Evaluation(
        champion=champion.version,
        at=datetime.now(UTC),
        data=data.digest,
        trained_on=len(data.train),
        tested_on=len(data.test),
        repeats=data.repeats,
        kinds=tuple(kinds),
        options=options,
        verdict=judge(champion.version, taught, kept, errors, data.leaked, share, options, kinds),
        taught=tuple(taught),
        reference=tuple(kept),
        calibration=errors,
        suspects=tuple(suspects),
        judged=judged,
        moves=tuple(ranking_moves(request.responses, before, after)),
        responses=len(request.responses),
        new_causes=tuple(cause.id for cause in request.causes),
    )
    return _write(registry, champion, tensors, request.causes, evaluation), evaluation


def _evidence(
    champion: Bundle,
    annotator: Annotator,
    encoder: StoredEncoder,
    data: Dataset,
    causes: Sequence[LibraryCause],
    progress: Progress,
) -> tuple[Evidence, CauseHead]:
    """The spans that are learnt from and the anchors; and the head of the causes with the new ones."""
    with_progress = _counted(encoder, "encode", progress)
    labelled = [Comment(comment.text, comment.language) for comment in data.train]
    others = [Comment(text, language) for text, language in anchor_texts()]
    with_progress(len(labelled) + len(others))
    spans, anchors = read_spans(annotator, champion, labelled), read_spans(annotator, champion, others)
    examples = [_examples(spans, data.train, cause.id) for cause in causes]
    start = with_new_causes(champion.cause_head, anchors, examples)
    ids = [*(cause.id for cause in champion.code_frame.causes), *(cause.id for cause in causes)]
    return Evidence(spans, targets_of(spans, data.train, champion, ids, start), anchors), start


def _examples(spans: Spans, comments: Sequence[LabelledComment], cause: str) -> Vectors:
    """The clauses (n, d) of the comments that name the cause; zero without any."""
    named = [
        number
        for number, comment in enumerate(comments)
        if cause in (comment.causes or ()) or any(cause in (clause.causes or ()) for clause in comment.clauses)
    ]
    rows = np.isin(spans.comment, named) & spans.is_clause
    return spans.vectors[rows] if rows.any() else np.zeros((1, spans.vectors.shape[1]), np.float32)


def _counted(encoder: StoredEncoder, step: str, progress: Progress) -> Callable[[int], None]:
    """Tell the progress of the encoder from here on; call it with the number of texts."""

    def begin(total: int) -> None:
        done = 0

        def count(texts: int) -> None:
            nonlocal done
            done += texts
            progress(step, min(done, total), total)

        encoder.progress = count

    return begin


def _answers(
    annotator: Annotator, comments: Sequence[LabelledComment], encoder: StoredEncoder, step: str, progress: Progress
) -> Answers:
    _counted(encoder, step, progress)(len(comments))
    return answers(annotator, comments)


def _write(
    registry: Registry, champion: Bundle, tensors: Tensors, causes: Sequence[LibraryCause], evaluation: Evaluation
) -> str:
    """Write the bundle of the candidate and put it into the registry; returns its version."""
    folder = copy_of(champion.folder, registry)
    try:
        for name in (EVALUATION, REPORT):
            (folder / name).unlink(missing_ok=True)
        save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, folder / HEADS)
        if causes:
            with (folder / CAUSES).open("a", encoding="utf-8") as file:
                file.writelines(f"{to_line(cause)}\n" for cause in causes)
        version = content_version(folder)
        config = json.loads((folder / CONFIG).read_text("utf-8")) | {"version": version}
        (folder / CONFIG).write_text(json.dumps(config, indent=1) + "\n", "utf-8")
        (folder / CARD).write_text(card_of(version, evaluation), "utf-8")
        (folder / EVALUATION).write_text(evaluation.to_json(version), "utf-8")
        (folder / REPORT).touch(mode=0o600)  # it has comments
        (folder / REPORT).write_text(page_of(version, evaluation), "utf-8")
        seal(folder)
        return add_candidate(registry, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
