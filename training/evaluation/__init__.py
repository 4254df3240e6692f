"""Evaluation of a bundle; every module is a command that prints Markdown tables.

`metrics` (sentiment and themes, by dataset and language), `mentions` (F1 of (theme, polarity) pairs), `hard_cases`
(`training/data/hard_cases.toml`), `reliability` (calibration of confidences), `parity` (languages and Chinese scripts
against each other), `vectors` (clustering against the base encoder).
"""
