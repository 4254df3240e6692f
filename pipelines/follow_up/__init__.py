"""Following up: when a case is due, how well accounts are, what came of it, and whether it shows in later scores.

- `deadlines`: the time that a case is due, by the calendar or by business hours.
- `health`: the health of an account from its answers, causes, cases and silence.
- `board`: what the board is told, counted from cases and new accounts.
- `effect`: later scores of those who were followed up against those who were not.
"""
