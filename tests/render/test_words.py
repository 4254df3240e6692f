"""Catalogues, number formats and positions in drawings."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.benchmark.comparison import compare
from pipelines.render.digest import LISTED_MARKS
from pipelines.render.geometry import Axis, stack
from pipelines.render.wording import Wording, catalogue, closest_language, printable
from pipelines.report.caveats import notes, sampled
from saywhy.code_frame import FIRST_CLASS_LANGUAGES
from saywhy.customer import HealthBand
from saywhy.drift import DriftAspect
from saywhy.errors import InvalidInput
from saywhy.estimate import Nps
from saywhy.issue import CauseKey
from saywhy.note import Note
from saywhy.report import Audit, GroupNps
from tests.benchmark.test_comparison import AGAINST, cause, profile
from tests.builders.reports import FULL, RATED
from tests.report.test_findings import FINDINGS

_SINGULAR_EN = "response|comment|account|mention|detractor|promoter|complaint|cause"
_SINGULAR_DE = "Antwort|Kommentar|Kundenkonto|Nennung|Detraktor|Promotor|Beschwerde|Ursache|Punktzahl"
_PLURAL_DE = "Antworten|Kommentare|Kundenkonten|Nennungen|Detraktoren|Promotoren|Beschwerden|Ursachen|Punktzahlen"

#: By whether the number is 1: nouns and verbs that disagree with it. Chinese words have no number.
DISAGREES = {
    True: {
        "en": rf"\b1 (\w+ )?({_SINGULAR_EN})s\b|\b1 \w+ name\b",
        "de": rf"\b1 (?!aller |der )(\w+ )?({_PLURAL_DE})\b|\b1 \w+ (nennen|urteilen|sind|stehen)\b",
    },
    False: {
        "en": rf"\b[025] (\w+ )?({_SINGULAR_EN})\b|\b[025] \w+ names\b",
        "de": rf"\b[025] (\w+ )?({_SINGULAR_DE})\b|(?<!Keine der )\b[025] \w+ (nennt|urteilt|ist|steht)\b",
    },
}

SOURCES = Path(__file__).parents[2] / "pipelines" / "render"


def placeholders(text: str) -> list[str]:
    """The names in braces, each once; word forms (`{n:response|responses}`) may repeat them."""
    return sorted({field for _, field, _, _ in Formatter().parse(text) if field})


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_catalogues_say_the_same_things(language: str) -> None:
    """Every language has every key of English with the same placeholders, and no key of its own."""
    english, words = catalogue("en"), catalogue(language)
    assert words.keys() == english.keys()
    for key, text in words.items():
        assert text.strip()
        assert placeholders(text) == placeholders(english[key]), key


def test_every_word_is_used() -> None:
    """No catalogue entry is unused: each key occurs in a template or module of the room."""
    files = [*SOURCES.glob("*.py"), *SOURCES.glob("templates/*.j2")]
    source = "\n".join(file.read_text("utf-8") for file in files)
    made = {f"score_range_{group}" for group in ("promoters", "passives", "detractors")}
    made |= {f"{name}_{suffix}" for name in ("ranking", "delights") for suffix in ("hint", "by_mentions")}
    made |= {f"stake_share_{group}" for group in ("detractors", "promoters")} | {"stake_revenue", "stake_lifetime"}
    made |= {f"{name}_hint" for name in ("measures", "board", "scenarios", "fixes", "concentrations", "change_causes")}
    made |= {"negative", "neutral", "positive", "mixed"}
    made |= {f"slack.{band}" for band in HealthBand}
    made |= {f"slack.drift_{aspect}" for aspect in DriftAspect}
    made |= {f"digest.list_{mark}" for mark in LISTED_MARKS}
    made |= {f"finding.{key}" for key in FINDINGS}
    made |= {
        f"note.{key}"
        for room in ("report", "benchmark")
        for key in re.findall(r'"(\w+)"', (SOURCES.parent / room / "caveats.py").read_text("utf-8"))
    }
    assert [key for key in catalogue("en").keys() - made if f'"{key}"' not in source] == []


def benchmark_notes() -> list[Note]:
    """Every note that a benchmark can have."""
    keys = [CauseKey("topic", name) for name in ("ours", "theirs", "rare")]
    group = profile("W2", {keys[0]: cause(40), keys[2]: cause(40)}, ranked_in_survey=set())
    reference = profile("W1", {keys[1]: cause(40)}, ranked_in_survey=set())
    small = profile("W1", {keys[2]: cause(9)}, 9, nps=None, model="other", without="x")
    unknown = replace(reference, with_comment=None, hides_small_groups=True)
    comparisons = [compare(AGAINST, group, other, {keys[2]}) for other in (reference, small, unknown)]
    comparisons += [compare(AGAINST, group, other) for other in (small, unknown)]
    return [note for comparison in comparisons for note in comparison.notes]


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_every_note_of_a_report_has_words(language: str) -> None:
    """Every note that a report can have is a sentence in every language, with all values filled in."""
    small = replace(
        FULL, nps=Nps(10.0, -12.4, 31.6, 41, 15, 15, 11), segments=(GroupNps("a=b", Nps(0, -9, 9, 3, 1, 1, 1)),)
    )
    unsure = replace(FULL, issues=tuple(replace(issue, significant=False) for issue in FULL.issues))
    all_notes = [
        note
        for report, base in ((small, 614), (unsure, 614), (RATED, 0))
        for note in notes(report, base=base, unread=7, verdicts=1234, dropped=("city", "agent"), predictive=("tier",))
    ]
    all_notes += notes(FULL, base=614, unread=0, verdicts=0, dropped=(), anonymous=True)
    all_notes += notes(FULL, base=613, unread=0, verdicts=0, dropped=(), anonymous=True)
    for audit in (Audit(200, 3, 0.84, 0.78), Audit(20, 0, None, None)):
        all_notes += notes(replace(FULL, audit=audit), base=614, unread=0, verdicts=0, dropped=())
    all_notes += [sampled(FULL, 1_000_000), *benchmark_notes()]
    wording = Wording(language)
    assert {f"note.{note.key}" for note in all_notes} == {key for key in catalogue("en") if key.startswith("note.")}
    for note in all_notes:
        assert placeholders(catalogue(language)[f"note.{note.key}"]) == sorted(note.values)
        assert not re.search("[{}]", wording.note(note))


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_every_sentence_agrees_with_its_numbers(language: str) -> None:
    """With 0, 1, 2 or 5 for each number, no template has a plural after 1, a singular after others, or a loose form."""
    wording = Wording(language)
    for number in (0, 1, 2, 5):
        for key, template in catalogue(language).items():
            sentence = wording(key, **dict.fromkeys(placeholders(template), wording.count(number)))
            assert not re.search(r"[{}|]", sentence), key
            if disagreement := DISAGREES[number == 1].get(language):
                assert not re.search(disagreement, sentence), sentence


@pytest.mark.parametrize(
    ("language", "one", "two"),
    [
        ("en", "“Waits” is new: 1 response names it, and", "“Waits” is new: 2 responses name it, and"),
        ("de", "„Waits“ ist neu: 1 Antwort nennt es,", "„Waits“ ist neu: 2 Antworten nennen es,"),
        ("zh-Hans", "新出现的：1 份答复提到它", "新出现的：2 份答复提到它"),
        ("zh-Hant", "新出現的：1 份回覆提到它", "新出現的：2 份回覆提到它"),
    ],
)
def test_word_forms_follow_the_plural_rules_of_the_language(language: str, one: str, two: str) -> None:
    """English and German choose between two forms of noun and verb; Chinese has one."""
    for number, expected in ((1, one), (2, two)):
        assert expected in Wording(language)("finding.new", issue="Waits", mentions=Wording(language).count(number))


def test_numbers_in_notes_are_written_as_the_language_does() -> None:
    """German decimals and thousands separators; Chinese list separators."""
    assert "aller Antworten mit Punktzahl (1.187) ist 23,4" in Wording("de").note(FULL.notes[0])
    assert "：城市、branch。" in Wording("zh-Hans").note(Note("dropped", {"names": ("城市", "branch")}))


@pytest.mark.parametrize(
    ("tag", "language"),
    [("en-GB", "en"), ("de_AT", "de"), ("zh", "zh-Hans"), ("zh-CN", "zh-Hans"), ("zh-TW", "zh-Hant"),
     ("zh-Hant-HK", "zh-Hant"), ("zh-Hans-HK", "zh-Hans"), ("zh-HK", "zh-Hant")],
)  # fmt: skip
def test_a_regional_language_finds_its_words(tag: str, language: str) -> None:
    """A regional tag falls back to its language, a Chinese one to the script of the region."""
    assert closest_language(tag) == language


def test_an_unknown_language_is_an_error() -> None:
    """The error names the unknown language and lists the known ones."""
    with pytest.raises(InvalidInput, match=r"'fr'.*en, de, zh-Hans, zh-Hant"):
        Wording("fr")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["1,234,567", "−1,234.6", "+0.1", "0.0",
                "−12.0 to +3.7", "42%", "<1%", "1.3M", "999,999", "Chinese (Simplified)"]),
        ("de", ["1.234.567", "−1.234,6", "+0,1", "0,0",
                "−12,0 bis +3,7", "42\xa0%", "<1\xa0%", "1,3\xa0Mio.", "999.999", "Chinesisch (Vereinfacht)"]),
        ("zh-Hans", ["1,234,567", "−1,234.6", "+0.1", "0.0",
                "−12.0 至 +3.7", "42%", "<1%", "128.4万", "999,999", "中文 (简体)"]),
        ("zh-Hant", ["1,234,567", "−1,234.6", "+0.1", "0.0",
                "−12.0 至 +3.7", "42%", "<1%", "128.4萬", "999,999", "中文 (簡體)"]),
    ],
)  # fmt: skip
def test_numbers_as_the_language_writes_them(language: str, expected: list[str]) -> None:
    """Thousands, decimals, signs, percentages, abbreviations and names of languages."""
    wording = Wording(language)
    assert [
        wording.count(1_234_567),
        wording.points(-1234.56),
        wording.points(0.06, signed=True),
        wording.points(-0.04, signed=True),
        wording.interval(-12.0, 3.7, signed=True),
        wording.share(0.4237),
        wording.share(0.001),
        wording.amount(1_284_400),
        wording.amount(999_999),
        wording.language_name("zh-Hans"),
    ] == expected


def test_moments_are_in_utc() -> None:
    """A time with an offset is shown in UTC, with the zone."""
    assert Wording("de").moment("2026-05-03T01:15:00+02:00") == "2. Mai 2026 23:15 UTC"


@pytest.mark.parametrize(
    ("language", "day"), [("en", "May 3, 2026"), ("de", "03.05.2026"), ("zh-Hans", "2026年5月3日")]
)
def test_days_are_written_as_the_language_does(language: str, day: str) -> None:
    """An ISO day is formatted; None is a dash."""
    assert [Wording(language).day(iso) for iso in ("2026-05-03", None)] == [day, "–"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("language=zh-Hant", "Chinesisch (Traditionell)"),
        ("Sprache=en", "Englisch"),
        ("language=Klingon", "Klingon"),
        ("plan=en", "en"),
        ("region=a=b", "a=b"),
        ("region", "region"),
    ],
)
def test_segments_are_shown_by_their_value(name: str, shown: str) -> None:
    """Languages by their names, other values as they were imported."""
    assert Wording("de").segment(name) == shown


@pytest.mark.parametrize("tag", ["tlh", "x", "</b>", "", "zz-Zzzz-001"])
def test_a_language_without_a_name_is_shown_by_its_tag(tag: str) -> None:
    """An unknown tag is no error."""
    assert isinstance(Wording("en").language_name(tag), str)


@given(st.text(st.characters()))
def test_printable_text_keeps_its_offsets(text: str) -> None:
    """Unprintable characters are replaced one by one; the result can be encoded and has no control characters."""
    shown = printable(text)
    assert len(shown) == len(text)
    shown.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", shown)


@given(st.lists(st.floats(-250, 250), max_size=30))
def test_an_axis_shows_every_value_and_zero(values: list[float]) -> None:
    """It spans all values and zero, with two to seven ticks in order."""
    axis = Axis.around(values)
    assert axis.low <= min([0, *values]) + 1e-9
    assert axis.high >= max([0, *values]) - 1e-9
    assert axis.high - axis.low >= 1
    assert 2 <= len(axis.ticks) <= 7
    assert all(left < right for left, right in pairwise(axis.ticks))
    assert any(abs(tick) < 1e-9 for tick in axis.ticks)


def test_positions_of_marks() -> None:
    """A cost and its opposite on an axis from -4 to 4: the bar is between zero and the estimate."""
    axis = Axis(-4, 4, ())
    cost, gain = axis.mark(2, 1, 3), axis.mark(-2, -3, -1)
    assert (cost.x, cost.bar_x, cost.bar_width, cost.low, cost.high) == (
        "75.00%",
        "50.00%",
        "25.00%",
        "62.50%",
        "87.50%",
    )
    assert (gain.x, gain.bar_x, gain.bar_width, gain.low, gain.high) == (
        "25.00%",
        "25.00%",
        "25.00%",
        "12.50%",
        "37.50%",
    )
    assert axis.position(99) == "100.00%"


def test_an_axis_of_scores_ends_at_its_bounds() -> None:
    """NPS is between -100 and 100."""
    axis = Axis.around([-100, 99.5], bounds=(-100, 100))
    assert (axis.low, axis.high) == (-100, 100)


def test_a_stacked_bar_is_filled() -> None:
    """Parts follow each other and fill the bar; counts of 0 have no width."""
    assert [(part.x, part.width) for part in stack([1, 2, 1])] == [
        ("0.00%", "25.00%"), ("25.00%", "50.00%"), ("75.00%", "25.00%"),
    ]  # fmt: skip
    assert [part.width for part in stack([0, 0])] == ["0.00%", "0.00%"]
