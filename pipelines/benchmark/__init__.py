"""A report beside a reference: another wave, a segment, or the published report of another workspace.

`profile.Profile` has the numbers of one group of responses that can be compared, from its report or from the responses.
`comparison.compare` sets two profiles side by side, and `caveats` says what cannot be compared, and why.
"""
