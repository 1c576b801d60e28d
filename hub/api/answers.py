"""What a person says with a move: a reason, and the version they saw."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query

from hub.workflows.moving import Reason
from matching.problem import STRICT

Version = Annotated[int | None, Query(ge=1, le=2_147_483_647)]
"""The version a person saw; without it the move is made on whatever is there."""
Seen = Annotated[int, Query(alias="version", ge=1, le=2_147_483_647)]
"""The version a person saw, where a change needs one: nobody writes over what they have not seen."""
Id = Annotated[str | None, Query(max_length=40)]
Code = Annotated[str | None, Query(pattern="^[0-9]{6}$")]
"""A 団体コード to filter by."""


@dataclass(frozen=True, slots=True)
class Told:
    """Why: one of the move's codes (``docs/life-cycles.md``), and one's own words, which ``other`` asks for."""

    __pydantic_config__ = STRICT
    code: str | None = None
    words: str | None = None


def reason_of(told: Told) -> Reason:
    """Return what was told as a reason."""
    return Reason(told.code, told.words)
