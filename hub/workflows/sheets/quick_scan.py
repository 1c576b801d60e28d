"""How far a worksheet reaches, found in its bytes at once: for sheets as every office program writes them.

Only what is certain is answered: a sheet written any other way (prefixed names, cells without their place, comments),
or one with formulas or errors, gets no answer here and is looked through element by element (``scan``).
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.uint8]
Numbers: TypeAlias = NDArray[np.int64]

CELLS_AT_ONCE = 100_000
BYTES_AT_ONCE = 2**22
"""Even; small enough for a processor's cache."""

PLACE = b' r="'
LONGEST_PLACE = 11
"""``XFD1048576`` and the quote behind it."""

CELL = b"<c"
UNCERTAIN_TAGS = (b"<!", b"<f", b"<?")
"""Comments and declarations, formulas, instructions."""

UNCERTAIN = (b'"e"', b"'e'")
"""Errors."""

AFTER_NAME = np.zeros(256, dtype=np.bool_)
AFTER_NAME[list(b" \t\r\n/>")] = True


def quick_reach(xml: bytes) -> tuple[int, int] | None:
    """Return the last row and column with a cell, valued or not (from 1; 0: none); None: look closer."""
    start, end = xml.find(b"<sheetData"), xml.rfind(b"</sheetData>")
    if start < 0 or end < start or xml.find(b"<!", 0, start) >= 0:
        return None
    if any(xml.find(sign, start, end) >= 0 for sign in UNCERTAIN):
        return None
    rows = columns = 0
    data = np.frombuffer(xml, dtype=np.uint8, count=end)
    for low in range(start, end, BYTES_AT_ONCE):
        cells = cell_starts(data, low, min(low + BYTES_AT_ONCE, end))
        if cells is None:
            return None
        for first in range(0, len(cells), CELLS_AT_ONCE):
            found = last_place(data, cells[first : first + CELLS_AT_ONCE])
            if found is None:
                return None
            rows, columns = max(rows, found[0]), max(columns, found[1])
    return rows, columns


def cell_starts(data: Bytes, low: int, high: int) -> Numbers | None:
    """Return where from ``low`` to below ``high`` an element called ``c`` begins; None: something needs a close look.

    Two bytes are compared at once: those that begin at even places, then those at odd ones.
    """
    found: list[Numbers] = []
    for shift in (0, 1):
        piece = data[low + shift : min(high + shift, len(data))]
        pairs = piece[: len(piece) // 2 * 2].view(np.uint16)
        if any((pairs == pair(tag)).any() for tag in UNCERTAIN_TAGS):
            return None
        found.append(np.flatnonzero(pairs == pair(CELL)).astype(np.int64) * 2 + (low + shift))
    starts = np.concatenate(found)
    starts = starts[starts + 2 < len(data)]
    return starts[AFTER_NAME[data[starts + 2]]]


def pair(tag: bytes) -> np.uint16:
    """Return two bytes as they compare with the data, whatever the machine's order."""
    return np.frombuffer(tag, dtype=np.uint16)[0]  # type: ignore[no-any-return]


def last_place(data: Bytes, starts: Numbers) -> tuple[int, int] | None:
    """Return the last row and column of the cells beginning at ``starts``; None if one is not written plainly."""
    first = starts + 2 + len(PLACE)
    if len(starts) and int(first.max()) + LONGEST_PLACE > len(data):
        # A cell at the very end of the data is too short to be one that says its place and holds something.
        return None
    for offset, wanted in enumerate(PLACE):
        if not (data[starts + 2 + offset] == wanted).all():
            return None
    column, row = np.zeros(len(starts), dtype=np.int32), np.zeros(len(starts), dtype=np.int32)
    open_ = np.ones(len(starts), dtype=np.bool_)
    for offset in range(LONGEST_PLACE):
        byte = data[first + offset].astype(np.int32)
        is_letter = open_ & (byte >= ord("A")) & (byte <= ord("Z")) & (row == 0)
        is_digit = open_ & (byte >= ord("0")) & (byte <= ord("9")) & (column > 0)
        is_end = open_ & (byte == ord('"')) & (row > 0)
        if not (is_letter | is_digit | is_end | ~open_).all():
            return None
        column = np.where(is_letter, column * 26 + (byte - (ord("A") - 1)), column)
        row = np.where(is_digit, row * 10 + (byte - ord("0")), row)
        open_ &= ~is_end
        if not open_.any():
            return int(row.max(initial=0)), int(column.max(initial=0))
    return None if open_.any() else (0, 0)
