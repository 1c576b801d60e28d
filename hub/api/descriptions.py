"""What the interface's own description says of answers that no model describes: refusals, and files."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from hub.api.uploads import CSV, XLSX

BINARY = {"schema": {"type": "string", "format": "binary"}}


class FaultRead(BaseModel):
    """One thing that is wrong, and where: a JSON pointer, or a cell of a table."""

    place: str
    message: str


class ErrorRead(BaseModel):
    """Why a request was refused. ``code`` is for programs; what else a kind of refusal says stands beside it."""

    model_config = ConfigDict(extra="allow")
    code: str
    message: str
    faults: list[FaultRead] = []
    reference: str = ""


class Refusal(BaseModel):
    """What every refusal looks like."""

    error: ErrorRead


MEANINGS = {
    400: "The request cannot be read.",
    401: "Nobody has signed in, or the session or token has ended.",
    403: "This is not allowed to who asks.",
    404: "There is no such thing, or none that who asks may see.",
    409: "The present state does not allow it, or somebody else changed it first.",
    413: "The body is too large.",
    415: "The body is of another type.",
    422: "The input is wrong; every fault is named with its place.",
    429: "Tried too often.",
    503: "The service is busy; nothing was changed.",
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal, "description": words} for status, words in MEANINGS.items()
}
"""Refusals of any address, for ``responses`` of a router."""


def files(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """Return what ``responses`` say of an address that answers with a file of one of ``kinds``."""
    return {200: {"description": "The file.", "content": dict.fromkeys(kinds, BINARY)}}


TABLE = files(XLSX, CSV)
WORKBOOK = files(XLSX)
CALENDAR = files("text/calendar")
