"""Training the models that `models` serves: from labelled feedback to a bundle, and how good the bundle is.

Four rooms, in the order of the work; each is a set of commands (`python -m training.ROOM.MODULE --help`):
`data` (labelled feedback as training targets; the vocabulary), `fit` (fine-tuning the encoder and its heads), `export`
(checkpoint → int8 graph → calibrated bundle), `evaluation` (quality tables on labelled feedback and on hard cases).
Imports: `fit` → `export` → `evaluation` → `data`. The only room of the product that needs torch.
"""

import models  # noqa: F401  # first: it turns the telemetry of ONNX Runtime off
