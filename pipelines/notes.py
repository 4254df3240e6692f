"""What a reader must know to read the numbers rightly, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from saywhy.report import Report

#: Below so many scores, or mentions of a cause, an interval is too wide to tell much.
FEW_RESPONSES = 100
FEW_MENTIONS = 30

#: In a group this small, people can be told by what they wrote.
SMALL_GROUP = 5


def notes(report: Report, *, base: int, unread: int, verdicts: int, dropped: Sequence[str]) -> tuple[str, ...]:
    """The notes on a report. `base` counts the responses that the impact is measured on, `unread` the answers that no
    model has read, `verdicts` those that judge without a reason, `dropped` are the dimensions that are no segments.
    """
    return (
        *_on_the_scores(report),
        *_on_the_ranking(report, base),
        *_on_what_is_left_out(report, unread, verdicts, dropped),
        *_on_people(report),
    )


def _on_the_scores(report: Report) -> Iterator[str]:
    everyone, writers = report.nps, report.nps_with_comment
    if everyone is None:
        yield "Nobody was asked on the scale 0-10, so there is no NPS."
    elif everyone.n < FEW_RESPONSES:
        yield (
            f"Only {_many(everyone.n, 'scored response')}: "
            f"the NPS may lie anywhere from {everyone.low:.0f} to {everyone.high:.0f}."
        )
    if everyone and writers and everyone.n != writers.n:
        yield (
            f"Two bases: the NPS of all {_many(everyone.n, 'scored response')} is {everyone.score:.1f}, "
            f"that of the {writers.n} with a comment {writers.score:.1f}."
        )
    for rating in report.ratings:
        yield (
            f"{_many(rating.n, 'score')} on the scale {rating.scale}: "
            "a rating, which enters neither the NPS nor the impact."
        )


def _on_the_ranking(report: Report, base: int) -> Iterator[str]:
    if not report.issues and not report.delights:
        return
    if not base:
        yield (
            "Without comments that have a score on the scale 0-10 no impact can be measured: causes are listed by how "
            "often they are named, each with the whole interval that is possible."
        )
        return
    yield (
        "Impact is an association, not proof of a cause: by how many points the NPS would be higher if those who name "
        f"it had scored like the others. Compared are the {_many(base, 'response')} with a score and a comment, as "
        "only they can name a cause."
    )
    yield (
        "Causes are ordered by the lower end of the 95 % interval, what they cost at the least. "
        "Do not add them up: one person may name several, and a topic is part of its theme."
    )
    if report.issues and not any(issue.significant for issue in report.issues):
        yield "No cause can be told from chance: every interval reaches 0 or below."
    few = sum(issue.mentions < FEW_MENTIONS for issue in report.issues)
    if few:
        yield f"{few} of {_many(len(report.issues), 'cause')} with fewer than {FEW_MENTIONS} mentions: leads, no more."


def _on_what_is_left_out(report: Report, unread: int, verdicts: int, dropped: Sequence[str]) -> Iterator[str]:
    if verdicts:
        yield f"{_many(verdicts, 'comment')} with a verdict and no reason (theme general): not ranked as a cause."
    if report.counts.non_answers:
        yield f"{_many(report.counts.non_answers, 'comment')} without an answer (such as “no” or “-”): nothing named."
    if unread:
        yield f"{_many(unread, 'comment')} not annotated yet: left out of the ranking."
    if dropped:
        yield f"Not shown as segments, as they have too many values: {', '.join(dropped)}."


def _on_people(report: Report) -> Iterator[str]:
    smallest = min((group.nps.n for group in report.segments), default=SMALL_GROUP)
    if smallest < SMALL_GROUP:
        yield (
            f"Some groups have fewer than {SMALL_GROUP} responses, so that people may be known by score and words: do "
            "not pass this report on where answers were promised to stay anonymous, as in employee surveys."
        )


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
