import json
import sqlite3

import pytest


@pytest.fixture
def request_id(run, folder):
    assert run("migrate").exit_code == 0
    assert run("seed", "--requests", 1, "--experts", 1).exit_code == 0
    with sqlite3.connect(folder / "data" / "hub.sqlite3") as connection:
        found = connection.execute("select id from requests").fetchone()[0]
        connection.execute("update requests set reference = 'R-1', scheme = 'regional_adviser'")
    connection.close()
    return found


def test_a_year_s_schemes_are_a_table_with_sources_and_need_no_database(run, folder):
    result = run("schemes", "--year", 2025)
    assert result.exit_code == 0
    assert "制度（2025年度）" in result.stdout
    assert "S-ADV-2" in result.stdout and "12-19 15:00" in result.stdout
    assert "2人以上（前提）" in result.stdout and "1,000,000円まで" in result.stdout
    assert not (folder / "data").exists()


def test_no_word_of_a_table_is_cut_off(run, request_id):
    for words in (("--year", 2025), ("--request", "R-1")):
        assert "…" not in run("schemes", *words).stdout


def test_a_year_without_data_says_which_there_are(run):
    assert "ある年度: 2025、2026" in run("schemes", "--year", 2031).stdout


def test_a_year_s_schemes_come_as_json(run):
    told = json.loads(run("schemes", "--year", 2025, "--json").stdout)
    assert (told["fiscal_year"], len(told["schemes"])) == (2025, 7)


def test_a_request_is_compared_by_id_or_reference(run, request_id):
    by_id, by_reference = (run("schemes", "--request", word) for word in (request_id, "R-1"))
    assert by_id.exit_code == by_reference.exit_code == 0
    assert by_id.stdout == by_reference.stdout
    for word in ("実質負担（試算）", "★", "特別交付税は一般財源"):
        assert word in by_id.stdout
    told = json.loads(run("schemes", "--request", request_id, "--json").stdout)
    assert len(told["options"]) + len(told["ruled_out"]) == 7


def test_the_comparison_speaks_english_where_the_settings_do(run, request_id, monkeypatch):
    monkeypatch.setenv("HUB_LANGUAGE", "en")
    shown = run("schemes", "--request", "R-1").stdout
    assert "Net (estimate)" in shown and "not confirmed" in shown


@pytest.mark.parametrize(
    "words", [("--year", 1999), ("--year", "x"), ("--request", "nothing"), ("--year", 2025, "--request", "R-1")]
)
def test_what_cannot_be_asked_is_refused_in_words(run, request_id, words):
    result = run("schemes", *words)
    assert result.exit_code == 2
    assert result.stderr and "Traceback" not in result.stderr
