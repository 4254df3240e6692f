"""The tools: each reads through a service, and says in words what is wrong with its arguments."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from threading import Lock
from typing import Annotated, ParamSpec, TypeVar

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel, Field

from api.mcp.results import Cause, CauseDetails, FoundComment, FoundComments, Ranking, SegmentRanking
from api.v1.classified_comments import MAX_CHARACTERS, ClassifiedComment
from models.annotator import load_annotator
from models.registry import code_frame
from pipelines.annotate.classification import CommentAnnotator
from pipelines.render.wording import closest_language
from pipelines.report.effort import find_cause
from saywhy.annotation import Polarity
from saywhy.benchmark import Against
from saywhy.code_frame import CodeFrame
from saywhy.errors import BundleDamaged, SaywhyError, StoreUnavailable
from saywhy.feedback import Group, Segment
from saywhy.issue import Issue
from saywhy.report import ALL_WAVES
from saywhy.store import Engine
from service.classification import classify as classify_items
from service.classification import to_record
from service.code_frames import chosen_code_frame
from service.comment_filters import LONGEST_TEXT, CommentSearch
from service.comments import list_comments
from service.reports import reading
from service.served_model import ServedModel, stamp_of

log = logging.getLogger(__name__)

#: An answer is read by a language model, which has room for so many comments and causes.
MAX_COMMENTS, MAX_FOUND, MAX_CAUSES = 100, 50, 100

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

Wave = Annotated[str, Field(max_length=500, description="A wave such as `2026-Q1`, or `all` waves together.")]
CauseLimit = Annotated[int, Field(ge=1, le=MAX_CAUSES, description="Causes of each kind, at most.")]


@dataclass(slots=True)
class Workspace:
    """The workspace of a store that the tools read, and the model that serves, loaded when it is first needed.

    An agent keeps its session for days: model and code frame are those that are chosen when a tool is called.
    """

    engine: Engine
    name: str
    registry: Path | None = None
    threads: int = 0
    _served: ServedModel | None = None
    _loading: Lock = field(default_factory=Lock)

    @property
    def code_frame(self) -> CodeFrame:
        """The themes and causes that the workspace uses, without loading a model.

        Raises `BundleDamaged`, and `CodeFrameNotFound` if it uses a frame that an older version shipped.
        """
        return chosen_code_frame(self.engine, self.name, code_frame(self.registry))

    @property
    def annotator(self) -> CommentAnnotator:
        """The classifier, in the code frame that the workspace uses. Raises `BundleDamaged`."""
        with self._loading:
            if self._served is None:
                stamp, core = stamp_of(self.registry), load_annotator(self.registry, self.threads)
                self._served = ServedModel(core, self.registry, stamp, self.engine, self.threads)
        return self._served.frames.annotator_of(self.name, self._served.annotator)


class Classified(BaseModel):
    """One result for each comment, in order; the `id` is its position, from 0."""

    results: list[ClassifiedComment]


def tools_of(workspace: Workspace) -> list[Callable[..., BaseModel]]:
    """The tools on this workspace. Their docstrings and annotations are what agents read."""
    engine, name = workspace.engine, workspace.name

    @_explained
    def classify(
        comments: Annotated[
            list[Annotated[str, Field(max_length=MAX_CHARACTERS)]],
            Field(min_length=1, max_length=MAX_COMMENTS, description="The comments, exactly as they were written."),
        ],
        language: Annotated[
            str, Field(max_length=35, description="Of the labels of causes: en, de, zh-Hans or zh-Hant.")
        ] = "en",
    ) -> Classified:
        """Say of comments in any language how they feel, which themes they are about and which root causes they name.

        `start` and `end` are positions in the comment, in characters. Nothing is stored.
        """
        labels_in = closest_language(language)
        annotator = workspace.annotator
        classified = classify_items([(text, None) for text in comments], annotator)
        records = [to_record(number, one, annotator.code_frame, labels_in) for number, one in enumerate(classified)]
        return Classified(results=[ClassifiedComment.model_validate(record) for record in records])

    @_explained
    def ranking(wave: Wave = ALL_WAVES, limit: CauseLimit = 10) -> Ranking:
        """Rank what costs NPS points and what adds them, with 95 % intervals, as the latest analysis computed it."""
        report = reading.read_report(engine, name, wave)
        return Ranking.of(report, limit, reading.list_waves(engine, name))

    @_explained
    def segment_ranking(
        segment: Annotated[str, Field(max_length=500, description="`NAME=VALUE`, such as `region=north`.")],
        wave: Wave = ALL_WAVES,
        limit: CauseLimit = 10,
    ) -> SegmentRanking:
        """Compare what a segment complains of and praises with all other responses of the wave.

        A difference has a 95 % interval. An anonymous workspace refuses this: nothing is published of a single segment.
        """
        from service.benchmarks import read_report_against  # loads scipy, which nothing else here needs

        against = Against.parse(f"segment:{Segment.parse(segment)}")
        report = read_report_against(engine, name, workspace.code_frame, against, wave)
        assert report.benchmark is not None
        return SegmentRanking.of(report.wave, report.benchmark, limit)

    @_explained
    def cause(
        cause: Annotated[str, Field(max_length=500, description="`theme:ID`, `topic:ID`, an id, or a label.")],
        wave: Wave = ALL_WAVES,
    ) -> Cause:
        """Show a cause of the ranking with its evidence: quotes, segments, waves, what it is about."""
        report = reading.read_report(engine, name, wave)
        key = find_cause(replace(report, issues=(*report.issues, *report.delights)), cause)
        return Cause(wave=report.wave, complaint=_details(report.issues, key), praise=_details(report.delights, key))

    @_explained
    def search_comments(
        text: Annotated[
            str | None, Field(min_length=1, max_length=LONGEST_TEXT, description="Words, in any case of letters.")
        ] = None,
        wave: Wave = ALL_WAVES,
        cause: Annotated[str | None, Field(max_length=500, description="A topic: its id or its label.")] = None,
        theme: Annotated[str | None, Field(max_length=200, description="The id of a theme, such as `support`.")] = None,
        sentiment: Polarity | None = None,
        group: Annotated[Group | None, Field(description="Detractors gave 0-6, passives 7-8, promoters 9-10.")] = None,
        score: Annotated[int | None, Field(ge=0, le=10)] = None,
        segments: Annotated[
            list[str] | None, Field(max_length=20, description="`NAME=VALUE` each: comments in all of them.")
        ] = None,
        language: Annotated[str | None, Field(max_length=16, description="Of the comment: `en`, `zh-Hans` …")] = None,
        limit: Annotated[int, Field(ge=1, le=MAX_FOUND, description="Comments of a page.")] = 20,
        cursor: Annotated[str | None, Field(max_length=2_000, description="`next` of the page before.")] = None,
    ) -> FoundComments:
        """Find comments by their words and by what they name; all conditions hold. Personal data is masked.

        An anonymous workspace refuses this: single comments are not published.
        """
        wanted = [Segment.parse(each) for each in segments or ()]
        search = CommentSearch(wave, cause, theme, sentiment, wanted, group, score, language, text)
        page = list_comments(engine, name, search, code_frame=workspace.code_frame, limit=limit, cursor=cursor)
        return FoundComments(comments=[FoundComment.of(comment) for comment in page.comments], next=page.next)

    return [classify, ranking, segment_ranking, cause, search_comments]


def _details(causes: tuple[Issue, ...], key: str) -> CauseDetails | None:
    return next((CauseDetails.of(issue) for issue in causes if str(issue.key) == key), None)


def _explained(tool: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """The tool, of which errors of the product reach the agent with their detail; those of the machine are logged."""

    @wraps(tool)
    def explained(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return tool(*args, **kwargs)
        except (StoreUnavailable, BundleDamaged) as error:
            log.error("%s", error.detail)  # the address of the database is only for the log
            raise ToolError(type(error)().detail) from None
        except SaywhyError as error:
            raise ToolError(error.detail) from None

    return explained
