"""Chooses the column for each role: as named by the user, as the tool always names it, or by name and content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipelines.ingest import words
from pipelines.ingest.exclusions import Exclusion, find_exclusions
from pipelines.ingest.facts import find_facts, refuse_unfit, tool_column, without_remark
from pipelines.ingest.headers import Column, Header, as_key
from pipelines.ingest.profile import Profile, Rows
from pipelines.ingest.questions import Questions, comments_of, find_questions
from pipelines.ingest.tools import Tool
from saywhy.errors import ColumnNotFound
from saywhy.mapping import ColumnChoice

_SEGMENT = re.compile(r"^segments?[\s_:.\-]+", re.IGNORECASE)
_MAX_SEGMENT_VALUES = 50
#: A column of at most this many values is offered as a segment, with this many of them as examples.
_FEW_VALUES, _EXAMPLES = 20, 4


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns by role.

    `scores` are several if the survey branches: each respondent fills one. With `are_groups`, their cells name the
    groups of NPS. `facts` are the columns about respondent and response, by role. `segments` are pairs of dimension
    and column. `exclusions` tell which rows are no responses. `unknown` are not imported; of them, `offered` have few
    values, some of which are given.
    """

    scores: tuple[Column, ...]
    are_groups: bool
    comments: tuple[Column, ...]
    facts: dict[str, Column]
    segments: tuple[tuple[str, Column], ...]
    exclusions: tuple[Exclusion, ...]
    unknown: tuple[Column, ...]
    offered: tuple[tuple[Column, tuple[str, ...]], ...]
    notes: tuple[str, ...]

    @property
    def score(self) -> Column | None:
        """The first of `scores`."""
        return self.scores[0] if self.scores else None

    def by_role(self) -> dict[str, tuple[Column, ...]]:
        """The columns of every role, as shown to users."""
        roles = {"score": self.scores, "comment": self.comments}
        roles |= {role: (column,) for role, column in self.facts.items()}
        roles |= {f"segment {dimension}": (column,) for dimension, column in self.segments}
        return {role: columns for role, columns in roles.items() if columns}

    def names_by_role(self) -> dict[str, str]:
        """Column names by role, as shown to users."""
        return {role: " + ".join(column.name for column in columns) for role, columns in self.by_role().items()}


def choose_columns(
    header: Header,
    tool: Tool,
    profiles: Mapping[Column, Profile],
    sample: Rows,
    choice: ColumnChoice,
    *,
    keep_unknown: bool = False,
) -> Columns:
    """Choose the role of every column by its name and by a sample of complete rows, with the profile of each column.

    The user's choice precedes what exports of the tool always have, and that what names and content suggest. Raises
    `ColumnNotFound` for a name that no column has, if neither a score nor a comment is found, and if several questions
    ask for the likelihood to recommend.
    """
    named = {role: _find_named(header, getattr(choice, role, None)) for role in words.facts()}
    named = {role: column for role, column in named.items() if getattr(choice, role, None) is not None}
    scores, comments = _find_all(header, choice.score), _find_all(header, choice.comment)
    segments = [(_dimension(column), column) for name in choice.segments if (column := _find_named(header, name))]
    chosen = {column for column in (*named.values(), *scores, *comments) if column}
    facts = find_facts(header, tool, profiles, named, chosen | {column for _, column in segments})

    taken = {*chosen, *facts.values(), *(column for _, column in segments)}
    free = [column for column in header.columns if column not in taken and column.key not in tool.technical]
    questions = _choose_questions(tool, profiles, sample, choice, free, scores, comments)
    scores, comments = questions.scores, questions.comments
    taken.update(scores, comments)
    notes = [*questions.notes, *questions.comment_notes]
    notes += refuse_unfit(facts, profiles, [*scores[:1], *comments[:1]], sample)
    if not scores and not comments:
        raise ColumnNotFound(
            f"neither a score nor a comment column was found by name or content; name them. {_column_list(header)}"
        )
    exclusions = find_exclusions(header.columns, tool, profiles, frozenset(taken))
    free = [column for column in free if column not in taken and column not in {e.column for e in exclusions}]
    segments += [
        (_dimension(column), column)
        for column in free
        if _is_segment(column, profiles[column]) or (keep_unknown and not words.TECHNICAL.search(column.wording))
    ]
    unknown = tuple(column for column in free if column not in {segment for _, segment in segments})
    return Columns(
        scores=scores,
        are_groups=bool(scores) and profiles[scores[0]].is_of_groups,
        comments=comments,
        facts=facts,
        segments=tuple(segments),
        exclusions=exclusions,
        unknown=unknown,
        offered=tuple((c, profiles[c].examples(_EXAMPLES)) for c in unknown if _may_be_segment(c, profiles[c])),
        notes=tuple(notes),
    )


def _choose_questions(
    tool: Tool,
    profiles: Mapping[Column, Profile],
    sample: Rows,
    choice: ColumnChoice,
    free: list[Column],
    scores: tuple[Column, ...],
    comments: tuple[Column, ...],
) -> Questions:
    """Score and open questions: what the user named, and the rest by tool, name and content."""
    filled = [column for column in free if not profiles[column].is_empty]
    if choice.score is None and (scored := tool_column(filled, tool, "score", profiles)):
        scores = (scored,)
    if not scores and choice.score is None:
        questions = find_questions(filled, profiles, sample, choice.question)
        if not questions.scores and (groups := _group_column(filled, profiles)):
            note = "only the groups of NPS are known, not the scores"
            questions = replace(comments_of((groups,), filled, profiles, sample), notes=(note,))
    else:
        questions = comments_of(scores, filled, profiles, sample)
    if choice.comment is not None:
        return replace(questions, comments=comments, comment_notes=())
    if tool_comment := tool_column(filled, tool, "comment", profiles):
        return replace(questions, comments=(tool_comment,), comment_notes=())
    if not questions.comments:  # an empty column is better than none: later exports may fill it
        empty = (
            c
            for c in free
            if profiles[c].is_empty and words.OPEN.search(c.wording) and not words.STAFF.search(c.wording)
        )
        return replace(questions, comments=tuple(empty)[:1])
    return questions


def _group_column(columns: list[Column], profiles: Mapping[Column, Profile]) -> Column | None:
    return next((column for column in columns if profiles[column].is_of_groups), None)


def _find_all(header: Header, names: str | tuple[str, ...] | None) -> tuple[Column, ...]:
    """The columns of these names, without duplicates."""
    listed = (names,) if isinstance(names, str) else names or ()
    return tuple(dict.fromkeys(column for name in listed if (column := _find_named(header, name))))


def _find_named(header: Header, name: str | None) -> Column | None:
    """The column of that name; else, if unambiguous, of that wording of the question or of another spelling.

    `None` for no name. Raises `ColumnNotFound`.
    """
    if not name:
        return None
    columns = header.columns
    for matches in (
        [column for column in columns if column.name == name],
        [column for column in columns if column.label == name],
        [column for column in columns if as_key(name) in (column.key, as_key(column.label))],
    ):
        if len(matches) == 1:
            return matches[0]
    raise ColumnNotFound(f"there is no column {name!r}. {_column_list(header)}")


def _column_list(header: Header) -> str:
    return "The columns are: " + ", ".join(repr(column.name) for column in header.columns)


def _is_segment(column: Column, profile: Profile) -> bool:
    key = without_remark(as_key(column.name.rpartition(".")[2]))
    if not _SEGMENT.match(column.name) and key not in words.segments():
        return False
    return 0 < len(profile.distinct) <= max(_MAX_SEGMENT_VALUES, len(profile.values) // 20)


def _may_be_segment(column: Column, profile: Profile) -> bool:
    """Whether the column has few values, each of them several times, that are no dates, notes or technical facts."""
    return (
        1 < len(profile.distinct) <= min(_FEW_VALUES, len(profile.values) // 2)
        and profile.dates < 0.5
        and not words.TECHNICAL.search(column.wording)
        and not words.STAFF.search(column.wording)
        and max(map(len, profile.distinct)) <= 60
    )


def _dimension(column: Column) -> str:
    """`segment_industry`, `person_properties.Industry`, `Industry` → `industry`."""
    return _SEGMENT.sub("", column.name).rpartition(".")[2].strip().casefold() or column.name.casefold()
