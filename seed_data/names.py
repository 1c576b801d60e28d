"""Names of invented people: common family and given names put together by chance."""

import csv
from dataclasses import dataclass
from functools import cache

from seed_data.dice import Dice, Weighted
from seed_data.municipalities import DATA


@dataclass(frozen=True, slots=True)
class NamePart:
    """A family or given name in kanji, katakana and romaji (Hepburn, long vowels unmarked)."""

    kanji: str
    kana: str
    romaji: str


@cache
def _parts(part: str) -> Weighted[NamePart]:
    """Names of ``part``; the nearer the head of the list, the more common."""
    with (DATA / "names.csv").open(encoding="utf-8", newline="") as file:
        names = [
            NamePart(row["kanji"], row["kana"], row["romaji"]) for row in csv.DictReader(file) if row["part"] == part
        ]
    return Weighted(names, [1 / (rank + 30) for rank in range(len(names))])


def invent_name(dice: Dice) -> tuple[NamePart, NamePart]:
    """Return a family and a given name. That a person of this name lives somewhere is chance."""
    return dice.draw(_parts("family")), dice.draw(_parts("given"))
