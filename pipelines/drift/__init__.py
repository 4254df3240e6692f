"""Drift: are the newest comments, and what the models say of them, as those before?

`groups` says which comments are compared, `shares` and `texts` test one aspect each, `look` puts them together.

Face: `look_at`.
"""

from pipelines.drift.look import look_at

__all__ = ["look_at"]
