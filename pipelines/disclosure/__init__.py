"""Statistical disclosure control: what a survey that promised anonymity may publish. Small groups are hidden here.

`fields` is the allow-list of what a report may say at all. `suppression.protect` applies it, and hides groups of fewer
than five people, and quotes of fewer than eight, within one publication; `segments` decides which segments can be shown
together. `release.ReleasePlan` holds new responses back until there are five, `differencing.against` hides what changed
by fewer than five people since an earlier report, and `thresholds` has the limits.
"""

from pipelines.disclosure.differencing import against
from pipelines.disclosure.release import ReleasePlan
from pipelines.disclosure.suppression import protect

__all__ = ["ReleasePlan", "against", "protect"]
