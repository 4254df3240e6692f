"""From one wave to the next: how the NPS changed and what changed it.

`decomposition.change_since` tests the change and divides it among the causes (`difference` does so for any two groups),
`poststratification` removes the effect of another mix of respondents, and `alerts.alerts` finds complaints whose rate
has risen above all waves before.
"""
