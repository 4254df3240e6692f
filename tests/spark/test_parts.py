"""Parts, samples and the folder of results, without Spark: what is written is read again, and nothing is done twice."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from models.annotator import Annotator
from pipelines.annotate.classification import annotate
from pipelines.spark.counting import Counting, Part, count_part, count_waves
from pipelines.spark.fit import MEMBERSHIPS, fit_topics, memberships_of, read_memberships
from pipelines.spark.folders import Results, written_at_once
from pipelines.spark.inputs import find_input
from pipelines.spark.parts import Job, annotate_part
from pipelines.spark.records import (
    AnnotatedComment,
    draw_of,
    read_comments,
    read_responses,
    write_comments,
    write_responses,
)
from pipelines.spark.sampling import Sample, allocate, below, copy_rows, limits, stratum_of
from saywhy.errors import Conflict, InvalidInput
from saywhy.feedback import Comment, Customer, Response, Scale, Score, Segment
from tests.spark.conftest import contents, rows, write_csv


def test_responses_and_annotations_are_read_as_they_were_written(tmp_path: Path, annotator: Annotator) -> None:
    """Every field comes back, but for the vector of the whole comment, which no stage needs."""
    comments = [Comment("Zu teuer, aber der Support ist super!", "de"), Comment("客服很慢，也没有人回复", "zh-Hans")]
    annotated = [AnnotatedComment(*pair) for pair in zip(comments, annotate(comments, annotator), strict=True)]
    annotated.append(AnnotatedComment(Comment("-", "und", is_answer=False), None))
    write_comments(tmp_path / "comments", annotated)
    read = read_comments(tmp_path / "comments")
    assert [item.comment for item in read.values()] == [item.comment for item in annotated]
    for item, before in zip(read.values(), annotated, strict=True):
        expected = before.annotation and replace(before.annotation, model="", vector=b"")
        assert item.annotation == expected
    customer = Customer("c", "Ada", "ada@example.com", "Acme", Decimal("1.50"), None)
    at = datetime(2026, 3, 1, 12, 30, 15, 123456, UTC)
    segments = (Segment("plan", "pro"), Segment("plan", "old"), Segment("region", "EU"))
    responses = [
        Response("s", "1", Score(0), comments[0], at, "2026/Q1", segments, customer),
        Response("s", "2", Score(2, Scale.GROUPS)),
    ]
    write_responses(tmp_path / "responses", [(7, each, stratum_of(each)) for each in responses])
    assert read_responses(tmp_path / "responses", read) == responses
    assert read_responses(tmp_path / "responses", read, [1]) == responses[1:]


def test_equal_rows_are_one_part_and_are_annotated_once(tmp_path: Path, annotator: Annotator) -> None:
    """A part is known by its rows, whatever its file is called; another mapping or model makes another one."""
    folder = tmp_path / "in"
    folder.mkdir()
    write_csv(folder / "a.csv", rows()[:12])
    shutil.copy(folder / "a.csv", folder / "b.csv")
    data = find_input(folder, 100)
    job = Job(Results(tmp_path / "out"), folder, data.mapping, annotator.model, None)
    first, second = (annotate_part(job, chunk) for chunk in data.chunks)
    assert (first["is_new"], second["is_new"]) == (True, False)
    assert first["key"] == second["key"]
    assert first["rows"] == first["responses"] == 12
    other = replace(data.mapping, source="another source")
    assert annotate_part(replace(job, mapping=other), data.chunks[0])["key"] != first["key"]
    with pytest.raises(InvalidInput, match="an executor has the model"):
        annotate_part(replace(job, model="other"), data.chunks[0])


def test_a_sample_has_the_shares_of_all_and_depends_on_ids_alone(tmp_path: Path) -> None:
    """Strata get their shares and one response at least; what tasks hand on suffices for the sample, in any order."""
    everyone = [
        Response("s", str(number), Score(number % 11), Comment("x") if number % 3 else None, None, f"w{number % 2}")
        for number in range(5000)
    ]
    everyone.append(Response("s", "alone", None, None, None, "late"))
    strata = Counter(map(stratum_of, everyone))
    chosen = allocate(strata, 500)
    assert sum(chosen.values()) in (500, 501)
    assert all(abs(chosen[stratum] - max(1, count / 10.002)) <= 1 for stratum, count in strata.items())
    assert allocate(strata, 10_000) == strata
    limit = limits(strata, chosen)
    annotated = {Comment("x").content_hash: AnnotatedComment(Comment("x"), None)}
    folders = []
    for number in range(5):
        part = tmp_path / f"part-{number}"
        part.mkdir()
        write_responses(part / "responses.parquet", [(0, each, stratum_of(each)) for each in everyone[number::5]])
        write_comments(part / "comments.parquet", annotated.values())
        handed = below(part / "responses.parquet", limit, ())
        assert len(handed) < 300
        copy_rows(part, tmp_path / f"sampled-{number}", handed)
        folders.append((tmp_path / f"sampled-{number}", ()))
    sample = Sample.read(folders, chosen)
    taken = Counter[str]()
    expected = set()
    for each in sorted(everyone, key=draw_of):
        if taken[stratum_of(each)] < chosen[stratum_of(each)]:
            taken[stratum_of(each)] += 1
            expected.add(each.external_id)
    assert {each.external_id for each in sample.responses} == expected
    assert {each.external_id for each in Sample.read(folders[::-1], chosen).responses} == expected


@pytest.mark.slow
def test_clauses_outside_of_the_sample_get_the_topics_of_near_ones(
    survey: Path, tmp_path: Path, annotator: Annotator
) -> None:
    """If nothing were in the sample, nearly all clauses would still name what clustering says that they name; and the
    counts are those of the rows that are written.
    """
    data, results = find_input(survey, 1000), Results(tmp_path / "out")
    job = Job(results, survey, data.mapping, annotator.model, None)
    parts = [annotate_part(job, chunk) for chunk in data.chunks]
    strata = Counter[str]()
    for part in parts:
        strata.update(part["strata"])
    sample = Sample.read([(results.part(part["key"]), ()) for part in parts], strata)
    topics = fit_topics(sample, annotator, results.topics("all"), datetime.now(UTC))
    with written_at_once(results.topics("none")) as folder:
        folder.mkdir()
        pq.write_table(MEMBERSHIPS.empty_table(), folder / "memberships.parquet")
    named = {}
    for key in ("all", "none"):
        counts = [count_part(Counting(job, key, topics), Part(part["key"])) for part in parts]
        assert sum(row["responses"] for row in count_waves(counts)) == len(sample.responses)
        tables = [ds.dataset([*results.root.glob(f"responses/*/*-{key}.parquet")]).to_table()]
        named[key] = {
            (row["external_id"], topic["topic"], topic["start"])
            for row in tables[0].to_pylist()
            for topic in row["topics"]
        }
        assert count_part(Counting(job, key, topics), Part(parts[0]["key"])) == counts[0]
    assert len(named["all"]) > 50
    assert len(named["all"] & named["none"]) > 0.8 * len(named["all"] | named["none"])
    memberships = memberships_of(read_memberships(results.topics("all")))
    again = fit_topics(sample, annotator, results.topics("all"), datetime.now(UTC))
    assert again.topics == topics.topics, "what was kept is read as it was"
    assert topics.assignments(memberships) == again.assignments(memberships)


def test_results_are_of_one_input_and_one_run_at_a_time(tmp_path: Path) -> None:
    """A folder with other things, results of another input, and a second run are refused, and nothing is changed."""
    out = tmp_path / "out"
    results = Results(out)
    with results.claimed({"a.csv": 10}), pytest.raises(Conflict, match="another run"), results.claimed({"a.csv": 10}):
        pass
    with results.claimed({"a.csv": 10, "b.csv": 5}):  # more files came
        pass
    before = contents(out)
    with pytest.raises(InvalidInput, match=r"another input \(a.csv, b.csv"), results.claimed({"a.csv": 11}):
        pass
    assert contents(out) == before
    (out / "manifest.json").write_text("{}")
    with pytest.raises(InvalidInput, match="no manifest of saywhy"), results.claimed({"a.csv": 10}):
        pass
    (out / "manifest.json").unlink()
    (out / "thesis.doc").touch()
    with pytest.raises(InvalidInput, match=r"not empty .* \(thesis.doc\)"), results.claimed({"a.csv": 10}):
        pass


def test_only_whole_files_are_seen_and_only_what_is_used_is_kept(tmp_path: Path) -> None:
    """A write that fails leaves nothing; of two, the first wins; what belongs to rows that are gone is deleted."""
    results = Results(tmp_path)
    with pytest.raises(FileNotFoundError), written_at_once(results.part("k")) as folder:
        (folder / "x").touch()  # before its folder is made
    assert contents(tmp_path) == {}
    for text in ("first", "second"):
        with written_at_once(results.part("k")) as folder:
            folder.mkdir()
            (folder / "summary.json").write_text(text)
    assert [*contents(tmp_path).values()] == [b"first"]
    paths = [results.responses(wave, key) for wave in ("2026/Q1", None) for key in ("k-t", "old-t")]
    for path in (*paths, results.counts("k-t"), results.counts("k-old"), results.part(".k.half") / "x"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    results.responses("gone", "old-t").parent.mkdir()
    results.responses("gone", "old-t").touch()
    results.keep_only(["k", "t"])
    assert sorted(contents(tmp_path)) == [
        "counts/k-t.json",
        "parts/k/summary.json",
        "responses/wave=2026%2FQ1/k-t.parquet",
        "responses/wave=__HIVE_DEFAULT_PARTITION__/k-t.parquet",
    ]
    assert not (tmp_path / "responses" / "wave=gone").exists()
