"""A survey of three waves: complaints about support nearly end with the second, those about price do not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from pipelines.annotate.columns import Annotations
from pipelines.tabulate.survey_data import SurveyData
from pipelines.tabulate.tabulation import tabulate
from saywhy import store
from saywhy.annotation import Polarity
from saywhy.code_frame import load_code_frame
from saywhy.feedback import Comment, Response
from saywhy.store import Engine
from service.analysis import analyse
from service.progress import Progress
from tests.builders.answers import annotate_by_words, response
from tests.doubles import FakeAnnotator, Mention

#: The waves with their dates.
DATES = {
    "W1": datetime(2026, 1, 10, tzinfo=UTC),
    "W2": datetime(2026, 4, 10, tzinfo=UTC),
    "W3": datetime(2026, 7, 10, tzinfo=UTC),
}

WORDS = {"slow support": ("support", Polarity.NEGATIVE), "high price": ("price", Polarity.NEGATIVE)}

#: Comments of the 60 responses of a wave that name support, and price; the others name nothing.
SUPPORT_BY_WAVE = {"W1": 24, "W2": 1, "W3": 2}
PRICE = 12


def responses(waves: tuple[str, ...] = tuple(DATES), *, dated: bool = True) -> list[Response]:
    """60 responses with a comment in each wave, and 20 without; everybody who complains is a detractor."""
    return [answer for number, wave in enumerate(waves) for answer in _of_wave(1000 * number, wave, dated=dated)]


def _of_wave(start: int, wave: str, *, dated: bool) -> Iterator[Response]:
    texts = ["slow support"] * SUPPORT_BY_WAVE[wave] + ["high price"] * PRICE
    for number in range(80):
        complaint = texts[number] if number < len(texts) else "as expected"
        comment = f"{complaint} {start + number}" if number < 60 else None
        score = (2, 4, 6)[number % 3] if number < len(texts) else (7, 8, 9, 10, 5)[number % 5]
        yield response(start + number, score, comment, wave, answered_at=DATES[wave] if dated else None)


def survey(answers: list[Response]) -> SurveyData:
    """These responses as columns."""
    comments = [answer.comment for answer in answers if answer.comment is not None]
    annotations = {comment.content_hash: annotate_by_words(comment, WORDS) for comment in comments}
    return tabulate(answers, Annotations.of(annotations.items()), (), (), load_code_frame())


def analysed(engine: Engine, answers: list[Response], progress: Progress = lambda *_: None) -> FakeAnnotator:
    """Save these responses and analyse what is in the default workspace; the annotator that read what is new."""
    with engine.begin() as connection:
        store.responses.save(connection, store.workspaces.ensure(connection, "default"), answers)
    annotator = FakeAnnotator(_mentions)
    analyse(engine, "default", annotator, progress=progress)
    return annotator


def _mentions(comment: Comment) -> list[Mention]:
    return [
        (mention.start, mention.end, mention.theme, mention.polarity)
        for mention in annotate_by_words(comment, WORDS).mentions
    ]
