"""A retraining that stops in a step of the training and waits until it is killed: `python -m … FOLDER DEPTH STEP`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from models.registry import Registry
from tests.training.retrain.tiny_runs import few_texts, options, request
from training.fit import finetune
from training.fit.step import train_step
from training.retrain.run import retrain


def main() -> None:
    """Train until the step, tell so, and do nothing more."""
    root, depth, last = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    steps = 0

    def waits(*arguments: Any) -> Any:
        nonlocal steps
        if steps == last:
            print("waiting", flush=True)
            time.sleep(600)
        steps += 1
        return train_step(*arguments)

    each_step = patch.multiple(finetune, train_step=waits, CHECKPOINT_SECONDS=-1)  # a checkpoint after each step
    with few_texts(), each_step:
        retrain(Registry(root), request(), options(depth), threads=1)


if __name__ == "__main__":
    main()
