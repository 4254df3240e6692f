"""Statistics of the NPS and of what each cause costs in NPS points. Arrays in, numbers out: nothing about surveys.

`nps` is the score with its interval and the change between two waves; `estimates.measure` measures and orders causes.
It combines three measures: `recoverable` (the impact), `leave_out` and `shapley`. The impact is by g-computation
(`gains`) in a model of the scores (`score_model`, `score_likelihood`); `effect_prior` is what is known before.
`scenario` has the NPS if causes were named less often, `mention_counts` how many responses name a cause, `target_rate`
whether these are fewer than a target, and `differences` how far two groups differ. `prediction_powered` corrects a
model's numbers by a labelled sample. `adjusted_wald` has the centre and variance of the adjusted-Wald interval,
`multiple_testing` the control of false findings, `strata` the joining of small strata; all use them.
"""
