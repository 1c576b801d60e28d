"""``python -m benchmarks.imports``: what it takes to take tables in, to refuse harmful ones, and to hand lists out.

Every measurement has a process of its own: CPU seconds of all its threads, and the most memory it held. Imports are
compared with ``python-calamine`` alone reading all cells of the same file, and with that and the bare driver putting in
the rows they leave. ``--output docs/benchmarks-imports.md`` writes the page.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.bare_inserts import insert_again
from benchmarks.import_files import MONTHS, experts, hostile, reference, rows_of, write_as_office
from benchmarks.machine import machine
from benchmarks.processes import ROOT

Figures = dict[str, Any]
SHEETS = {"availability": "空き状況", "experts": "専門人材", "requests": "人材ニーズ"}
ROWS = 100_000
SHARE = {"experts": 0.6, "requests": 0.6}
"""Of ``--rows``: as many of the widest tables as a file may hold unpacked (``LARGEST_UNPACKED``)."""
EXPORTED = 4_000
TIMES_REFUSED = 5
GOAL_RATIO, GOAL_MEMORY_MB, GOAL_REFUSAL_MS = 3.0, 1024, 100


def main() -> None:
    """Measure everything, print it, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of each table")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each import; the median counts")
    parser.add_argument("--output", type=Path, default=None, help="write the page here (default: print alone)")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        name, *arguments = json.loads(options.task)
        sys.stdout.write(json.dumps(TASKS[name](*arguments)) + "\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        page = measure(Path(folder), options.rows, options.repeat)
    sys.stdout.write(page)
    if options.output:
        options.output.write_text(page, encoding="utf-8")


def measure(folder: Path, rows: int, repeat: int) -> str:
    """Return the page with everything measured."""
    parts = [heading(rows)]
    told = {kind: measure_kind(kind, folder, int(rows * SHARE.get(kind, 1)), repeat) for kind in SHEETS}
    parts.append(imports_table(told))
    parts.append(refusals_table(run("refuse")))
    parts.append(answers_text(run("answer", str(folder / "availability.xlsx"), str(folder), rows)))
    parts.append(export_text(run("export", str(folder))))
    return "\n".join(parts)


def measure_kind(kind: str, folder: Path, rows: int, repeat: int) -> Figures:
    """Return the medians of reading one kind of table with calamine alone, and of taking it in."""
    path = folder / f"{kind}.xlsx"
    run("make", kind, str(path), rows)
    found: Figures = {"size": path.stat().st_size, "rows": rows}
    for name in ("calamine", "look", "store", "bare"):
        runs = [run(name, kind, str(path), str(folder), rows) for _ in range(repeat)]
        found[name] = {key: statistics.median(one[key] for one in runs) for key in runs[0]}
    return found


def run(name: str, *arguments: Any) -> Figures:
    """Return what a task measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.imports", "--task", json.dumps([name, *arguments])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  (this Python)
    if done.returncode:
        raise SystemExit(f"{name} {arguments}: {done.stderr[-2000:]}")
    told: Figures = json.loads(done.stdout.splitlines()[-1])
    return told


def measured(work: Callable[[], Any]) -> Figures:
    """Return CPU and wall seconds of ``work`` and the most memory the process held."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def make(kind: str, path: str, rows: int) -> Figures:
    """Write a table."""
    write_as_office(rows_of(kind, rows), SHEETS[kind], Path(path))
    return {}


def calamine(_kind: str, path: str, _folder: str, _rows: int) -> Figures:
    """Read every cell with python-calamine alone."""
    from python_calamine import CalamineWorkbook

    def read() -> None:
        with CalamineWorkbook.from_path(path) as workbook:
            for name in workbook.sheet_names:
                workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)

    return measured(read)


def look(kind: str, path: str, folder: str, rows: int) -> Figures:
    """Judge and count a table, storing nothing."""
    return take_in(kind, path, folder, rows, dry_run=True)


def store(kind: str, path: str, folder: str, rows: int) -> Figures:
    """Take a table in, commit included."""
    return take_in(kind, path, folder, rows, dry_run=False)


def bare(kind: str, path: str, folder: str, rows: int) -> Figures:
    """Take a table in, and put the rows it leaves into another new hub by the bare driver; only that is measured."""
    from hub.db.transaction import transaction
    from hub.workflows.imports import import_file

    with tempfile.TemporaryDirectory(dir=folder) as data, tempfile.TemporaryDirectory(dir=folder) as other:
        for place in (data, other):
            engine = new_hub(place, rows if kind == "availability" else 0)
            if place == data:
                with transaction(engine) as session:
                    import_file(session, Path(path), kind)  # type: ignore[arg-type]
            name = Path(str(engine.url.database)).name
            engine.dispose()
        cpu, added = insert_again(Path(data) / name, Path(other) / name)
    return {"cpu": cpu, "rows": added}


def take_in(kind: str, path: str, folder: str, rows: int, *, dry_run: bool) -> Figures:
    """Take a table into a new database."""
    from hub.db.transaction import reading, transaction
    from hub.workflows.imports import import_file

    with tempfile.TemporaryDirectory(dir=folder) as data:
        engine = new_hub(data, rows if kind == "availability" else 0)

        def work() -> None:
            with (reading if dry_run else transaction)(engine) as session:
                taken = import_file(session, Path(path), kind, dry_run=dry_run)  # type: ignore[arg-type]
            if taken.faults or taken.written == dry_run or not taken.created:
                raise SystemExit(f"not taken in as expected: {taken.faults[:3]}")

        told = measured(work)
        engine.dispose()
    return told


def new_hub(folder: str, months: int) -> Any:
    """Return the engine of a new database, with as many experts as ``months`` rows of availability name."""
    from sqlalchemy import insert

    from hub.db.engine import create_engine
    from hub.db.schema import migrate
    from hub.db.transaction import transaction
    from hub.models import Expert
    from hub.models.base import table_of, utc_now
    from hub.settings import Settings
    from hub.workflows.organizations import load_register

    engine = create_engine(Settings(data_folder=Path(folder)))
    migrate(engine)
    with transaction(engine) as session:
        load_register(session)
        now = utc_now()
        people = [
            {
                "id": f"exp_{number:06d}",
                "reference": reference(number),
                "family_name": "山田",
                "is_x": False,
                "is_d": True,
                "hourly_rate": 5000,
                "base": "202151",
                "created_at": now,
                "updated_at": now,
                "version": 1,
            }
            for number in range(-(-months // MONTHS))
        ]
        if people:
            session.execute(insert(table_of(Expert)), people)
    return engine


def refuse() -> Figures:
    """Refuse each harmful workbook a few times: the median and the slowest, in milliseconds, and the memory on top."""
    from hub.workflows.sheets.book import read_book
    from hub.workflows.sheets.faults import FileError

    read_once()
    found: Figures = {}
    for what, name, content in hostile():
        times, said = [], ""
        for _ in range(TIMES_REFUSED):
            began = time.perf_counter()
            try:
                read_book(content, name)
            except FileError as refused:
                said = refused.ja
            times.append((time.perf_counter() - began) * 1000)
            if not said:
                raise SystemExit(f"not refused: {what}")
        found[what] = {"median": statistics.median(times), "most": max(times), "said": said, "size": len(content)}
    return found


def read_once() -> None:
    """Read a small workbook, so that no measurement pays for what is loaded once."""
    from hub.workflows.sheets.book import read_book
    from hub.workflows.sheets.workbook import Heading, Sheet, write_workbook

    read_book(write_workbook([Sheet("a", [Heading("a")], [["b"]])]), "a.xlsx")


def answer(path: str, folder: str, rows: int) -> Figures:
    """Ask the service for a list again and again while it takes a table in: milliseconds of the answers."""
    from fastapi.testclient import TestClient

    from hub.app import create_app
    from hub.settings import Settings

    with tempfile.TemporaryDirectory(dir=folder) as data:
        new_hub(data, rows).dispose()
        settings = Settings(data_folder=Path(data), worker=False, sign_in="local")
        with TestClient(create_app(settings), base_url="http://localhost") as client:
            quiet = [asked(client) for _ in range(50)]
            status: list[int] = []
            sending = threading.Thread(target=lambda: status.append(send(client, path)))
            began = time.perf_counter()
            sending.start()
            busy = []
            while sending.is_alive():
                busy.append(asked(client))
                time.sleep(0.02)
            wall = time.perf_counter() - began
    if status != [200]:
        raise SystemExit(f"the import was answered {status}")
    return {"quiet": spread(quiet), "busy": spread(busy), "asked": len(busy), "wall": wall}


def send(client: Any, path: str) -> int:
    """Send the table in and return the answer's status."""
    from hub.api.uploads import XLSX

    sent = client.post("/api/imports/availability", content=Path(path).read_bytes(), headers={"Content-Type": XLSX})
    return int(sent.status_code)


def asked(client: Any) -> float:
    """Return the milliseconds of one answer."""
    began = time.perf_counter()
    if client.get("/api/organizations", params={"size": 20}).status_code != 200:
        raise SystemExit("the service did not answer")
    return (time.perf_counter() - began) * 1000


def spread(times: list[float]) -> Figures:
    """Return the median, the 99th percentile and the slowest."""
    return {"median": statistics.median(times), "p99": statistics.quantiles(times, n=100)[98], "most": max(times)}


def export(folder: str) -> Figures:
    """Write 4,000 experts out, as a workbook and as CSV."""
    from hub.db.transaction import reading, transaction
    from hub.workflows.experts import store_experts
    from hub.workflows.list_exports import export_table

    with tempfile.TemporaryDirectory(dir=folder) as data:
        engine = new_hub(data, 0)
        with transaction(engine) as session:
            store_experts(session, {f"exp_{key}": draft for key, draft in experts(EXPORTED)})
        found: Figures = {}
        sizes: dict[str, int] = {}
        for kind, form in (("experts", "xlsx"), ("experts", "csv"), ("availability", "xlsx")):

            def write(kind: Any = kind, form: Any = form) -> None:
                with reading(engine) as session:
                    sizes[form] = len(export_table(session, kind, form))

            found[f"{kind}.{form}"] = measured(write) | {"size": 0}
            found[f"{kind}.{form}"]["size"] = sizes[form]
        engine.dispose()
    return found


def heading(rows: int) -> str:
    """Return the head of the page."""
    where = "、".join(f"{name}: {value}" for name, value in machine().items())
    return f"""# 取り込みと書き出しの計測 / Imports and exports, measured

`python -m benchmarks.imports --output docs/benchmarks-imports.md` が書きました（{where}）。
*Written by that command. Each figure is the median of runs in a process of its own; CPU seconds of all its threads,
and the most memory (resident) the process held, Python and the libraries included.*

目標 / goals: {rows:,}行の取り込みは python-calamine だけで読むCPUの{GOAL_RATIO:g}倍以内（1行から多くの行が残る表は、
読むことと、残る行をそのまま挿入することを合わせたCPUの{GOAL_RATIO:g}倍以内）、{GOAL_MEMORY_MB:,} MB未満。
害のあるファイルは {GOAL_REFUSAL_MS} ミリ秒以内に断る。
"""


def imports_table(kinds: Mapping[str, Figures]) -> str:
    """Return the table of imports."""
    lines = [
        "## 取り込み / imports\n",
        "| 表 | 行 | MB | calamine CPU秒 | 確かめる CPU秒 | 倍 | 書き込みまで CPU秒 | 倍 | 残る行 | 挿入だけ CPU秒 |"
        " calamineと挿入の何倍 | 経過秒 | 最大メモリMB |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for kind, told in kinds.items():
        alone, looked, stored, inserts = (told[name]["cpu"] for name in ("calamine", "look", "store", "bare"))
        lines.append(
            f"| {kind} | {told['rows']:,} | {told['size'] / 1e6:.1f}"
            f" | {alone:.2f} | {looked:.2f} | {looked / alone:.1f} | {stored:.2f} |"
            f" {stored / alone:.1f} | {told['bare']['rows']:,} | {inserts:.2f} | {stored / (alone + inserts):.1f}"
            f" | {told['store']['wall']:.1f} | {told['store']['peak_mb']:.0f} |"
        )
    return "\n".join([*lines, ""])


def refusals_table(found: Mapping[str, Figures]) -> str:
    """Return the table of refusals."""
    lines = ["## 害のあるファイル / harmful files\n", "| ファイル | MB | 中央値 ms | 最長 ms |", "|---|---|---|---|"]
    lines += [
        f"| {what} | {told['size'] / 1e6:.2f} | {told['median']:.1f} | {told['most']:.1f} |"
        for what, told in found.items()
    ]
    return "\n".join([*lines, ""])


def answers_text(told: Figures) -> str:
    """Return how the service answers meanwhile."""
    lines = [
        "## 取り込みの間の応答 / the service meanwhile\n",
        f"空き状況の取り込み（{told['wall']:.1f} 秒）の間に、同じプロセスが団体の一覧に {told['asked']} 回答えた。",
        "*One process takes in availability and answers requests for a list of organizations.*\n",
        "| | 中央値 ms | p99 ms | 最長 ms |",
        "|---|---|---|---|",
    ]
    for name, ja in (("quiet", "静かなとき / quiet"), ("busy", "取り込みの間 / meanwhile")):
        one = told[name]
        lines.append(f"| {ja} | {one['median']:.1f} | {one['p99']:.1f} | {one['most']:.1f} |")
    return "\n".join([*lines, ""])


def export_text(found: Mapping[str, Figures]) -> str:
    """Return the table of exports."""
    lines = [
        f"## 書き出し（専門人材 {EXPORTED:,} 人） / exports\n",
        "| ファイル | MB | CPU秒 | 経過秒 | 最大メモリMB（それまで） |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {told['size'] / 1e6:.1f} | {told['cpu']:.2f} | {told['wall']:.2f} | {told['peak_mb']:.0f} |"
        for name, told in found.items()
    ]
    return "\n".join([*lines, ""])


TASKS: Mapping[str, Callable[..., Figures]] = {
    task.__name__: task for task in (make, calamine, look, store, bare, refuse, answer, export)
}

if __name__ == "__main__":
    os.nice(5)
    main()
