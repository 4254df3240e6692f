"""Benchmarks: speed, memory and accuracy, as Markdown tables for docs/benchmarks.md.

`python -m benchmarks` (`make bench`) runs those that need no data, each also runs alone (`python -m benchmarks.NAME`);
README.md lists them. Shared: `timing` (best of several runs, tables, the processor), `texts` and `large_survey` (inputs
recombined from the sample survey), `recombined_annotator` (annotations of such inputs without the encoder),
`true_model` (simulated truth for `impact`).
"""
