"""Readers of cells, made for a column: each takes a cell that is not empty; CellError says what is wrong with it."""

from collections.abc import Callable, Iterable, Mapping

from hub.models.base import TERM_LENGTH, TEXT_LENGTH
from hub.workflows.sheets.book import Cell
from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.terms import Terms, split_list
from hub.workflows.sheets.values import CONTROL, CONTROL_OR_BREAK, normal, read_integer, read_text


class TextReader:
    """Reads text of at most ``longest`` characters; ``lines``: it may have several lines."""

    def __init__(self, longest: int, *, lines: bool = False) -> None:
        self.longest = longest
        self.lines = lines

    def __call__(self, value: Cell) -> str:
        """Return the text of a cell. Raises CellError."""
        return read_text(value, self.longest, lines=self.lines)

    def together(self, cells: Iterable[Cell]) -> Mapping[Cell, str | None] | None:
        """Return every cell's text when all are texts and nothing is wrong with any, or None: look at each."""
        texts = [cell for cell in cells if isinstance(cell, str)]
        if len(texts) < sum(1 for _ in cells) or max(map(len, texts), default=0) > self.longest:
            return None
        if (CONTROL if self.lines else CONTROL_OR_BREAK).search("".join(texts)):
            return None
        return {text: text.strip() or None for text in texts}


short_text = TextReader(TERM_LENGTH)
long_text = TextReader(TEXT_LENGTH, lines=True)


def integer(least: int, most: int, unit: str = "") -> Callable[[Cell], int]:
    """Return a reader of a whole number."""
    return lambda value: read_integer(value, least, most, unit)


def yen(most: int) -> Callable[[Cell], int]:
    """Return a reader of an amount in whole yen."""
    return integer(0, most, "円")


def one_word(terms: Terms) -> Callable[[Cell], str]:
    """Return a reader of one word of ``terms``, as its code."""
    return lambda value: terms.read(normal(value))


def word_list(terms: Terms) -> Callable[[Cell], tuple[str, ...]]:
    """Return a reader of a list of words of ``terms``, as their codes."""
    return lambda value: terms.read_list(normal(value))


def code_list(bodies: Bodies) -> Callable[[Cell], tuple[str, ...]]:
    """Return a reader of a list of 団体コード."""

    def read(value: Cell) -> tuple[str, ...]:
        codes: list[str] = []
        for item in split_list(normal(value)):
            code = bodies.read(item)
            if code in codes:
                raise CellError(f"{code} が2回あります。", f"{code} is listed twice.")
            codes.append(code)
        return tuple(codes)

    return read
