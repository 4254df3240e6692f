"""What is read of a comment: the customer's words, each with its place in the verbatim."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.annotate.classification import classify
from pipelines.clean.comments import clean
from pipelines.clean.near_duplicates import DuplicateIndex
from pipelines.clean.read_text import read
from saywhy.annotation import Polarity
from saywhy.feedback import Comment
from tests.doubles import FakeAnnotator

CASES = {
    case["id"]: case["text"]
    for case in map(
        json.loads, (Path(__file__).parent.parent / "fixtures" / "not_written.jsonl").read_text("utf-8").splitlines()
    )
}


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("html", "Der Kundendienst antwortet nicht\nund die Rechnung ist falsch."),
        ("ent", "Der Kundendienst antwortet nicht & die Rechnung für März ist falsch."),
        ("moji2", CASES["c2"]),
        *[(case, CASES["c3"]) for case in ("zw3", "rtl3", "soft3", "full3", "sp3")],
        ("q4", CASES["c4"]),
        ("mail", "The delivery was damaged."),
    ],
)
def test_what_came_along_is_not_read(case: str, words: str) -> None:
    """Markup, invisible characters, mojibake, the question and the rest of a mail leave the customer's words."""
    assert read(CASES[case]).text.strip() == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Sehr geehrte Damen und Herren,\nzu langsam.\n\nMit freundlichen Grüßen\nA. Muster\nMuster GmbH",
            "zu langsam.",
        ),
        ("Hallo zusammen, alles gut. LG Anna", "alles gut."),
        ("您好，物流太慢了。祝好", "物流太慢了。"),
        ("请问您打分的主要原因是什么？物流太慢", "物流太慢"),
        ("Was ist der Hauptgrund für Ihre Bewertung? Zu teuer", "Zu teuer"),
        ("Slow.\n\nOn Mon, 3 Mar 2026 at 10:00, Support wrote:\nHow was our price?", "Slow."),
        ("> Wie war der Service?\nSchlecht.", "Schlecht."),
        ("Slow app\nSent from my iPhone", "Slow app"),
        ("Slow.\nKind regards\nA. Doe\nPS: too dear as well", "Slow.\nPS: too dear as well"),
        ("f&amp;uuml;r uns", "für uns"),
        ("Slow<!-- [if mso] --> app<style>p { color: red }</style><blockquote>Was it fast?</blockquote>", "Slow app"),
        ("FÃƒÂ¼r uns", "Für uns"),
        ("å¾ˆå¥½ï¼Œä½†æ˜¯å¤ªè´µ", "很好，但是太贵"),
    ],
)
def test_letters_of_each_language(text: str, words: str) -> None:
    """Letters in each language are read without greeting, closing and quoted mail; a postscript is read."""
    assert read(text).text.strip() == words


@pytest.mark.parametrize(
    "text",
    [
        "price < 5 and > 3, I <3 it",
        "AT&T is better; fish&chips",
        "Viele Grüße an das Team!",
        "> 3 weeks waiting",
        "Thanks\nThe delivery was fast",
        "Why did you raise the price? It is too high",
        "Hello Kitty mug is broken",
        "Café in São Paulo, Ärger über Öl",
        "👨‍👩‍👧 tolle App",
    ],
)
def test_the_customers_own_words_stay(text: str) -> None:
    """What only looks like markup, a closing or a question of the survey is read."""
    assert read(text).text == text


@given(st.text(max_size=60))
def test_each_character_has_its_place(text: str) -> None:
    """The places of the characters are in order and within the verbatim, whatever the text."""
    as_read = read(text)
    if as_read.starts is not None and as_read.ends is not None:
        assert len(as_read.starts) == len(as_read.ends) == len(as_read.text)
        assert list(as_read.starts) == sorted(as_read.starts)
        assert all(0 <= start < end <= len(text) for start, end in zip(as_read.starts, as_read.ends, strict=True))


def test_offsets_of_an_annotation_are_those_of_the_verbatim() -> None:
    """A mention covers in the verbatim what the model read, with the markup inside it."""
    text = "<p>Hello,<br>the sup\u200bport is slow</p>"

    def support_in(comment: Comment) -> list[tuple[int, int, str, Polarity]]:
        start = comment.verbatim.index("support")
        return [(start, start + 7, "support", Polarity.NEGATIVE)]

    [(_, annotation)] = classify([(text, "en")], FakeAnnotator(support_in))
    assert [text[mention.start : mention.end] for mention in annotation.mentions] == ["sup\u200bport"]
    assert read(text).cut(annotation.mentions[0].start, annotation.mentions[0].end) == "support"


def test_a_comment_of_which_nothing_is_left_is_no_answer() -> None:
    """A bare link, a zero-width blank, and a thank-you after a non-answer say nothing; a thank-you alone does."""
    silent = [CASES["url"], CASES["blank"], CASES["lorem"], CASES["zh1"], "no, thanks", "Nein, danke!", "沒有了，謝謝"]
    assert [comment.is_answer for comment in clean([Comment(text) for text in silent])] == [False] * len(silent)
    spoken = ["Danke!", "谢谢！", "see https://example.org", "好，谢谢"]
    assert [comment.is_answer for comment in clean([Comment(text) for text in spoken])] == [True] * len(spoken)


def test_markup_makes_no_other_text() -> None:
    """A comment with markup repeats the one without."""
    first, second = Comment(CASES["c2"]), Comment(CASES["moji2"])
    assert DuplicateIndex().add([first, second]) == [None, first.content_hash]
