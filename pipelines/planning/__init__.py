"""Survey waves: whom to ask when, and what came of it. The formulas are in docs/explanation/planning.md.

`assignment.assign` gives every customer of a list a wave or a reason for being left out, with `allocation` (largest
remainders, equal loads) and `quarters` (names and days of waves); `overview` counts a plan. `response.measure` says
what came of the waves: response rates, `balance` (standardised differences, χ², R-indicator) and `weighting` (weights,
weighted NPS).
"""
