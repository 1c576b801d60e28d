"""Tables sent by a form: the file itself, or the copy of it that the page before carried.

Nothing of a file stays with the hub between the look at it and its import. A page that shows what a file would do
carries a small one in its own form, so that nobody has to choose it again; a larger one is chosen again, and its digest
tells whether it is the one that was looked at.
"""

import base64
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from hub.workflows.sheets.book import LARGEST_FILE

MOST_CARRIED = 700_000
"""Bytes a page carries; in base64 they still fit in one part of a form (1 MiB)."""
MOST_FIELDS = 10
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class TableSent:
    """A table as sent. ``content`` None: no file. ``checked``: digest of the file looked at before, or empty.

    ``how``: the import that is asked for, as the button says it.
    """

    content: bytes | None
    name: str
    checked: str
    how: str

    @property
    def digest(self) -> str:
        """What tells this content from any other."""
        return sha256(self.content or b"").hexdigest()

    @property
    def carried(self) -> str:
        """The content for a field of the next page, empty where it is too large for one."""
        content = self.content or b""
        return base64.b64encode(content).decode() if len(content) <= MOST_CARRIED else ""


async def table_sent(request: Request) -> TableSent:
    """Return what a form sent. It is read here, not by a parameter: only once it is decided who may send one."""
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
        content, name = await _file(form)
        return TableSent(content, name, _text(form, "checked"), _text(form, "how"))


async def _file(form: FormData) -> tuple[bytes | None, str]:
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        return await file.read(LARGEST_FILE + 1), _shown(PurePath(file.filename.replace("\\", "/")).name)
    try:
        return base64.b64decode(_text(form, "carried"), validate=True) or None, _shown(_text(form, "name"))
    except ValueError:
        return None, ""


def _shown(name: str) -> str:
    """Return a file's name fit for a page: its end says what it is, and nothing in it is no sign."""
    return "".join(sign for sign in name if sign.isprintable())[-LONGEST_NAME:]


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


TableDep = Annotated[TableSent, Depends(table_sent)]
"""The table of a form; put it before the session, so that nobody holds a transaction while it arrives."""
