"""What can go wrong, as exceptions."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import httpx2
from pydantic import ValidationError

from saywhy_client import models as m


class SaywhyError(Exception):
    """What the server or a job has refused or failed to do. Errors of the network are those of httpx2."""


class ProblemError(SaywhyError):
    """The server refused a request: a problem document (RFC 9457).

    Tell problems apart by `kind` (`wave-not-found`, `case-changed` …), which does not change; `detail` is for people.
    """

    def __init__(self, problem: m.Problem) -> None:
        self.problem = problem
        faults = [f"{error.pointer or error.parameter}: {error.detail}" for error in self.errors]
        super().__init__("; ".join([f"{problem.status} {problem.title}: {problem.detail}", *faults]))

    @property
    def kind(self) -> str:
        """The last part of the type."""
        return self.problem.type.rpartition(":")[2]

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def title(self) -> str:
        """The kind of problem, for people."""
        return self.problem.title

    @property
    def detail(self) -> str:
        """What happened in this case."""
        return self.problem.detail

    @property
    def errors(self) -> Sequence[m.InvalidField]:
        """The invalid places of an invalid request, the first 100."""
        return self.problem.errors or ()

    @classmethod
    def of(cls, answer: httpx2.Response) -> ProblemError:
        """The problem of an answer that has been read; one is made up where a proxy answered with something else."""
        try:
            return cls(m.Problem.model_validate_json(answer.content))
        except ValidationError:
            title = HTTPStatus(answer.status_code).phrase if answer.status_code in [*HTTPStatus] else "Unknown status"
            return cls(
                m.Problem(
                    type="about:blank",
                    title=title,
                    status=answer.status_code,
                    detail=answer.text[:500],
                    instance=answer.request.url.path,
                )
            )


class JobFailed(SaywhyError):
    """A job that was waited for has failed or was cancelled."""

    def __init__(self, job: m.Job) -> None:
        self.job = job
        super().__init__(f"job {job.id} ({job.kind}) {job.state}: {job.detail or 'no reason given'}")
