"""Everything the hub keeps about who asks, to keep or to have erased. No token of a system may ask for either."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from hub.api.bodies import body_of, described
from hub.api.exports import Language
from hub.api.faults import KEPT_NOWHERE
from hub.api.uploads import XLSX
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession
from hub.errors import Invalid
from hub.logging import log_event
from hub.workflows.erasing_people import Outlook, erase_confirmed, look_ahead
from hub.workflows.personal_data import DataFormat, hand_out_own_data
from hub.workflows.sheets.faults import FileError
from matching.faults import Fault
from matching.problem import STRICT

router = APIRouter(prefix="/me", tags=["own data"])

OWN = decides("account.own")
TYPES: dict[DataFormat, str] = {"zip": "application/zip", "xlsx": XLSX}


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The second confirmation of an erasure: one's own address of mail, as the account has it."""

    __pydantic_config__ = STRICT
    mail: str


@router.get("/data.{form}", response_class=Response, dependencies=[OWN])
def hand_out(session: WritingSession, actor: ActorDep, form: DataFormat, language: Language = "ja") -> Response:
    """Return the data about oneself: JSON in a zip, or a workbook with a sheet for each table. It is recorded."""
    try:
        content = hand_out_own_data(session, actor, form, language)
    except FileError as refused:
        raise Invalid([Fault("", refused.ja, refused.en)]) from None
    headers = {"Content-Disposition": f'attachment; filename="own-data.{form}"', **KEPT_NOWHERE}
    return Response(content, media_type=TYPES[form], headers=headers)


@router.get("/erasure", dependencies=[OWN])
def show_outlook(session: ReadingSession, actor: ActorDep) -> Outlook:
    """Return why one cannot be erased now, and what would stay and until when."""
    return look_ahead(session, actor)


@router.post("/erasure", openapi_extra=described(Confirmation), dependencies=[OWN])
def erase(
    session: WritingSession, actor: ActorDep, told: Annotated[Confirmation, Depends(body_of(Confirmation))]
) -> Outlook:
    """Erase oneself for good, and return what stays. 409 with the reasons when it cannot be, 422 unconfirmed."""
    outlook = erase_confirmed(session, actor, told.mail)
    log_event("person_erased", actor=actor.id)
    return outlook
