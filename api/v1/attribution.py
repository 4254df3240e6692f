"""By whom edits are: the key or the person that sends them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from saywhy.access import Principal
from saywhy.errors import InvalidInput
from service.topics.editing import Attribution


class Request(BaseModel):
    """What every edit has: who makes it, and why."""

    model_config = ConfigDict(extra="forbid")

    author: str | None = Field(
        default=None,
        min_length=1,
        max_length=120,
        description="Who makes the edit; to be left out with a key or a session, whose name it is then.",
        examples=["Ada"],
    )
    note: str | None = Field(default=None, max_length=1000, description="The reason.")

    def attribution(self, principal: Principal) -> Attribution:
        """Who edits, and why. Raises `InvalidInput` for an author beside a principal that has a name, or for none."""
        if principal.is_named:
            if self.author is not None:
                raise InvalidInput(f"leave out `author`: the edit is by {principal.name!r}")
            return Attribution(principal.name, self.note)
        if self.author is None:
            raise InvalidInput("say who edits: `author`")
        return Attribution(self.author, self.note)
