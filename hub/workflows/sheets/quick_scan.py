"""How far a worksheet reaches, found in its bytes at once: for sheets as every office program writes them.

Only what is certain is answered: a sheet written any other way (prefixed names, cells without their place, comments),
or one with formulas or errors, gets no answer here and is looked through element by element (``scan``).
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]
Numbers: TypeAlias = NDArray[np.int64]

CELLS_AT_ONCE = 200_000
BYTES_AT_ONCE = 2**24
PLACE = b' r="'
LONGEST_PLACE = 11
"""``XFD1048576`` and the quote behind it."""

AFTER_NAME = np.zeros(256, dtype=np.bool_)
AFTER_NAME[list(b" \t\r\n/>")] = True
UNCERTAIN = (b"<!", b"<f", b'"e"', b"'e'")
"""Comments, declarations, formulas and errors."""


def quick_reach(xml: bytes) -> tuple[int, int] | None:
    """Return the last row and column with a cell, valued or not (from 1; 0: none); None: look closer."""
    start, end = xml.find(b"<sheetData"), xml.rfind(b"</sheetData>")
    if start < 0 or end < start or any(xml.find(sign, start, end) >= 0 for sign in UNCERTAIN):
        return None
    if xml.find(b"<!", 0, start) >= 0 or xml.find(b"<?", start) >= 0:
        return None
    rows = columns = 0
    data = np.frombuffer(xml, dtype=np.uint8, count=end, offset=0)
    for low in range(start, end, BYTES_AT_ONCE):
        cells = cell_starts(data, low, min(low + BYTES_AT_ONCE, end))
        for first in range(0, len(cells), CELLS_AT_ONCE):
            found = last_place(data, cells[first : first + CELLS_AT_ONCE])
            if found is None:
                return None
            rows, columns = max(rows, found[0]), max(columns, found[1])
    return rows, columns


def cell_starts(data: Bytes, low: int, high: int) -> Numbers:
    """Return where in ``low`` to ``high`` an element called ``c`` begins; ``data`` goes on behind it."""
    high = min(high, len(data) - 2)
    if high <= low:
        return np.empty(0, dtype=np.int64)
    is_start = (data[low:high] == ord("<")) & (data[low + 1 : high + 1] == ord("c"))
    starts = np.flatnonzero(is_start).astype(np.int64) + low
    return starts[AFTER_NAME[data[starts + 2]]]


def last_place(data: Bytes, starts: Numbers) -> tuple[int, int] | None:
    """Return the last row and column of the cells beginning at ``starts``; None if one is not written plainly."""
    first = starts + 2 + len(PLACE)
    if len(starts) and int(first[-1]) + LONGEST_PLACE > len(data):
        # The very last cell stands at the end of the data: too short to be one that says its place.
        return None
    for offset, wanted in enumerate(PLACE):
        if not (data[starts + 2 + offset] == wanted).all():
            return None
    column, row = np.zeros(len(starts), dtype=np.int64), np.zeros(len(starts), dtype=np.int64)
    ended = np.zeros(len(starts), dtype=np.bool_)
    for offset in range(LONGEST_PLACE):
        byte = data[first + offset].astype(np.int64)
        is_letter = ~ended & (byte >= ord("A")) & (byte <= ord("Z")) & (row == 0)
        is_digit = ~ended & (byte >= ord("0")) & (byte <= ord("9")) & (column > 0)
        is_end = ~ended & (byte == ord('"')) & (row > 0)
        if not (is_letter | is_digit | is_end | ended).all():
            return None
        column[is_letter] = column[is_letter] * 26 + byte[is_letter] - ord("A") + 1
        row[is_digit] = row[is_digit] * 10 + byte[is_digit] - ord("0")
        ended |= is_end
    return (int(row.max(initial=0)), int(column.max(initial=0))) if ended.all() else None
