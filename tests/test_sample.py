"""The sample has the properties that its README states, and an analysis finds what was planted in it."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

import pytest
from opencc import OpenCC

from models.annotator import Annotator
from saywhy import store
from saywhy.code_frame import load_code_frame
from saywhy.issue import Issue
from saywhy.report import ALL_WAVES
from saywhy.sample import GROUND_TRUTH, SAMPLE
from saywhy.text import normalise
from service.analysis import analyse
from service.exports import Selection, export
from service.imports import import_file
from service.reports.reading import read_report

Row = dict[str, str]
#: The rows of a ranking by id of the cause, and the responses that name each.
Ranking = dict[str, tuple[Issue, set[str]]]

SCORE = "How likely are you to recommend Tallybrook to a friend or colleague? (0-10)"
COMMENT = "Why did you give this score?"
LANGUAGES = ("en", "de", "zh-Hans", "zh-Hant")
COSTS = ("export-timeout", "slow-support", "price-increase", "double-charge", "scanner-disconnects", "date-format")
PRAISE = ("easy-to-use", "kind-onboarding", "clear-reports")
#: The cause of the library that each planted cause is ranked as. The praise of the onboarding people is missing: what
#: is friendly about them is one cause of the library, and what they know another.
ROWS = {
    "export-timeout": "reliability.sync_fails",
    "slow-support": "support.slow_reply",
    "price-increase": "price.increase",
    "double-charge": "billing.charged_twice",
    "scanner-disconnects": "reliability.connection_drops",
    "date-format": "features.customisation",
    "easy-to-use": "usability.praise_easy",
    "clear-reports": "features.praise_functions",
}
ONBOARDING_ROWS = ("staff.praise_friendly", "staff.praise_competent")
NON_ANSWERS = {
    *("n/a", "no", "nothing", "none", "no comment", "-", "/"),
    *("keine", "k.a.", "nichts", "无", "没有", "無", "沒有", "略"),
}

HAN = re.compile("[\u4e00-\u9fff]")
EMAIL = re.compile(r"[\w.+-]+@[\w.-]+\w")
# Anything that could be a telephone, card or account number: seven digits or more, however they are grouped.
NUMBER = re.compile(r"(?:\+|\b[A-Z]{2}(?=\d))?\d(?:[ .\-]?[0-9A-Z]){6,}")
RESERVED_DOMAIN = re.compile(r"@([\w-]+\.)*(example|example\.(com|net|org))$")
RESERVED_NUMBER = re.compile(
    r"\d{3}55501\d\d"  # United States: 555-0100 … 555-0199
    r"|\+447700900\d{3}"  # Ofcom, mobile numbers for drama
    r"|03023125\d{3}"  # Bundesnetzagentur, Berlin numbers for media productions
    r"|4111111111111111|4242424242424242"  # test cards of payment networks
    r"|DE89370400440532013000|GB82WEST12345698765432"  # the examples of the IBAN registry
)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The export, one dictionary for each response."""
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture(scope="module")
def causes() -> dict[str, set[str]]:
    """Causes by response id."""
    by_response: dict[str, set[str]] = defaultdict(set)
    with GROUND_TRUTH.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            assert row["Cause"] not in by_response[row["Response ID"]], f"{row} occurs twice"
            by_response[row["Response ID"]].add(row["Cause"])
    return by_response


@pytest.fixture(scope="module")
def ranking(tmp_path_factory: pytest.TempPathFactory, annotator: Annotator) -> Ranking:
    """The causes that the report on the sample ranks, as complaints or praise."""
    engine = store.open_store(f"sqlite:///{tmp_path_factory.mktemp('sample')}/store.db")
    import_file(engine, "default", SAMPLE, progress=lambda *_: None)
    analyse(engine, "default", annotator, progress=lambda *_: None)
    report = read_report(engine, "default", ALL_WAVES)
    rows = {issue.id: (issue, set[str]()) for issue in (*report.issues, *report.delights) if issue.kind == "topic"}
    for response in export(engine, "default", Selection(), code_frame=annotator.code_frame):
        for cause in response.causes:
            if cause.id in rows:
                rows[cause.id][1].add(response.id)
    engine.dispose()
    return rows


@pytest.fixture(scope="module")
def readme() -> str:
    """The documentation of the sample."""
    return SAMPLE.with_name("README.md").read_text(encoding="utf-8")


def cells(readme: str, first: str) -> list[str]:
    """The cells of the README's table row that starts with `first`."""
    lines = [line for line in readme.splitlines() if line.startswith(f"| {first} |")]
    assert len(lines) == 1, f"README has {len(lines)} rows for {first}"
    return [cell.strip() for cell in lines[0].strip("|").split("|")]


def scores(rows: Iterable[Row]) -> list[int]:
    """The scores, without blank ones."""
    return [int(row[SCORE]) for row in rows if row[SCORE] != ""]


def nps(rows: Iterable[Row]) -> float:
    """NPS in points, -100 … 100."""
    given = scores(rows)
    return 100 * (sum(score >= 9 for score in given) - sum(score <= 6 for score in given)) / len(given)


def impact(rows: list[Row], causes: dict[str, set[str]], cause: str) -> float:
    """NPS without the responses that name the cause, minus NPS of all."""
    return nps(row for row in rows if cause not in causes.get(row["Response ID"], ())) - nps(rows)


def test_every_row_is_whole(rows: list[Row]) -> None:
    """Ids are unique, columns complete, scores 0 to 10 or blank; names and e-mail addresses are not blank."""
    assert len({row["Response ID"] for row in rows}) == len(rows) == 800
    for row in rows:
        assert None not in row
        assert None not in row.values()
        assert row[SCORE] == "" or row[SCORE] in {str(score) for score in range(11)}
        assert re.fullmatch(r"2026-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["Submitted At"])
        assert all(row[column] for column in ("Customer ID", "Name", "Email", "Account", "Plan", "Region"))


def test_a_customer_is_the_same_in_both_waves(rows: list[Row], readme: str) -> None:
    """No customer answers twice in a wave or changes name, account or industry; numbers are as documented."""
    answers = Counter((row["Customer ID"], row["Wave"]) for row in rows)
    assert max(answers.values()) == 1
    constant = ("Customer ID", "Name", "Email", "Account", "Industry", "Plan", "Region", "Language", "Annual revenue")
    customers = {tuple(row[column] for column in constant) for row in rows}
    ids = {row["Customer ID"] for row in rows}
    assert len(customers) == len(ids)
    assert f"800 responses in two waves by {len(ids)} customers ({800 - len(ids)} of them answered in both)" in readme


def test_languages_and_industries_are_as_documented(rows: list[Row], readme: str) -> None:
    """Numbers of responses by language and industry are as documented."""
    languages = Counter(row["Language"] for row in rows)
    assert languages == {"en": 320, "de": 200, "zh-Hans": 160, "zh-Hant": 120}
    assert all(f"{count} `{language}`" in readme for language, count in languages.items())
    industries = Counter(row["Industry"] for row in rows)
    assert len(industries) == 5
    assert all(f"{count} {industry}" in readme for industry, count in industries.items())


@pytest.mark.parametrize("wave", ["2026-Q1", "2026-Q2", "both"])
def test_waves_and_nps_are_as_documented(rows: list[Row], readme: str, wave: str) -> None:
    """Responses, scores, groups and NPS of each wave agree with the table."""
    chosen = [row for row in rows if wave in (row["Wave"], "both")]
    given = scores(chosen)
    groups = [sum(s >= 9 for s in given), sum(7 <= s <= 8 for s in given), sum(s <= 6 for s in given)]
    expected = [wave, *map(str, (len(chosen), len(given), *groups)), f"{nps(chosen):+.1f}"]
    assert cells(readme, wave) == expected


def test_blanks_zeros_and_kinds_of_comments_are_as_documented(rows: list[Row], readme: str) -> None:
    """Numbers of blanks, zeros, non-answers, long comments and line breaks are as documented."""
    comments = [row[COMMENT] for row in rows if row[COMMENT]]
    blank = len(rows) - len(comments)
    assert 0.25 < blank / len(rows) < 0.35
    text = " ".join(readme.split())
    unscored, zeros = sum(row[SCORE] == "" for row in rows), sum(row[SCORE] == "0" for row in rows)
    assert min(unscored, zeros) > 0
    assert f"{blank} comments are blank, {unscored} scores are blank, {zeros} scores are 0" in text
    assert f"Of the {len(comments)} comments, {len(set(comments))} are distinct" in text
    assert f"{sum(c.casefold() in NON_ANSWERS for c in comments)} are non-answers" in text
    assert f"{sum(len(c) > 600 for c in comments)} are longer than 600 characters" in text
    assert f"{sum(chr(10) in c for c in comments)} hold line breaks" in text
    assert any(re.search("[\U0001f300-\U0001faff]", comment) for comment in comments)


def test_comments_are_distinct(rows: list[Row]) -> None:
    """At least 520 comments differ in more than case, punctuation and spacing."""
    written = {re.sub(r"\W", "", normalise(row[COMMENT]).casefold()) for row in rows}
    assert len(written - {""}) >= 520


@pytest.mark.parametrize("cause", COSTS + PRAISE)
def test_mentions_are_as_documented(rows: list[Row], causes: dict[str, set[str]], readme: str, cause: str) -> None:
    """Mentions by language and wave, detractors and impact of each cause agree with the table; its themes exist."""
    row = cells(readme, f"`{cause}`")
    named = [r for r in rows if cause in causes.get(r["Response ID"], ())]
    by_language = Counter(r["Language"] for r in named)
    by_wave = Counter(r["Wave"] for r in named)
    counts = [*(by_language[language] for language in LANGUAGES), by_wave["2026-Q1"], by_wave["2026-Q2"], len(named)]
    counts.append(sum(score <= 6 for score in scores(named)))
    assert row[4:-1] == [str(count) for count in counts]
    assert float(row[-1]) == pytest.approx(impact(rows, causes, cause), abs=0.051)
    assert all(by_language[language] for language in LANGUAGES)
    assert set(re.findall(r"[a-z]+", row[2])) - {"or"} <= set(load_code_frame().ids)


def test_ground_truth_refers_to_existing_comments(rows: list[Row], causes: dict[str, set[str]]) -> None:
    """Every response in the ground truth exists and has a comment; no cause is undocumented."""
    commented = {row["Response ID"] for row in rows if row[COMMENT]}
    assert set(causes) <= commented
    assert set().union(*causes.values()) == {*COSTS, *PRAISE}
    assert any(len(named & set(COSTS)) > 1 for named in causes.values())


def test_constraints_of_the_planted_causes_hold(rows: list[Row], causes: dict[str, set[str]]) -> None:
    """The price increase is new in the second wave, the scanner in logistics only; each has enough mentions."""
    named = {cause: [row for row in rows if cause in causes.get(row["Response ID"], ())] for cause in COSTS}
    assert {row["Wave"] for row in named["price-increase"]} == {"2026-Q2"}
    assert {row["Industry"] for row in named["scanner-disconnects"]} == {"Logistics"}
    assert all(len(named[cause]) >= 25 for cause in COSTS[:4])
    assert len(named["scanner-disconnects"]) >= 20
    assert len(named["date-format"]) >= 12


def test_planted_causes_rank_as_documented(rows: list[Row], causes: dict[str, set[str]]) -> None:
    """Leave-out impact orders the causes as planted: exports first in each wave, the scanner in logistics."""
    overall = [impact(rows, causes, cause) for cause in COSTS]
    assert overall == sorted(overall, reverse=True)
    assert overall[-1] > 0
    assert all(impact(rows, causes, cause) < 0 for cause in PRAISE)

    def costliest(column: str, value: str) -> list[str]:
        chosen = [row for row in rows if row[column] == value]
        return sorted(COSTS, key=lambda cause: impact(chosen, causes, cause), reverse=True)

    assert costliest("Wave", "2026-Q1")[0] == "export-timeout"
    assert costliest("Wave", "2026-Q2")[:2] == ["export-timeout", "price-increase"]
    assert costliest("Industry", "Logistics")[0] == "scanner-disconnects"
    assert all(costliest("Language", language)[0] == "export-timeout" for language in LANGUAGES)


def test_personal_data_is_reserved_for_fiction(rows: list[Row], readme: str) -> None:
    """Every e-mail address, telephone, card and account number is in a range reserved for examples or fiction."""
    for row in rows:
        assert RESERVED_DOMAIN.search(row["Email"]), row["Email"]
    holding = 0
    for comment in (row[COMMENT] for row in rows):
        emails, numbers = EMAIL.findall(comment), NUMBER.findall(comment)
        holding += bool(emails or numbers)
        assert comment.count("@") == len(emails)
        for email in emails:
            assert RESERVED_DOMAIN.search(email), email
        for number in numbers:
            assert RESERVED_NUMBER.fullmatch(re.sub(r"[ .\-]", "", number)), number
    assert f"{holding} comments hold personal data" in readme


def test_simplified_and_traditional_chinese_are_pure(rows: list[Row]) -> None:
    """By OpenCC and national character sets, comments have no characters of the other script; en and de have no Han."""
    to_simplified = OpenCC("t2s")
    for row in rows:
        comment = row[COMMENT]
        if row["Language"] == "zh-Hans":
            assert to_simplified.convert(comment) == comment
            "".join(HAN.findall(comment)).encode("gb2312")
        elif row["Language"] == "zh-Hant":
            "".join(HAN.findall(comment)).encode("big5")
            if len(HAN.findall(comment)) > 8:
                assert to_simplified.convert(comment) != comment
        else:
            assert not HAN.search(comment)


@pytest.mark.parametrize("cause", ROWS)
def test_a_planted_cause_is_one_row(ranking: Ranking, causes: dict[str, set[str]], cause: str) -> None:
    """Its row has a name that people wrote, at least half of its responses, and few others."""
    named = _naming(causes, cause)
    issue, responses = ranking[ROWS[cause]]
    assert issue.label == next(entry.names["en"] for entry in load_code_frame().causes if entry.id == issue.id)
    assert len(named & responses) >= 0.5 * len(named)
    assert len(named & responses) >= 0.6 * len(responses)


def test_the_onboarding_people_are_praised_in_two_rows(ranking: Ranking, causes: dict[str, set[str]]) -> None:
    """Most of that praise is of friendly staff or of staff who know their trade."""
    named = _naming(causes, "kind-onboarding")
    responses = set[str]().union(*(ranking[row][1] for row in ONBOARDING_ROWS))
    assert len(named & responses) >= 0.5 * len(named)


def test_no_discovered_topic_repeats_a_planted_cause(ranking: Ranking, causes: dict[str, set[str]]) -> None:
    """What says the same in other words is in the row of the cause, or in no row."""
    library = {entry.id for entry in load_code_frame().causes}
    for planted in (*COSTS, *PRAISE):
        named = _naming(causes, planted)
        for row, (issue, responses) in ranking.items():
            assert row in library or len(named & responses) < 0.5 * len(responses), (planted, issue.label)


def _naming(causes: dict[str, set[str]], cause: str) -> set[str]:
    """The responses in which the cause was planted."""
    return {response for response, planted in causes.items() if cause in planted}
