"""Comments per second of `saywhy classify`, compared with a float32 Hugging Face pipeline for the same tasks.

    python -m benchmarks.classify [--comments FILE.jsonl[.gz]] [--count 20000]

Without a file, distinct comments are recombined from the sample. The pipeline runs a BertModel of the bundle's shape
(random weights, which do not affect speed) and the same heads over as many clauses.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnxruntime as ort
import typer
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

from benchmarks.texts import recombined
from benchmarks.timing import best, print_table, processor
from models.annotator import Annotator
from models.bundle import BUNDLED, Bundle, open_bundle
from models.clauses import split_clauses
from models.heads import Heads
from pipelines.annotate.classification import classify, to_record
from saywhy.feedback import Comment

#: Million operations for one token in 12 layers of width 384; a multiplication and an addition are two.
MOP_PER_TOKEN = 42.6
_LAYERS = 12


def read_texts(path: Path | None, count: int) -> list[str]:
    """Distinct texts, shuffled with a fixed seed."""
    if path is None:
        return recombined(count)
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        texts = sorted({json.loads(line)["text"] for line in file})
    return [texts[i] for i in np.random.default_rng(0).permutation(len(texts))[:count]]


def hugging_face(bundle: Bundle) -> Callable[[list[str]], Any]:
    """The baseline: a float32 feature-extraction pipeline with batches of 32, and the heads on its states."""
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, pipeline
    from transformers.utils import logging

    logging.set_verbosity_error()
    torch.manual_seed(0)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=str(bundle.tokenizer), pad_token="<pad>", model_max_length=512, unk_token="<unk>"
    )
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=384,
        num_hidden_layers=_LAYERS,
        num_attention_heads=12,
        intermediate_size=1536,
    )
    extract = pipeline(
        "feature-extraction",
        model=BertModel(config).eval(),
        tokenizer=tokenizer,
        return_tensors=True,
        batch_size=32,
        tokenize_kwargs={"truncation": True},
    )
    heads = Heads(bundle.heads["weight"], bundle.heads["bias"], len(bundle.code_frame.ids))

    def run(texts: list[str]) -> list[Any]:
        logits = []
        for text, states in zip(texts, extract(["query: " + text for text in texts]), strict=True):
            tokens = states[0].numpy()
            # One span for the whole text and one for each clause; their exact bounds do not affect speed.
            clauses = max(1, len(split_clauses(text, "en")))
            edges = np.linspace(0, len(tokens) - 1, clauses + 1).astype(int)
            starts, ends = np.array([0, *edges[:-1]]), np.array([len(tokens), *np.maximum(edges[1:], edges[:-1] + 1)])
            logits.append(heads(tokens, starts, ends))
        return logits

    return run


def int8_peak(threads: int) -> Callable[[], float]:
    """A function that measures giga-operations per second of an int8 matrix product, 1280 × 384 × 1536."""
    m, k, n = 1280, 384, 1536
    random = np.random.default_rng(0)
    weight = numpy_helper.from_array(random.integers(-127, 127, (k, n)).astype(np.int8), "w")
    zero = numpy_helper.from_array(np.array(128, np.uint8), "z")
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["x", "w", "z"], ["y"])],
        "peak",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, [m, k])],
        [helper.make_tensor_value_info("y", TensorProto.INT32, [m, n])],
        [weight, zero],
    )
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    x = random.integers(0, 255, (m, k)).astype(np.uint8)

    def run() -> float:
        started = time.perf_counter()
        for _ in range(200):
            session.run(None, {"x": x})
        return 200 * 2 * m * k * n / (time.perf_counter() - started) / 1e9

    return run


def command_line(texts: list[str]) -> tuple[float, float]:
    """Seconds and peak memory (MB) of the command `saywhy classify`, including start-up."""
    lines = "".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts))
    command = Path(sys.executable).with_name("saywhy")
    code = (
        "import resource, subprocess, sys; "
        f"done = subprocess.run([{str(command)!r}, 'classify'], stdin=sys.stdin, stdout=subprocess.PIPE, check=True); "
        f"assert done.stdout.count(b'\\n') == {len(texts)}; "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], input=lines, capture_output=True, text=True, check=True)
    return time.perf_counter() - started, float(done.stdout)


def main(
    comments: Annotated[Path | None, typer.Option(help="JSONL with a field text.")] = None,
    count: int = 20_000,
    windows: Annotated[int, typer.Option(help="Each side runs so many times, in turn; the best counts.")] = 3,
) -> None:
    """Print the table."""
    texts = read_texts(comments, count)
    prefixed = ["query: " + text for text in texts]
    bundle = open_bundle(BUNDLED)
    annotator = Annotator(bundle)
    tokens = float(
        np.mean([len(encoding.ids) for encoding in Tokenizer.from_file(str(bundle.tokenizer)).encode_batch(prefixed)])
    )
    subset = texts[: max(200, len(texts) // 20)]
    baseline = hugging_face(bundle)

    def saywhy(batch: list[str]) -> None:
        for i, (comment, annotation) in enumerate(classify([(text, None) for text in batch], annotator)):
            to_record(i, comment, annotation)

    saywhy(subset)
    baseline(subset[:64])
    speeds: dict[str, list[float]] = {"annotate": [], "classify": [], "pipeline": []}
    peak = int8_peak(2)
    peaks = []
    for window in range(windows):
        part = texts[window * len(texts) // windows : (window + 1) * len(texts) // windows]
        peaks.append(peak())
        cleaned = [Comment(text, "en") for text in part]
        speeds["classify"].append(best(partial(saywhy, part), 1, len(part)))
        speeds["annotate"].append(best(partial(annotator.annotate, cleaned), 1, len(part)))
        speeds["pipeline"].append(best(partial(baseline, subset), 1, len(subset)))
    seconds, memory = command_line(texts)
    rate = {name: max(values) for name, values in speeds.items()}
    share = rate["annotate"] * tokens * MOP_PER_TOKEN / 1000 / max(peaks)
    print(f"{len(texts):,} comments, {tokens:.1f} tokens each with prefix; best of {windows} windows")
    print(f"{processor()}\n")
    print_table(
        ("what", "comments/s", "against the pipeline"),
        [
            ("Hugging Face pipeline, float32", f"{rate['pipeline']:,.0f}", "1.0×"),
            ("saywhy: clean + annotate", f"{rate['classify']:,.0f}", f"{rate['classify'] / rate['pipeline']:.1f}×"),
            ("saywhy: annotate alone", f"{rate['annotate']:,.0f}", f"{rate['annotate'] / rate['pipeline']:.1f}×"),
            (
                "`saywhy classify`, whole command",
                f"{len(texts) / seconds:,.0f}",
                f"{len(texts) / seconds / rate['pipeline']:.1f}×",
            ),
        ],
    )
    print(f"\nbare int8 product: {max(peaks):,.0f} GOP/s; annotate reaches {share:.0%} of it")
    print(f"peak memory of the command: {memory:,.0f} MB")


if __name__ == "__main__":
    typer.run(main)
