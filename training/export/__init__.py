"""Export: a checkpoint in, a bundle for `models` out; refused if it is too large or unfaithful to the checkpoint.

`bundle` is the command. It uses `quantise` (activation ranges, fidelity against float32), `graph` (the ONNX graph, node
by node), `rounding` (float32 → int8 weights), `calibrate` (thresholds, temperature) and `card` (the model card).
`reheaded` makes a bundle of another's encoder and new heads. `restore` goes the other way: bundle → checkpoint.
"""
