"""Encoders of elsewhere: which are read, how they are served, and what is refused."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertModel, ModernBertConfig, ModernBertModel, XLMRobertaConfig, XLMRobertaModel

from models.bundle import BUNDLED, TOKENIZER, open_bundle
from models.encoder import Encoder
from saywhy.errors import InvalidInput
from tests.builders.tiny_bundle import HIDDEN, word_tokenizer, write_checkpoint
from training.export.graph import quantise_table
from training.export.restore import word_embeddings
from training.retrain.base import CONFIG, WEIGHTS, write_base
from training.retrain.serving import write_graph

TEXTS = ["the app is slow", "slow support", "the support is good and the app is good"]
CHAMPION = open_bundle(BUNDLED)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with a BERT that can be read."""
    return write_checkpoint(tmp_path / "source", word_tokenizer(TEXTS))


def state_of(model: torch.nn.Module, ids: list[int]) -> np.ndarray:
    """The states (tokens, hidden) of a text."""
    with torch.no_grad():
        states: torch.Tensor = model.eval()(input_ids=torch.tensor([ids])).last_hidden_state[0]
    return states.numpy()


def test_an_xlm_r_becomes_the_bert_that_computes_the_same(tmp_path: Path) -> None:
    """Positions of XLM-R are counted from the padding's id on; word embeddings are those of the graph, in 4 bits."""
    torch.manual_seed(0)
    config = XLMRobertaConfig(vocab_size=40, hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=4,
                              intermediate_size=64, max_position_embeddings=300, pad_token_id=1,
                              type_vocab_size=1)  # fmt: skip
    model = XLMRobertaModel(config)
    with torch.no_grad():
        table = model.embeddings.word_embeddings.weight
        table.copy_(torch.from_numpy(word_embeddings(*quantise_table(table.numpy()))))
    model.save_pretrained(tmp_path / "source")
    word_tokenizer(TEXTS).save(str(tmp_path / "source" / TOKENIZER))
    write_base(CHAMPION, str(tmp_path / "source"), tmp_path / "base")
    as_bert = BertModel.from_pretrained(tmp_path / "base", add_pooling_layer=False)
    assert np.allclose(state_of(model, [0, 7, 8, 9, 2]), state_of(as_bert, [0, 7, 8, 9, 2]), atol=1e-5)


@pytest.mark.slow
def test_a_modernbert_is_served_as_torch_computes_it(tmp_path: Path) -> None:
    """It is traced: texts of any length, alone and together, get the states of torch."""
    torch.manual_seed(0)
    config = ModernBertConfig(vocab_size=40, hidden_size=HIDDEN, num_hidden_layers=3, num_attention_heads=4,
                              intermediate_size=64, max_position_embeddings=512, local_attention=8,
                              global_attn_every_n_layers=2, pad_token_id=1, bos_token_id=0, eos_token_id=2,
                              cls_token_id=0, sep_token_id=2)  # fmt: skip
    model = ModernBertModel(config)
    model.save_pretrained(tmp_path / "source")
    word_tokenizer(TEXTS).save(str(tmp_path / "source" / TOKENIZER))
    write_base(CHAMPION, str(tmp_path / "source"), tmp_path / "base")
    write_graph(tmp_path / "base", TEXTS, tmp_path / "encoder.onnx")
    encoder = Encoder(tmp_path / "encoder.onnx", tmp_path / "base" / TOKENIZER)
    long_text = " ".join(TEXTS * 10)
    for group in encoder.encode(encoder.tokenise([*TEXTS, "support slow", long_text])):
        for index, start, end in zip(group.indices, group.starts[:-1], group.starts[1:], strict=True):
            [tokens] = encoder.tokenise([[*TEXTS, "support slow", long_text][int(index)]])
            expected = state_of(model, encoder.tokenizer.with_special_tokens(tokens.ids).tolist())
            assert np.allclose(group.states[start:end], expected, atol=1e-4)


def test_files_that_may_run_code_are_refused(source: Path, tmp_path: Path) -> None:
    """Wherever in the folder they are; and a pickle under the name of another file is not read as one."""
    (source / "extra").mkdir()
    (source / "extra" / "training_args.bin").write_bytes(pickle.dumps({}))
    with pytest.raises(InvalidInput, match=r"extra/training_args\.bin, which may run code"):
        write_base(CHAMPION, str(source), tmp_path / "base")
    (source / "extra" / "training_args.bin").unlink()
    (source / WEIGHTS).write_bytes(pickle.dumps({"weight": 1}))
    with pytest.raises(InvalidInput, match="cannot be read as an encoder"):
        write_base(CHAMPION, str(source), tmp_path / "base")
    assert not (tmp_path / "base").exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"auto_map": {"AutoModel": "evil.Model"}}, "code of its own"),
        ({"hidden_act": "relu"}, "gelu"),
        ({"model_type": "no such"}, "cannot be read as an encoder"),
        ({"max_position_embeddings": 100}, "100 tokens at once"),
    ],
)
def test_what_cannot_be_served_is_refused(source: Path, tmp_path: Path, change: dict[str, object], reason: str) -> None:
    """The message names the folder and what is wrong with it."""
    config = json.loads((source / CONFIG).read_text("utf-8")) | change
    (source / CONFIG).write_text(json.dumps(config), "utf-8")
    with pytest.raises(InvalidInput, match=reason) as error:
        write_base(CHAMPION, str(source), tmp_path / "base")
    assert str(source) in error.value.detail


@pytest.mark.parametrize("name", [CONFIG, TOKENIZER, WEIGHTS])
def test_a_folder_with_a_missing_file_is_refused(source: Path, tmp_path: Path, name: str) -> None:
    """The message names the folder."""
    (source / name).unlink()
    with pytest.raises(InvalidInput, match=str(source)):
        write_base(CHAMPION, str(source), tmp_path / "base")


def test_a_name_that_is_neither_folder_nor_on_the_hub_is_refused(tmp_path: Path) -> None:
    """Offline, the message says that it cannot be loaded."""
    with pytest.raises(InvalidInput, match="no folder, and cannot be loaded from the hub"):
        write_base(CHAMPION, "nobody/no-such-encoder", tmp_path / "base")
