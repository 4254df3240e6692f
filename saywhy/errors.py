"""All errors that are not bugs: small classes named for what is wrong. The docstring is the default message.

`api/http/problems.py` maps them to problem details; the CLI prints them and exits with a non-zero code. Any other
exception is a bug.
"""

from __future__ import annotations


class SaywhyError(Exception):
    """The request cannot be carried out."""

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        super().__init__(self.detail)


class InvalidInput(SaywhyError):
    """The input cannot be read."""


class BackupDamaged(InvalidInput):
    """The file is not a backup, or does not match its checksums."""


class ScoreOutOfRange(InvalidInput):
    """The score lies outside its scale."""


class UnknownFormat(InvalidInput):
    """The file is not in a format that can be read."""


class ColumnNotFound(InvalidInput):
    """A column that was named, or that is needed, is not in the file."""


class FileTooLarge(InvalidInput):
    """A file cannot hold so much."""


class ScaleUndecided(InvalidInput):
    """The scores may be on more than one scale; say which with --scale."""


class NotFound(SaywhyError):
    """There is nothing of that name or id."""


class WorkspaceNotFound(NotFound):
    """There is no workspace of that name."""


class WaveNotFound(NotFound):
    """There is no report for that wave."""


class TopicNotFound(NotFound):
    """There is no topic of that id."""


class EditNotFound(NotFound):
    """There is no edit of that number."""


class ProposalNotFound(NotFound):
    """There is no proposal of that number."""


class CaseNotFound(NotFound):
    """There is no case of that number."""


class CustomerNotFound(NotFound):
    """There is no customer of that id, account or e-mail address."""


class PlanNotFound(NotFound):
    """There is no wave plan of that name."""


class JobNotFound(NotFound):
    """There is no job of that number."""


class ScheduleNotFound(NotFound):
    """There is no schedule of that number."""


class EndpointNotFound(NotFound):
    """There is no webhook endpoint of that number."""


class DigestNotFound(NotFound):
    """There is no digest of that number."""


class SourceNotFound(NotFound):
    """There is no source of that id or name."""


class DeliveryNotFound(NotFound):
    """There is no delivery of that number."""


class KeyNotFound(NotFound):
    """There is no key of that number or name."""


class PersonNotFound(NotFound):
    """There is nobody of that name."""


class ModelNotFound(NotFound):
    """There is no model of that name."""


class CodeFrameNotFound(NotFound):
    """There is no code frame of that name."""


class Expired(SaywhyError):
    """The file has expired."""


class LinkNotFound(NotFound):
    """There is no such link."""


class LinkEnded(Expired):
    """The link has expired or was revoked, or whoever made it may not share any more."""


class Unauthenticated(SaywhyError):
    """Send a key: `Authorization: Bearer saywhy_…`, or sign in."""


class InvalidSignature(Unauthenticated):
    """The webhook is not signed with the secret of its source, or too long ago."""


class Forbidden(SaywhyError):
    """Whoever asks may not do this."""


class WrongHost(SaywhyError):
    """The server does not answer under this name."""


class TooManyRequests(SaywhyError):
    """Too many requests; wait, then try again."""

    def __init__(self, detail: str | None = None, *, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after  # seconds


class Conflict(SaywhyError):
    """The request contradicts the present state."""


class GateFailed(Conflict):
    """This version was not shown to be better than the one that serves, so it is not promoted."""


class NoFollowUp(Conflict):
    """An anonymous workspace has no cases, customers or single comments: it promised that nobody is singled out."""


class NoWavePlans(Conflict):
    """An anonymous workspace has no wave plans: who was asked, beside what was answered, would say who said it."""


class PlanExists(Conflict):
    """There is a wave plan of that name; replace it, or choose another name."""


class IllegalTransition(Conflict):
    """A case cannot go from its state to that one."""


class CaseChanged(Conflict):
    """Somebody else has changed the case since it was read; read it again."""


class TopicEnded(Conflict):
    """The topic has ended."""


class RunAlreadyEnded(Conflict):
    """The run has ended; a terminal state is final."""


class AnalysisRunning(Conflict):
    """Another process is analysing this workspace; wait until it has ended."""


class JobEnded(Conflict):
    """The job has ended; a terminal state is final."""


class LeaseLost(Conflict):
    """The job has ended, or another worker runs it."""


class OtherModel(Conflict):
    """Vectors of two model versions cannot be compared."""


class KeyReused(SaywhyError):
    """Another request was sent with this idempotency key; send each request with a key of its own."""


class NothingToAnalyse(SaywhyError):
    """There are no responses yet; import some first."""


class BundleDamaged(SaywhyError):
    """A model bundle is incomplete or does not match its checksums."""


class NotInstalled(SaywhyError):
    """A library of the system is missing."""


class StoreUnavailable(SaywhyError):
    """The database cannot be reached or is not migrated."""


class StoreBusy(StoreUnavailable):
    """All connections to the database are in use; try again in a moment."""


class ServerBusy(SaywhyError):
    """The server has too much to do at the moment; try again in a moment."""


class ProviderRefused(SaywhyError):
    """The survey tool refuses the request."""


class ProviderBusy(SaywhyError):
    """The survey tool cannot answer at the moment."""

    def __init__(self, detail: str | None = None, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after  # seconds, if it said so
