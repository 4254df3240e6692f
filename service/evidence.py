"""The evidence of a cause: quotes by score group with the clause that names it, and the customers who name it.

None of it exists in an anonymous workspace (`NoFollowUp`): its report has the quotes that may be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from pipelines.causes.excerpt import excerpt
from pipelines.report.staff_names import without_staff_names
from saywhy import store
from saywhy.annotation import Annotation, Polarity, Span
from saywhy.customer import account_of
from saywhy.feedback import Group, Response, Scale
from saywhy.issue import CauseKey, Quote
from saywhy.report import ALL_WAVES
from saywhy.store import Connection, Engine
from saywhy.store.comment_search import CommentFilter
from saywhy.topic import Assignment, Topic
from service.cases import following_up
from service.workspaces import reading

#: Responses that are looked at for quotes of a group, and for customers: the last imported ones. Reading what a model
#: found in a comment takes a third of a millisecond.
SEARCHED, SEARCHED_FOR_CUSTOMERS = 200, 400

#: A response that may name the cause, with the clause that does, or None.
_Searched = tuple[Response, Span | None]


@dataclass(frozen=True, slots=True)
class Cause:
    """What is looked for: a theme or a topic that comments complain of, or praise."""

    key: CauseKey
    polarity: Polarity


@dataclass(frozen=True, slots=True)
class CauseQuote:
    """A quote, and the content hash of its comment, by which edits of topics name it."""

    quote: Quote
    comment: str


@dataclass(frozen=True, slots=True)
class CauseCustomer:
    """An account whose people name a cause. `account` is None if it is the name or address of a person, and personal
    data may not be shown. `score` is that of the latest of the `answers` that name the cause, on 0-10.
    """

    account: str | None
    answers: int
    score: int | None
    answered_at: datetime | None
    wave: str | None
    revenue: Decimal | None


@dataclass(frozen=True, slots=True)
class CauseCustomers:
    """Some of the `accounts` that were found. `searched`: how many responses were looked at, None for all."""

    customers: tuple[CauseCustomer, ...]
    accounts: int
    searched: int | None


@dataclass(frozen=True, slots=True)
class CauseEvidence:
    """What is looked up of a cause: quotes of each score group, and the customers who name it."""

    quotes: Mapping[Group, tuple[CauseQuote, ...]]
    customers: CauseCustomers


def read_evidence(
    engine: Engine,
    workspace: str,
    cause: Cause,
    wave: str = ALL_WAVES,
    *,
    quotes: int,
    customers: int,
    with_personal_data: bool = False,
) -> CauseEvidence:
    """At most so many `quotes` of each score group, the last imported first, each text once; and at most so many
    `customers`: the accounts with most revenue first, then those that name the cause most.

    The last `SEARCHED_FOR_CUSTOMERS` responses that may name it are looked at for customers. Personal data is masked in
    quotes. Raises `WorkspaceNotFound`, and `NoFollowUp` for an anonymous workspace.
    """
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        if (search := _Search.of(connection, workspace_id, cause, wave)) is None:
            return CauseEvidence({}, CauseCustomers((), 0, None))
        ids = search.ids(None, SEARCHED_FOR_CUSTOMERS)
        searched = len(ids) if len(ids) == SEARCHED_FOR_CUSTOMERS else None
        latest = list(search.responses(ids))
        of_groups = {group: tuple(search.quotes(group, quotes, latest, searched is None)) for group in Group}
    return CauseEvidence(of_groups, _customers(latest, searched, customers, with_personal_data))


def _customers(
    latest: Iterable[_Searched], searched: int | None, limit: int, with_personal_data: bool
) -> CauseCustomers:
    """The accounts of those of the responses that name the cause."""
    by_account: dict[str, list[Response]] = {}
    for response, span in latest:
        if span is not None and (account := account_of(response.customer)) is not None:
            by_account.setdefault(account, []).append(response)
    customers = [_customer(account, answers, with_personal_data) for account, answers in by_account.items()]
    customers.sort(key=lambda customer: (-(customer.revenue or 0), -customer.answers, customer.account or ""))
    return CauseCustomers(tuple(customers[:limit]), len(customers), searched)


@dataclass(frozen=True, slots=True)
class _Search:
    """Looks for responses that name a cause, as the latest analysis and people's edits have it, in a transaction."""

    connection: Connection
    workspace_id: int
    cause: Cause
    topics: dict[str, Topic]  # of which the cause consists, by id
    wanted: CommentFilter
    model: str

    @classmethod
    def of(cls, connection: Connection, workspace_id: int, cause: Cause, wave: str) -> _Search | None:
        """None before the first analysis."""
        if (fit := store.clusters.fit(connection, workspace_id)) is None:
            return None
        is_theme, cause_id = cause.key.kind == "theme", cause.key.id
        topics = {
            topic.id: topic
            for topic in store.topics.load(connection, workspace_id, ignored=not is_theme)
            if (topic.theme if is_theme else topic.id) == cause_id
        }
        wanted = CommentFilter(
            wave=None if wave == ALL_WAVES else wave,
            topics=None if is_theme else [*topics],
            theme=cause_id if is_theme else None,
            theme_topics=[*topics],
            model=fit.model,
        )
        return cls(connection, workspace_id, cause, topics, wanted, fit.model)

    def ids(self, group: Group | None, limit: int) -> list[int]:
        """The last `limit` responses of a group, or of all, that may name the cause."""
        wanted = replace(self.wanted, group=group)
        return [hit.id for hit in store.comment_search.hits(self.connection, self.workspace_id, wanted, limit, None)]

    def responses(self, ids: list[int]) -> Iterator[_Searched]:
        """The responses, the last imported first, each with the clause that names the cause; None: it does not."""
        at = self.connection, self.workspace_id
        responses = store.responses.by_id(*at, ids)[::-1]
        hashes = [response.comment.content_hash if response.comment else "" for response in responses]
        annotations = store.annotations.by_hash(*at, self.model, hashes)
        assigned = store.topics.by_hash(*at, hashes, self.topics.keys())
        for response, content_hash in zip(responses, hashes, strict=True):
            spans = self._spans(annotations.get(content_hash), assigned.get(content_hash, []))
            yield response, max(spans)[1:] if spans else None

    def quotes(self, group: Group, limit: int, latest: Iterable[_Searched], is_all: bool) -> Iterator[CauseQuote]:
        """The quotes of a group; a comment that was written several times is quoted once.

        `latest` are the last responses that may name the cause; those before are read only if these are not all, and
        have too few quotes.
        """
        seen = set[str]()
        for response, span in self._of_group(group, latest, is_all) if limit else ():
            if span is None or response.comment is None or (key := response.comment.content_hash) in seen:
                continue
            seen.add(key)
            yield CauseQuote(_quote(response, *span), key)
            if len(seen) == limit:
                return

    def _of_group(self, group: Group, latest: Iterable[_Searched], is_all: bool) -> Iterator[_Searched]:
        """The last `SEARCHED` responses of a group that may name the cause."""
        of_group = [each for each in latest if each[0].score and each[0].score.group is group][:SEARCHED]
        yield from of_group
        if not is_all and len(of_group) < SEARCHED:
            yield from self.responses(self.ids(group, SEARCHED)[len(of_group) :])

    def _spans(self, annotation: Annotation | None, assigned: list[Assignment]) -> list[tuple[float, int, int]]:
        """(confidence, start, end) of the clauses that name the cause with its polarity."""
        fitting = (self.cause.polarity, Polarity.MIXED)
        clauses = annotation.clauses if annotation else ()
        polarities = {clause.span: clause.polarity for clause in clauses}
        spans = []
        for clause in assigned:
            polarity = polarities.get(clause.span, Polarity.NEUTRAL)
            if polarity is Polarity.NEUTRAL:  # as in reports, it has that of its topic
                polarity = Polarity(self.topics[clause.topic].polarity)
            if polarity in fitting:
                spans.append((clause.confidence, clause.start, clause.end))
        if self.cause.key.kind == "theme" and annotation:
            spans += [
                (mention.confidence, mention.start, mention.end)
                for mention in annotation.mentions
                if mention.theme == self.cause.key.id and mention.polarity in fitting
            ]
        return spans


def _quote(response: Response, start: int, end: int) -> Quote:
    assert response.comment is not None
    shown, score = excerpt(response.comment.verbatim, start, end), response.score
    return without_staff_names(
        Quote(
            text=shown.text,
            start=shown.start,
            end=shown.end,
            language=response.comment.language or "und",
            score=score.value if score and score.scale is Scale.NPS else None,
            wave=response.wave,
            segments=tuple(map(str, response.segments)),
            staff_names=shown.staff_names,
        )
    )


def _customer(account: str, answers: list[Response], with_personal_data: bool) -> CauseCustomer:
    """`answers` are the latest first."""
    latest, customer = answers[0], answers[0].customer
    is_personal = customer is not None and not customer.account and not customer.id
    revenues = [each.customer.revenue for each in answers if each.customer and each.customer.revenue is not None]
    return CauseCustomer(
        account=account if with_personal_data or not is_personal else None,
        answers=len(answers),
        score=latest.score.value if latest.score and latest.score.scale is Scale.NPS else None,
        answered_at=latest.answered_at,
        wave=latest.wave,
        revenue=revenues[0] if revenues else None,
    )
