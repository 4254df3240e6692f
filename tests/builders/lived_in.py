"""A store that people work with: an analysed survey of two waves in four languages, customers, cases, and three people.

It is made of the store with topics (`tests.builders.analysed_topics`), whose comments need not be read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from models.annotator import Annotator
from saywhy import store
from saywhy.access import Role
from saywhy.case import CaseChange
from saywhy.feedback import Comment, Customer, Response, Score, Segment
from saywhy.store import Engine
from service.analysis import analyse
from service.cases import change_case
from service.people import add_person
from service.saving import save
from tests.api.test_sessions import PASSWORD
from tests.builders.topic_sentences import SENTENCES

WORKSPACE = "default"

#: The waves with a day of each.
WAVES = {"2026-Q1": datetime(2026, 2, 10, tzinfo=UTC), "2026-Q2": datetime(2026, 5, 10, tzinfo=UTC)}

#: Who works here; their password is `PASSWORD`.
PEOPLE = {"Ada": Role.ADMIN, "Eda": Role.EDITOR, "Vic": Role.VIEWER}

#: Eda's cases: what was said, and how many days ago the case was opened. Customers are to be contacted within one.
EDAS_CASES = {"Birch": ("The invoice shows the wrong amount", 0), "Acme": ("Nobody at customer service calls back", 3)}

#: The scores of those who name a cause; late deliveries cost most.
_SCORES = {"friendly staff": (9, 10, 10), "easy to use": (9, 10, 10), "delivery": (0, 2, 4)}

#: Causes that the north alone names.
_NORTHERN = ("price", "login")

_SILENT = 40  # responses of each wave without a comment


def fill(engine: Engine, annotator: Annotator) -> None:
    """Turn the store with topics into one that people work with."""
    with engine.begin() as connection:
        workspace_id = store.workspaces.ensure(connection, WORKSPACE)
        store.responses.save(connection, workspace_id, list(_responses()))
    analyse(engine, WORKSPACE, annotator, progress=lambda *_: None)
    for name, role in PEOPLE.items():
        add_person(engine, WORKSPACE, name, role, PASSWORD)
    now = datetime.now(UTC)
    for case, (account, (text, days)) in enumerate(EDAS_CASES.items(), start=1):
        with engine.begin() as connection:
            opened = now - timedelta(days=days)
            save(connection, workspace_id, [_answer(account, text, opened)], opened)
        change_case(engine, WORKSPACE, case, CaseChange(owner="Eda"), author="Ada", now=now)


def _responses() -> Iterator[Response]:
    """Each sentence in each wave, complaints with lower scores; the ids of the first wave are those of the topics."""
    for wave, (name, day) in enumerate(WAVES.items()):
        number = 1000 * wave
        for cause, languages in SENTENCES.items():
            for language, texts in languages.items():
                for at, text in enumerate(texts):
                    score = _SCORES.get(cause, (6, 7, 8))[(at + wave) % 3]
                    region = Segment("region", "north" if cause in _NORTHERN else "south")
                    comment = Comment(text, language)
                    yield Response("test", str(number), Score(score), comment, day, name, (region,))
                    number += 1
        for at in range(_SILENT):
            region = Segment("region", ("north", "south")[at % 2])
            yield Response("test", f"{name}-{at}", Score((9, 10, 8, 9, 7 - wave)[at % 5]), None, day, name, (region,))


def _answer(account: str, text: str, day: datetime) -> Response:
    customer = Customer(f"c-{account}", f"Person of {account}", f"{account}@x.example".lower(), account, Decimal(9000))
    return Response("crm", account, Score(2), Comment(text, "en"), day, "2026-Q2", customer=customer)
