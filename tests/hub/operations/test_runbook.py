"""The commands of ``docs/runbook.md`` are run as they stand there, in their order, on a hub that has what they name."""

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.auth.keys import Keyring
from hub.cli import app
from hub.db.engine import create_engine
from hub.metrics import Metrics
from hub.models.notifications import MAIL_STATUSES
from hub.models.plans import RUN_STATUSES
from hub.models.webhooks import DELIVERY_STATUSES
from hub.settings import Settings
from hub.workflows.service_figures import ServiceFigures
from tests.hub.accounts.signing_in import enrol
from tests.hub.outgoing.listening import listening, saying

ROOT = Path(__file__).resolve().parents[3]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
KEY = "Jm9nX2vT4qLr8sWz1bYc6dKf3gHp5uAe7iO0tR_x-NM"
READY = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{'ready': true")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", RUNBOOK, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines() if line.strip()]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a hub that has an account of a city, and somebody signed up."""
    monkeypatch.chdir(tmp_path)
    for name in ("HUB_DATABASE_URL", "HUB_LANGUAGE", "HUB_HOST", "HUB_PORT"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "backup").mkdir()
    (tmp_path / "key").write_text(KEY)
    (tmp_path / "key").chmod(0o600)
    monkeypatch.setenv("HUB_SIGN_IN", "required")
    monkeypatch.setenv("HUB_SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("HUB_DATA_FOLDER", str(tmp_path / "data"))
    run("migrate")
    made = run("account create --mail person@city.example --name 山田花子 --role approver:202151 --show-link")
    engine = create_engine(Settings(data_folder=tmp_path / "data"))
    enrol(engine, Keyring(KEY), made.split()[0], datetime(2026, 11, 30, tzinfo=UTC))
    engine.dispose()
    return tmp_path


def run(line: str) -> str:
    result = CliRunner().invoke(app, shlex.split(line))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, f"{line}: {result.output}"
    return result.output


def test_every_command_does_what_the_runbook_says(hub: Path, monkeypatch: pytest.MonkeyPatch):
    said: dict[str, str] = {}
    with listening(READY) as at:
        monkeypatch.setenv("HUB_PORT", str(at.port))
        for command in commands():
            told = command.replace("/srv", str(hub))
            with monkeypatch.context() as patch:
                while match := re.match(r"(HUB_\w+)=(\S+) ", told):
                    patch.setenv(match[1], match[2])
                    told = told[match.end() :]
                program, _, rest = told.partition(" ")
                assert program == "talent-hub"
                said[command] = run(rest)
    assert "safe" in said["talent-hub check-configuration"]
    assert "person@city.example" in said["talent-hub account list"]
    assert "account:disable" in said["talent-hub audit show --newest --size 100"]
    assert (hub / "trial" / "hub.sqlite3").exists()
    assert len(said) > 15


def test_what_is_not_run_is_in_blocks_that_say_so_and_nothing_else_is_a_command():
    kinds = set(re.findall(r"^```(\w+)$", RUNBOOK, re.MULTILINE))
    assert kinds == {"sh", "console"}
    assert not [line for line in commands() if not re.match(r"(HUB_\w+=\S+ )*talent-hub ", line)]
    assert not [line for block in blocks("console") for line in block.splitlines() if line.startswith("talent-hub")]


TOPICS = [
    "まず見る",
    "控え",
    "戻す",
    "鍵を替える",
    "締め出す",
    "版を上げる",
    "漏れたかもしれない",
    "ディスクがいっぱい",
    "計算が進まない",
]


@pytest.mark.parametrize("topic", TOPICS)
def test_the_runbook_speaks_of_what_goes_wrong(topic: str):
    assert re.search(rf"^## {topic}", RUNBOOK, re.MULTILINE)


def test_every_figure_the_runbook_names_is_one():
    runs, mail = dict.fromkeys(RUN_STATUSES, 0), dict.fromkeys(MAIL_STATUSES, 0)
    figures = ServiceFigures(runs, mail, dict.fromkeys(DELIVERY_STATUSES, 0), 0.0)
    text = Metrics().text(figures).decode()
    for name in set(re.findall(r"\bhub_[a-z_]+", RUNBOOK)):
        assert f"# TYPE {name} " in text or f"# HELP {name} " in text, name
