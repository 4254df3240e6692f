"""The survey that ships: the export of a fictional company, with planted causes whose ground truth is documented.

`README.md` beside this file says what was planted where.
"""

from pathlib import Path

#: 800 responses in two waves: UTF-8 CSV, one header row, columns as a survey tool would name them.
SAMPLE = Path(__file__).with_name("responses.csv")

#: Which response names which cause: UTF-8 CSV, `Response ID,Cause`, one row a mention.
GROUND_TRUTH = Path(__file__).with_name("ground_truth.csv")
