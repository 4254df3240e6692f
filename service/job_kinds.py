"""The kinds of jobs: what each is told, and what a worker does for it. A new kind of job is a new entry of `KINDS`.

A job may run more than once, whenever its process was stopped, so each kind either continues where it stopped or starts
again without leaving anything twice. It ends by `RunningJob.succeed`, in the transaction of its last change if it has
one. All its transactions are fenced: they fail once another worker has the job. Heavy libraries are imported in the
functions, because servers and commands import this module too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from saywhy import store
from saywhy.errors import InvalidInput
from saywhy.export_format import ExportFormat
from saywhy.feedback import Scale, Segment
from saywhy.job import Claim, Values
from saywhy.mapping import ColumnChoice
from saywhy.report import ALL_WAVES
from saywhy.store import Connection, Engine
from service.files import JobFiles, save
from service.progress import Progress

if TYPE_CHECKING:
    from pipelines.topics.language_model.endpoint import LabelEndpoint
    from service.imports import ImportReport


@dataclass(frozen=True, slots=True)
class ImportArguments:
    """An uploaded file, by its key in `JobFiles`, its name for people, and how to read it (see `import_file`)."""

    upload: str
    file_name: str
    mapping: str | None = None
    save_mapping: str | None = None
    wave: str | None = None
    source: str | None = None
    scale: Scale | None = None
    columns: ColumnChoice = field(default_factory=ColumnChoice)
    keep_unknown: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None

    @property
    def reading_options(self) -> dict[str, Any]:
        """The options of `import_file` and `preview_file`."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in ("upload", "file_name")}


@dataclass(frozen=True, slots=True)
class AnalyseArguments:
    """`refit` clusters all clauses into topics again."""

    refit: bool = False


@dataclass(frozen=True, slots=True)
class ExportArguments:
    """Which responses are exported (see `service.exports.Selection`), and how; `segments` are `NAME=VALUE`."""

    format: ExportFormat = ExportFormat.CSV
    wave: str = ALL_WAVES
    segments: tuple[str, ...] = ()
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiveArguments:
    """All webhooks that were received are processed."""


@dataclass(frozen=True, slots=True)
class PullArguments:
    """The id of the source whose answers are pulled: what has changed since the last time, or `everything`."""

    source: str
    everything: bool = False


@dataclass(frozen=True, slots=True)
class DigestArguments:
    """The number of the digest that is composed; a test is sent whatever was sent before."""

    digest: int
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class ReannotateArguments:
    """All comments that the version which serves has not annotated yet are annotated."""


@dataclass(frozen=True, slots=True)
class ShadowArguments:
    """A sample of what the latest analysis annotated is annotated by the version in the shadow."""


Arguments = (
    ImportArguments
    | AnalyseArguments
    | ExportArguments
    | ReceiveArguments
    | PullArguments
    | DigestArguments
    | ReannotateArguments
    | ShadowArguments
)


@dataclass(frozen=True, slots=True)
class Models:
    """The models that a worker uses: see `SAYWHY_REGISTRY`, `SAYWHY_THREADS` and `SAYWHY_LABEL_URL`."""

    registry: Path | None = None
    threads: int = 0
    label_endpoint: LabelEndpoint | None = None


@dataclass(frozen=True, slots=True)
class RunningJob:
    """What a job works with. The transactions of `engine` are fenced."""

    engine: Engine
    claim: Claim
    files: JobFiles
    models: Models
    progress: Progress
    pull_url: str | None = None  # asked instead of the survey tools

    @property
    def workspace(self) -> str:
        return self.claim.workspace

    def succeed(self, connection: Connection, result: Values, detail: str | None = None) -> None:
        """End the job; raises `LeaseLost` if another worker has it by now."""
        store.claims.succeed(connection, self.claim, result, detail)


def import_upload(job: RunningJob, arguments: ImportArguments) -> None:
    """Import the file. Saved rows stay if the job is stopped; the next attempt continues after them."""
    from service.imports import import_file

    with job.engine.begin() as connection:
        is_anonymous = store.workspaces.is_anonymous(connection, store.workspaces.ensure(connection, job.workspace))

    def conclude(connection: Connection, report: ImportReport) -> None:
        job.succeed(connection, _import_result(report, is_anonymous=is_anonymous))

    import_file(
        job.engine,
        job.workspace,
        job.files.upload(arguments.upload),
        name=arguments.file_name,
        progress=job.progress,
        conclude=conclude,
        **arguments.reading_options,
    )


def _import_result(report: ImportReport, *, is_anonymous: bool) -> Values:
    """The report, without values of columns that were not imported; of an anonymous workspace without any values."""
    left_out = {"id", "file", "resumed_at", "offered"} | ({"notes"} if is_anonymous else set())
    return {"import_id": report.id} | {name: value for name, value in asdict(report).items() if name not in left_out}


def analyse(job: RunningJob, arguments: AnalyseArguments) -> None:
    """Analyse the workspace. Annotations stay if the job is stopped; the next attempt computes the rest."""
    from models.annotator import load_annotator
    from service import analysis

    annotator = load_annotator(job.models.registry, job.models.threads)
    run = analysis.analyse(
        job.engine,
        job.workspace,
        annotator,
        progress=job.progress,
        refit=arguments.refit,
        label_endpoint=job.models.label_endpoint,
    )
    with job.engine.begin() as connection:
        follow_in_shadow(connection, store.workspaces.find(connection, job.workspace), job.models.registry)
        job.succeed(connection, {"run_id": run.id, "model": run.model}, run.detail)


def follow_in_shadow(connection: Connection, workspace_id: int, registry: Path | None) -> None:
    """After an analysis, let the version in the shadow be compared with it, if there is one that is to be."""
    from service.shadow_analysis import is_due

    if is_due(connection, workspace_id, registry) and not store.jobs.pending(connection, workspace_id, "shadow"):
        store.jobs.add(connection, workspace_id, "shadow", {})


def reannotate(job: RunningJob, _: ReannotateArguments) -> None:
    """Annotate with the version that serves. Batches stay if the job is stopped; the next attempt does the rest."""
    from models.annotator import load_annotator
    from service.reannotation import reannotate

    annotator = load_annotator(job.models.registry, job.models.threads)
    done = reannotate(job.engine, job.workspace, annotator, progress=job.progress)
    with job.engine.begin() as connection:
        job.succeed(connection, {"model": done.model, "comments": done.comments})


def shadow(job: RunningJob, arguments: ShadowArguments) -> None:
    """Compare the version in the shadow with the champion. A stopped one starts again."""
    from service.shadow_analysis import compare

    compare(job, arguments)


def export(job: RunningJob, arguments: ExportArguments) -> None:
    """Write the export to a file of this attempt; it becomes the job's when the job ends."""
    from models.registry import code_frame
    from service import exports
    from service.code_frames import chosen_code_frame
    from service.export_files import write_export

    frame = chosen_code_frame(job.engine, job.workspace, code_frame(job.models.registry))
    selection = exports.Selection(arguments.wave, [Segment.parse(text) for text in arguments.segments], arguments.cause)
    responses = exports.export(job.engine, job.workspace, selection, code_frame=frame)
    count = 0

    def counted() -> Iterator[exports.ExportedResponse]:
        nonlocal count
        for response in responses:
            count += 1
            job.progress("export", count, 0)
            yield response

    key, path = job.files.new_export(f"responses.{arguments.format}")
    write_export(counted(), arguments.format, path)
    save(path)
    with job.engine.begin() as connection:
        job.succeed(connection, {"file": key, "rows": count, "bytes": path.stat().st_size})


def receive(job: RunningJob, _: ReceiveArguments) -> None:
    """Process the webhooks that were received, each once."""
    from service.sources.processing import process_received

    process_received(job)


def pull(job: RunningJob, arguments: PullArguments) -> None:
    """Pull answers. Pages that were saved stay if the job is stopped; the next attempt continues after them."""
    from service.sources.pulling import pull

    pull(job, arguments)


def digest(job: RunningJob, arguments: DigestArguments) -> None:
    """Compose a digest for the outbox."""
    from service.digests.composing import compose

    compose(job, arguments)


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job: the class of its arguments, what a worker does, and whether a schedule may start it.

    `is_once`: one that waits is not added twice with the same arguments, as it will do what the second one would.
    """

    arguments: type[Arguments]
    run: Callable[[RunningJob, Any], None]
    may_be_scheduled: bool
    is_once: bool = False

    def parse(self, values: Values) -> Arguments:
        """The arguments. Raises `InvalidInput` if a name or value is not one of this kind."""
        if unknown := values.keys() - self.arguments.__dataclass_fields__.keys():
            known = ", ".join(self.arguments.__dataclass_fields__)
            raise InvalidInput(f"there is no argument {', '.join(sorted(unknown))}; there are: {known}")
        try:
            return TypeAdapter(self.arguments).validate_python(values)
        except ValidationError as error:
            faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
            raise InvalidInput("; ".join(faults)) from None

    def values(self, arguments: Arguments) -> Values:
        """The arguments as JSON."""
        values: Values = TypeAdapter(self.arguments).dump_python(arguments, mode="json")
        return values


KINDS: Mapping[str, JobKind] = MappingProxyType(
    {
        "import": JobKind(ImportArguments, import_upload, may_be_scheduled=False),
        "analyse": JobKind(AnalyseArguments, analyse, may_be_scheduled=True, is_once=True),
        "export": JobKind(ExportArguments, export, may_be_scheduled=True),
        "receive": JobKind(ReceiveArguments, receive, may_be_scheduled=False, is_once=True),
        "pull": JobKind(PullArguments, pull, may_be_scheduled=True, is_once=True),
        "digest": JobKind(DigestArguments, digest, may_be_scheduled=False, is_once=True),  # digests have schedules
        "reannotate": JobKind(ReannotateArguments, reannotate, may_be_scheduled=False, is_once=True),
        "shadow": JobKind(ShadowArguments, shadow, may_be_scheduled=False, is_once=True),
    }
)


def kind_of(arguments: Arguments) -> str:
    """The name of the kind with these arguments."""
    return next(name for name, kind in KINDS.items() if kind.arguments is type(arguments))
