"""Masking of personal data."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.clean.personal_data import find, mask
from pipelines.clean.personal_data.kinds import CARD, EMAIL, IBAN, PHONE

WORDS = [
    "please",
    "answer",
    "bitte",
    "melden",
    "Danke!",
    "谢谢",
    "太慢了。",
    "請回覆",
    "速度很慢，",
    "3",
    "stars",
    "10/10",
    "é",
]
around = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


def luhn_digit(digits: str) -> str:
    """The check digit of a card number, by the textbook (double every second digit from the right)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def iban_of(country: str, account: str) -> str:
    """An IBAN with its ISO 13616 check digits."""
    number = int("".join(str(int(character, 36)) for character in account + country + "00"))
    return f"{country}{98 - number % 97:02d}{account}"


def spaced(text: str, separator: str) -> str:
    """In groups of four."""
    return separator.join(text[i : i + 4] for i in range(0, len(text), 4))


def digits(size: int) -> st.SearchStrategy[str]:
    """Strings of that many digits."""
    return st.text("0123456789", min_size=size, max_size=size)


ibans = st.builds(
    lambda country_and_account, separator: spaced(iban_of(*country_and_account), separator),
    st.one_of(
        st.tuples(st.just("DE"), digits(18)),
        st.tuples(st.just("AT"), digits(16)),
        st.tuples(st.just("FR"), digits(23)),
        st.tuples(st.just("GB"), digits(14).map(lambda account: "NWBK" + account)),
    ),
    st.sampled_from(["", " "]),
)
cards = st.builds(
    lambda start, rest, separator: spaced(start + rest + luhn_digit(start + rest), separator),
    st.sampled_from(["4", "5", "3", "6"]),
    digits(14),
    st.sampled_from(["", " ", "-"]),
)


def filled(layout: str, filling: str) -> str:
    """The layout with each # replaced by the next digit."""
    for digit in filling:
        layout = layout.replace("#", digit, 1)
    return layout


phones = st.builds(
    filled,
    st.sampled_from(
        [
            "+49 151 2345####",
            "0049 30 2345####",
            "0151/2345####",
            "(030) 2345####",
            "030 2345 ####",
            "+86 138 1234 ####",
            "1381234####",
            "138-1234-####",
            "010-8765####",
            "0912-34#-###",
            "0912 34# ###",
            "(02) 2345-####",
            "+886 912 34# ###",
            "+852 9123 ####",
            "(415) 555-####",
            "415-555-####",
            "415.555.####",
            "+1 415 555 ####",
            "06 12 34 ## ##",
            "+44 7911 12####",
        ]
    ),
    st.text("123456789", min_size=4, max_size=4),
)
emails = st.builds(
    "{}@{}.{}".format,
    st.from_regex(r"[a-z][a-z0-9._+-]{0,12}[a-z0-9]", fullmatch=True),
    st.from_regex(r"[a-z][a-z0-9-]{0,10}[a-z0-9](\.[a-z]{2,6})?", fullmatch=True),
    st.sampled_from(["com", "de", "com.cn", "com.tw", "co.uk", "example"]),
)
planted = st.one_of(
    st.tuples(ibans, st.just(IBAN)),
    st.tuples(cards, st.just(CARD)),
    st.tuples(phones, st.just(PHONE)),
    st.tuples(emails, st.just(EMAIL)),
)
full_width = {ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789@.-()+"}


@settings(max_examples=400)
@example("3", ("0049 30 23451111", PHONE), "", " ", False)  # the number before must not become part of it
@example("3", ("06 12 34 11 11", PHONE), "", " ", False)
@example("3", ("06 12 34 11 11", PHONE), "", "：", False)  # "3:06" is no time
@given(around, planted, around, st.sampled_from([" ", "：", ":", "\n", " ("]), st.booleans())
def test_planted_data_never_leaks(
    before: str, item: tuple[str, str], after: str, separator: str, is_full_width: bool
) -> None:
    """An e-mail address, IBAN, card or phone number is masked in any surroundings, also in full-width characters."""
    secret, placeholder = item
    if is_full_width and placeholder in (PHONE, CARD):
        secret = secret.translate(full_width)
    masked, _ = mask(f"{before}{separator}{secret}, {after}")
    assert secret not in masked
    assert placeholder in masked or any(other in masked for other in (CARD, PHONE, IBAN))
    for piece in re.findall(r"\d{4,}", secret):
        assert piece not in masked


@settings(max_examples=200)
@given(st.lists(st.one_of(planted.map(lambda item: item[0]), st.sampled_from(WORDS)), max_size=8), st.data())
def test_spans_stay_on_their_words(pieces: list[str], data: st.DataObject) -> None:
    """Moved spans stay in range and in order; spans outside masked data cover exactly the same characters."""
    text = " ".join(pieces)
    bounds = st.integers(0, len(text))
    spans = [tuple(sorted(pair)) for pair in data.draw(st.lists(st.tuples(bounds, bounds), max_size=5))]
    masked, moved = mask(text, [(start, end) for start, end in spans])
    secrets = find(text)
    assert len(moved) == len(spans)
    for (start, end), (new_start, new_end) in zip(spans, moved, strict=True):
        assert 0 <= new_start <= new_end <= len(masked)
        if not any(start < stop and begin < end for begin, stop, _ in secrets):
            assert masked[new_start:new_end] == text[start:end]
        elif start < end:
            assert any(placeholder in masked[new_start:new_end] for *_, placeholder in secrets)


@given(st.text(max_size=80))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    """Any text can be masked, and masking is idempotent."""
    masked, _ = mask(text)
    assert mask(masked)[0] == masked


@pytest.mark.parametrize(
    "text",
    [
        "Version 10.2.1",
        "20 000 Euro",
        "2026-09-03 12:00",
        "order 123456",
        "Bestellnummer 4155552671 kam nie an",
        "订单编号 4155552671",
        "Von 10:00 bis 12:30 am 03.09.2026, 100 Euro",
        "12.05.2026 - 14.06.2026",
        "1.234.567,89 €",
        "NT$ 1,234,567",
        "花了１２３４５６７８元",
        "20 000 000 users, 500 000 000 requests",
        "ISBN 978-3-16-148410-0",
        "192.168.100.200",
        "10/10 would buy again in 2025",
        "2019-2020, 2021",
        "Treffen um 8 @ Büro",
        "nichts Persönliches",
        "价格太贵，等了30分钟",
        "1234567890123456",  # fails the Luhn check
        "DE00370400440532013000 is no IBAN",  # fails modulo 97
    ],
)
def test_other_numbers_are_not_masked(text: str) -> None:
    """Versions, prices, dates, times, order numbers and numbers that fail their check stay as they are."""
    assert mask(text, [(0, 3)]) == (text, [(0, 3)])


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("手机13812345678，请回电", "手机[phone]，请回电"),
        ("手机号：１３８１２３４５６７８", "手机号：[phone]"),
        ("請打電話0912-345-678給我", "請打電話[phone]給我"),
        ("我的邮箱是zhang.san@qq.com谢谢", "我的邮箱是[e-mail]谢谢"),
        ("Ruf mich an: 0171/1234567!", "Ruf mich an: [phone]!"),
        ("anna.müller@firma.de schreibt", "[e-mail] schreibt"),
        ("name (at) domain (dot) com", "[e-mail]"),
        ("DE89 3704 0044 0532 0130 00 bitte", "[IBAN] bitte"),
        ("am 12 DE89370400440532013000谢谢", "am 12 [IBAN]谢谢"),
        ("GB29 NWBK 6016 1331 9268 19.", "[IBAN]."),
        ("card 4111-1111-1111-1111 12/27", "card [card] 12/27"),
        ("amex 3782 822463 10005", "amex [card]"),
        ("WhatsApp: 9123 4567", "WhatsApp: [phone]"),
        ("1-800-555-0199", "[phone]"),
        ("اتصل ٠١٠-١٢٣٤٥٦٧٨", "اتصل [phone]"),
    ],
)
def test_written_variants_are_masked(text: str, masked: str) -> None:
    """Personal data in common layouts and surroundings, in several languages."""
    assert mask(text)[0] == masked


def test_a_span_inside_masked_data_becomes_the_placeholder() -> None:
    """A quote that begins or ends within an address covers its whole placeholder."""
    text = "Write to jo@example.com or call"
    masked, moved = mask(text, [(0, 5), (9, 12), (11, 26), (24, 26), (0, len(text))])
    assert masked == "Write to [e-mail] or call"
    assert [masked[start:end] for start, end in moved] == ["Write", "[e-mail]", "[e-mail] or", "or", masked]
