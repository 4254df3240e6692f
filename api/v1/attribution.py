"""By whom edits are: the key or the person that sends them."""

from __future__ import annotations

from pydantic import Field

from api.http.bodies import SentObject
from saywhy.access import Principal
from saywhy.errors import InvalidInput
from service.topics.editing import Attribution


class Authored(SentObject):
    """What somebody writes."""

    author: str | None = Field(
        default=None,
        min_length=1,
        max_length=120,
        description="Who makes the edit; to be left out with a key or a session, whose name it is then.",
        examples=["Ada"],
    )

    def author_for(self, principal: Principal) -> str:
        """Who edits. Raises `InvalidInput` for an author beside a principal that has a name, or for none."""
        if principal.is_named:
            if self.author is not None:
                raise InvalidInput(f"leave out `author`: the edit is by {principal.name!r}")
            return principal.name
        if self.author is None:
            raise InvalidInput("say who edits: `author`")
        return self.author


class AttributedEdit(Authored):
    """What every edit of a topic has: who makes it, and why."""

    note: str | None = Field(default=None, max_length=1000, description="The reason.")

    def attribution(self, principal: Principal) -> Attribution:
        """Who edits, and why. Raises what `author_for` raises."""
        return Attribution(self.author_for(principal), self.note)
