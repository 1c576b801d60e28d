"""Single values of a cell: text, numbers, yes and no. Each reader returns the value or raises CellError."""

import math
import re
import unicodedata
from datetime import date, time, timedelta

from hub.workflows.sheets.book import Cell
from hub.workflows.sheets.faults import CellError

NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:e[+-]?[0-9]+)?", re.IGNORECASE)
THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
UNITS = ("円", "時間", "分", "日", "か月", "ヶ月", "カ月", "月", "件", "点")
LARGEST = 10**12
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
CONTROL_OR_BREAK = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters no text may hold; line break and tab may stand where a text has several lines."""

YES = frozenset({"はい", "可", "可能", "有", "あり", "要", "必須", "○", "〇", "◯", "レ", "✓", "yes", "y", "true", "1"})
NO = frozenset({"いいえ", "不可", "無", "なし", "不要", "任意", "×", "✕", "no", "n", "false", "0"})


def is_empty(value: Cell) -> bool:
    """Tell whether nothing is written in the cell (blanks alone count as nothing)."""
    return isinstance(value, str) and not value.strip()


def normal(value: Cell) -> str:
    """Return a cell as text for comparison: half-width digits and letters, no blanks around. Never for names."""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST:
        return str(int(value))
    return unicodedata.normalize("NFKC", str(value)).strip()


def read_text(value: Cell, longest: int, *, lines: bool = False) -> str:
    """Return text exactly as typed, apart from blanks around it: nothing is normalised, names keep their kanji.

    Raises CellError if it is longer than ``longest``, holds control characters, or ``lines`` is off and it has more
    than one line.
    """
    if isinstance(value, bool | date | time | timedelta):
        raise CellError(
            "文字の欄に日付や TRUE/FALSE が入っています。セルの書式を「文字列」にして書いてください。",
            "A text is expected, not a date or TRUE/FALSE. Format the cell as text and type it.",
        )
    text = normal(value) if isinstance(value, float | int) else value.replace("\r\n", "\n").strip()
    if found := (CONTROL if lines else CONTROL_OR_BREAK).search(text):
        bad = found[0]
        raise CellError(
            "改行があります。1行で書いてください。"
            if bad == "\n"
            else f"使えない制御文字（U+{ord(bad):04X}）があります。消してください。",
            "It has a line break; write one line."
            if bad == "\n"
            else f"It holds a control character (U+{ord(bad):04X}).",
        )
    if len(text) > longest:
        raise CellError(
            f"{len(text):,}文字あります（上限 {longest:,}文字）。短くしてください。",
            f"It has {len(text):,} characters, at most {longest:,} are kept. Shorten it.",
        )
    return text


def read_number(value: Cell, least: float, most: float, unit: str = "") -> float:
    """Return a finite number in [least, most]; thousands' commas and the unit may be written. Raises CellError."""
    if isinstance(value, bool):
        raise CellError("TRUE/FALSE ではなく数字を書いてください。", "Write a number, not TRUE/FALSE.")
    if isinstance(value, date | time | timedelta):
        raise CellError(
            "日付や時刻になっています。セルの書式を「標準」にして数字を書いてください。",
            "The cell is a date or time. Format it as General and type the number.",
        )
    number = value if isinstance(value, float | int) else number_in(value)
    if not math.isfinite(number):
        raise CellError("数ではありません（NaNや無限大）。", "Not a finite number.")
    if number < 0 <= least:
        raise CellError(
            f"負の数は書けません（{_plain(least)}以上）。", f"It is negative; it must be at least {_plain(least)}."
        )
    if not least <= number <= most:
        raise CellError(
            f"{_plain(least)}〜{_plain(most)}{unit}の範囲で書いてください。",
            f"It must be from {_plain(least)} to {_plain(most)}.",
        )
    return float(number)


def number_in(text: str) -> float:
    """Return the number written in ``text``. Raises CellError."""
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("¥").strip()
    for ending in UNITS:
        if plain.endswith(ending) and len(plain) > len(ending):
            plain = plain.removesuffix(ending).strip()
            break
    if THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    if not NUMBER.fullmatch(plain):
        raise CellError("数字ではありません。例のように数字だけを書いてください。", "Not a number. Write digits only.")
    return float(plain)


def read_integer(value: Cell, least: int, most: int, unit: str = "") -> int:
    """Return a whole number in [least, most]. Raises CellError."""
    number = read_number(value, least, most, unit)
    if not number.is_integer():
        raise CellError("整数で書いてください。", "Write a whole number.")
    return int(number)


def read_yes_no(value: Cell) -> bool:
    """Return True for はい, 可, ○, TRUE and the like, False for their opposites. Raises CellError."""
    if isinstance(value, bool):
        return value
    word = normal(value).lower()
    if word in YES or unicodedata.normalize("NFC", str(value)).strip() in YES:
        return True
    if word in NO:
        return False
    raise CellError("「はい」か「いいえ」で書いてください。", "Write はい (yes) or いいえ (no).")


def fifteen_digits(number: float) -> float:
    """Return ``number`` as exact as Excel keeps it."""
    return float(f"{number:.15g}")


def format_yes_no(value: bool) -> str:
    """Return ``はい`` or ``いいえ``."""
    return "はい" if value else "いいえ"


def format_number(value: float) -> str:
    """Return the shortest text that reads back as ``value``: 1.0 → 1, 1.5 → 1.5."""
    return str(int(value)) if float(value).is_integer() and abs(value) < LARGEST else repr(float(value))


def _plain(number: float) -> str:
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:g}"
