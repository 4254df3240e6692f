"""Finds the questions of a survey among the columns: how likely to recommend, and the open ones that belong to it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.ingest import words
from pipelines.ingest.headers import Column, as_key
from pipelines.ingest.profile import Profile, Rows
from pipelines.ingest.scores import answer_in
from pipelines.ingest.wordings import has_nps_group, said, terms, topic
from saywhy.errors import ColumnNotFound

Profiles = Mapping[Column, Profile]
#: The columns of one question: several if the survey branches, of which each respondent fills one.
Branches = tuple[Column, ...]

_RECOMMENDATION = 5  # rank of a score column that asks for a recommendation
_CERTAIN_SCORE = 3  # from this rank on the name says that the column is a score
_OPEN_QUESTION = 3  # rank of a column that asks an open question
_STEM = re.compile(r"(.{6,}?)(?:_| – | - |: | \[|/)([^_]+)")
_TICKS = frozenset(
    {"1", "yes", "true", "x", "y", "ja", "oui", "sí", "是", "checked", "selected", "选中", "✓", "☑", "√"}
)
_NO_TICKS = frozenset({"0", "no", "false", "nein", "non", "否", "unchecked", "not selected", "未选中"})


@dataclass(frozen=True, slots=True)
class Questions:
    """The score and its open questions, with notes for the user on the choice of comments and on the score."""

    scores: Branches
    comments: tuple[Column, ...]
    comment_notes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def find_questions(columns: Sequence[Column], profiles: Profiles, rows: Rows, question: str | None) -> Questions:
    """The question that asks for a score, by name and content, and its own open questions.

    A question for a recommendation is preferred to a column that is called score, and that to a column recognised by
    its content, which must be the only one. `question`: a name, or words of the wording, of a score or of its comment.
    Raises `ColumnNotFound` if several questions are scores by their names, or if none has those words.
    """
    columns = _without_options(columns, profiles)
    keys = {column.key for column in columns}
    ranks = {
        column: _RECOMMENDATION if has_nps_group(column, keys) else _score_rank(column, profiles[column])
        for column in columns
    }
    best = max(ranks.values(), default=0)
    candidates = [column for column in columns if ranks[column] == best > 0]
    if best < _CERTAIN_SCORE and question is None:
        scores: Branches = (candidates[0],) if len(candidates) == 1 else ()
        note = () if scores else (_why_no_score(columns, candidates, profiles),)
        return Questions(scores, *_comments_of(scores, columns, profiles, rows), notes=note)
    questions = _merge_branches(candidates, rows)
    if question is not None:
        others = [c for c in columns if c not in candidates and (ranks[c] or _is_scale(c, profiles[c]))]
        questions += [(column,) for column in others]
    own = {scores: _comments_of(scores, columns, profiles, rows)[0] for scores in questions}
    if question is not None:
        questions = [_asked_for(question, own)]
    if len(questions) > 1:
        pairs = "; ".join(f"{_names(scores)} with {_names(own[scores]) or 'no comment'}" for scores in questions)
        raise ColumnNotFound(f"several columns may be the score: {pairs}; choose a question by its words (--question)")
    return Questions(questions[0], *_comments_of(questions[0], columns, profiles, rows))


def comments_of(scores: Branches, columns: Sequence[Column], profiles: Profiles, rows: Rows) -> Questions:
    """The open questions that belong to a score which is known."""
    return Questions(scores, *_comments_of(scores, _without_options(columns, profiles), profiles, rows))


def _names(columns: Iterable[Column], mark: str = " + ") -> str:
    return mark.join(repr(column.name) for column in columns)


def _asked_for(question: str, own: Mapping[Branches, Sequence[Column]]) -> Branches:
    """The question of that name; else the one whose words, or those of its comments, include these."""
    key, sought = as_key(question), question.casefold().strip()
    for matches in (
        [scores for scores, comments in own.items() if any(key in _titles(c) for c in (*scores, *comments))],
        [scores for scores, comments in own.items() if any(_has_words(sought, c) for c in (*scores, *comments))],
        [scores for scores, comments in own.items() if any(sought in said(c) for c in (*scores, *comments))],
    ):
        if len(matches) == 1:
            return matches[0]
    raise ColumnNotFound(
        f"not exactly one question has the words {question!r}; there are: {'; '.join(map(_names, own))}"
    )


def _titles(column: Column) -> tuple[str, str]:
    return column.key, as_key(column.label)


def _has_words(sought: str, column: Column) -> bool:
    return re.search(rf"\b{re.escape(sought)}\b", said(column)) is not None


def _is_question(column: Column) -> bool:
    """Whether the title is a sentence rather than a name: "To what group of people would you recommend …"."""
    return len(column.wording) > 40 or column.wording.endswith(("?", "？"))


# --- scores ---------------------------------------------------------------------------------------------------------


def _is_group(column: Column) -> bool:
    """Whether the column is called a group or class of answers, and does not ask for one."""
    return words.GROUP.search(column.wording) is not None and not _is_question(column)


def _score_rank(column: Column, profile: Profile) -> int:
    """5: asks for a recommendation, 4: called a score, 3: has score in its name, 1: numbers 0-10, 0: no score."""
    wording, filled = column.wording, len(profile.answers)
    in_range, of_percent = profile.scores_up_to(10), profile.scores_up_to(100)
    if not of_percent or _is_group(column):
        return 0
    if words.GRADE.search(wording):
        return 0
    if words.RECOMMEND.search(wording):
        is_asked = 2 * in_range >= filled or (_is_question(column) and 2 * of_percent >= filled)
        return _RECOMMENDATION if is_asked else 0
    if words.NOT_SCORE.search(wording):
        return 0
    if words.RATING.fullmatch(column.key):
        return 4 if 2 * in_range >= filled else 0
    if words.RATING.search(wording):
        return 3 if 10 * in_range >= 8 * filled else 0
    scores = profile.scores
    if profile.is_of_smileys:
        return 1
    if filled < 5 or not profile.is_numeric or in_range < len(scores) or 20 * len(scores) < 19 * filled:
        return 0
    # In a small file, distinct numbers up to 10 may be row numbers; fewer than four may be anything.
    return 1 if 4 <= len(set(scores)) < len(scores) else 0


def _why_no_score(columns: Sequence[Column], candidates: Sequence[Column], profiles: Profiles) -> str:
    if candidates:
        return f"no score was imported: {_names(candidates, ', ')} all hold numbers from 0 to 10; choose one by name"
    grades = [column for column in columns if words.GRADE.search(column.wording)]
    if grades:
        return f"no score was imported: {grades[0].name!r} holds grades, of which the lowest is the best"
    others = [column for column in columns if _asks_for_number(column) and profiles[column].is_numeric]
    if others:
        return f"no score was imported: {others[0].name!r} does not hold 0-10; choose a column by name"
    return "no score column was found; choose one by name if there is one"


def _asks_for_number(column: Column) -> bool:
    asks = words.RECOMMEND.search(column.wording) or words.RATING.fullmatch(column.key)
    return bool(asks) and not words.GROUP.search(column.wording)


def _merge_branches(candidates: Sequence[Column], rows: Rows) -> list[Branches]:
    """Columns of which each respondent fills one, or the same in both, are one question."""
    questions: list[list[Column]] = []
    for column in candidates:
        home = next((q for q in questions if not any(_contradict(column, other, rows) for other in q)), None)
        if home is None:
            questions.append([column])
        else:
            home.append(column)
    return [tuple(question) for question in questions]


def _contradict(one: Column, other: Column, rows: Rows) -> bool:
    """Whether more than 2 % of the respondents have filled both, and differently."""
    pairs = [(answer_in(row[one.index]), answer_in(row[other.index])) for row in rows]
    both = sum(bool(first and second and first != second) for first, second in pairs)
    return both * 50 > sum(bool(first or second) for first, second in pairs)


def _without_options(columns: Sequence[Column], profiles: Profiles) -> list[Column]:
    """The columns without the options of questions with several choices: "Reasons? – price", "Reasons? – other"."""
    families = defaultdict(list)
    for column in columns:
        if match := _STEM.fullmatch(f"{column.name} {column.label}".strip()):
            families[match[1]].append(column)
    options = set()
    for family in families.values():
        ticked = sum(_is_ticked(column, profiles[column]) for column in family)
        if len(family) > 1 and 2 * ticked > len(family):
            options.update(family)
    return [column for column in columns if column not in options]


def _is_ticked(column: Column, profile: Profile) -> bool:
    values = {cell.strip().casefold() for cell in profile.distinct} - _NO_TICKS
    return len(values) <= 2 and all(value in _TICKS or value in column.name.casefold() for value in values)


# --- open questions -------------------------------------------------------------------------------------------------


def _comments_of(
    scores: Branches, columns: Sequence[Column], profiles: Profiles, rows: Rows
) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """The open questions that follow the score up or ask about anything, and notes."""
    free = [column for column in columns if column not in scores]
    ranks = {column: _open_rank(column, profiles[column]) for column in free}
    best = max(ranks.values(), default=0)
    if best == 0:
        staff = _names([c for c in free if _is_of_staff(c) and profiles[c].is_varied], ", ")
        note = f"no comment was imported; notes of the staff by name: {staff}; choose it if customers wrote it"
        return (), (note,) if staff else ()
    asked = [column for column in free if ranks[column] == best == _OPEN_QUESTION]
    longest = max((c for c in free if ranks[c]), key=lambda c: (profiles[c].volume, ranks[c]))
    # What is written counts more than what a column is called.
    if not asked:
        asked = [longest]
    elif longest not in asked and profiles[longest].volume > 2 * sum(profiles[c].volume for c in asked):
        asked = sorted((*asked, longest), key=lambda column: column.index)
    own = tuple(_followups(scores, asked, free, profiles, rows))
    if len(own) > 1 and any(_contradict(own[0], other, rows) for other in own[1:]):
        return own, (f"the answers to {len(own)} open questions are read as one comment: {_names(own, ', ')}",)
    return own, ()


def _open_rank(column: Column, profile: Profile) -> int:
    """3: asks an open question, 2: called text, 1: text by content, 0: no comment."""
    wording = column.wording
    if not profile.is_text or words.NO_ANSWER.search(wording) or _is_of_staff(column):
        return 0
    if words.OPEN.search(wording):
        return 1 if profile.is_picked else _OPEN_QUESTION
    if profile.is_prose and words.QUESTION.search(wording):
        return _OPEN_QUESTION
    if words.TEXT.search(wording):
        return int(profile.is_of_sentences) if profile.is_picked else 2
    return int(profile.is_prose or (_is_question(column) and profile.is_varied))


def _is_of_staff(column: Column) -> bool:
    is_asked = words.ADDRESS.search(column.wording) or _is_question(column)
    return not is_asked and words.STAFF.search(column.wording) is not None


def _followups(
    scores: Branches, asked: Sequence[Column], free: Sequence[Column], profiles: Profiles, rows: Rows
) -> list[Column]:
    """Those of the open questions that belong to this score: all, but for the reasons of other scores."""
    others = [column for column in free if _is_scale(column, profiles[column])]
    recommendations = [column for column in others if words.RECOMMEND.search(column.wording)]
    rivals = _merge_branches([*scores, *recommendations], rows) if scores else []
    if not others or not scores:
        return list(asked)
    topics = {topic(column) for column in others if column not in scores} - {"", *map(topic, scores)}
    asked = [column for column in asked if topic(column) not in topics] or asked
    if len(rivals) > 1:
        specific = [column for column in asked if not words.ANYTHING.search(column.wording)]
        owners = _owners(specific, rivals)
    else:
        specific = [column for column in asked if words.REASON.search(column.wording)]
        owners = _owners(specific, [scores, *((column,) for column in others)])
        if not any(set(owner) & set(scores) for owner in owners.values()):
            return list(asked)  # no other reason is given, so it is that of this score
    return [column for column in asked if column not in owners or set(owners[column]) & set(scores)]


def _is_scale(column: Column, profile: Profile) -> bool:
    """Whether the column asks for a number on a scale, of whatever."""
    asks = (
        words.RECOMMEND.search(column.wording)
        or words.RATING.search(column.wording)
        or words.MEASURE.search(column.wording)
    )
    return bool(asks) and not _is_group(column) and 10 * profile.scores_up_to(10) >= 8 * len(profile.answers) > 0


def _owners(asked: Sequence[Column], questions: Sequence[Branches]) -> dict[Column, Branches]:
    """The question that each open one belongs to: by words that both share, else by their order."""
    first = {scores: min(column.index for column in scores) for scores in questions}
    ordered = sorted(questions, key=first.__getitem__)
    is_apart = len(asked) == len(ordered) and max(first.values()) < min((c.index for c in asked), default=0)
    comes_before = bool(asked) and asked[0].index < first[ordered[0]]
    counts = Counter(term for scores in questions for term in terms(scores))
    owners = {}
    for number, column in enumerate(asked):
        shared = {scores: sum(counts[term] == 1 for term in terms(scores) & terms((column,))) for scores in questions}
        best = max(shared.values())
        matches = [scores for scores in questions if shared[scores] == best > 0]
        if len(matches) == 1:
            owners[column] = matches[0]
        elif is_apart:
            owners[column] = ordered[number]
        elif comes_before:
            owners[column] = next((scores for scores in ordered if first[scores] > column.index), ordered[-1])
        else:
            owners[column] = next(scores for scores in reversed(ordered) if first[scores] < column.index)
    return owners
