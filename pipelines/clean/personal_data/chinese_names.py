"""Finds names of people in Chinese characters, Simplified and Traditional.

Evidence for a name is a title after a family name (王先生), 小, 老 or 阿 before one, or a family name with one or two
characters after words that a name follows (我叫…, 客服…, 感谢…) or where the dictionary of rjieba sees a name.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.script import fold_script
from pipelines.clean.spans import Span

_HAN = re.compile(r"[\u3400-\u9fff]")

#: What the dictionary calls a person.
_PERSON = ("nr", "nrt", "nrfg")
#: What it calls the rarer ones after a word that introduces them.
_UNKNOWN = (*_PERSON, "nz", "ns", "x", "")
#: What a name of two characters is followed by where nothing introduces it.
_PERSON_AFTER = re.compile("在|给|帮|很|非常|特别|真|超|态度|服务|的服务|的态度|讲|耐心|热情|[,，]?(?:电话|手机)")

_Token = tuple[int, int, str]  # start, end, part of speech


@dataclass(frozen=True, slots=True)
class _Patterns:
    titled: re.Pattern[str]  # 王先生, 欧阳老师
    nicknamed: re.Pattern[str]  # 小李
    introduced: re.Pattern[str]  # 客服李晓梅: up to the family name
    weakly_introduced: re.Pattern[str]
    latin: re.Pattern[str]  # 客服Amy
    signed: re.Pattern[str]  # ——夏雨 at the end
    title: re.Pattern[str]
    not_names: frozenset[str]
    nouns: frozenset[str]
    surnames: frozenset[str]
    ambiguous: frozenset[str]
    compound: frozenset[str]
    given: frozenset[str]


def names(text: str) -> Iterator[Span]:
    """Names of people, without titles: the 王 of 王先生, 李晓梅, 小李."""
    if not _HAN.search(text):
        return
    text = fold_script(text)  # character for character
    patterns = _patterns()
    tokens = _tokens(text)
    ends = {end for _, end, _ in tokens}
    for match in patterns.titled.finditer(text):
        if not _is_inside_word(tokens, *match.span("name")) and not _is_thing(text, match.start()):
            yield match.span("name")
    for match in patterns.nicknamed.finditer(text):
        if match.end() in ends and not _is_thing(text, match.start()):
            yield match.span()
    for match in patterns.introduced.finditer(text):
        if end := _name_end(text, match.end(), tokens, _UNKNOWN):
            yield match.end(), end
    for match in patterns.weakly_introduced.finditer(text):
        end = _name_end(text, match.end(), tokens, _PERSON)
        if (
            end
            and text[match.end()] not in patterns.ambiguous
            and patterns.given.issuperset(text[match.end() + 1 : end])
        ):
            yield match.end(), end
    for match in patterns.signed.finditer(text):
        yield match.span("name")
    for match in patterns.latin.finditer(text):
        yield match.span("name")
    for start, _, tag in tokens:
        if tag in _PERSON and (end := _name_end(text, start, tokens, _PERSON)):
            is_clear = text[start] not in patterns.ambiguous
            is_usual = end - start >= 3 and patterns.given.issuperset(text[start + 1 : end])
            is_person = _PERSON_AFTER.match(text, end) and text[start:end] not in patterns.nouns
            if is_usual or (is_clear and (is_person or patterns.title.match(text, end))):
                yield start, end


def _name_end(text: str, start: int, tokens: list[_Token], tags: Collection[str]) -> int:
    """Where the name that begins with a family name ends; 0 if there is none.

    The dictionary takes a name for one word, or for a family name and a given name, and sometimes takes the title too.
    """
    patterns = _patterns()
    surname_end = start + (2 if text[start : start + 2] in patterns.compound else 1)
    if text[start:surname_end] not in patterns.surnames or _is_thing(text, start):
        return 0
    index = bisect_left(tokens, (start,))
    if index == len(tokens) or tokens[index][0] != start:
        return 0
    _, end, tag = tokens[index]
    if end > surname_end:
        if tag not in tags:
            return 0
        title = next((i for i in range(surname_end, end) if patterns.title.match(text, i)), end)
        return title if surname_end < title <= surname_end + 2 else 0
    for _, next_end, next_tag in tokens[index + 1 : index + 3]:
        is_given = next_tag in _PERSON or patterns.given.issuperset(text[end:next_end])
        if next_end > surname_end + 2 or not is_given or patterns.title.match(text, end):
            break
        end = next_end
    return end if end > surname_end else 0


def _is_thing(text: str, start: int) -> bool:
    """Whether a brand, a work or another word begins here."""
    return any(text[start : start + length] in _patterns().not_names for length in range(2, 6))


def _is_inside_word(tokens: list[_Token], start: int, end: int) -> bool:
    """Whether the characters are the end or the middle of a longer word before: 户 in 客户经理."""
    token_start, token_end, _ = tokens[bisect_left(tokens, (start + 1,)) - 1]  # the one that the first character is in
    return token_start < start and token_end <= end


def _tokens(text: str) -> list[_Token]:
    """Words with their part of speech by rjieba (`nr`: a name of a person), as (start, end, tag)."""
    import rjieba

    tokens = []
    position = 0
    for word, tag in rjieba.tag(text):
        tokens.append((position, position + len(word), tag))
        position += len(word)
    return tokens


@cache
def _patterns() -> _Patterns:
    lists = tomllib.loads((Path(__file__).parent / "words" / "chinese.toml").read_text("utf-8"))
    surnames = "".join(lists["surnames"].split())
    compound = lists["compound_surnames"].split()
    clear = "".join(c for c in surnames if c not in lists["ambiguous_surnames"])

    def choice(key: str) -> str:
        return "|".join(sorted(lists[key].split(), key=len, reverse=True))

    given = "".join(lists["given_characters"].split())
    any_name = "|".join(compound) + f"|[{surnames}]"
    people = f"{choice('staff_words')}|{choice('customer_words')}"
    # A family name that is also a word counts at the start of a clause only: 向经理投诉 is "complain to the manager".
    return _Patterns(
        titled=re.compile(
            rf"(?P<name>{'|'.join(compound)}|[{clear}]|(?:(?<=[，。！？、 的\n])|^)[{surnames}])(?={choice('titles')})"
        ),
        nicknamed=re.compile(
            rf"(?<![大最很太多较更])[小老阿](?:{'|'.join(compound)}|[{clear}明美强伟红军芳玲宇萍娟])(?![子板])"
        ),
        introduced=re.compile(rf"(?:{people}|{choice('staff_verbs')}|—)[是了：:，, “\"]{{0,2}}(?={any_name})"),
        weakly_introduced=re.compile(rf"(?:{choice('weak_words')})(?={any_name})"),
        latin=re.compile(rf"(?:{people}|感谢|谢谢)[是 ]?(?P<name>[A-Z][a-z]{{2,12}})(?![A-Za-z])"),
        signed=re.compile(rf"(?:——|—|–|-)\s?(?P<name>(?:{any_name})[{given}]{{1,2}})[。.\s]*$"),
        title=re.compile(choice("titles")),
        not_names=frozenset(lists["not_names"].split()),
        nouns=frozenset(lists["nouns"].split()),
        surnames=frozenset([*surnames, *compound]),
        ambiguous=frozenset(lists["ambiguous_surnames"]),
        compound=frozenset(compound),
        given=frozenset(given),
    )
