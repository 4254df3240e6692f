"""Agreement of the causes with what readers coded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.annotator import load_annotator
from training.evaluation.causes import Complaint, agreement, comments_by_cause, complaints, read_codes

COMMENTS = (
    "The driver was very rude.",
    "Nothing to say.",
    "My parcel came two weeks late.",
    "A rude driver. My parcel was late.",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set of four comments with the codes rude, late and verdict; one coding has no comment."""
    rows = "".join(f'{number},"{text}"\n' for number, text in enumerate(COMMENTS))
    (tmp_path / "shop.csv").write_text("id,comment\n" + rows, "utf-8")
    codes = {code: {"name": code} for code in ("rude", "late", "verdict")}
    (tmp_path / "shop_codes.json").write_text(json.dumps({"codes": codes}), "utf-8")
    coded = {0: ["rude"], 1: ["verdict", "unknown"], 2: ["late"], 3: ["rude", "late"], 9: ["late"]}
    lines = [json.dumps({"id": number, "causes": causes}) for number, causes in coded.items()]
    (tmp_path / "shop_gold.jsonl").write_text("\n".join(lines), "utf-8")
    return tmp_path


def test_codes_are_read_with_their_comments(folder: Path) -> None:
    """Codes that are no cause, or that the set does not have, are left out; so are codings without a comment."""
    comments, codes = read_codes(folder, "shop")
    assert sorted(comment.verbatim for comment in comments.values()) == sorted(COMMENTS)
    texts = {code: {comments[content_hash].verbatim for content_hash in coded} for code, coded in codes.items()}
    assert texts == {"rude": {COMMENTS[0], COMMENTS[3]}, "late": {COMMENTS[2], COMMENTS[3]}}


def test_agreement_matches_one_to_one_and_weighs_by_frequency() -> None:
    """A cause answers one code alone; without codes or causes there is no agreement."""
    codes = {"a": {"1", "2", "3"}, "b": {"4"}}
    assert agreement(codes, {"x": {"1", "2", "3"}, "y": {"4"}}) == 1
    assert agreement(codes, {"x": {"1", "2", "3", "4"}}) == pytest.approx(0.75 * 6 / 7)
    assert agreement(codes, {}) == agreement({}, codes) == 0


def test_complaints_count_from_a_probability() -> None:
    """A cause is named by the comments whose clauses name it with at least the limit."""
    three = [Complaint("1", "a", 0.5), Complaint("2", "a", 0.2), Complaint("2", "b", 0.4)]
    assert comments_by_cause(three, 0.4) == {"a": {"1"}, "b": {"2"}}


def test_the_model_agrees_with_plain_complaints(folder: Path) -> None:
    """Of plain sentences the library finds each code."""
    comments, codes = read_codes(folder, "shop")
    assert agreement(codes, comments_by_cause(complaints(load_annotator(), comments), 0.2)) > 0.9
