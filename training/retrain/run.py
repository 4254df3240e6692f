"""A retraining: train on labels from the version that serves, compare both versions, and write a candidate.

Labels → spans of the encoder that serves → what the depth trains → answers of both versions on texts that were kept out
→ gate → registry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from models.annotator import Annotator
from models.arrays import Tensors, Vectors
from models.bundle import Bundle, open_bundle
from models.causes import CAUSE_BIAS, CAUSE_WEIGHT, CauseHead
from models.promotion import add_champion
from models.registry import Registry
from saywhy.code_frame import CodeFrame, LibraryCause
from saywhy.feedback import Comment
from saywhy.label import LabelledComment
from saywhy.model_version import Verdict
from training.retrain.candidate import write_candidate
from training.retrain.comparison import KINDS, Answers, answers, calibration_errors, compare, truth
from training.retrain.dataset import Dataset, make_dataset
from training.retrain.depths import check_installed, run_folder
from training.retrain.gate import judge
from training.retrain.new_heads import Evidence, fit_heads, with_new_causes, without_shared_part
from training.retrain.options import HEADS_ONLY, RetrainOptions
from training.retrain.own_causes import to_line
from training.retrain.ranking import ScoredComment, ranking_moves
from training.retrain.reference import anchor_texts, reference_comments
from training.retrain.report import Evaluation
from training.retrain.spans import Spans, read_spans, targets_of
from training.retrain.suspects import find_suspects
from training.retrain.token_states import StoredEncoder
from training.retrain.wording import RetrainingWording

#: Folders of the registry: snapshots of data, what was encoded, and runs that have not ended. Their names are those of
#: no version.
SNAPSHOTS, STATES, RUNS = ".data", ".states", ".runs"

#: Told the step, what is done of it and the total, 0 where it is unknown.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """What a depth made: the heads, and the folder of their encoder and its learning curve if that was trained too."""

    heads: Tensors
    encoder: Path | None = None
    curve: tuple[Mapping[str, float], ...] = ()


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
    `InvalidInput` for labels that cannot be learnt from and for an encoder that cannot be started from, `NotInstalled`
    for a depth that needs what is not there, `Conflict` if another process trains the same, and `BundleDamaged`.
    """
    check_installed(options.depth)
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
    parts = (data.digest, champion.version, *map(to_line, request.causes))
    with run_folder(registry.root / RUNS, options, *parts) as folder:
        return _retrained(registry, folder, champion, frame, data, reference, request, options, threads, progress)


def _retrained(
    registry: Registry,
    folder: Path,
    champion: Bundle,
    frame: CodeFrame,
    data: Dataset,
    reference: Sequence[LabelledComment],
    request: Request,
    options: RetrainOptions,
    threads: int,
    progress: Progress,
) -> tuple[str, Evaluation]:
    encoder = StoredEncoder(champion, registry.root / STATES, threads=threads)
    before = Annotator(champion, encoder=encoder)
    evidence, start = _evidence(champion, before, encoder, data, request.causes, progress)
    causes = [cause.id for cause in frame.causes]

    def fitted(part: Evidence, *, with_themes: bool = False) -> Tensors:
        return fit_heads(champion, part, start, len(request.causes), options, with_themes=with_themes)

    if options.depth == HEADS_ONLY:
        progress("train", 0, 1)
        trained = Trained(fitted(evidence, with_themes=True))
        progress("train", 1, 1)
    else:
        trained = _fine_tuned(champion, before, evidence, data, causes, start, options, folder, threads, progress)
    served = dict(champion.heads) | {CAUSE_WEIGHT: start.weight, CAUSE_BIAS: start.bias}
    suspects, judged = find_suspects(champion, evidence, data.train, causes, served, fitted)
    candidate = replace(champion, folder=trained.encoder or champion.folder, heads=trained.heads, code_frame=frame)
    new_encoder = StoredEncoder(candidate, folder / STATES, threads=threads) if trained.encoder else encoder
    after = Annotator(candidate, encoder=new_encoder)
    tested, reference_answers = (
        [_answers(before, comments, encoder, step, progress), _answers(after, comments, new_encoder, step, progress)]
        for step, comments in (("test", data.test), ("reference", reference))
    )
    taught = compare(data.test, *tested, resamples=options.resamples, seed=options.seed)
    kept = compare(reference, *reference_answers, resamples=options.resamples, seed=options.seed)
    errors_before, errors_after = (calibration_errors(data.test, each) for each in tested)
    errors = {kind: (error, errors_after.get(kind, error)) for kind, error in errors_before.items()}
    kinds = [kind for kind in KINDS if any(labels is not None for labels in truth(data.train, kind))]
    share = len(suspects) / judged if judged else 0.0
    reasons = judge(taught, kept, errors, data.leaked, share, options, kinds)
    english = RetrainingWording("en", frame)
    evaluation = Evaluation(
        champion=champion.version,
        at=datetime.now(UTC),
        data=data.digest,
        trained_on=len(data.train),
        tested_on=len(data.test),
        repeats=data.repeats,
        kinds=tuple(kinds),
        options=options,
        verdict=Verdict(champion.version, not reasons, tuple(map(english.reason, reasons))),
        reasons=reasons,
        taught=tuple(taught),
        reference=tuple(kept),
        calibration=errors,
        suspects=tuple(suspects),
        judged=judged,
        moves=tuple(ranking_moves(request.responses, before, after)),
        responses=len(request.responses),
        new_causes=tuple(cause.id for cause in request.causes),
        curve=trained.curve,
    )
    version = write_candidate(registry, champion, trained.heads, trained.encoder, request.causes, evaluation)
    return version, evaluation


def _fine_tuned(
    champion: Bundle,
    annotator: Annotator,
    evidence: Evidence,
    data: Dataset,
    causes: Sequence[str],
    start: CauseHead,
    options: RetrainOptions,
    folder: Path,
    threads: int,
    progress: Progress,
) -> Trained:
    from training.retrain.fine_tuning import Course, fine_tune  # it needs torch

    anchors = [LabelledComment(text, language) for text, language in anchor_texts()]
    course = Course(champion, annotator, data.train, evidence.spans, anchors, evidence.anchors, causes, start)
    tuned = fine_tune(course, options, folder, threads=threads, progress=progress)
    return Trained(tuned.heads, tuned.folder, tuned.curve)


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
    start = with_new_causes(without_shared_part(champion.cause_head), anchors, examples)
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
