"""The ranking of causes: what each theme and topic costs, where it is named, what is at stake, and its quotes.

`analysis.Analysis` holds the responses of one report with their indicator matrices. From it `impacts.impacts` measures
every cause, `ranking.rank_causes` completes the rows (`waves`, `novelty`, `co_named`, `segment_rates`,
`value_at_stake`, `quotes`), and `audited.audit_report` corrects them by labelled comments. `scenarios.scenarios` says
what the NPS would be if causes were named less often, `fixes.fix_outcomes` whether fixed ones are.
`from_records.rank_records` ranks plain records.
"""
