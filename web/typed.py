"""What a person typed into a form, read field by field: full or half width, both calendars; each fault at its field."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Annotated, TypeVar

from fastapi import Form

from hub.dependencies import WritingSession, undoable
from hub.errors import Invalid
from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.months import parse_month
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.values import read_integer, read_number
from matching.faults import Fault
from web.dates import read_day
from web.language import Language

MOST_YEN = 10**12
MOST_HOURS, MOST_DAYS = 744, 31
"""Of one month."""
BETWEEN_DAYS = re.compile(r"[\s,、，;；]+")

T = TypeVar("T")

Version = Annotated[int, Form(ge=1, le=2_147_483_647)]
"""The version a person saw: nobody writes over what they have not seen."""
AnyVersion = Annotated[int | None, Form(ge=1, le=2_147_483_647)]
"""The version a person saw, where a move may be made on whatever is there."""
Told = Annotated[str, Form(alias="words", max_length=2000)]
"""A reason in one's own words."""
NOTHING: Mapping[str, str] = MappingProxyType({})
"""The faults of a form nobody has sent."""
REASON: Mapping[str, str] = MappingProxyType({"/reason": "code", "/reason/code": "code", "/reason/words": "words"})
"""Where the faults of a reason are shown, when it is one of several; see ``reasons`` of the components."""


@cache
def bodies() -> Bodies:
    """Return the organizations of the register."""
    return Bodies()


def told_at_fields(faults: Iterable[Fault], spoken: Language) -> dict[str, str]:
    """Return what is wrong by field – the first part of a fault's place –, one message each, as a form shows it."""
    told: dict[str, str] = {}
    for fault in faults:
        told.setdefault(fault.place.split("/")[1], spoken.pick(fault.ja, fault.en))
    return told


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

    def month(self, name: str, *, needed: bool = True) -> str | None:
        """Return a month as ``YYYY-MM``, in either calendar."""
        return self._read(name, parse_month, needed=needed)

    def organization(self, name: str) -> str | None:
        """Return the code of an organization of the register."""
        return self._read(name, bodies().read, needed=True)

    def organizations(self, name: str) -> tuple[str, ...]:
        """Return the codes of organizations, one a line; none where nothing is typed."""
        lines = [line.strip() for line in self.text(name).splitlines() if line.strip()]
        found = self._read(name, lambda _: tuple(dict.fromkeys(map(bodies().read, lines))), needed=False)
        return found or ()

    def chosen(self, name: str, options: Iterable[str], *, needed: bool = True) -> str | None:
        """Return one of ``options``."""
        typed = self.text(name)
        if typed in options:
            return typed
        if typed or needed:
            self.faults[name] = self.spoken.say("ひとつ選んでください")
        return None

    @contextmanager
    def keeping(self, session: WritingSession, fields: Mapping[str, str] = NOTHING) -> Iterator[None]:
        """Do something to the hub: what it finds wrong is kept as faults, and nothing it did stays.

        ``fields``: where a fault is shown, by its place or the first part of it; elsewhere at the field of that name.
        """
        try:
            with undoable(session):
                yield
        except Invalid as invalid:
            for fault in invalid.faults:
                name = fault.place.strip("/").split("/")[0]
                shown = fields.get(fault.place, fields.get(name, name))
                self.faults.setdefault(shown, self.spoken.pick(fault.ja, fault.en))

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
