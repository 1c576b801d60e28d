"""団体コード in a cell: accepted when it is right, questioned with the name of the body when a digit was lost."""

import re
from collections.abc import Mapping

from hub.workflows.sheets.book import Cell
from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.values import normal
from seed_data.municipalities import Municipality, by_code, check_digit, municipalities

SIX = re.compile(r"[0-9]{6}")
FIVE = re.compile(r"[0-9]{5}")


def prefecture_en(place: Municipality) -> str:
    """Return the name in romaji of the prefecture a municipality is in."""
    prefix = place.prefecture_code + "000"
    return by_code(prefix + check_digit(prefix)).name_en


class Bodies:
    """The organizations a code may name: those of the register, and ``others`` (code to name) the service knows."""

    def __init__(self, others: Mapping[str, str] | None = None) -> None:
        self.others = dict(others or {})

    def name_of(self, code: str) -> str | None:
        """Return the full name of the body with ``code``, or None."""
        try:
            return by_code(code).full_name_ja
        except KeyError:
            return self.others.get(code)

    def name_en_of(self, code: str) -> str | None:
        """Return the name in romaji of the body with ``code``, with its prefecture; else the name it has, or None."""
        try:
            place = by_code(code)
        except KeyError:
            return self.others.get(code)
        return place.name_en if place.kind == "prefecture" else f"{place.name_en}, {prefecture_en(place)}"

    def read(self, value: Cell) -> str:
        """Return the 6-digit code in a cell. Never guesses: a code that lost a digit is a CellError that asks."""
        text = normal(value)
        if self.name_of(text):
            return text
        if SIX.fullmatch(text):
            raise self.wrong_digit(text)
        if FIVE.fullmatch(text):
            raise self.lost_digit(text)
        raise self.no_code(text)

    def wrong_digit(self, code: str) -> CellError:
        """Question six digits that name no body."""
        right = code[:5] + check_digit(code[:5])
        name = self.name_of(right)
        if right != code and name:
            return CellError(
                f"検査数字（6桁目）が違います。{name} なら {right} です。",
                f"Wrong check digit. {right} is {name}.",
            )
        return CellError(
            "この団体コードの団体はありません。総務省「全国地方公共団体コード」で確かめてください。",
            "No body has this code (総務省 全国地方公共団体コード).",
        )

    def lost_digit(self, digits: str) -> CellError:
        """Question five digits: Excel drops a leading zero, and older lists leave out the check digit."""
        found = [(code, name) for code in ("0" + digits, digits + check_digit(digits)) if (name := self.name_of(code))]
        if not found:
            return CellError(
                "5桁です。先頭の0か検査数字が抜けていませんか。6桁を文字列で書いてください。",
                "Five digits: a leading zero or the check digit is missing. Write all six as text.",
            )
        return CellError(
            f"5桁です。{'、または '.join(f'{name} なら {code}' for code, name in found)} と、文字列で書いてください。",
            f"Five digits. Did you mean {' or '.join(f'{code} ({name})' for code, name in found)}? Write it as text.",
        )

    def no_code(self, text: str) -> CellError:
        """Question a text that is no code; a name is answered with its code, for the writer to decide."""
        named = [place for place in municipalities() if text and text in (place.name_ja, place.full_name_ja)]
        if named:
            codes = "、".join(f"{place.code}（{place.full_name_ja}）" for place in named[:5])
            return CellError(
                f"団体名ではなく6桁の団体コードを書いてください: {codes}", f"Write the code, not the name: {codes}"
            )
        return CellError(
            "団体コードは6桁の数字です（検査数字を含む）。例: 202151（長野県塩尻市）",
            "A code has six digits with the check digit, e.g. 202151 (長野県塩尻市).",
        )
