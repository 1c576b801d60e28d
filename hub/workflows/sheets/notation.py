"""Skills in one cell: ``TE1-08 クラウドインフラ活用:3; SE1-02:2`` for a person, with 必須 and 重み for a slot."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from hub.models.base import TERM_LENGTH
from hub.workflows.drafts import NeedDraft
from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.terms import SEPARATORS, WEAK_SEPARATORS, Terms, shorten
from hub.workflows.sheets.values import format_number, number_in

ITEM = re.compile(
    r"(?P<skill>.+?)\s*(?:[:=]|\s)\s*(?:レベル|Lv\.?|L)?\s*(?P<level>-?[0-9]+(?:\.[0-9]+)?)(?P<rest>(?:\s|[*x×!]|必須|重み).*)?",
    re.IGNORECASE,
)
WEIGHT = re.compile(r"(?:重み|[*x×])\s*[:=]?\s*(?P<weight>[0-9.]+(?:e[+-]?[0-9]+)?)", re.IGNORECASE)
MANDATORY = re.compile(r"必須|!")
HEAVIEST = 1e9
ITEMS_KEPT = 4_096
"""Short items remembered as read: thousands of cells name the same few hundred skills and levels."""


def read_skills(text: str, terms: Terms) -> tuple[tuple[str, int], ...]:
    """Return the (code, level) pairs of ``text``. Raises CellError."""
    pairs: dict[str, int] = {}
    for item in split_items(text):
        code, level, rest = read_item(item, terms)
        if rest:
            raise CellError(
                f"「{shorten(item)}」の「{shorten(rest)}」が余分です。", f"“{shorten(rest)}” is too much here."
            )
        refuse_twice(code, pairs, terms)
        pairs[code] = level
    return tuple(pairs.items())


def format_needs(needs: Iterable[NeedDraft], terms: Terms) -> str:
    """Return needs one a line: ``TE1-08 クラウドインフラ活用:3 必須 重み2``."""
    lines = []
    for need in needs:
        mandatory = " 必須" if need.mandatory else ""
        weight = f" 重み{format_number(need.weight)}" if need.weight != 1.0 else ""
        lines.append(f"{terms.show(need.skill)}:{need.level}{mandatory}{weight}")
    return "\n".join(lines)


def format_needs_short(needs: Iterable[NeedDraft]) -> str:
    """Return needs one a line in the short form: ``TE1-08:3*2!``."""
    return "\n".join(
        f"{need.skill}:{need.level}"
        + (f"*{format_number(need.weight)}" if need.weight != 1.0 else "")
        + ("!" if need.mandatory else "")
        for need in needs
    )


def read_needs(text: str, terms: Terms) -> tuple[NeedDraft, ...]:
    """Return the needs of ``text``; ``TE1-08:3*2!`` is the short form of weight 2 and mandatory. Raises CellError."""
    needs: dict[str, NeedDraft] = {}
    for item in split_items(text):
        code, level, rest = read_item(item, terms)
        refuse_twice(code, needs, terms)
        weight, left = 1.0, rest
        if match := WEIGHT.search(left):
            weight = read_weight(match["weight"], item)
            left = left[: match.start()] + left[match.end() :]
        left, marks = MANDATORY.subn("", left)
        if left.strip():
            raise CellError(
                f"「{shorten(item)}」の「{shorten(left)}」が分かりません。「必須」「重み2」だけが書けます。",
                f"“{shorten(left)}” is not understood; only 必須 (mandatory) and 重み2 (weight) may follow the level.",
            )
        needs[code] = NeedDraft(code, level, weight, marks > 0)
    return tuple(needs.values())


def read_weight(text: str, item: str) -> float:
    """Return a weight above 0. Raises CellError."""
    weight = number_in(text)
    if not 0 < weight <= HEAVIEST:
        raise CellError(f"「{shorten(item)}」の重みは0より大きい数です。", "A weight must be greater than 0.")
    return weight


def split_items(text: str) -> list[str]:
    """Return the items of ``text``; a comma parts two items only where each has its own level."""
    items: list[str] = []
    for part in SEPARATORS.split(unicodedata.normalize("NFKC", text)):
        pieces = [piece.strip() for piece in WEAK_SEPARATORS.split(part)]
        apart = len(pieces) > 1 and all(ITEM.fullmatch(piece) for piece in pieces if piece)
        items += pieces if apart else [part.strip()]
    return [item for item in items if item]


def read_item(item: str, terms: Terms) -> tuple[str, int, str]:
    """Return skill code, level and what follows. Raises CellError."""
    return _known_item(item, terms) if len(item) <= TERM_LENGTH else _item(item, terms)


@lru_cache(maxsize=ITEMS_KEPT)
def _known_item(item: str, terms: Terms) -> tuple[str, int, str]:
    return _item(item, terms)


def _item(item: str, terms: Terms) -> tuple[str, int, str]:
    match = ITEM.fullmatch(item)
    if match is None:
        raise CellError(
            f"「{shorten(item)}」にレベルがありません。「TE1-08:3」のように書いてください。",
            f"“{shorten(item)}” has no level. Write it as TE1-08:3.",
        )
    code = terms.read(match["skill"])
    if match["level"] not in ("1", "2", "3", "4"):
        raise CellError(
            f"「{terms.name(code)}」のレベル {match['level']} は範囲外です。1〜4で書いてください。",
            f"Level {match['level']} of {code} is out of range: 1 to 4.",
        )
    return code, int(match["level"]), (match["rest"] or "").strip()


def refuse_twice(code: str, known: Iterable[str], terms: Terms) -> None:
    """Raise CellError if ``code`` was written before."""
    if code in known:
        raise CellError(f"「{terms.show(code)}」が2回あります。", f"{code} is listed twice.")
