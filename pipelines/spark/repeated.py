"""Responses whose id comes again: the last one, in the order of files and rows, counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipelines.spark.folders import Results
from saywhy.errors import InvalidInput

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

#: More rows than this are not replaced one by one: then the ids are not ids.
MAX_REPEATED = 1_000_000

#: Rows of a part are numbered from 0 to this.
_ROWS = 2**32


def find_superseded(session: SparkSession, results: Results, keys: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The rows of each part that a later row of the same source and id replaces; parts without any are left out.

    Raises `InvalidInput` if so many ids come again that the column cannot hold ids.
    """
    from pyspark.sql import functions

    folders = [str(results.part(key) / "responses.parquet") for key in keys]

    def drawn(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        for batch in batches:
            for part in batch.column(0).to_pylist():
                draws = pq.read_table(folders[part], columns=["draw"])["draw"].combine_chunks()
                positions = pa.array(range(part * _ROWS, part * _ROWS + len(draws)), pa.int64())
                yield pa.record_batch({"draw": draws, "position": positions})

    rows = session.range(0, len(folders), 1, len(folders)).mapInArrow(drawn, "draw bigint, position bigint")
    repeated = rows.groupBy("draw").agg(functions.sort_array(functions.collect_list("position")).alias("positions"))
    earlier = repeated.filter(functions.size("positions") > 1).select(
        functions.explode(functions.expr("slice(positions, 1, size(positions) - 1)")).alias("position")
    )
    positions = earlier.limit(MAX_REPEATED + 1).toArrow()["position"].to_pylist()
    if len(positions) > MAX_REPEATED:
        raise InvalidInput(f"more than {MAX_REPEATED:,} responses have an id that comes again: is it their id at all?")
    superseded = defaultdict[str, list[int]](list)
    for position in sorted(positions):
        superseded[keys[position // _ROWS]].append(position % _ROWS)
    return {key: tuple(rows) for key, rows in superseded.items()}
