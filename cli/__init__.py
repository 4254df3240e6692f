"""The command line. `cli.main.app` is the `saywhy` command and turns errors into exit codes.

One module per group of commands: `importing`, `analysis` (analyse, report, effort), `scenarios`, `fixes`, `audit`,
`topics`, `evaluate`, `serving`, `demo`, `streams` (classify, topics and rank on stdin). `terminal_report` draws the
report in the terminal, `jsonl` reads and writes JSON Lines, `configuration` reads settings, `progress` draws progress
bars.
"""
