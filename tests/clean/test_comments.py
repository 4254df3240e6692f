"""Cleaning of comments: non-answers, near-duplicates, and both with the language."""

import hashlib
import random
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.texts import recombined
from pipelines.clean.comments import clean
from pipelines.clean.near_duplicates import DuplicateIndex
from pipelines.clean.non_answers import is_answer
from saywhy.feedback import Comment
from saywhy.text import fold


@pytest.mark.parametrize(
    "text",
    [
        *["", "   ", "\u200b", ".", "-", "—", "...", "???", "/", "--", "1", "42", "x", "xxx", "aaaa"],
        *["no", "No.", "NONE", "nothing", "n/a", "N.A.", "Ｎ／Ａ", "no comment", "no, nothing", "I don’t know", "idk"],
        *["keine", "Keine.", "nichts", "kein Kommentar", "k.A.", "Nein, nichts.", "weiß nicht", "s.o."],
        *["无", "无。", "没有", "没有！", "暂无", "不知道", "没什么", "同上"],
        *["無", "沒有", "暫無", "沒意見", "無建議", "沒什麼特別的"],
        *["RAS", "R.A.S.", "néant", "rien", "nada", "ninguno", "niente", "não", "niets", "brak", "inget", "ikke noget"],
        *["ei mitään", "nevím", "yok", "không có", "tidak ada", "特になし", "없음", "нет", "لا شيء", "कुछ नहीं", "ไม่มี"],
        *[
            "N/A, thanks",
            "can't think of anything",
            "keine Verbesserungsvorschläge",
            "我不知道",
            "不便回答",
            "暫時想不到",
        ],
        *["asdf", "qwertz", "asdfasdf", "asdf jkl", "sdfsdf", "test", "no no no"],
    ],
)
def test_non_answers(text: str) -> None:
    """What people type into a required field to skip it, in many languages, is no answer."""
    assert not is_answer(text)


@pytest.mark.parametrize(
    "text",
    [
        *["👍", "👎👎", ":)", ":-(", "<3", "10/10", "10/10!", "5 Sterne", "100%", "ok", "OK!"],
        *["good", "nothing to improve, great", "No problems at all", "no complaints", "No service", "nothing works"],
        *["not good", "were", "query", "better", "poor", "WLAN", "HTTPS", "was test slow"],
        *["gut", "kein Problem", "keine Beschwerden", "nein, der Support ist schlecht", "na ja", "ÖPNV", "schlcht"],
        *["好", "好好好", "贵", "没有问题", "没有缺点", "无语"],
        *["貴", "沒有問題", "沒有缺點", "無言"],
        *["bien", "sin problemas", "なかなか良い", "없어서 불편"],
    ],
)
def test_answers(text: str) -> None:
    """A single word, emoji or rating is an answer, and so is a "no" with more text."""
    assert is_answer(text)


ENGLISH = "The delivery took three weeks and nobody at the support desk could tell me where my parcel was."
GERMAN = "Die Lieferung hat drei Wochen gedauert und niemand im Support wusste, wo meine Sendung geblieben ist."
SIMPLIFIED = "物流太慢了，等了三个星期才收到，客服也说不清楚包裹到底在哪里，下次再也不来买了。"
TRADITIONAL = "物流太慢了，等了三個星期才收到，客服也說不清楚包裹到底在哪裡，下次再也不來買了。"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Great!!", "great"),
        ("Zu teuer.", "zu  teuer"),
        ("很好！", "很好。"),
        ("👍🏻", "👍"),
        (ENGLISH, ENGLISH.replace("weeks", "wekks")),
        (GERMAN, GERMAN.replace("Lieferung", "Lieferrung").replace("Sendung", "Sendunk")),
        (SIMPLIFIED, SIMPLIFIED.replace("星期", "礼拜")),
        (TRADITIONAL, TRADITIONAL.replace("星期", "禮拜")),
    ],
)
def test_near_duplicates_are_found(one: str, other: str) -> None:
    """Punctuation, case and skin tone never count, nor do a few characters of a longer text."""
    first, second = Comment(one), Comment(other)
    assert DuplicateIndex().add([first, second]) == [None, first.content_hash]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("good", "food"),
        ("👍", "👎"),
        ("Zu teuer", "Zu treu"),
        ("1.5 Stunden", "15 Stunden"),
        (ENGLISH, ENGLISH.replace("could tell", "could not tell")),
        (GERMAN, GERMAN.replace("und niemand", "und nicht niemand")),
        (SIMPLIFIED, SIMPLIFIED.replace("也说不清楚", "也说清楚了")),
        ("We waited 3 hours at the counter in the main hall of the airport", "We waited 9 hours at the counter in "
         "the main hall of the airport"),
        (ENGLISH, GERMAN),
    ],
)  # fmt: skip
def test_other_statements_are_no_duplicates(one: str, other: str) -> None:
    """Another word in a short text, another number or negation in a long one, is another statement."""
    assert DuplicateIndex().add([Comment(one), Comment(other)]) == [None, None]


def test_the_index_remembers_earlier_batches() -> None:
    """Several batches give the same result as one; adding a batch again changes nothing."""
    comments = [
        Comment(text)
        for text in (
            ENGLISH,
            "great",
            ENGLISH + "!",
            "Great!",
            ENGLISH.replace("weeks", "Weeks!!"),
            GERMAN,
            "GREAT",
            "",
        )
    ]
    whole = DuplicateIndex().add(comments)
    index = DuplicateIndex()
    pieces = [original for comment in comments for original in index.add([comment])]
    english, great = comments[0].content_hash, comments[1].content_hash
    assert whole == pieces == [None, None, english, great, english, None, great, None]
    assert index.add(comments) == whole


def test_an_index_of_fingerprints_finds_what_one_that_has_read_the_texts_finds() -> None:
    """In a later process, with the fingerprints of earlier comments alone, the same originals are found, and only texts
    that are compared are read.
    """
    texts = recombined(600)
    texts += [text + "!" for text in texts[:100]] + [text.replace("e", "ee", 1) for text in texts[50:250]]
    texts += [f"Your order number {number} went to the wrong address and nobody cared" for number in range(150)]
    random.Random(0).shuffle(texts)
    comments = [Comment(text) for text in dict.fromkeys(texts)]
    earlier, later = comments[:700], comments[700:]
    kept = DuplicateIndex()
    originals = kept.add(earlier)
    verbatim_of = {comment.content_hash: comment.verbatim for comment in earlier}
    known = [(key, original, kept.fingerprints[key]) for key, original in zip(verbatim_of, originals, strict=True)]
    read: list[str] = []

    def verbatims(hashes: Collection[str]) -> dict[str, str]:
        read.extend(hashes)
        return {key: verbatim_of[key] for key in hashes}

    restored = DuplicateIndex(known, verbatims)
    originals_of_later = restored.add(later)
    assert originals_of_later == kept.add(later)
    assert restored.fingerprints == kept.fingerprints
    assert len(set(read)) == len(read) < len(earlier)
    assert {*originals_of_later} & verbatim_of.keys()


def test_fingerprints_stay_as_they_are() -> None:
    """What is stored by one version is compared with what the next one computes. If this fails for a good reason, a
    migration must set the stored fingerprints to null.
    """
    index = DuplicateIndex()
    index.add([Comment(text) for text in (ENGLISH, GERMAN, SIMPLIFIED, "Great!", "…")])
    lengths = [len(fingerprint) for fingerprint in index.fingerprints.values()]
    assert lengths == [144, 144, 144, 16, 0]
    digest = hashlib.sha256(b"".join(index.fingerprints.values())).hexdigest()
    assert digest == "e9f437e03c0730f26810e7a03e46883bb6c02adf6f1688e5a79deb455127948a"


def test_a_template_repeated_thousands_of_times_stays_fast_and_distinct() -> None:
    """Texts that differ only in a number are no duplicates, also if there are more than are compared."""
    comments = [Comment(f"Your order number {n} went to the wrong address and nobody cared") for n in range(500)]
    assert DuplicateIndex().add(comments) == [None] * 500


def test_clean_keeps_order_and_verbatim() -> None:
    """Language, answer and duplicate are set in the order of the comments; the verbatim does not change."""
    texts = ["  Zu teuer!! ", "keine", "zu teuer", "太貴了", "客服态度很差", "Great app", "-", "👍", "keine."]
    cleaned = clean([Comment(text) for text in texts], DuplicateIndex())
    assert [comment.verbatim for comment in cleaned] == texts
    assert [comment.language for comment in cleaned][:1] == ["de"]
    assert [comment.language for comment in cleaned][2:8] == ["de", "zh-Hant", "zh-Hans", "en", "und", "und"]
    assert [comment.is_answer for comment in cleaned] == [True, False, True, True, True, True, False, True, False]
    assert [comment.duplicate_of for comment in cleaned] == [None, None, cleaned[0].content_hash, *[None] * 6]
    assert [comment.duplicate_of for comment in clean([Comment("Great"), Comment("great")])] == [None, None]


def test_clean_takes_the_given_language_as_a_hint() -> None:
    """The survey language decides ambiguous texts and is overruled by unambiguous ones."""
    cleaned = clean([Comment("很好", "zh-TW"), Comment("Super", "de-AT"), Comment("The app is far too slow", "de")])
    assert [comment.language for comment in cleaned] == ["zh-Hant", "de", "en"]


def test_clean_finds_repetitions_across_batches() -> None:
    """With one index, a comment of a later batch refers to its original in an earlier one."""
    index = DuplicateIndex()
    [first] = clean([Comment(GERMAN)], index)
    [second] = clean([Comment(GERMAN.upper())], index)
    assert (first.duplicate_of, second.duplicate_of) == (None, first.content_hash)


@given(st.lists(st.text(max_size=30), max_size=5))
def test_cleaning_twice_changes_nothing_more(texts: list[str]) -> None:
    """Cleaning is idempotent."""
    once = clean([Comment(text) for text in texts], DuplicateIndex())
    assert clean(once, DuplicateIndex()) == once


@given(st.text(max_size=40))
def test_folding_is_idempotent_and_ignores_case(text: str) -> None:
    """Folding is idempotent and ignores spaces and exclamation marks around a text."""
    assert fold(fold(text)) == fold(text)
    assert fold(f"  {text} !!") == fold(text)
