"""A store with two brands to compare."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from saywhy import store
from saywhy.annotation import Polarity
from saywhy.feedback import Comment, Response, Score, Segment
from saywhy.store import Engine
from service.analysis import analyse
from tests.builders.answers import ThemeWords, annotate_by_words
from tests.doubles import FakeAnnotator, Mention

WORDS: ThemeWords = {"slow": ("support", Polarity.NEGATIVE)}


def answers(wave: str, count: int, slow: int, plan: str = "free", start: int = 0, score: int = 9) -> list[Response]:
    """Responses of a wave and plan: the first `slow` of them complain about support and give a 2."""
    return [
        Response(
            "test",
            f"{wave}-{plan}-{start + number}",
            Score(2 if number < slow else score),
            Comment(f"{'slow' if number < slow else 'fine'} {wave} {plan} {start + number}", "en"),
            wave=wave,
            segments=(Segment("plan", plan),),
        )
        for number in range(count)
    ]


def fill(
    engine: Engine, workspace: str, responses: Sequence[Response], *, words: ThemeWords = WORDS, model: str = "test-1"
) -> None:
    """Import and analyse the responses; the words of a comment decide what it mentions."""

    def mentions(comment: Comment) -> list[Mention]:
        named = annotate_by_words(comment, words).mentions
        return [(mention.start, mention.end, mention.theme, mention.polarity) for mention in named]

    annotator = FakeAnnotator(mentions)
    annotator.model = model
    with engine.begin() as connection:
        store.responses.save(connection, store.workspaces.ensure(connection, workspace), responses)
    analyse(engine, workspace, annotator, progress=lambda *_: None)


def write_brands(path: Path) -> None:
    """A store with two waves of a brand, in two plans, and with another brand of one wave."""
    engine = store.open_store(f"sqlite:///{path}")
    fill(engine, "brand", [*answers("W1", 100, 40), *answers("W2", 60, 6), *answers("W2", 40, 24, "team")])
    fill(engine, "other", answers("W2", 80, 60))
    engine.dispose()
