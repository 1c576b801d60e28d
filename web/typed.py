"""What a person typed into a form, read field by field: full or half width, both calendars; each fault at its field."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TypeVar

from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.values import read_integer, read_number
from matching.faults import Fault
from web.dates import read_day
from web.language import Language

MOST_YEN = 10**12
BETWEEN_DAYS = re.compile(r"[\s,、，;；]+")

T = TypeVar("T")


class Typed:
    """The values of a form, and what is wrong with them: ``faults`` by field, in the order they were read.

    What cannot be read is None and has a fault, so a form is right when ``faults`` is empty after all was read.
    """

    def __init__(self, form: Mapping[str, str], spoken: Language) -> None:
        self.form = form
        self.faults: dict[str, str] = {}
        self.spoken = spoken

    def text(self, name: str) -> str:
        """Return what was typed, with line breaks as one character and no blanks around it."""
        return self.form.get(name, "").replace("\r\n", "\n").strip()

    def number(self, name: str, least: float, most: float, *, needed: bool = True) -> float | None:
        """Return a number from ``least`` to ``most``."""
        return self._read(name, lambda typed: read_number(typed, least, most), needed=needed)

    def whole(self, name: str, least: int, most: int, *, needed: bool = True) -> int | None:
        """Return a whole number from ``least`` to ``most``."""
        return self._read(name, lambda typed: read_integer(typed, least, most), needed=needed)

    def yen(self, name: str, *, needed: bool = False) -> int | None:
        """Return an amount in whole yen."""
        return self.whole(name, 0, MOST_YEN, needed=needed)

    def day(self, name: str, *, needed: bool = True) -> date | None:
        """Return a day, in either calendar."""
        return self._read(name, self._day, needed=needed)

    def days(self, name: str) -> tuple[date, ...]:
        """Return days parted by blanks, commas or lines; none where nothing is typed."""
        words = [word for word in BETWEEN_DAYS.split(self.text(name)) if word]
        found = self._read(name, lambda _: tuple(self._day(word) for word in words), needed=False)
        return found or ()

    def chosen(self, name: str, options: Iterable[str], *, needed: bool = True) -> str | None:
        """Return one of ``options``."""
        typed = self.text(name)
        if typed in options:
            return typed
        if typed or needed:
            self.faults[name] = self.spoken.say("ひとつ選んでください")
        return None

    def refuse(self, faults: Iterable[Fault], fields: Mapping[str, str] | None = None) -> None:
        """Keep faults the hub found, at the field their place is about; ``fields``: where the names differ."""
        for fault in faults:
            name = fault.place.strip("/").split("/")[0]
            self.faults.setdefault((fields or {}).get(name, name), self.spoken.pick(fault.ja, fault.en))

    def _day(self, typed: str) -> date:
        day = read_day(typed)
        if day is None:
            raise CellError(
                f"「{typed[:20]}」は日付として読めません。令和8年4月1日 か 2026-04-01 のように入力してください。",
                f"“{typed[:20]}” is not a day. Enter it as 2026-04-01 or 令和8年4月1日.",
            )
        return day

    def _read(self, name: str, read: Callable[[str], T], *, needed: bool) -> T | None:
        typed = self.text(name)
        if not typed:
            if needed:
                self.faults[name] = self.spoken.say("入力してください")
            return None
        try:
            return read(typed)
        except CellError as error:
            self.faults[name] = self.spoken.pick(error.ja, error.en)
            return None
