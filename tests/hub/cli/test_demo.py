import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import openpyxl
import pytest

from matching.interchange import read_plan

COMMAND = Path(sys.executable).parent / "talent-hub"
SMALL = ("--no-serve", "--experts", 20, "--seconds", 20)


@pytest.mark.slow
def test_the_demo_makes_a_plan_of_real_cases_and_does_so_again_the_same(run, folder):
    first = run("demo", *SMALL)
    assert first.exit_code == 0
    assert "架空の専門人材 20 人を加えました" in first.stdout
    assert re.search(r"埋まった枠: [1-9][0-9]* / [0-9]+", first.stdout)
    assert "長野県塩尻市" in first.stdout
    page = re.search(r"http://127\.0\.0\.1:8000/plans/(plan_[0-9a-f]+)", first.stdout)[0]
    again = run("demo", *SMALL)
    assert again.exit_code == 0
    assert "架空の専門人材 0 人を加えました" in again.stdout
    assert "データは前回と同じです" in again.stdout
    assert page in again.stdout
    tables = [text[text.index("配置計画") : text.index("データ:")] for text in (first.stdout, again.stdout)]
    assert tables[0] == tables[1].removeprefix("データは前回と同じです。前回の計画を示します\n")
    # The demo's data stand apart from anybody's own, and other commands can be pointed at them.
    assert (folder / "data" / "demo" / "hub.sqlite3").exists()
    assert not (folder / "data" / "hub.sqlite3").exists()


@pytest.mark.slow
def test_the_demos_plan_can_be_taken_out_and_checked(run, folder, monkeypatch):
    run("demo", *SMALL, "--data-folder", "elsewhere")
    monkeypatch.setenv("HUB_DATA_FOLDER", "elsewhere")
    assert run("export", "plan", "-o", "plan.json").exit_code == 0
    plan = read_plan((folder / "plan.json").read_bytes())
    assert run("export", "plan", "-o", "plan.xlsx").exit_code == 0
    workbook = openpyxl.load_workbook(folder / "plan.xlsx")
    rows = list(workbook["配置計画一覧"].iter_rows(values_only=True))
    header, body = rows[0], rows[1:]
    assert len(body) == len(plan.assignments) + len(plan.open_slots)
    cost, fit, code, reason = (header.index(name) for name in ("費用（円）", "適合度", "団体コード", "空いた理由"))
    filled = [row for row in body if row[fit] is not None]
    assert sum(row[cost] for row in filled) == pytest.approx(sum(one.cost for one in plan.assignments), abs=len(filled))
    assert all(isinstance(row[code], str) and len(row[code]) == 6 for row in body)
    assert all((row[reason] is None) == (row[fit] is not None) for row in body)
    assert run("export", "plan", "-o", "english.xlsx", "--language", "en").exit_code == 0
    english = list(openpyxl.load_workbook(folder / "english.xlsx")["Assignments"].iter_rows(values_only=True))
    assert all(str(name).isascii() for name in english[0])
    assert [row[0] for row in english[1:]] == [row[code] for row in body]
    assert run("export", "plan", "-o", "plan.csv", "--prefecture", "99").exit_code == 0
    assert len((folder / "plan.csv").read_text("utf-8-sig").splitlines()) == 1
    stored = re.search(r"plan_[0-9a-f]+", run("demo", *SMALL, "--data-folder", "elsewhere").stdout)[0]
    assert run("export", "problem", "--plan", stored, "-o", "problem.json").exit_code == 0
    assert run("check", "problem.json", "plan.json").exit_code == 0


def test_a_host_other_machines_reach_is_refused(run, monkeypatch):
    monkeypatch.setattr("hub.cli.service.run_server", lambda *_: pytest.fail("served"))
    for host in ("0.0.0.0", "192.168.1.2", "::", "example.com"):
        result = run("serve", "--host", host)
        assert result.exit_code == 2
        assert "127.0.0.1" in result.stderr
    monkeypatch.setenv("HUB_HOST", "0.0.0.0")
    assert run("serve").exit_code == 2
    assert run("demo", "--no-serve").exit_code == 2


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def test_the_service_starts_on_an_empty_folder_and_ends_on_ctrl_c(folder):
    port = free_port()
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", str(port)],
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        assert f"http://127.0.0.1:{port}/" in line, process.stderr.read()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as page:
            assert "デジタル人材ハブ" in page.read().decode()
        busy = subprocess.run(
            [COMMAND, "serve", "--port", str(port)], cwd=folder, capture_output=True, text=True, check=False
        )
        assert busy.returncode == 2
        assert "そのポートは使われています" in busy.stderr
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode in (0, 130), err
    assert "Traceback" not in err


def test_an_older_database_is_left_for_migrate(run, folder):
    (folder / "data").mkdir()
    connection = sqlite3.connect(folder / "data" / "hub.sqlite3")
    connection.execute("create table alembic_version (version_num varchar(32) not null)")
    connection.execute("insert into alembic_version values ('0000_older')")
    connection.commit()
    connection.close()
    result = run("serve")
    assert result.exit_code == 2
    assert "talent-hub migrate" in result.stderr


def test_migrating_again_changes_nothing(run):
    first, again = run("migrate"), run("migrate")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "1,788" in first.stdout
    assert again.stdout == "データベースは最新です / up to date: data/hub.sqlite3\n"
