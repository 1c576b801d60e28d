"""Rows of cells as the XML of a worksheet: text stays text whatever it looks like, dates are dates."""

import math
import re
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TypeAlias

from hub.workflows.sheets.csv_text import STARTS_A_FORMULA
from hub.workflows.sheets.faults import column_letter
from hub.workflows.sheets.styles import FAULT_FILL, HEADER_FILL, REQUIRED_FILL, Look, Styles
from hub.workflows.sheets.values import fifteen_digits

Value: TypeAlias = str | float | date | datetime | None
"""What is written in a cell; text stays text whatever it looks like. A moment with a time zone is told in Japan's."""

NEEDS_CARE = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
INVALID_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  a cell of Excel knows no time zone
JAPAN = timezone(timedelta(hours=9))
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


class RowWriter:
    """Writes the rows of one sheet. ``formats``: each column's number format, ``marked``: cells to colour."""

    def __init__(self, styles: Styles, formats: Sequence[str], marked: Collection[tuple[int, int]]) -> None:
        self.styles = styles
        self.formats = formats
        self.marked = marked
        self.letters = [column_letter(index) for index in range(len(formats))]
        self.text = styles.number(Look("@"))
        self.quoted = styles.number(Look("@", quoted=True))
        self.plain = [styles.number(Look("General" if told == "@" else told)) for told in formats]

    def header(self, headings: Sequence[tuple[str, bool]]) -> str:
        """Return the header row of (title, required) pairs."""
        fills = {True: REQUIRED_FILL, False: HEADER_FILL}
        looks = {
            required: self.styles.number(Look("@", fill, body=False, header=True)) for required, fill in fills.items()
        }
        cells = (
            inline(f"{letter}1", looks[required], title)
            for letter, (title, required) in zip(self.letters, headings, strict=True)
            if title
        )
        return f'<row r="1">{"".join(cells)}</row>'

    def row(self, number: int, row: Sequence[Value]) -> str:
        """Return row ``number``, counted from 1 below the header; empty cells are left out."""
        place = number + 1
        cells = [f'<row r="{place}">']
        for index, value in enumerate(row):
            look: int | None = self.fault_look(index, value) if (number - 1, index) in self.marked else None
            if value is None or value == "":
                if look is not None:
                    cells.append(f'<c r="{self.letters[index]}{place}" s="{look}"/>')
            elif isinstance(value, str):
                if look is None:
                    look = self.quoted if STARTS_A_FORMULA.match(value) else self.text
                cells.append(inline(f"{self.letters[index]}{place}", look, value))
            else:
                cells.append(self.number(index, place, value, look))
        cells.append("</row>")
        return "".join(cells)

    def number(self, index: int, place: int, value: float | date | datetime, look: int | None) -> str:
        """Return a cell that holds a number or a date."""
        where = f"{self.letters[index]}{place}"
        if isinstance(value, date):
            if look is None:
                look = self.styles.number(Look(date_format(self.formats[index], value)))
            return f'<c r="{where}" s="{look}"><v>{serial(value)}</v></c>'
        if look is None:
            look = self.plain[index]
        if isinstance(value, float):
            if not math.isfinite(value):
                return inline(where, self.text, str(value))
            # Its own 15 digits, so that saving the file in Excel changes nothing.
            value = fifteen_digits(value)
            return f'<c r="{where}" s="{look}"><v>{value!r}</v></c>'
        return f'<c r="{where}" s="{look}"><v>{int(value)}</v></c>'

    def fault_look(self, index: int, value: Value) -> int:
        """Return the look of a coloured cell."""
        if isinstance(value, str) and value:
            return self.styles.number(Look("@", FAULT_FILL, quoted=bool(STARTS_A_FORMULA.match(value))))
        told = self.formats[index]
        if isinstance(value, date):
            return self.styles.number(Look(date_format(told, value), FAULT_FILL))
        return self.styles.number(Look("General" if told == "@" else told, FAULT_FILL))


def inline(where: str, look: int, text: str) -> str:
    """Return a cell that holds ``text`` as text: never a formula, also not when it is edited in Excel later."""
    kept = ' xml:space="preserve"' if text != text.strip() else ""
    if NEEDS_CARE.search(text):
        text = careful(text)
    return f'<c r="{where}" s="{look}" t="inlineStr"><is><t{kept}>{text}</t></is></c>'


def careful(text: str) -> str:
    """Return ``text`` as XML carries it: what it cannot carry is left out, what looks escaped is escaped itself."""
    kept = LOOKS_ESCAPED.sub("_x005F_", INVALID_IN_XML.sub("", text))
    kept = kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return kept.replace("\r", "&#13;")


def serial(value: date) -> str:
    """Return a day or moment as Excel counts it: days since 1899-12-30."""
    if not isinstance(value, datetime):
        return str((value - DAY_ZERO.date()).days)
    if value.tzinfo is not None:
        value = value.astimezone(UTC).astimezone(JAPAN).replace(tzinfo=None)
    return repr(fifteen_digits((value - DAY_ZERO) / timedelta(days=1)))


def date_format(told: str, value: date) -> str:
    """Return the number format of a date: the column's, or a plain one where that is of text or numbers."""
    if "y" in told:
        return told
    return MOMENT if isinstance(value, datetime) and (value.hour or value.minute) else DAY


def plain(value: Value) -> str:
    """Return a value as CSV text: 40.0 → 40, nothing → empty, dates as ISO 8601 writes them."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        moment = value if value.tzinfo is None else value.astimezone(JAPAN).replace(tzinfo=None)
        return moment.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
