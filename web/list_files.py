"""Where a list is had as a file, narrowed as the page shows it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from hub.workflows.list_exports import TableFormat
from web.language import Language


@dataclass(frozen=True, slots=True)
class ListFiles:
    """The addresses of a list as a workbook and as CSV."""

    xlsx: str
    csv: str


def files_of(spoken: Language, what: str, **asked: str | bool | None) -> ListFiles:
    """Return the files of the list ``what`` in the reader's language; what is asked for as nothing is left out."""
    told = {name: str(value).lower() if isinstance(value, bool) else value for name, value in asked.items()}
    query = urlencode({"language": spoken.code, **{name: value for name, value in told.items() if value}})

    def at(form: TableFormat) -> str:
        return f"/api/exports/{what}.{form}?{query}"

    return ListFiles(at("xlsx"), at("csv"))
