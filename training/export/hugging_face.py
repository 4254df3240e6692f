"""A bundle as a folder of Hugging Face, which `saywhy retrain --from` reads again.

`config.json`, `model.safetensors` and `tokenizer.json` are what transformers loads as a BertModel, in float32;
`heads.safetensors`, `code_frame.toml`, `causes.jsonl` and `saywhy.json` are those of the bundle; `README.md` is its
card.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from models.bundle import CARD, CODE_FRAME, HEADS, Bundle
from saywhy.code_frame import CAUSES
from saywhy.errors import InvalidInput
from training.export.restore import write_checkpoint

#: Thresholds, temperature and version: `config.json` of the bundle, whose name is taken here.
SETTINGS = "saywhy.json"
README = "README.md"

_README = """---
library_name: transformers
pipeline_tag: feature-extraction
language: [en, de, zh]
license: other
tags: [saywhy, nps, feedback, sentiment]
---

{card}
## Loading

```python
from transformers import AutoModel, AutoTokenizer

encoder = AutoModel.from_pretrained("FOLDER")
```

Texts are read in lower case, Chinese in Simplified script, with the prefix `query: `. `heads.safetensors` has the heads
that read the states of the tokens: `weight` and `bias` are attention scores and votes for {themes} themes, their
polarities and the sentiment, `cause_weight` and `cause_bias` the {causes} causes of `causes.jsonl`. Weights are those
of the int8 graph, as float32. `saywhy retrain --depth full --from FOLDER` trains from here.
"""


def write_hugging_face(bundle: Bundle, out: Path) -> None:
    """Write the folder, complete or not at all.

    Raises `InvalidInput` if there is something at `out`, and for an encoder that is no BertModel.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InvalidInput(f"{out} is there already, and not an empty folder")
    part = out.with_name(f"{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        write_checkpoint(bundle, part)
        for name in (HEADS, CODE_FRAME, CAUSES):
            shutil.copyfile(bundle.folder / name, part / name)
        (part / SETTINGS).write_text(json.dumps(bundle.config, indent=1) + "\n", "utf-8")
        frame = bundle.code_frame
        (part / README).write_text(
            _README.format(
                card=(bundle.folder / CARD).read_text("utf-8"), themes=len(frame.ids), causes=len(frame.causes)
            ),
            "utf-8",
        )
        if out.exists():
            out.rmdir()
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
