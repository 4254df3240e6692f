"""Recall and precision of masking, by kind, on texts marked by hand (`personal_data_texts/`).

    python -m benchmarks.personal_data [--half development|final|all] [--errors]

Rules are written on the odd lines (development) and measured on the even ones (final). A datum is found if all of its
characters are masked, under whatever placeholder; a placeholder is right if at least half of what it hides is marked.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.clean.personal_data import find
from pipelines.clean.personal_data.kinds import ADDRESS, BIRTH, CARD, EMAIL, HANDLE, IBAN, ID, IP, NAME, PHONE, STAFF

TEXTS = Path(__file__).parent / "personal_data_texts"
HALVES = {"development": slice(0, None, 2), "final": slice(1, None, 2), "all": slice(None)}
KINDS = {
    "name": NAME, "staff": STAFF, "address": ADDRESS, "email": EMAIL, "phone": PHONE, "card": CARD, "iban": IBAN,
    "id": ID, "handle": HANDLE, "ip": IP, "birth": BIRTH,
}  # fmt: skip
#: The groups that have a target: recall, and precision of all.
GROUPS = {
    "names": ("name", "staff"),
    "addresses": ("address",),
    "numbers": ("email", "phone", "card", "iban", "id", "handle", "ip", "birth"),
}
_MARK = re.compile(r"\{(?P<kind>[a-z]+)\|(?P<value>[^}]*)\}")


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text and what in it is personal: (start, end, kind)."""

    language: str
    text: str
    marks: tuple[tuple[int, int, str], ...]


def read(half: str) -> Iterator[MarkedText]:
    for path in sorted(TEXTS.glob("*.txt")):
        for line in path.read_text("utf-8").splitlines()[HALVES[half]]:
            text, position, marks = "", 0, []
            for match in _MARK.finditer(line):
                text += line[position : match.start()]
                marks.append((len(text), len(text) + len(match["value"]), match["kind"]))
                text += match["value"]
                position = match.end()
            yield MarkedText(path.stem, text + line[position:], tuple(marks))


@dataclass(frozen=True, slots=True)
class Counts:
    """Of each kind and language: marked data, those found, masks, and masks that are right; and each error.

    `shown` counts the names found by kind and whether `--show-staff-names` shows them.
    """

    by_kind: tuple[Counter[str], Counter[str], Counter[str], Counter[str]]
    shown: Counter[tuple[str, bool]]
    errors: list[str]


def measure(half: str) -> Counts:
    marked, detected, masks, right = by_kind = (Counter[str](), Counter[str](), Counter[str](), Counter[str]())
    counts = Counts(by_kind, Counter(), [])
    kind_of = {placeholder: kind for kind, placeholder in KINDS.items()}
    for text in read(half):
        matches = find(text.text)
        hidden = {offset for start, end, _ in matches for offset in range(start, end)}
        meant = {offset for start, end, _ in text.marks for offset in range(start, end)}
        for start, end, kind in text.marks:
            is_found = hidden.issuperset(range(start, end))
            for key in (kind, text.language):
                marked[key] += 1
                detected[key] += is_found
            if kind in GROUPS["names"] and is_found:
                counts.shown[kind, any(s <= start < e and mask == STAFF for s, e, mask in matches)] += 1
            if not is_found:
                counts.errors.append(f"missed {kind} {text.text[start:end]!r}: {text.text}")
        for start, end, placeholder in matches:
            is_right = 2 * len(meant.intersection(range(start, end))) >= end - start
            for key in (kind_of[placeholder], text.language):
                masks[key] += 1
                right[key] += is_right
            if not is_right:
                counts.errors.append(f"wrong {placeholder} {text.text[start:end]!r}: {text.text}")
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=HALVES, default="all")
    parser.add_argument("--errors", action="store_true", help="print each error")
    arguments = parser.parse_args()
    counts = measure(arguments.half)
    print(f"{'':<12}{'marked':>8}{'recall':>8}{'masks':>8}{'precision':>11}")
    languages = [(path.stem, (path.stem,)) for path in sorted(TEXTS.glob("*.txt"))]
    kinds = [(kind, (kind,)) for kind in KINDS]
    for name, keys in [*kinds, *GROUPS.items(), ("all", tuple(KINDS)), *languages]:
        _print(name, *(sum(counter[key] for key in keys) for counter in counts.by_kind))
    for kind in GROUPS["names"]:
        shown, hidden = counts.shown[kind, True], counts.shown[kind, False]
        print(f"--show-staff-names shows {shown} of {shown + hidden} names of kind {kind!r}")
    if arguments.errors:
        print("\n".join(counts.errors))


def _print(name: str, marked: int, detected: int, masks: int, right: int) -> None:
    recall = f"{detected / marked:.3f}" if marked else "–"
    precision = f"{right / masks:.3f}" if masks else "–"
    print(f"{name:<12}{marked:>8}{recall:>8}{masks:>8}{precision:>11}")


if __name__ == "__main__":
    main()
