"""Words and labels of topics in every first-class language."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.topics.labelling.headings import to_heading
from pipelines.topics.labelling.keywords import stop_words, surface_forms, to_documents, words
from pipelines.topics.labelling.labels import TopicTexts, label_topic, labels_by_language
from saywhy.code_frame import FIRST_CLASS_LANGUAGES


def test_german_compounds_stay_whole() -> None:
    """A compound is one word, stop words are left out, and case is kept for display."""
    german = words("Die Warteschleifenmusik in der Kundenservice-Hotline ist unerträglich", "de")
    assert german == ["Warteschleifenmusik", "Kundenservice-Hotline", "unerträglich"]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("导出大文件的时候总是超时", "zh-Hans", {"导出", "文件", "超时"}),
        ("匯出大文件的時候總是超時", "zh-Hant", {"匯出", "文件", "超時"}),
        ("客服电话没有人接", "zh-Hans", {"客服", "电话"}),
        ("价格贵", "zh-Hans", {"价格", "贵"}),
        ("網頁慢了", "zh-Hant", {"網頁", "慢"}),
    ],
)
def test_chinese_is_segmented_into_words(text: str, language: str, expected: set[str]) -> None:
    """Simplified and Traditional are segmented at the same positions; one character can be the whole complaint."""
    assert expected <= set(words(text, language))
    assert not set(words(text, language)) & stop_words(language)


def test_scripts_may_be_mixed() -> None:
    """Latin names inside Chinese are words of their own."""
    assert {"CSV", "导出", "Excel"} <= set(words("CSV导出到Excel失败", "zh-Hans"))


def test_no_text_is_without_words() -> None:
    """If there are only stop words or an emoji, those are the words."""
    assert words("not so much", "en") == ["not", "so", "much"]
    assert words("👍👍", "en") == ["👍👍"]
    assert words("没有", "zh-Hans") == ["没有"]
    assert words("  ", "en") == []


@pytest.mark.parametrize("language", FIRST_CLASS_LANGUAGES)
def test_every_first_class_language_has_stop_words(language: str) -> None:
    """Each list exists and is case-folded like the words that are looked up in it (German "daß" as "dass")."""
    listed = stop_words(language)
    assert len(listed) > 100
    assert all(word == word.casefold() for word in listed)


def test_the_same_letters_are_a_word_in_one_language_only() -> None:
    """German "die" is an article, English "die" is a verb."""
    assert to_documents(["The apps die"], ["en"]) == ["apps die"]
    assert to_documents(["Die Apps"], ["de"]) == ["apps"]


def test_no_keyword_is_personal_data() -> None:
    """Addresses and numbers are masked before words are counted, and the masks are not counted."""
    assert to_documents(["Refund to anna@shop.example.org or +49 30 23125 000"], ["en"]) == ["refund"]


def test_keywords_are_shown_as_mostly_written() -> None:
    """The most common form of a word is shown for all."""
    assert surface_forms(["Rechnung falsch", "die RECHNUNG", "Rechnung"])["rechnung"] == "Rechnung"


@pytest.mark.parametrize(
    ("clause", "label"),
    [
        ("but the export takes ages!!", "The export takes ages"),
        ("Aber leider stürzt die App ständig ab.", "Stürzt die App ständig ab"),
        ("但是客服一直没有回复。", "客服一直没有回复"),
        ("而且導出總是失敗，", "導出總是失敗"),
        ('it says "connection lost', "It says connection lost"),
        ("but", "But"),
    ],
)
def test_clauses_become_headings(clause: str, label: str) -> None:
    """Without a conjunction that refers to another clause, closing punctuation or half a quotation."""
    assert to_heading(clause) == label


def test_long_labels_end_at_a_word() -> None:
    """Cut to 60 columns at a space where there are spaces, and 30 characters of Chinese are as wide."""
    english = to_heading(
        "The export of our complete customer list to a spreadsheet has not worked since the update of last May"
    )
    assert len(english) <= 60
    assert english.endswith("…")
    assert english[:-1] in "The export of our complete customer list to a spreadsheet has not worked"
    chinese = to_heading("导出完整客户列表" * 8)
    assert len(chinese) == 30


def test_a_heading_of_combining_marks_is_cut() -> None:
    """They take no column in a terminal, but a label never has more than 60 characters."""
    assert len(to_heading("e" + "\u0316" * 200)) <= 60


def label(texts: list[str], languages: list[str], keywords: dict[str, float], taken: set[str] | None = None) -> str:
    """The label of texts in order of decreasing centrality."""
    centrality = np.linspace(0.9, 0.7, len(texts))
    return label_topic(TopicTexts(texts, languages, [1] * len(texts), centrality), keywords, taken or set(), {})


def test_a_label_is_a_clause_with_the_keywords() -> None:
    """A clause with the keywords is preferred to a slightly more central one without."""
    texts = ["It happens every single time", "Exports time out on large files", "My export"]
    assert label(texts, ["en"] * 3, {"exports": 1.0, "time": 0.8, "large": 0.5}) == "Exports time out on large files"


def test_a_label_is_in_a_language_that_members_write() -> None:
    """English if a fifth of the texts are, otherwise the most common language."""
    texts = ["Der Export bricht ab", "导出总是失败", "Exports always fail", "Der Export geht nicht"]
    assert label(texts, ["de", "zh-Hans", "en", "de"], {}) == "Exports always fail"
    assert label(texts, ["de", "zh-Hans", "de", "de"], {}) in ("Der Export bricht ab", "Exports always fail")
    assert label(texts[:2], ["de", "zh-Hans"], {}) == "Der Export bricht ab"


def test_no_label_shows_personal_data() -> None:
    """A clause with an address is avoided; if there is no other, it is masked."""
    texts = ["Write to anna@example.org about my refund", "Refund still missing after weeks"]
    assert label(texts, ["en", "en"], {}) == "Refund still missing after weeks"
    assert "anna" not in label(texts[:1], ["en"], {})


def test_two_topics_have_two_labels() -> None:
    """A label that is taken is not given again if there is another."""
    texts = ["Too slow for daily work", "Slow in the mornings"]
    assert label(texts, ["en", "en"], {}, {"Too slow for daily work"}) == "Slow in the mornings"


def test_a_label_is_typical() -> None:
    """Common words win over a more central story of one person, an aside and an incomplete clause."""
    texts = [
        "I told them in May that the export of 400 invoices (all of last year) never finishes",
        "The export is",
        "Why is the export?",
        "The export never finishes",
        "Export never finishes for us",
        "An export that finishes would be great",
    ]
    assert label(texts, ["en"] * 6, {"export": 1.0, "finishes": 0.5}) == "The export never finishes"


def test_every_reader_gets_a_label_in_their_language() -> None:
    """If enough texts are in it; Chinese of the other script is converted."""
    texts = ["Exports always fail", "The export fails", "Der Export bricht ab", "Export bricht immer ab"]
    texts += ["导出总是失败", "导出又失败了", "L'export échoue"]
    languages = ["en", "en", "de", "de", "zh-Hans", "zh-Hans", "fr"]
    topic = TopicTexts(texts, languages, [1] * 7, np.linspace(0.9, 0.8, 7))
    labels = labels_by_language(topic, {"export": 1.0}, set())
    assert labels.keys() == {"en", "de", "zh-Hans", "zh-Hant"}
    assert labels["de"] in texts[2:4]
    assert labels["zh-Hant"] in ("導出總是失敗", "導出又失敗了")


def test_elided_articles_are_no_part_of_a_word() -> None:
    """French and Italian write them together with the next word; English contractions stay whole."""
    assert words("L'attente à la caisse, j'ai trop d'attente", "fr") == ["attente", "caisse", "attente"]
    assert words("don't", "xx") == ["don't"]
