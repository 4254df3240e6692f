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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=HALVES, default="all")
    parser.add_argument("--errors", action="store_true", help="print each error of the development half")
    arguments = parser.parse_args()
    planted, found, masks, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    kind_of = {placeholder: kind for kind, placeholder in KINDS.items()}
    roles = Counter[tuple[str, bool]]()  # (name or staff, shown with staff names)
    for marked in read(arguments.half):
        matches = find(marked.text)
        hidden = {offset for start, end, _ in matches for offset in range(start, end)}
        meant = {offset for start, end, _ in marked.marks for offset in range(start, end)}
        errors = []
        for start, end, kind in marked.marks:
            is_found = hidden.issuperset(range(start, end))
            for key in (kind, marked.language):
                planted[key] += 1
                found[key] += is_found
            if kind in GROUPS["names"] and is_found:
                roles[kind, any(s <= start < e and placeholder == STAFF for s, e, placeholder in matches)] += 1
            if not is_found:
                errors.append(f"missed {kind} {marked.text[start:end]!r}")
        for start, end, placeholder in matches:
            is_right = 2 * len(meant.intersection(range(start, end))) >= end - start
            for key in (kind_of[placeholder], marked.language):
                masks[key] += 1
                right[key] += is_right
            if not is_right:
                errors.append(f"wrong {placeholder} {marked.text[start:end]!r}")
        if arguments.errors and errors and arguments.half == "development":
            print(f"{marked.language:<8} {'; '.join(errors)}: {marked.text}")
    print(f"{'':<12}{'marked':>8}{'recall':>8}{'masks':>8}{'precision':>11}")
    languages = sorted({marked.language for marked in read("all")})
    for name, keys in [*((kind, (kind,)) for kind in KINDS), *GROUPS.items(), ("all", tuple(KINDS))]:
        _print(name, *(sum(counter[key] for key in keys) for counter in (planted, found, masks, right)))
    for language in languages:
        _print(language, planted[language], found[language], masks[language], right[language])
    shown, customers = roles["staff", True], roles["name", True]
    print(f"shown with staff names: {shown} of {shown + roles['staff', False]} employees found,", end=" ")
    print(f"{customers} of {customers + roles['name', False]} customers found")


def _print(name: str, planted: int, found: int, masks: int, right: int) -> None:
    recall = f"{found / planted:.3f}" if planted else "–"
    precision = f"{right / masks:.3f}" if masks else "–"
    print(f"{name:<12}{planted:>8}{recall:>8}{masks:>8}{precision:>11}")


if __name__ == "__main__":
    main()
