"""The typed Python client of the saywhy HTTP interface.

`client.py` has the resources; the module of each has the operations of one part of the interface as declarations,
which `operations.py` carries out; `models.py` is what they take and return, written from the OpenAPI document.
"""

from saywhy_client import models
from saywhy_client.client import Client
from saywhy_client.problems import JobFailed, ProblemError, SaywhyError

__version__ = "0.1.0"

__all__ = ["Client", "JobFailed", "ProblemError", "SaywhyError", "models"]
