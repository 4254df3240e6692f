"""Files with labels: what is written is read again, and what cannot be read is returned with its reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.label_formats import label_studio
from pipelines.label_formats.code_units import to_characters, to_units
from pipelines.label_formats.files import LabelFormat, read_labels, write_labels
from pipelines.label_formats.task import LabelRecord, LabelTask, Prediction, RejectedRecord
from saywhy.annotation import Polarity
from saywhy.errors import ColumnNotFound, InvalidInput
from saywhy.label import LabelledClause, LabelledComment

#: A formula for spreadsheets, emoji of two code units, one with a modifier, and Chinese.
TEXT = "=😀🙃 客服很慢，价格👍🏽太贵"
SLOW = (TEXT.index("客服"), TEXT.index("，"))
DEAR = (TEXT.index("价格"), len(TEXT))
AT = datetime(2026, 1, 2, tzinfo=UTC)
LABELS = LabelledComment(
    TEXT,
    "zh-Hans",
    Polarity.NEGATIVE,
    clauses=(
        LabelledClause(*SLOW, Polarity.NEGATIVE, (("support", None),), ("support.slow",)),
        LabelledClause(*DEAR, None, (), ()),
    ),
)
TASK = LabelTask(
    "5f2a",
    TEXT,
    "zh-Hans",
    (LabelRecord(LABELS, "5f2a", "Eda", AT), LabelRecord(LABELS, "5f2a", "=Ken", AT)),
    Prediction("core-1", LABELS, 0.75, {SLOW: 0.5}),
)


def read(text: str, format: LabelFormat | None = None) -> list[LabelRecord | RejectedRecord]:
    """What a file with this text says."""
    return list(read_labels(text.encode(), format))


@pytest.mark.parametrize("format", [*LabelFormat])
def test_what_is_written_is_read_again(format: LabelFormat) -> None:
    """With its people side by side, offsets behind emoji, and what names nothing; the content tells the format."""
    records = read("".join(write_labels([TASK], format)))
    whole: dict[str | None, list[LabelRecord]] = {}
    for record in records:
        assert isinstance(record, LabelRecord)
        assert (record.id, record.comment.text) == ("5f2a", TEXT)
        assert record.at == (None if format is LabelFormat.ARGILLA else AT)
        whole.setdefault(record.author, []).append(record)
    assert list(whole) == ["Eda", "=Ken"]
    for of_person in whole.values():
        assert {each.comment.sentiment for each in of_person} - {None} == {LABELS.sentiment}
        assert tuple(clause for each in of_person for clause in each.comment.clauses) == LABELS.clauses


@pytest.mark.parametrize("format", [*LabelFormat])
def test_a_file_without_comments_is_a_file(format: LabelFormat) -> None:
    """It says nothing."""
    assert read("".join(write_labels([], format)), format) == []


def test_label_studio_counts_characters_and_argilla_code_units() -> None:
    """Label Studio of before 2021 counted code units too, which the words of a region tell."""
    result = label_studio.to_result(LABELS)
    assert result[1]["value"] == {"start": 4, "end": 8, "text": "客服很慢", "labels": ["support"]}
    units = to_units(TEXT, SLOW)
    assert units == (6, 10)
    old: dict[str, Any] = {"from_name": "theme", "type": "labels"}
    old["value"] = {"start": 6, "end": 10, "text": "客服很慢", "labels": ["support"]}
    record = label_studio.read_annotation({"text": TEXT}, {"result": [old]})
    assert [(clause.start, clause.end) for clause in record.comment.clauses] == [SLOW]
    argilla = json.loads("".join(write_labels([TASK], LabelFormat.ARGILLA)))
    assert argilla[0]["responses"]["theme"][0]["value"][0] == {"start": 6, "end": 10, "label": "support"}
    assert to_characters(TEXT, to_units(TEXT, DEAR)) == DEAR
    with pytest.raises(InvalidInput, match="no span"):
        to_characters("😀", (0, 1))


def test_predictions_have_spans_and_scores() -> None:
    """Label Studio shows them before people label."""
    [task] = json.loads("".join(write_labels([TASK], LabelFormat.LABEL_STUDIO)))
    [prediction] = task["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("core-1", 0.75)
    assert {each["id"]: each.get("score") for each in prediction["result"]}["4-8"] == 0.5
    assert {each["from_name"] for each in prediction["result"]} == {"sentiment", "theme", "polarity", "cause"}


def region(**value: object) -> dict[str, Any]:
    """A task of Label Studio with one region."""
    labels = {"from_name": "theme", "type": "labels", "value": {"start": 0, "end": 3, "labels": ["support"], **value}}
    return {"data": {"text": "Slow"}, "annotations": [{"result": [labels]}]}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (region(text="Fast"), "the words of the region 0-3 are not there"),
        (region(end=9), "the words of the region 0-9 are not there"),
        (region(start=True), "start and end"),
        (region(labels=[3]), "labels must be a list of texts"),
        ({"data": {}, "annotations": [{"result": []}]}, '"data" must have the comment'),
        ({"data": {"text": "x"}, "annotations": {"id": 1}}, '"annotations" must be a list'),
        ({"data": {"text": "x"}, "annotations": [{"result": [], "created_at": "monday"}]}, "no time"),
        ("text", "must be an object with data"),
    ],
)
def test_what_label_studio_cannot_mean_is_rejected(entry: object, reason: str) -> None:
    """With the number of the task; the others are read."""
    first, second = read(json.dumps([region(), entry]), LabelFormat.LABEL_STUDIO)
    assert isinstance(first, LabelRecord)
    assert isinstance(second, RejectedRecord)
    assert (second.position, reason in second.reason) == (2, True)


def test_skipped_annotations_and_other_controls_say_nothing() -> None:
    """A note of the annotator is no label; accounts without a name are told apart by number."""
    note = {"from_name": "note", "type": "textarea", "value": {"text": ["Hm."]}}
    annotations = [{"result": [], "was_cancelled": True}, {"result": [note], "completed_by": 7}]
    [record] = read(json.dumps([{"data": {"text": "Slow"}, "annotations": annotations}]))
    assert record == LabelRecord(LabelledComment("Slow"), None, "label-studio:7", None, 1)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Slow,angry,,,,", "sentiment must be one of"),
        (",negative,,,,", "the row has no comment"),
        ("Slow,,,,support,", "of which clause"),
        ("Slow,,4,2,support,", "start and end must be positions"),
        ("Slow,,0,4,support,,more", "more cells than the header"),
    ],
)
def test_rows_that_say_nothing_are_rejected_by_line(row: str, reason: str) -> None:
    """And the rest is read."""
    text = f"Comment,Sentiment,start,end,theme,cause\nSlow,negative,,,,\n{row}\n"
    first, second = read(text)
    assert isinstance(first, LabelRecord)
    assert first.comment.sentiment is Polarity.NEGATIVE
    assert isinstance(second, RejectedRecord)
    assert (second.position, reason in second.reason) == (3, True)


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"\xff\xfe", InvalidInput, "not UTF-8: byte 0"),
        (b"[{", InvalidInput, "no JSON"),
        (b"text,label\nSlow,x\n", ColumnNotFound, "no column comment; the file has: text, label"),
        (b"", ColumnNotFound, "the file has: none"),
        (b"[" * 100_000, InvalidInput, "no JSON"),
    ],
)
def test_files_that_are_none_are_refused(data: bytes, error: type[Exception], words: str) -> None:
    """As a whole, with what is wrong."""
    with pytest.raises(error, match=words):
        list(read_labels(data))


def test_a_sheet_has_labels_of_whole_comments() -> None:
    """Empty is unknown, `none` is none, `;` separates, `=` gives a polarity, other columns are segments."""
    sheet = "Comment,Sentiment,Themes,Causes,plan\nDear and slow,negative,price=negative; support,none,Pro\nFine,,,,\n"
    themes = (("price", Polarity.NEGATIVE), ("support", None))
    labelled = LabelledComment("Dear and slow", None, Polarity.NEGATIVE, themes, (), segments=(("plan", "Pro"),))
    assert list(read_labels(sheet.encode())) == [
        LabelRecord(labelled, position=2),
        LabelRecord(LabelledComment("Fine"), position=3),
    ]
    [rejected] = read_labels(b"comment,themes\nDear,price=bad\n")
    assert isinstance(rejected, RejectedRecord)
    assert "found 'bad'" in rejected.reason


def test_lines_that_are_none_are_rejected() -> None:
    """JSON lines are judged one by one."""
    lines = ['{"comment": "Slow", "sentiment": "negative"}', "{", "", '{"comment": "Slow", "at": 3}', "[]"]
    records = read("\n".join(lines))
    assert [each.position for each in records] == [1, 2, 4, 5]
    assert [type(each) for each in records] == [LabelRecord, RejectedRecord, RejectedRecord, RejectedRecord]


def test_the_interface_asks_what_is_read() -> None:
    """Names of themes are escaped, and what a project lacks is named."""
    interface = label_studio.interface({"support": 'Support & "care"'}, {"support.slow": "Slow"})
    assert '<Label value="support" hint=\'Support &amp; "care"\'/>' in interface
    assert list(label_studio.missing_controls(interface)) == []
    assert list(label_studio.missing_controls('<View><Text name="text"/></View>')) == ["sentiment", "theme"]
