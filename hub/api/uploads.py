"""Files sent in: as the body itself, or as the one file of a form."""

from dataclasses import dataclass
from pathlib import PurePath

from fastapi import HTTPException, Request
from starlette.datastructures import UploadFile

from hub.errors import Invalid
from hub.workflows.sheets.book import LARGEST_FILE
from matching.faults import Fault

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
NAMES = {XLSX: "file.xlsx", CSV: "file.csv"}
"""What a body of each type is called where the sender does not say."""

FORM = "multipart/form-data"
FIELD = "file"
NO_FILE = Fault("/body/file", "file という名前でファイルを1つ添えてください", "send one file under the name file")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as sent. ``name``: what the sender calls it; its ending says what it is."""

    content: bytes
    name: str


async def upload(request: Request) -> Upload:
    """Return the file of a request. Raises Invalid without one; 413 for one too large, 415 for another type."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind == FORM:
        return await _of_form(request)
    if kind not in NAMES:
        raise HTTPException(415)
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_FILE:
            raise HTTPException(413)
    if not content:
        raise Invalid([NO_FILE])
    return Upload(bytes(content), NAMES[kind])


async def _of_form(request: Request) -> Upload:
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get(FIELD)
        if not isinstance(file, UploadFile):
            raise Invalid([NO_FILE])
        content = await file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise HTTPException(413)
        return Upload(content, PurePath(file.filename or "").name)


FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            **{kind: {"schema": {"type": "string", "format": "binary"}} for kind in NAMES},
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {FIELD: {"type": "string", "format": "binary"}},
                    "required": [FIELD],
                }
            },
        },
    }
}
"""What the interface's own description says of a body read by ``upload``."""
