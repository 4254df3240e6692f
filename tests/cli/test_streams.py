"""`saywhy classify`, `topics` and `rank`: the formats that other programs rely on."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli import jsonl
from cli.main import app
from models.annotator import load_annotator
from pipelines.causes.from_records import rank_records
from pipelines.impact.estimates import QUARTILE
from saywhy.errors import InvalidInput
from saywhy.json_lines import write_line
from service.classification import classify, to_record
from tests.builders.topic_sentences import SENTENCES

SAYWHY = Path(sys.executable).with_name("saywhy")

COMMENTS: list[dict[str, Any]] = [
    {"id": "a", "text": "Support answered within minutes, but the invoice was wrong again."},
    {"id": 7, "text": "Leider stürzt die App seit dem letzten Update ständig ab.", "language": "de"},
    {"id": "c", "text": "價格合理，但是物流太慢了 👍🏽", "language": None, "score": 3},
    {"id": "", "text": "n/a"},
    {"id": -1, "text": "客服态度很好，\u2028但是软件经常崩溃。"},
]

RESPONSES: list[dict[str, Any]] = [
    {"score": 3, "mentions": [{"theme": "billing", "polarity": "negative"}], "segments": {"plan": "free"}},
    {"score": 10, "mentions": [{"theme": "billing", "polarity": "positive"}], "wave": "2026-Q1"},
    {"score": 9, "mentions": []},
    {"score": 0, "mentions": [{"theme": "billing", "polarity": "negative"}, {"theme": "price", "polarity": "neutral"}]},
    {"score": None, "mentions": [{"theme": "billing", "polarity": "negative"}]},
    {"score": 8.0, "mentions": [{"theme": "support", "polarity": "negative"}]},
]


def lines(values: list[Any]) -> bytes:
    """JSON lines."""
    return b"".join(json.dumps(value, ensure_ascii=False).encode() + b"\n" for value in values)


def invoke(*arguments: str, given: bytes) -> Result:
    """Run a command in this process, with bytes on its stdin."""
    return CliRunner().invoke(app, arguments, input=given)


def parsed(result: Result) -> list[Any]:
    """The JSON lines on stdout."""
    return [json.loads(line) for line in result.stdout_bytes.splitlines()]


@pytest.fixture(scope="module")
def expected() -> list[Any]:
    """The records of the annotate stage for `COMMENTS`."""
    annotator = load_annotator()
    results = classify([(sent["text"], sent.get("language")) for sent in COMMENTS], annotator)
    return [to_record(sent["id"], result, annotator.code_frame) for sent, result in zip(COMMENTS, results, strict=True)]


def test_classify_writes_the_records_of_the_annotate_stage(expected: list[Any]) -> None:
    """One object per line, in order, with the documented members; extra members of the input are ignored."""
    result = invoke("classify", given=lines(COMMENTS))
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    records = parsed(result)
    assert records == expected
    assert list(records[0]) == ["id", "language", "sentiment", "themes", "mentions", "model", "causes"]
    assert [record["language"] for record in records[:3]] == ["en", "de", "zh-Hant"]


def test_classify_continues_after_invalid_lines(expected: list[Any]) -> None:
    """An invalid line is answered in its place and reported with its number; every other line is classified."""
    good = lines(COMMENTS).splitlines(keepends=True)
    bad = [
        b"{broken\n",
        b'["a"]\n',
        b'{"text": "no id"}\n',
        b'{"id": "x", "text": null}\n',
        b'{"id": 1, "text": "\xff"}\n',
    ]
    given = b"\xef\xbb\xbf" + b"".join(pair for both in zip(good, bad, strict=True) for pair in both) + b"\n\n"
    result = invoke("classify", given=given)
    records = parsed(result)
    assert records[::2] == expected
    assert [record["line"] for record in records[1::2]] == [2, 4, 6, 8, 10]
    assert all(record["error"] for record in records[1::2])
    assert records[7] == {"id": "x", "line": 8, "error": '"text" must be a string'}
    assert [line.split(": ")[1] for line in result.stderr.splitlines()[:-1]] == [f"line {n}" for n in (2, 4, 6, 8, 10)]
    assert "5 lines" in result.stderr
    assert result.exit_code == 1


def test_classify_of_nothing_is_nothing() -> None:
    """Empty input is not an error."""
    result = invoke("classify", given=b"")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.slow
def test_classify_answers_while_it_reads() -> None:
    """Results are written before the input ends, so that memory does not grow with it."""
    with subprocess.Popen([SAYWHY, "classify"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(lines([{"id": n, "text": "-"} for n in range(jsonl.BATCH_ITEMS)]))
        process.stdin.flush()
        first = [json.loads(process.stdout.readline())["id"] for _ in range(jsonl.BATCH_ITEMS)]
        rest, _ = process.communicate(lines([{"id": "last", "text": "-"}]))
    assert first == list(range(jsonl.BATCH_ITEMS))
    assert json.loads(rest)["id"] == "last"
    assert process.returncode == 0


def test_batches_are_bounded_by_number_and_by_length() -> None:
    """Batches are bounded in items and characters, and no entry is lost."""

    def items() -> Iterator[jsonl.Item | jsonl.BadLine]:
        yield from (jsonl.Item(n, "x", None) for n in range(5000))
        yield from (jsonl.Item(n, "x" * 400_000, None) for n in range(5000, 5010))
        yield jsonl.BadLine(5011, "bad")

    batches = list(jsonl.batches(items()))
    assert [entry for batch in batches for entry in batch] == list(items())
    assert max(map(len, batches)) == jsonl.BATCH_ITEMS
    for batch in batches:
        texts = [entry.text for entry in batch if isinstance(entry, jsonl.Item)]
        assert sum(map(len, texts[:-1])) < jsonl.BATCH_CHARACTERS


def test_numbers_and_text_come_back_as_they_were_sent() -> None:
    """Ids keep their type and value, including large and negative ones."""
    ids = ["", "7", 7, -(2**63), 2**63 - 1, "\u2028", "🙂"]
    items = list(jsonl.read_items(BytesIO(lines([{"id": key, "text": "t"} for key in ids]))))
    assert [item.id for item in items] == ids
    assert [type(item.id) for item in items] == [type(key) for key in ids]


@pytest.mark.parametrize("key", [None, True, 1.5, [], {}])
def test_an_id_is_a_string_or_an_integer(key: Any) -> None:
    """Other types would not be returned unchanged, so they are refused."""
    (entry,) = jsonl.read_items(BytesIO(lines([{"id": key, "text": "t"}])))
    assert entry == jsonl.BadLine(1, '"id" must be a string or an integer')


@pytest.mark.slow
def test_topics_groups_texts_and_describes_the_groups(tmp_path: Path) -> None:
    """In order; equal texts in one topic, non-answers in none; the file describes each topic."""
    texts = [text for cause in ("login", "invoice") for sentences in SENTENCES[cause].values() for text in sentences]
    given = [{"id": n, "text": text} for n, text in enumerate([*texts, texts[0], "n/a"])]
    out = tmp_path / "topics.json"
    result = invoke("topics", "--topics-out", str(out), given=lines(given) + b"nonsense\n")
    *records, bad = parsed(result)
    assert [record["id"] for record in records] == [value["id"] for value in given]
    assert all(list(record) == ["id", "topic", "confidence"] for record in records)
    assert records[-2] == records[0] | {"id": len(texts)}
    assert records[-1] == {"id": len(texts) + 1, "topic": None, "confidence": 0.0}
    assert (bad["line"], result.exit_code) == (len(given) + 1, 1)
    topics = {topic["topic"]: topic for topic in json.loads(out.read_text())}
    sizes = Counter(record["topic"] for record in records if record["topic"] is not None)
    assert {name: topic["size"] for name, topic in topics.items()} == sizes
    assert all(topic["label"] and topic["keywords"] for topic in topics.values())
    assert all(0 < record["confidence"] <= 1 for record in records if record["topic"])


def test_topics_of_nothing_are_none(tmp_path: Path) -> None:
    """Without a single answer there are no topics, and no error."""
    out = tmp_path / "topics.json"
    result = invoke("topics", "--topics-out", str(out), given=lines([{"id": 1, "text": " "}]))
    assert (result.exit_code, parsed(result)) == (0, [{"id": 1, "topic": None, "confidence": 0.0}])
    assert json.loads(out.read_text()) == []


def test_rank_writes_the_ranking_as_one_json_array() -> None:
    """The ranking of the impact stage, with the documented members; a positive impact is a cost."""
    result = invoke("rank", given=lines(RESPONSES))
    assert result.exit_code == 0, result.output
    ranking = json.loads(result.stdout)
    assert ranking == json.loads(json.dumps(rank_records(RESPONSES)))
    assert {"theme", "impact", "low", "high", "n"} <= set(ranking[0])
    billing = next(entry for entry in ranking if entry["theme"] == "billing")
    assert billing["impact"] > 0
    assert billing["low"] <= billing["impact"] <= billing["high"]
    assert billing["n"] == 2
    quartile = {entry["theme"]: entry["impact"] - QUARTILE * (entry["impact"] - entry["low"]) for entry in ranking}
    assert not any(entry["significant"] for entry in ranking)
    assert all(quartile[before["theme"]] >= quartile[after["theme"]] for before, after in pairwise(ranking))


def test_rank_counts_other_polarities_when_asked() -> None:
    """`--polarity` chooses which mentions count."""
    themes = {
        polarity: {entry["theme"] for entry in json.loads(invoke("rank", *option, given=lines(RESPONSES)).stdout)}
        for polarity, option in {
            "negative": [],
            "positive": ["--polarity", "positive"],
            "any": ["--polarity", "any"],
        }.items()
    }
    assert themes == {
        "negative": {"billing", "support"},
        "positive": {"billing"},
        "any": {"billing", "support", "price"},
    }


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (b"{broken", "not JSON"),
        (b'{"score": 11, "mentions": []}', "11"),
        (b'{"score": "9", "mentions": []}', "not a number"),
        (b'{"mentions": []}', '"score" is missing'),
        (b'{"score": 9}', '"mentions" is missing'),
        (b'{"score": 9, "mentions": [{"theme": "price", "polarity": "bad"}]}', "polarity"),
    ],
)
def test_rank_refuses_the_whole_input_for_one_bad_line(bad: bytes, message: str) -> None:
    """One invalid line means no ranking, since it would be incomplete; the error names the line."""
    result = invoke("rank", given=lines(RESPONSES) + bad + b"\n" + lines(RESPONSES))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "line 7" in result.stderr
    assert message in result.stderr


def test_blank_lines_may_only_end_the_input_of_rank() -> None:
    """So that the number in an error is the number of the line."""
    assert list(jsonl.read(BytesIO(b"\xef\xbb\xbf1\r\n2\n\n \n"))) == [1, 2]
    with pytest.raises(InvalidInput, match="line 2 is blank"):
        list(jsonl.read(BytesIO(b"1\n\n2\n")))


def test_a_value_is_one_line_for_every_reader() -> None:
    """Characters that some programs take for the end of a line are escaped, and read back as they were."""
    text = "a\x85b\u2028c\u2029d\ne\x0bf\x1cg"
    stream = io.BytesIO()
    write_line(stream, {"text": text})
    line = stream.getvalue().decode()
    assert len(line.splitlines()) == 1
    assert json.loads(line) == {"text": text}
