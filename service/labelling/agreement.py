"""How far the people agree who labelled the same comments."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from pipelines.labelling.agreement import Agreement, agreement, masi_distance, nominal_distance
from saywhy import store
from saywhy.annotation import Span
from saywhy.correction import Correction, CorrectionKey, CorrectionKind, by_person
from saywhy.store import Engine
from service.cases import following_up
from service.workspaces import reading


@dataclass(frozen=True, slots=True)
class LabelAgreement:
    """The agreement on sentiments, of comments and of clauses, and on the themes and the causes of comments, as sets.

    Sets are those of the clauses that at least two people labelled, of who labelled all of these.
    """

    sentiment: Agreement
    themes: Agreement
    causes: Agreement


def read_agreement(engine: Engine, workspace: str) -> LabelAgreement:
    """How far people agree in their corrections. Raises `WorkspaceNotFound` and `NoFollowUp`."""
    with following_up(reading(engine, workspace)) as (connection, workspace_id):
        said = by_person(store.corrections.log(connection, workspace_id))
    sentiments = [_values(by_author.values()) for key, by_author in said.items() if key[1] is CorrectionKind.SENTIMENT]
    return LabelAgreement(
        agreement(sentiments, nominal_distance),
        agreement(_sets(said, CorrectionKind.THEME), masi_distance),
        agreement(_sets(said, CorrectionKind.CAUSE), masi_distance),
    )


def _values(corrections: Iterable[Correction]) -> dict[str, Hashable]:
    return {each.author: each.value for each in corrections}


def _sets(
    said: Mapping[CorrectionKey, Mapping[str, Correction]], kind: CorrectionKind
) -> list[dict[str, frozenset[str]]]:
    """The values that each person names in each comment; a clause that names nothing adds nothing."""
    by_comment: dict[str, dict[Span | None, Mapping[str, Correction]]] = {}
    for (content_hash, of_kind, clause), by_author in said.items():
        if of_kind is kind and len(by_author) > 1:
            by_comment.setdefault(content_hash, {})[clause] = by_author
    units = []
    for clauses in by_comment.values():
        people = set.intersection(*(set(by_author) for by_author in clauses.values()))
        units.append(
            {
                person: frozenset(each[person].value for each in clauses.values() if each[person].value)
                for person in sorted(people)
            }
        )
    return units  # type: ignore[return-value]
