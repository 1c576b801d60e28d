import csv
import io
import json
import sqlite3

import openpyxl
import pytest

EXPERT = {
    "管理番号": "E-1",
    "姓": "髙橋",
    "名": "花子",
    "人材類型": "D",
    "スキル（略記）": "TE1-08:3; SE1-02:2",
    "拠点団体コード": "131041",
    "希望単価（円/時）": 6000,
    "2026年10月": 40,
}


@pytest.fixture
def database(run):
    assert run("migrate").exit_code == 0


@pytest.fixture
def workbook(folder):
    def write(*rows, name="experts.xlsx"):
        made = openpyxl.Workbook()
        made.active.title = "専門人材"
        made.active.append(list(EXPERT))
        for row in rows:
            made.active.append(list({**EXPERT, **row}.values()))
        made.save(folder / name)
        return folder / name

    return write


def count(folder, table="experts"):
    with sqlite3.connect(folder / "data" / "hub.sqlite3") as connection:
        found = connection.execute(f"select count(*) from {table}").fetchone()[0]
    connection.close()
    return found


def test_a_valid_file_is_taken_in_and_counted(run, database, workbook, folder):
    result = run("import", workbook({}, {"管理番号": "E-2"}), "--kind", "experts")
    assert result.exit_code == 0
    assert "新規 new 2・更新 changed 0・変更なし unchanged 0・誤り faulty 0" in result.stdout
    again = run("import", workbook({}, {"管理番号": "E-2", "姓": "別"}), "--kind", "experts", "--json")
    assert json.loads(again.stdout)["changed"] == 1
    assert json.loads(again.stdout)["unchanged"] == 1
    assert count(folder) == 2


def test_each_fault_is_a_line_on_standard_error_and_nothing_is_written(run, database, workbook, folder):
    path = workbook({}, {"管理番号": "E-2", "人材類型": "Z", "希望単価（円/時）": -1})
    result = run("import", path, "--kind", "experts", "--errors", "errors.xlsx")
    assert result.exit_code == 2
    *lines, notice = result.stderr.splitlines()
    assert notice.startswith("※ 同じ氏名と拠点の人がいます")
    assert [line.partition(" ")[0] for line in lines] == ["専門人材!D3", "専門人材!G3"]
    assert all(" / " in line for line in lines)
    assert "何も書き込んでいません / nothing was written" in result.stdout
    assert count(folder) == 0
    assert [row[0].value for row in openpyxl.load_workbook(folder / "errors.xlsx")["専門人材"].iter_rows()] == [
        "管理番号",
        "E-2",
    ]


def test_faults_come_as_json_for_a_script(run, database, workbook):
    result = run("import", workbook({"人材類型": "Z"}), "--kind", "experts", "--json")
    assert result.exit_code == 2
    told = json.loads(result.stdout)
    assert not told["written"]
    assert [(fault["sheet"], fault["cell"], fault["header"], fault["found"]) for fault in told["faults"]] == [
        ("専門人材", "D2", "人材類型", "Z")
    ]


def test_what_is_valid_is_taken_in_when_asked(run, database, workbook, folder):
    result = run("import", workbook({}, {"管理番号": "E-2", "人材類型": "Z"}), "--kind", "experts", "--valid-only")
    assert result.exit_code == 0
    assert "専門人材!D3" in result.stderr
    assert count(folder) == 1


def test_a_dry_run_writes_nothing(run, database, workbook, folder):
    result = run("import", workbook({}), "--kind", "experts", "--dry-run")
    assert result.exit_code == 0
    assert "新規 new 1" in result.stdout
    assert "確かめただけです" in result.stdout
    assert count(folder) == 0


def test_a_form_can_be_had_before_there_is_a_database(run, folder):
    sheets = {"experts": "専門人材", "requests": "人材ニーズ", "availability": "空き状況", "organizations": "団体"}
    for kind, sheet in sheets.items():
        result = run("import", "--template", f"{kind}.xlsx", "--kind", kind)
        assert result.exit_code == 0
        assert sheet in openpyxl.load_workbook(folder / f"{kind}.xlsx").sheetnames
    assert not (folder / "data").exists()


@pytest.mark.parametrize("name", ["missing.xlsx", "folder.xlsx", "experts.txt", "broken.xlsx"])
def test_a_file_that_cannot_be_read_is_told_in_a_line(run, database, folder, name):
    (folder / "folder.xlsx").mkdir()
    (folder / "experts.txt").write_text("x")
    (folder / "broken.xlsx").write_text("x")
    result = run("import", name, "--kind", "experts")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(f"{name}: ")


def test_without_a_file_or_kind_the_help_is_pointed_to(run, database):
    assert run("import", "--kind", "experts").exit_code == 2
    assert run("import", "x.xlsx").exit_code == 2


def test_a_database_that_is_not_there_or_no_database_is_refused(run, folder, workbook):
    result = run("import", workbook({}), "--kind", "experts")
    assert result.exit_code == 2
    assert "talent-hub migrate" in result.stderr
    (folder / "data" / "hub.sqlite3").write_text("junk " * 1000)
    result = run("import", workbook({}), "--kind", "experts")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_a_settings_fault_names_its_variable(run, monkeypatch):
    monkeypatch.setenv("HUB_PORT", "99999999")
    result = run("migrate")
    assert result.exit_code == 2
    assert result.stderr.startswith("HUB_PORT: ")
    monkeypatch.delenv("HUB_PORT")
    monkeypatch.setenv("HUB_DATABASE_URL", "nonsense")
    result = run("migrate")
    assert result.exit_code == 2
    assert result.stderr.startswith("HUB_DATABASE_URL: ")


def test_a_password_in_the_url_is_never_printed(run, monkeypatch):
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql+psycopg://hub:s3cret@127.0.0.1:9/x")
    result = run("migrate")
    assert result.exit_code == 2
    assert "s3cret" not in result.output


KINDS = ("experts", "requests", "availability", "organizations")


@pytest.mark.parametrize(("ending", "language"), [("xlsx", "ja"), ("xlsx", "en"), ("csv", "ja"), ("csv", "en")])
def test_lists_are_written_as_workbook_and_csv_and_read_back_unchanged(run, database, folder, ending, language):
    assert run("seed", "--experts", 12, "--requests", 5, "--cases", "--json").exit_code == 0
    for kind in KINDS:
        assert run("export", kind, "-o", f"{kind}.{ending}", "--language", language).exit_code == 0
        told = json.loads(run("import", f"{kind}.{ending}", "--kind", kind, "--json").stdout)
        assert (told["created"], told["changed"], told["faulty"], told["notices"]) == (0, 0, 0, [])
        assert told["unchanged"] >= 5


def test_a_list_is_narrowed_to_words_and_a_prefecture(run, database, folder):
    run("seed", "--experts", 60, "--requests", 10)
    told = {}
    for kind in KINDS:
        for narrowed in ((), ("--prefecture", "13"), ("--text", "あり得ない語")):
            content = run("export", kind, "-o", "-", *narrowed).stdout.lstrip("\ufeff")
            told[kind, narrowed] = list(csv.DictReader(io.StringIO(content)))
        assert len(told[kind, ()]) > len(told[kind, ("--prefecture", "13")]) > 0
        assert told[kind, ("--text", "あり得ない語")] == []
    tokyo = [row["管理番号"] for row in told["experts", ()] if row["拠点団体コード"].startswith("13")]
    assert [row["管理番号"] for row in told["experts", ("--prefecture", "13")]] == tokyo
    assert [row["管理番号"] for row in told["availability", ("--prefecture", "13")]] == tokyo


def test_a_file_of_interchange_is_whole_and_has_no_language(run, database, folder):
    for option in (("--language", "en"), ("--text", "x"), ("--prefecture", "13")):
        result = run("export", "problem", "-o", "a.json", *option)
        assert (result.exit_code, (folder / "a.json").exists()) == (2, False)
        assert len(result.stderr.splitlines()) == 1


def test_csv_goes_to_standard_output(run, database):
    run("seed", "--experts", 3)
    rows = list(csv.reader(io.StringIO(run("export", "experts", "-o", "-").stdout.lstrip("\ufeff"))))
    assert len(rows) == 4
    assert rows[0][0] == "管理番号"


def test_another_ending_is_refused(run, database, folder):
    for what, name in (("experts", "a.json"), ("problem", "a.xlsx"), ("plan", "a.txt")):
        result = run("export", what, "-o", name)
        assert result.exit_code == 2
        assert not (folder / name).exists()


def test_what_is_not_there_is_not_written(run, database, folder):
    for what, name in (("problem", "a.json"), ("plan", "a.json"), ("plan", "a.xlsx")):
        result = run("export", what, "-o", name)
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 1
        assert not (folder / name).exists()


def test_seeding_twice_adds_nothing(run, database, folder):
    first = json.loads(run("seed", "--experts", 5, "--requests", 3, "--json").stdout)
    second = json.loads(run("seed", "--experts", 5, "--requests", 3, "--json").stdout)
    assert (first["experts"], first["requests"]) == (5, 3)
    assert (second["experts"], second["requests"], second["organizations"]) == (0, 0, 0)
    assert count(folder) == 5


def test_the_stored_problem_is_a_problem_file(run, database, folder):
    run("seed", "--experts", 15, "--cases")
    assert run("export", "problem", "-o", "problem.json").exit_code == 0
    assert run("match", "problem.json", "-o", "plan.json", "--seconds", 20).exit_code == 0
    assert run("check", "problem.json", "plan.json").exit_code == 0
