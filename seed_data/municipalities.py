"""The register of Japan's 47 prefectures and 1,741 municipalities, with 団体コード, kind and the office's place.

``seed_data.build_register`` makes the file ``data/municipalities.csv``; sources and licences: ``docs/seed-data.md``.
The count is that of 総務省 (2024-01-01): 792 cities, 743 towns, 183 villages, 23 special wards; the six villages of
the Northern Territories are not in it.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from matching.problem import Location, OrganizationKind

DATA = Path(__file__).parent / "data"

Area = Literal["北海道", "東北", "関東", "中部", "近畿", "中国", "四国", "九州・沖縄"]
KINDS: dict[str, OrganizationKind] = {kind: kind for kind in get_args(OrganizationKind)}
AREA_OF_LAST_PREFECTURE: tuple[tuple[int, Area], ...] = (
    (1, "北海道"),
    (7, "東北"),
    (14, "関東"),
    (23, "中部"),
    (30, "近畿"),
    (35, "中国"),
    (39, "四国"),
    (47, "九州・沖縄"),
)


class CodeError(ValueError):
    """A 団体コード that cannot be one: not digits, wrong length or a wrong check digit."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """A prefecture or municipality; ``code`` has 6 digits, ``latitude`` and ``longitude`` are those of its office.

    ``kana`` is hiragana; ``name_en`` is romaji with the function word (``Shiojiri-shi``). The place is about 1 km
    exact, in some wide rural municipalities 5 km.
    """

    code: str
    kind: OrganizationKind
    prefecture_code: str
    prefecture_ja: str
    name_ja: str
    kana: str
    name_en: str
    latitude: float
    longitude: float
    area: Area

    @property
    def location(self) -> Location:
        """The office's place."""
        return Location(self.latitude, self.longitude)

    @property
    def full_name_ja(self) -> str:
        """The name with its prefecture's before it: names alone are not unique (府中市, 美浜町)."""
        return self.name_ja if self.kind == "prefecture" else self.prefecture_ja + self.name_ja


def check_digit(digits: str) -> str:
    """Return the sixth digit of a 団体コード from its first five (総務省, 全国地方公共団体コード: modulus 11).

    Raises:
        CodeError: ``digits`` is not five digits.
    """
    if len(digits) != 5 or not (digits.isascii() and digits.isdigit()):
        raise CodeError(f"団体コードの先頭は 5 桁の数字です / the first part of a code is five digits: {digits!r}")
    total = sum(weight * int(digit) for weight, digit in zip((6, 5, 4, 3, 2), digits, strict=True))
    return str((11 - total % 11) % 10)


def complete_code(digits: str) -> str:
    """Return the 6-digit code from its first five digits; a 6-digit code comes back when its check digit is right.

    Raises:
        CodeError: not five or six digits, or a wrong check digit.
    """
    if len(digits) != 6:
        return digits + check_digit(digits)
    right = check_digit(digits[:5])
    if digits[5] != right:
        raise CodeError(f"検査数字が違います / wrong check digit: {digits} ({digits[:5]}{right})")
    return digits


@cache
def municipalities() -> tuple[Municipality, ...]:
    """Return all prefectures and municipalities, sorted by code; read once."""
    with (DATA / "municipalities.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_municipality(row) for row in csv.DictReader(file))


@cache
def _by_code() -> MappingProxyType[str, Municipality]:
    return MappingProxyType({municipality.code: municipality for municipality in municipalities()})


def by_code(code: str) -> Municipality:
    """Return the municipality or prefecture with the 6-digit ``code``.

    Raises:
        KeyError: no such code.
    """
    return _by_code()[code]


def _municipality(row: dict[str, str]) -> Municipality:
    number = int(row["code"][:2])
    area = next(area for last, area in AREA_OF_LAST_PREFECTURE if number <= last)
    return Municipality(
        code=row["code"],
        kind=KINDS[row["kind"]],
        prefecture_code=row["code"][:2],
        prefecture_ja=row["prefecture"],
        name_ja=row["name"],
        kana=row["kana"],
        name_en=row["name_en"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        area=area,
    )
