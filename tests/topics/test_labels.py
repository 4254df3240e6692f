"""Words and labels of topics in every first-class language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from pipelines.topics.labelling.distinct_labels import NO_NAMES, KnownNames, with_distinct_labels
from pipelines.topics.labelling.headings import to_heading
from pipelines.topics.labelling.keywords import stop_words, surface_forms, to_documents, words
from pipelines.topics.labelling.labels import TopicLabel, TopicTexts, label_topics
from saywhy.code_frame import FIRST_CLASS_LANGUAGES
from saywhy.topic import Cluster


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


def label_all(
    topics: Mapping[str, Sequence[str]], languages: Mapping[str, str] | str = "en", known: KnownNames = NO_NAMES
) -> dict[str, TopicLabel]:
    """The labels of topics by name, each from texts in order of decreasing centrality; "" is the name of no topic."""
    names = [name for name in topics if name]
    rows = [(text, name) for name, texts in topics.items() for text in texts]
    numbers = [names.index(name) if name else -1 for _, name in rows]
    centrality = [0.9 - 0.2 * topics[name].index(text) / len(topics[name]) for text, name in rows]
    language_of = [languages if isinstance(languages, str) else languages[text] for text, _ in rows]
    texts = [text for text, _ in rows]
    counts = np.ones(len(rows), np.int64)
    labels = label_topics(TopicTexts(texts, language_of, counts, np.array(numbers), np.array(centrality)), known)
    return dict(zip(names, labels, strict=True))


ENGLISH = {
    "export": [
        "I exported to PDF and the margins were gone",
        "Export to PDF cuts off the last column",
        "We need a working PDF export for our reports",
        "Terrible export to PDF",
    ],
    "theme": [
        "Please give us a dark mode",
        "My eyes hurt at night without a dark mode",
        "A night theme would be lovely",
        "I asked for a night theme last year",
        "dark mode!!",
    ],
    "queue": ["The waiting room is full", "Waiting room without chairs", "Nobody cleans the waiting room"],
    "": ["We were told to come back on Monday", "The report is due on Monday", "I love it", "Our chairs are old"],
}
GERMAN = {
    "parken": [
        "Es gibt nicht genug Parkplätze",
        "Die Parkplätze sind ständig belegt",
        "Mir fehlen Parkplätze vor dem Haus",
    ],
    "lieferung": ["Ich warte seit Tagen auf das Paket", "Das Paket war beschädigt", "Mein Paket lag im Regen"],
    "": ["Alles bestens", "Wir fahren mit dem Bus zum Haus", "Schade um das Geld"],
}
FRENCH = {
    "caisse": [
        "Le temps d'attente aux caisses est trop long",
        "Trop de temps d'attente",
        "J'ai quitté la file à cause du temps d'attente",
    ],
    "prix": ["Les prix sont trop élevés", "Des prix élevés pour des légumes", "Vos prix élevés découragent"],
    "": ["Très bien", "Je viens chaque semaine pour les légumes", "La file était longue"],
}
CHINESE = {
    "物流": ["物流太慢了", "等了一周，物流慢", "这个物流慢得让人着急"],
    "屏幕": ["屏幕有划痕", "收到的时候屏幕划痕很多", "屏幕划痕，好几道"],
    "": ["非常好", "下次还来买", "一周以后再说"],
}


@pytest.mark.parametrize(
    ("topics", "language", "expected"),
    [
        (ENGLISH, "en", {"export": "Export to PDF", "theme": "Dark mode, night theme", "queue": "Waiting room"}),
        (GERMAN, "de", {"parken": "Parkplätze", "lieferung": "Paket"}),
        (FRENCH, "fr", {"caisse": "Temps d'attente", "prix": "Prix élevés"}),
        (CHINESE, "zh-Hans", {"物流": "物流太慢", "屏幕": "屏幕划痕"}),
    ],
)
def test_a_label_is_what_the_clauses_have_in_common(
    topics: Mapping[str, Sequence[str]], language: str, expected: dict[str, str]
) -> None:
    """One or two phrases with a subject, as mostly written; stories, praise and blame around them are left out."""
    assert {name: label.label for name, label in label_all(topics, language).items()} == expected


def test_a_label_is_in_any_language() -> None:
    """Phrases of a language without word lists are judged by their frequency alone."""
    topics = {
        "a": ["Virheellinen lasku", "Lasku virheellinen taas", "Aina virheellinen"],
        "b": ["Sovellus hidas", "Hidas sovellus"],
    }
    labels = label_all(topics, "fi")
    assert "irheellinen" in labels["a"].label
    assert "idas" in labels["b"].label


def test_a_short_clause_that_says_all_is_the_label() -> None:
    """A whole clause is preferred to keyphrases if all of its words are common in the topic."""
    topics = {
        "a": ["The export never finishes", "Our export never finishes on Mondays", "Large export that never finishes"],
        "b": ["Prices rose", "The prices rose again"],
    }
    assert label_all(topics)["a"].label == "The export never finishes"


@pytest.mark.parametrize(
    ("texts", "language", "unwanted"),
    [
        (["Great coffee machine, love it", "I love this great coffee machine", "Such a great app"], "en", "great"),
        (["Das ist super, danke", "Super, vielen Dank", "Einfach super"], "de", "super "),
        (["Use sticky notes daily", "I use sticky notes", "We use sticky notes"], "en", "use"),
        (["On m'a dit de revenir samedi", "M'a-t-on dit samedi"], "fr", "m'a"),
        (["我买了两次咖啡机", "我又买了咖啡机"], "zh-Hans", "我"),
    ],
)
def test_no_keyphrase_is_praise_or_a_story(texts: list[str], language: str, unwanted: str) -> None:
    """No label begins with a verb, a pronoun or a verdict where there is anything else to say."""
    topics = {"a": [*texts, "Coffee machine", "Sticky notes"], "b": ["Printer", "Printer jams"]}
    assert not label_all(topics, language)["a"].label.casefold().startswith(unwanted)


@pytest.mark.parametrize(
    ("texts", "language", "unwanted"),
    [
        (["Rang three times", "Three menus deep", "Third one, three days before opening"], "en", "three"),
        (["Dreimal angerufen", "Drei Menüs tief", "Die drei Tage davor"], "de", "drei"),
        (["打了三次电话", "用了三年", "第三次"], "zh-Hans", "三"),
        (["Tres veces llamé", "Tres menús", "Los tres días antes"], "es", "tres"),
    ],
)
def test_a_number_alone_is_no_label(texts: list[str], language: str, unwanted: str) -> None:
    """What clauses share by a number only is not what they are about."""
    topics = {"a": texts, "b": ["Printer", "Printer jams"]}
    assert label_all(topics, language)["a"].label.casefold() != unwanted


def test_the_name_of_the_product_is_no_label() -> None:
    """What everybody mentions with a capital says nothing about a topic by itself."""
    topics = {
        "a": ["Acmedesk has slow search", "Search in Acmedesk is slow", "Acmedesk search"],
        "b": ["The billing of Acmedesk", "Acmedesk billing was wrong"],
    }
    labels = {name: label.label for name, label in label_all(topics).items()}
    assert "search" in labels["a"].casefold()
    assert "billing" in labels["b"].casefold()


def test_two_topics_never_have_nearly_the_same_label() -> None:
    """The topic with the stronger claim keeps the label; the other is named by what else it says."""
    topics = {
        "strong": ["Parking spaces", "No parking spaces", "Few parking spaces", "Parking spaces are rare"],
        "weak": ["Parking space too narrow for vans", "A parking space for vans", "Vans", "Trailers and vans"],
        "": ["Lovely staff", "The food was cold"],
    }
    labels = {name: label.label for name, label in label_all(topics).items()}
    assert labels["strong"].casefold().endswith("parking spaces")
    assert "ans" in labels["weak"]


@pytest.mark.parametrize(
    ("topics", "language", "topic", "name"),
    [
        (ENGLISH, "en", "queue", {"en": "Waiting rooms"}),
        (ENGLISH, "en", "queue", {"und": "The WAITING room"}),
        (GERMAN, "de", "parken", {"de": "Parkplatz"}),
        (CHINESE, "zh-Hans", "物流", {"zh-Hant": "物流太慢"}),
    ],
)
def test_no_label_is_the_name_of_a_known_cause(
    topics: Mapping[str, Sequence[str]], language: str, topic: str, name: dict[str, str]
) -> None:
    """In any form and script; the topic is called by what else it says, and the other topics as before."""
    known = KnownNames.of([name])
    before = {other: label.label for other, label in label_all(topics, language).items()}
    after = {other: label.label for other, label in label_all(topics, language, known).items()}
    assert known.have(before[topic], language)
    assert not known.have(after[topic], language)
    assert {other for other in before if before[other] != after[other]} == {topic}


def cluster_called(label: str, keywords: tuple[str, ...], stability: float | None = 0.9, **labels: str) -> Cluster:
    """A cluster with that label, and labels by language."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    labels = {language.replace("_", "-"): text for language, text in labels.items()}
    return Cluster("id", "support", label, keywords, "negative", 5, b"", 0.5, "m", now, stability, labels=labels)


@pytest.mark.parametrize(
    ("cluster", "label", "labels"),
    [
        (cluster_called("Hold music", ("music",), en="Hold music"), "Hold music", {"en": "Hold music"}),
        (cluster_called("Late delivery", ("late", "courier", "bell"), en="Late delivery"), "Courier, bell", {}),
        (
            cluster_called("Late delivery", ("delivery", "Klingel"), en="Late delivery", de="Klingel"),
            "Klingel",
            {"de": "Klingel"},
        ),
        (cluster_called("Kurier", ("Kurier",), de="Kurier", zh_Hant="送貨慢"), "Kurier", {"de": "Kurier"}),
        (cluster_called("Delivery late", ("late", "delivery")), "Delivery late (2)", {}),
        (cluster_called("Late delivery", ("courier",), stability=None), "Late delivery", {}),
    ],
)
def test_an_old_label_gives_way_to_the_name_of_a_known_cause(
    cluster: Cluster, label: str, labels: dict[str, str]
) -> None:
    """The topic is called by keywords that the name lacks, with a number if there is none; known causes keep theirs."""
    known = KnownNames.of([{"en": "Delivery late", "zh-Hans": "送货慢"}])
    (distinct,) = with_distinct_labels([cluster], known)
    assert (distinct.label, distinct.labels) == (label, labels)


def test_no_label_shows_personal_data() -> None:
    """A clause with an address is avoided; if there is no other, it is masked."""
    texts = ["Write to anna@example.org about my refund", "Refund still missing after weeks"]
    assert label_all({"a": texts})["a"].label == "Refund"
    assert "anna" not in label_all({"a": texts[:1]})["a"].label


def test_a_label_is_in_a_language_that_members_write() -> None:
    """English if a fifth of the responses are, otherwise the most common language."""
    texts = ["Der Export bricht ab", "导出总是失败", "Exports always fail", "Der Export geht nicht"]
    languages = dict(zip(texts, ["de", "zh-Hans", "en", "de"], strict=True))
    assert label_all({"a": texts}, languages)["a"].label == "Exports always fail"
    assert label_all({"a": [texts[0], texts[1], texts[3]]}, languages)["a"].label in ("Export", *texts)


def test_every_reader_gets_a_label_in_their_language() -> None:
    """If enough texts are in it; Chinese of the other script is converted."""
    texts = ["Exports always fail", "The export fails", "Der Export bricht ab", "Export bricht immer ab"]
    texts += ["导出文件失败", "导出文件又失败了", "L'export échoue"]
    languages = dict(zip(texts, ["en", "en", "de", "de", "zh-Hans", "zh-Hans", "fr"], strict=True))
    labels = label_all({"a": texts}, languages)["a"].by_language
    assert labels.keys() == {"en", "de", "zh-Hans", "zh-Hant"}
    assert "Export" in labels["de"]
    assert labels["zh-Hant"].startswith("導出")


def test_labels_do_not_depend_on_the_order_of_the_texts() -> None:
    """Neither within a topic nor among topics."""
    shuffled = {name: list(reversed(texts)) for name, texts in reversed(ENGLISH.items())}
    flat = {name: [*texts] for name, texts in ENGLISH.items()}
    centre = {name: dict.fromkeys(texts, 0.5) for name, texts in flat.items()}

    def labelled(topics: Mapping[str, Sequence[str]]) -> dict[str, str]:
        names = [name for name in topics if name]
        rows = [(text, name) for name, texts in topics.items() for text in texts]
        numbers = np.array([names.index(name) if name else -1 for _, name in rows])
        same = np.array([centre[name][text] for text, name in rows])
        texts = TopicTexts([text for text, _ in rows], ["en"] * len(rows), np.ones(len(rows), np.int64), numbers, same)
        return {name: label.label for name, label in zip(names, label_topics(texts), strict=True)}

    assert labelled(shuffled) == labelled(flat)


def test_support_tells_causes_from_collections() -> None:
    """It is the share of the responses that have a keyphrase: 0 if no two of them say the same."""
    topics = {"cause": ENGLISH["queue"], "collection": ["Then I left", "Sky above", "Two rabbits"], "": ENGLISH[""]}
    labels = label_all(topics)
    assert labels["cause"].support == 1
    assert labels["collection"].support == 0


def test_elided_articles_are_no_part_of_a_word() -> None:
    """French and Italian write them together with the next word; English contractions stay whole."""
    assert words("L'attente à la caisse, j'ai trop d'attente", "fr") == ["attente", "caisse", "attente"]
    assert words("don't", "xx") == ["don't"]
