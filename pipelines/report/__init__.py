"""Builds the report: everything that a page shows about the score of a wave and its causes.

`waves.report_on_waves` computes all reports of a survey and `build.report_on` that on one wave. `summary` has counts
and NPS by group, `findings` the main results, `caveats` the notes on how to read them, `effort` what to fix first, and
`fixes` what was fixed.
"""
