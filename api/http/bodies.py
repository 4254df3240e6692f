"""JSON objects that clients send: whatever is sent, what is said about it is short.

Without limits, a body of 8 MiB could have millions of faults, each of which takes a thousand times the memory of the
few bytes that make it.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")

#: Members that an object may have; no object that is documented has as many.
MAX_MEMBERS = 64

#: A list of a body: its first invalid entry is reported.
Items = Annotated[list[T], Field(fail_fast=True)]


class SentObject(BaseModel):
    """An object of a body: unknown members are refused, and too many members are one fault."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _few_members(cls, value: Any) -> Any:
        if isinstance(value, dict) and len(value) > MAX_MEMBERS:
            raise PydanticCustomError(
                "too_many_members", "Object should have at most {most} members", {"most": MAX_MEMBERS}
            )
        return value
