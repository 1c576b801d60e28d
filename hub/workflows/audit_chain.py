"""How audit records are bound together: what is hashed, in which form, and what ties the erasable part to it.

A record's hash is SHA-256 over the canonical JSON of a list: the version of this form, then every column in the order
of ``Link``. The personal part is bound by ``commitment``, SHA-256 over a random salt and the text: as long as both are
there it can be checked, and once they are erased the commitment says nothing about what it was.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from operator import attrgetter
from typing import Any

FORM = "talent-hub audit 1"


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: the number of its last record and that record's hash. Written ``seq:hash``."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
BEGINNING = Head(0, "0" * 64)
"""The end of a chain without records."""


@dataclass(frozen=True, slots=True)
class Link:
    """One record without its own hash. ``before``, ``after``: canonical JSON; ``previous``: the last one's hash."""

    seq: int
    at: str
    actor_id: str
    action: str
    kind: str
    subject_id: str
    before: str | None
    after: str | None
    commitment: str | None
    previous: str

    def values(self) -> tuple[Any, ...]:
        """Return the columns in their order."""
        return _VALUES(self)

    def head(self) -> Head:
        """Return the end of a chain that ends with this record."""
        return Head(self.seq, sha256(canonical([FORM, *self.values()]).encode()).hexdigest())


_VALUES = attrgetter(*Link.__slots__)


def canonical(value: Mapping[str, Any] | list[Any]) -> str:
    """Return ``value`` as JSON in one form only: keys sorted, no blanks, text as it is. TypeError, ValueError (NaN)."""
    return _ENCODER.encode(value)


def commit_to(salt: str, content: str) -> str:
    """Return what binds ``content`` without telling it."""
    return sha256(f"{salt}{content}".encode()).hexdigest()


def new_salt() -> str:
    """Return 256 random bits in hexadecimal."""
    return secrets.token_hex(32)


def moment(at: datetime) -> str:
    """Return ``at`` as it is kept and hashed: UTC with microseconds, of one length, so that text sorts by time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
