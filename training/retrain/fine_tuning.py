"""The depths `adapters` and `full`: the encoder learns too, with the training loop of `training.fit.finetune`.

Checkpoint → examples with the answers of the version that serves, corrected by people → fine-tuning → int8 graph. Needs
torch. All files are in the folder of the run: one that was killed continues where it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from transformers.utils.logging import disable_progress_bar, set_verbosity_error

from models.annotator import Annotator
from models.arrays import Integers, Tensors
from models.bundle import ENCODER, HEADS, TOKENIZER, Bundle
from models.causes import CAUSE_BIAS, CAUSE_WEIGHT, CauseHead
from models.encoder import TextTokenizer
from models.vector_map import MAP_BIAS, MAP_WEIGHT
from saywhy.feedback import Comment
from saywhy.label import LabelledComment
from training.fit import finetune
from training.fit.adapters import merged, with_adapters
from training.fit.average import average
from training.fit.batch import Batches
from training.fit.checkpoint import Point, TrainingState
from training.fit.device import training_device
from training.fit.early_stopping import EarlyStopping
from training.fit.encoder import load_encoder
from training.fit.examples import Example, TrainingSet
from training.fit.finetune import train
from training.fit.first_causes import set_causes
from training.fit.heads import SpanHeads
from training.fit.plan import batches_by_length, plan_batches
from training.fit.recipe import Recipe, read_recipe
from training.retrain.base import heads_of, hidden_size, write_base
from training.retrain.dataset import share
from training.retrain.lessons import Lessons, StoredAnswers, answers_of, lessons_of
from training.retrain.options import ADAPTERS, RetrainOptions
from training.retrain.reference import written_texts
from training.retrain.serving import write_graph
from training.retrain.spans import Spans, read_spans, targets_of

_RECIPE = Path(finetune.__file__).with_name("finetune.toml")
#: Texts on which activations are measured for the int8 graph.
_MEASURED = 800


@dataclass(frozen=True, slots=True)
class FineTuned:
    """The folder with `ENCODER` and `TOKENIZER`, the heads, and what was found after each epoch."""

    folder: Path
    heads: Tensors
    curve: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """What there is to learn: labelled comments with their `spans`, and texts that are answered as before.

    `start` is the head of the causes of the champion with the new ones, which `causes` has at its end.
    """

    champion: Bundle
    annotator: Annotator
    comments: Sequence[LabelledComment]
    spans: Spans
    anchors: Sequence[LabelledComment]
    anchor_spans: Spans
    causes: Sequence[str]
    start: CauseHead

    @property
    def new_causes(self) -> int:
        return len(self.causes) - len(self.champion.code_frame.causes)


def fine_tune(
    course: Course, options: RetrainOptions, folder: Path, *, threads: int, progress: Callable[[str, int, int], None]
) -> FineTuned:
    """Train, or go on training, and write the encoder to a folder in `folder`."""
    disable_progress_bar()  # of transformers: there is one of ours
    set_verbosity_error()  # it tells of poolers, which are not used
    torch.set_num_threads(threads or torch.get_num_threads())
    torch.manual_seed(options.seed)
    write_base(course.champion, options.start, base := folder / "base")
    tokenizer, recipe = TextTokenizer(base / TOKENIZER), _recipe(options)
    taught = _lessons(course, tokenizer, course.comments, course.spans, recipe)
    is_dev = _dev_part(course.comments, options.dev_share)
    lessons = taught.of(~is_dev) + _lessons(course, tokenizer, course.anchors, course.anchor_spans, recipe)
    if options.start is not None:
        lessons += _written(course, tokenizer, recipe, options, progress)
    state = _initial(course, lessons, recipe, options, base)
    dev, hidden = taught.of(is_dev), hidden_size(base)
    vectors = lessons.vectors if options.start is None else lessons.free_vectors(hidden)
    batches = Batches(lessons.examples, vectors, plan_batches(_lengths(lessons.examples), recipe), hidden)
    dev_batches = batches_by_length(_lengths(dev.examples), recipe.batch_tokens)
    dev_set = Batches(dev.examples, dev.free_vectors(hidden), dev_batches, hidden)
    stopping = EarlyStopping(
        [dev_set[number] for number in range(len(dev_set))],
        recipe,
        every=len(batches) // options.epochs,
        patience=options.patience,
        best=folder / "best.pt",
    )
    train(
        state,
        batches,
        recipe,
        folder,
        StoredAnswers(lessons.answers),
        stopping=stopping,
        progress=lambda done, total: progress("train", done, total),
    )
    progress("export", 0, 1)
    texts = [comment.text for comment in (*course.comments, *course.anchors)]
    heads = _write(state, options, base, folder / "encoder", _spread(texts, _MEASURED))
    progress("export", 1, 1)
    return FineTuned(folder / "encoder", _tensors(course, heads, keep_map=options.start is None), tuple(state.curve))


def _recipe(options: RetrainOptions) -> Recipe:
    """The recipe of the bundle, with the options, and all layers of whatever encoder it is."""
    return replace(
        read_recipe(_RECIPE),
        seed=options.seed,
        epochs=options.epochs,
        layers=10_000,
        max_tokens=options.max_tokens,
        batch_tokens=options.batch_tokens,
        encoder_rate=options.encoder_rate or (1e-3 if options.depth == ADAPTERS else 1e-4),
        head_rate=options.head_rate,
        teacher_weight=options.keep,
        vector_weight=options.keep_vectors if options.start is None else 0.0,
    )


def _lessons(
    course: Course, tokenizer: TextTokenizer, comments: Sequence[LabelledComment], spans: Spans, recipe: Recipe
) -> Lessons:
    said = answers_of(
        course.annotator,
        course.champion,
        [Comment(comment.text, comment.language) for comment in comments],
        course.new_causes,
    )
    targets = targets_of(spans, comments, course.champion, course.causes, course.start)
    return lessons_of(tokenizer, comments, spans, targets, said, recipe.max_tokens)


def _written(
    course: Course,
    tokenizer: TextTokenizer,
    recipe: Recipe,
    options: RetrainOptions,
    progress: Callable[[str, int, int], None],
) -> Lessons:
    """What an encoder that knows nothing of feedback must learn first: the texts that were written for the product."""
    comments = written_texts(options.written_share)
    progress("written", 0, len(comments))
    spans = read_spans(
        course.annotator, course.champion, [Comment(comment.text, comment.language) for comment in comments]
    )
    lessons = _lessons(course, tokenizer, comments, spans, recipe)
    progress("written", len(comments), len(comments))
    return lessons


def _dev_part(comments: Sequence[LabelledComment], dev_share: float) -> NDArray[np.bool_]:
    """Which comments (n,) only say when to stop: by the hash of their text, at least one."""
    shares = np.array([share("dev", comment.text) for comment in comments])
    return np.asarray(shares <= max(dev_share, shares.min()))


def _lengths(examples: Sequence[Example]) -> Integers:
    return np.array([len(example.ids) for example in examples], np.int64)


def _initial(course: Course, lessons: Lessons, recipe: Recipe, options: RetrainOptions, base: Path) -> TrainingState:
    """Encoder and heads before the first step: the heads are those of the champion where they fit the encoder.

    The heads that a champion starts with are written to `base`, beside its encoder.
    """
    device = training_device()
    encoder = load_encoder(base, recipe).to(device)
    themes = course.champion.code_frame.ids
    heads = SpanHeads(hidden_size(base), len(themes), len(course.causes))
    if options.start is None:
        start = dict(course.champion.heads) | {CAUSE_WEIGHT: course.start.weight, CAUSE_BIAS: course.start.bias}
        save_file({name: np.ascontiguousarray(tensor) for name, tensor in start.items()}, base / HEADS)
        heads.load(base / HEADS)
    elif (of_base := heads_of(base, themes, course.causes)) is not None:
        heads.load(of_base)
    else:
        _set_causes(heads, encoder, lessons, course)
    if options.depth == ADAPTERS:
        encoder = with_adapters(encoder, options.rank).train()
    steps = len(plan_batches(_lengths(lessons.examples), recipe))
    return TrainingState.initial(encoder, heads.to(device), recipe, steps)


def _set_causes(heads: SpanHeads, encoder: torch.nn.Module, lessons: Lessons, course: Course) -> None:
    """First values of the causes, from the clauses that name one alone, if there are some of each."""
    named = [
        (example.ids, shares[0][0])
        for example in lessons.examples
        for shares in [example.causes[0]]
        if not example.clauses and len(shares) == 1
    ]
    if len({cause for _, cause in named}) == len(course.causes) + 1:
        ids, causes = [ids for ids, _ in named], [cause for _, cause in named]
        set_causes(heads, encoder, TrainingSet([], ids, causes, heads.themes, len(course.causes)))


def _write(state: TrainingState, options: RetrainOptions, base: Path, out: Path, texts: Sequence[str]) -> Tensors:
    """Write the graph of the trained encoder and its tokenizer to `out`; returns the heads.

    Both are moved back towards the champion that they come from, which forgets less and gains nearly as much
    (`training.fit.average`).
    """
    checkpoint, trained = out.with_name("checkpoint"), out.with_name("trained")
    if not out.is_dir():
        for folder in (checkpoint, trained):
            shutil.rmtree(folder, ignore_errors=True)
        encoder = (merged(state.encoder) if options.depth == ADAPTERS else state.encoder).cpu().eval()
        encoder.save_pretrained(trained)
        shutil.copyfile(base / TOKENIZER, trained / TOKENIZER)
        state.heads.cpu().save(trained / HEADS)
        if options.start is None:
            average([trained], base, options.champion_share, checkpoint)
        else:
            trained.rename(checkpoint)
        part = out.with_name(f"{out.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        write_graph(checkpoint, texts, part / ENCODER)
        shutil.copyfile(base / TOKENIZER, part / TOKENIZER)
        part.rename(out)
    return load_file(checkpoint / HEADS)


def _tensors(course: Course, heads: Tensors, *, keep_map: bool) -> Tensors:
    """The heads, with the map of the vectors if they are still those of the champion."""
    names = (MAP_WEIGHT, MAP_BIAS) if keep_map else ()
    return heads | {name: course.champion.heads[name] for name in names if name in course.champion.heads}


def _spread(texts: Sequence[str], count: int) -> list[str]:
    """So many of the texts, from all over."""
    return [texts[i] for i in np.linspace(0, len(texts) - 1, min(count, len(texts))).astype(int)]
