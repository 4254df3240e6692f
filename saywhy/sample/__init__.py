"""The sample survey: an export of a fictional company with planted causes, whose ground truth is known.

`README.md` in this folder documents the survey and its causes.
"""

from pathlib import Path

#: 800 responses in two waves: UTF-8 CSV, one header row, columns as survey tools name them.
SAMPLE = Path(__file__).with_name("responses.csv")

#: Ground truth: UTF-8 CSV, `Response ID,Cause`, one row for each mention.
GROUND_TRUTH = Path(__file__).with_name("ground_truth.csv")
