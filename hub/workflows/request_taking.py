"""A request taken to be moved or edited: locked, and whose it is."""

from typing import Any

from sqlalchemy.orm import Session

from hub.auth.permissions import Belonging
from hub.errors import NotFound
from hub.models import Request
from hub.workflows.life_cycles import REQUEST
from hub.workflows.locks import lock_row
from hub.workflows.moving import Subject


def take_request(session: Session, request_id: str) -> Any:
    """Lock a request and return its row as it is now. Raises NotFound."""
    row = lock_row(session, Request, request_id)
    if row is None:
        raise NotFound("人材ニーズ", "request")
    return row


def request_subject(row: Any, version: int | None = None) -> Subject:
    """Return a request's row as what moves; ``version``: the one a person saw."""
    return Subject(REQUEST, Request, row.id, row.status, Belonging(organization=row.organization_code), version)
