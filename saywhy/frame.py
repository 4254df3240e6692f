"""A code frame that is taught by examples: themes and causes that people wrote down, beside the core code frame.

`saywhy.frame_yaml` reads one. No model is trained for it: `pipelines.annotate.framed` tells its themes apart
by the examples. The version is a digest of the content, so annotations of one version are never taken for another's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from saywhy.code_frame import VERDICT, CodeFrame, load_code_frame

#: Stands for the code frame of the models; no other frame can have this id.
CORE_ID = "core"

#: What separates, in the `model` of an annotation in a frame, the version of the models, the frame and its version.
FRAME_MARK, VERSION_MARK = ":", "@"

#: Hex digits of the digest in a version.
_DIGEST_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Frame:
    """A code frame and its examples. `names` and `definitions` are keyed by language.

    `examples` are texts by id of the theme or cause. `changes` say what became of ids of earlier versions: one other id
    (renamed or merged), several (split) or none (removed). `source` is the YAML that it was read from. `version` is the
    digest of all this but comments and layout; `lessons` that of the labels that were added to the examples.
    """

    id: str
    names: Mapping[str, str]
    definitions: Mapping[str, str]
    code_frame: CodeFrame
    examples: Mapping[str, tuple[str, ...]]
    changes: Mapping[str, tuple[str, ...]]
    source: str
    version: str
    lessons: str = ""

    def name(self, language: str = "en") -> str:
        """The name in a language, or in English if there is none."""
        return self.names.get(language, self.names["en"])

    @property
    def renamed(self) -> Mapping[str, str]:
        """The ids of earlier versions that were renamed or merged, and what they are called now."""
        return {before: after[0] for before, after in self.changes.items() if len(after) == 1}

    def taught(self, labels: Sequence[tuple[str, str]]) -> Frame:
        """The frame with further examples, pairs of an id and a text; those whose id it does not have are left out."""
        examples = {key: list(texts) for key, texts in self.examples.items()}
        for key, text in labels:
            key = self.renamed.get(key, key)
            if key in examples and text not in examples[key]:
                examples[key].append(text)
        grown = {key: tuple(texts) for key, texts in examples.items()}
        if grown == dict(self.examples):
            return self
        return replace(self, examples=grown, lessons=digest(grown))


def frame_of(model: str) -> str:
    """The id of the frame of the annotations by this model, as their `model` says it."""
    return model.partition(FRAME_MARK)[2].partition(VERSION_MARK)[0] or CORE_ID


def version_of(model: str) -> str:
    """The version of that frame; empty for that of the models."""
    return model.partition(FRAME_MARK)[2].partition(VERSION_MARK)[2]


def with_verdict(code_frame: CodeFrame) -> CodeFrame:
    """The code frame with the theme of a verdict without a reason, which every frame has."""
    return CodeFrame((*code_frame.themes, load_code_frame()[VERDICT]), code_frame.causes)


def digest(content: object) -> str:
    """The digest of JSON content, whatever the order of its members."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]


@dataclass(frozen=True, slots=True)
class FrameVersion:
    """A version of a frame as somebody added it to a workspace; `source` is its YAML."""

    frame: str
    version: str
    source: str
    added_by: str
    added_at: datetime
