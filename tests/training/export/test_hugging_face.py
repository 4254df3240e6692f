"""Versions as folders of Hugging Face: written, and read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from onnx import helper
from safetensors.numpy import load_file
from transformers import BertModel

from models.bundle import BUNDLED, ENCODER, HEADS, TOKENIZER, open_bundle, seal
from models.encoder import Encoder
from saywhy.errors import InvalidInput
from tests.builders.tiny_bundle import tiny_registry
from training.export.hugging_face import README, write_hugging_face
from training.retrain.base import WEIGHTS, heads_of, write_base

TEXTS = ["the app is slow", "the support is good"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with a tiny champion."""
    return tiny_registry(tmp_path_factory.mktemp("registry"), TEXTS).root


def test_a_version_is_written_and_read_again(root: Path, tmp_path: Path) -> None:
    """Transformers loads it and computes what the graph does; `--from` reads the same weights, and its heads."""
    bundle = open_bundle(root / "tiny")
    write_hugging_face(bundle, folder := tmp_path / "out")
    assert (folder / README).read_text("utf-8").startswith("---\nlibrary_name")
    encoder = Encoder(bundle.encoder, bundle.tokenizer)
    [group] = encoder.encode(encoder.tokenise(TEXTS[:1]))
    ids = encoder.tokenizer.with_special_tokens(encoder.tokenise(TEXTS[:1])[0].ids)
    model = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
    with torch.no_grad():
        expected = model(input_ids=torch.from_numpy(ids)[None]).last_hidden_state[0].numpy()
    cosine = (group.states * expected).sum(1) / np.linalg.norm(group.states, axis=1) / np.linalg.norm(expected, axis=1)
    assert cosine.min() > 0.98  # int8 against float32
    write_base(bundle, str(folder), tmp_path / "base")
    written, read = load_file(folder / WEIGHTS), load_file(tmp_path / "base" / WEIGHTS)
    assert written.keys() == read.keys()
    assert all(np.allclose(written[name], read[name], atol=1e-6) for name in written)
    ids_of_causes = [cause.id for cause in bundle.code_frame.causes]
    assert heads_of(tmp_path / "base", bundle.code_frame.ids, ids_of_causes) == tmp_path / "base" / HEADS
    assert heads_of(tmp_path / "base", bundle.code_frame.ids, ids_of_causes[:-1]) is None


def test_nothing_is_overwritten(root: Path, tmp_path: Path) -> None:
    """A folder with files in it is left as it is."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="not an empty folder"):
        write_hugging_face(open_bundle(root / "tiny"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_encoder_that_is_no_bert_is_refused(root: Path, tmp_path: Path) -> None:
    """The message says why, and nothing is left behind."""
    folder = tmp_path / "traced"
    folder.mkdir()
    for path in (root / "tiny").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    graph = helper.make_graph([], "other", [], [])
    (folder / ENCODER).write_bytes(helper.make_model(graph).SerializeToString())
    seal(folder)
    with pytest.raises(InvalidInput, match="no BERT"):
        write_hugging_face(open_bundle(folder), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["traced"]


@pytest.mark.slow
def test_the_bundle_that_ships_has_the_shape_of_its_graph(tmp_path: Path) -> None:
    """Twelve layers of twelve heads; its tokenizer is the same file."""
    write_hugging_face(open_bundle(BUNDLED), tmp_path / "out")
    config = BertModel.config_class.from_pretrained(tmp_path / "out")
    assert (config.num_hidden_layers, config.num_attention_heads, config.hidden_size) == (12, 12, 384)
    assert (tmp_path / "out" / TOKENIZER).read_bytes() == (BUNDLED / TOKENIZER).read_bytes()
