"""A survey as bytes, so that what an analysis tabulated is read again in a moment."""

from __future__ import annotations

import io
from dataclasses import fields

import numpy as np
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass
from scipy import sparse

from pipelines.tabulate.cause_mentions import CauseMentions
from pipelines.tabulate.survey_data import Cause, SurveyData
from saywhy.annotation import Polarity
from saywhy.feedback import Segment

#: The arrays of `SurveyData` that are packed as they are.
_COLUMNS = (
    "points",
    "scored",
    "score",
    "scale",
    "comment",
    "answered",
    "annotated",
    "wave",
    "answered_at",
    "account",
    "sentiment",
    "is_verdict",
    "revenue",
    "lifetime_value",
)


@dataclass(frozen=True)
class _Names:
    """What is no array."""

    waves: tuple[str, ...]
    segments: tuple[Segment, ...]
    causes: tuple[Cause, ...]
    dimensions: int  # of the vectors


_NAMES = TypeAdapter(_Names)
_MENTIONS = [column.name for column in fields(CauseMentions)]


def pack(data: SurveyData) -> bytes:
    """The survey without its texts, content hashes and vectors: a compressed file of NumPy."""
    names = _Names(data.waves, data.segments, data.causes, data.vectors.shape[1])
    arrays = {name: getattr(data, name) for name in _COLUMNS}
    arrays |= {"segment": data.segmented.indices, "segment_ends": data.segmented.indptr}
    for polarity, mentions in data.cause_mentions.items():
        arrays |= {f"{polarity}_{name}": getattr(mentions, name) for name in _MENTIONS}
    file = io.BytesIO()
    np.savez_compressed(file, names=np.frombuffer(_NAMES.dump_json(names), np.uint8), **arrays)
    return file.getvalue()


def unpack(packed: bytes) -> SurveyData:
    """The survey that was packed; `comments` and `hashes` are empty, and so are `vectors`."""
    with np.load(io.BytesIO(packed)) as arrays:
        names = _NAMES.validate_json(arrays["names"].tobytes())
        columns = {name: arrays[name] for name in _COLUMNS}
        segment, ends = arrays["segment"], arrays["segment_ends"]
        cause_mentions = {
            polarity: CauseMentions(**{name: arrays[f"{polarity}_{name}"] for name in _MENTIONS})
            for polarity in (Polarity.NEGATIVE, Polarity.POSITIVE)
        }
    shape = (len(columns["comment"]), len(names.segments))
    return SurveyData(
        **columns,
        segmented=sparse.csr_array((np.ones(len(segment), dtype=bool), segment, ends), shape=shape),
        comments=(),
        hashes=(),
        waves=names.waves,
        segments=names.segments,
        causes=names.causes,
        cause_mentions=cause_mentions,
        vectors=np.zeros((0, names.dimensions), np.float16),
    )
