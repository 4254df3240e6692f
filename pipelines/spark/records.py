"""Responses, annotated comments and rejections as rows of Parquet files, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from saywhy.annotation import Annotation, Clause, Mention, Polarity, Sentiment, ThemeLabel
from saywhy.feedback import Comment, Customer, Rejection, Response, Scale, Score, Segment

_TEXT = pa.string()
_SEGMENT = pa.struct({"dimension": _TEXT, "value": _TEXT})
_CUSTOMER = pa.struct(
    dict.fromkeys(("id", "name", "email", "account", "revenue", "lifetime_value"), _TEXT)  # money as decimal text
)
_SPAN = {"start": pa.int32(), "end": pa.int32(), "theme": _TEXT, "polarity": _TEXT}

#: `draw` and `stratum` are for sampling (`pipelines.spark.sampling`).
RESPONSES = pa.schema(
    {
        "line": pa.int64(),
        "draw": pa.int64(),
        "stratum": _TEXT,
        "source": _TEXT,
        "external_id": _TEXT,
        "score": pa.int16(),
        "scale": _TEXT,
        "comment": _TEXT,  # content hash
        "answered_at": pa.timestamp("us", "UTC"),
        "wave": _TEXT,
        "segments": pa.list_(_SEGMENT),
        "customer": _CUSTOMER,
    }
)
#: `annotation` is null where the comment is no answer.
COMMENTS = pa.schema(
    {
        "content_hash": _TEXT,
        "verbatim": _TEXT,
        "language": _TEXT,
        "is_answer": pa.bool_(),
        "annotation": pa.struct(
            {
                "sentiment": pa.struct(
                    {"label": _TEXT, "score": pa.float64(), "confidence": pa.float64(), "uncertain": pa.bool_()}
                ),
                "themes": pa.list_(pa.struct({"theme": _TEXT, "polarity": _TEXT, "confidence": pa.float64()})),
                "mentions": pa.list_(pa.struct({**_SPAN, "confidence": pa.float64()})),
                "clauses": pa.list_(pa.struct({**_SPAN, "bytes": pa.int32()})),
                "clause_vectors": pa.binary(),
            }
        ),
    }
)
REJECTIONS = pa.schema({"file": _TEXT, "line": pa.int64(), "reason": _TEXT, "row": _TEXT})


@dataclass(frozen=True, slots=True)
class AnnotatedComment:
    """A cleaned comment; without annotation if it is no answer."""

    comment: Comment
    annotation: Annotation | None


def draw_of(response: Response) -> int:
    """A number from 0 to 2^63 - 1 that depends on source and id alone: who is in a sample is no matter of order.

    It also stands for the id: of a billion responses, two have the same one with a probability of 5 %.
    """
    key = f"{response.source}\0{response.external_id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest()) >> 1


def write_responses(path: Path, numbered: Iterable[tuple[int, Response, str]]) -> None:
    """Write (line, response, stratum)."""
    _write(path, [_response_row(*item) for item in numbered], RESPONSES)


def read_responses(
    path: Path, comments: dict[str, AnnotatedComment], rows: Sequence[int] | None = None
) -> list[Response]:
    """The responses with their comments, or only some `rows`."""
    table = pq.read_table(path, schema=RESPONSES)
    if rows is not None:
        table = table.take(pa.array(rows, pa.int64()))
    return [_response(row, comments) for row in table.to_pylist()]


def write_comments(path: Path, comments: Iterable[AnnotatedComment]) -> None:
    """Write comments."""
    _write(path, [_comment_row(item) for item in comments], COMMENTS)


def read_comments(path: Path) -> dict[str, AnnotatedComment]:
    """The comments by content hash."""
    rows = pq.read_table(path, schema=COMMENTS).to_pylist()
    return {row["content_hash"]: _annotated(row) for row in rows}


def write_rejections(path: Path, file: str, rejections: Iterable[Rejection]) -> None:
    """Write the rejected rows of a file."""
    rows = [{"file": file, "line": each.line, "reason": each.reason, "row": each.row} for each in rejections]
    _write(path, rows, REJECTIONS)


def _write(path: Path, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
    pq.write_table(pa.Table.from_pylist(rows, schema), path, compression="zstd")


def _response_row(line: int, response: Response, stratum: str) -> dict[str, Any]:
    customer = asdict(response.customer) if response.customer else None
    if customer:
        customer |= {name: str(customer[name]) for name in ("revenue", "lifetime_value") if customer[name] is not None}
    return {
        "line": line,
        "draw": draw_of(response),
        "stratum": stratum,
        "source": response.source,
        "external_id": response.external_id,
        "score": response.score.value if response.score else None,
        "scale": response.score.scale.value if response.score else None,
        "comment": response.comment.content_hash if response.comment else None,
        "answered_at": response.answered_at,
        "wave": response.wave,
        "segments": [asdict(segment) for segment in response.segments],
        "customer": customer,
    }


def _response(row: dict[str, Any], comments: dict[str, AnnotatedComment]) -> Response:
    customer = row["customer"]
    if customer:
        amounts = {name: Decimal(customer[name]) for name in ("revenue", "lifetime_value") if customer[name]}
        customer = Customer(**(customer | amounts))
    return Response(
        source=row["source"],
        external_id=row["external_id"],
        score=None if row["score"] is None else Score(row["score"], Scale(row["scale"])),
        comment=comments[row["comment"]].comment if row["comment"] else None,
        answered_at=row["answered_at"],
        wave=row["wave"],
        segments=tuple(Segment(**segment) for segment in row["segments"]),
        customer=customer,
    )


def _comment_row(item: AnnotatedComment) -> dict[str, Any]:
    comment, annotation = item.comment, item.annotation
    return {
        "content_hash": comment.content_hash,
        "verbatim": comment.verbatim,
        "language": comment.language,
        "is_answer": comment.is_answer,
        "annotation": annotation
        and {
            "sentiment": asdict(annotation.sentiment),
            "themes": [asdict(theme) for theme in annotation.themes],
            "mentions": [asdict(mention) for mention in annotation.mentions],
            "clauses": [asdict(clause) | {"bytes": len(clause.vector)} for clause in annotation.clauses],
            "clause_vectors": b"".join(clause.vector for clause in annotation.clauses),
        },
    }


def _annotated(row: dict[str, Any]) -> AnnotatedComment:
    comment = Comment(row["verbatim"], row["language"], row["is_answer"])
    labels = row["annotation"]
    return AnnotatedComment(comment, labels and _annotation(labels))


def _annotation(labels: dict[str, Any]) -> Annotation:
    """The annotation without what no stage needs: the model version, which is that of the part, and the vector of the
    whole comment, which would be a third of all bytes.
    """
    bounds = pairwise(accumulate((clause["bytes"] for clause in labels["clauses"]), initial=0))
    vectors = labels["clause_vectors"]
    return Annotation(
        model="",
        sentiment=Sentiment(**_with_polarity(labels["sentiment"], "label")),
        themes=tuple(ThemeLabel(**_with_polarity(theme)) for theme in labels["themes"]),
        mentions=tuple(Mention(**_with_polarity(mention)) for mention in labels["mentions"]),
        clauses=tuple(
            _clause(clause, vectors[start:end]) for clause, (start, end) in zip(labels["clauses"], bounds, strict=True)
        ),
        vector=b"",
    )


def _clause(values: dict[str, Any], vector: bytes) -> Clause:
    return Clause(values["start"], values["end"], values["theme"], Polarity(values["polarity"]), vector)


def _with_polarity(values: dict[str, Any], name: str = "polarity") -> dict[str, Any]:
    return values | {name: Polarity(values[name])}


def annotations_of(comments: Iterable[tuple[str, AnnotatedComment]]) -> Iterator[tuple[str, Annotation]]:
    """The annotations with the content hashes of their comments, in order of these, as the store gives them."""
    for content_hash, item in sorted(comments, key=lambda pair: pair[0]):
        if item.annotation is not None:
            yield content_hash, item.annotation
