"""Trained models at inference time: comments in, annotations out. Needs neither torch nor the training data.

`annotator.load_annotator` is the public face: it opens the champion (`registry`, `bundle`) and returns an `Annotator`.
Stages: `letter_case` (any → lower), `script` (Traditional → Simplified Chinese), `encoder` (text → token states,
the ONNX graph), `clauses` (text → clause spans), `heads` (token states → logits of a span), `causes` (clause vector →
root cause), `decoding` (probabilities and the thresholds in the bundle's `config.json` → annotation).
`arrays` has the array types that all packages share. `bundled/` is the model version that ships with the code.
"""

import os

# Before ONNX Runtime is imported, whose published builds otherwise give the machine an id and send events to their
# maker: nothing that runs here calls home.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
