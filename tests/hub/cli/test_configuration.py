"""What is unsafe is refused before anything is served, by name and with what to do, in both languages."""

import re
import sqlite3
from pathlib import Path

import pytest

from hub.cli.configuration import findings
from hub.settings import Settings
from tests.hub.outgoing.listening import listening, saying

KEY = "Jm9nX2vT4qLr8sWz1bYc6dKf3gHp5uAe7iO0tR_x-NM"
SAFE = {
    "sign_in": "required",
    "secret_key": KEY,
    "host": "0.0.0.0",
    "public_url": "https://hub.example",
    "allowed_hosts": ("hub.example",),
}


def found(**changes: object) -> list[str]:
    return [one.setting for one in findings(Settings(**{**SAFE, **changes}))]


def secret(folder: Path, mode: int, content: str = KEY) -> Path:
    file = folder / f"secret-{mode:o}"
    file.write_text(content)
    file.chmod(mode)
    return file


def test_a_hub_that_is_set_as_documented_is_safe():
    assert found() == []
    assert found(host="127.0.0.1") == []
    assert found(host="127.0.0.1", public_url=None, allowed_hosts=("localhost",)) == []


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({"secret_key": None}, "HUB_SECRET_KEY"),
        ({"secret_key": "short"}, "HUB_SECRET_KEY"),
        ({"secret_key": "x" * 64}, "HUB_SECRET_KEY"),
        ({"secret_key": "changeme-changeme-0123456789-abcdefghijkl"}, "HUB_SECRET_KEY"),
        ({"secret_key": f"{KEY}\n{'ab' * 20}"}, "HUB_SECRET_KEY"),
        ({"secret_key_file": Path("/nowhere/at-all")}, "HUB_SECRET_KEY_FILE"),
        ({"public_url": None}, "HUB_PUBLIC_URL"),
        ({"public_url": "http://hub.example"}, "HUB_PUBLIC_URL"),
        ({"host": "127.0.0.1", "public_url": "http://hub.example"}, "HUB_PUBLIC_URL"),
        ({"allowed_hosts": ("other.example",)}, "HUB_ALLOWED_HOSTS"),
        ({"allowed_hosts": ()}, "HUB_ALLOWED_HOSTS"),
        ({"allowed_hosts": ("*", "hub.example")}, "HUB_ALLOWED_HOSTS"),
        ({"trusted_proxies": ("*",)}, "HUB_TRUSTED_PROXIES"),
        ({"trusted_proxies": ("0.0.0.0/0",)}, "HUB_TRUSTED_PROXIES"),
        ({"log_level": "DEBUG"}, "HUB_LOG_LEVEL"),
        ({"outgoing_http": True}, "HUB_OUTGOING_HTTP"),
        ({"metrics_token": "short"}, "HUB_METRICS_TOKEN"),
        ({"sign_in": "local"}, "--host 0.0.0.0"),
        ({"sign_in": "local", "host": "127.0.0.1"}, "HUB_SIGN_IN"),
        ({"sign_in": "local", "host": "127.0.0.1", "public_url": None}, "HUB_SIGN_IN"),
    ],
)
def test_each_unsafe_setting_is_found_and_no_other(changes: dict, setting: str):
    assert set(found(**changes)) - ({"HUB_ALLOWED_HOSTS"} if "public_url" in changes else set()) == {setting}


@pytest.mark.parametrize("variable", ["PYTHONDEVMODE", "PYTHONASYNCIODEBUG"])
def test_running_as_in_development_is_found(monkeypatch: pytest.MonkeyPatch, variable: str):
    monkeypatch.setenv(variable, "1")
    assert found() == [variable]


@pytest.mark.parametrize("name", ["secret_key_file", "smtp_password_file", "metrics_token_file"])
def test_a_secret_in_a_file_that_others_read_or_change_is_found(tmp_path: Path, name: str):
    for mode in (0o644, 0o604, 0o602, 0o620, 0o601):
        assert found(**{name: secret(tmp_path, mode)}) == [f"HUB_{name.upper()}"], oct(mode)
    for mode in (0o600, 0o400, 0o440):
        assert found(**{name: secret(tmp_path, mode)}) == [], oct(mode)


def test_every_finding_names_what_to_do_in_both_languages_and_quotes_no_secret():
    told = Settings(secret_key="x" * 40, host="0.0.0.0", sign_in="required", outgoing_http=True, log_level="DEBUG")
    said = findings(told)
    assert len(said) == 5
    for one in said:
        assert re.search(r"[ぁ-ん]", one.ja)
        assert not re.search(r"[ぁ-ん一-龠]", one.en)
        assert re.search(r"[a-z]{3}", one.en)
        assert "xxxx" not in str(one)


def test_trying_it_on_this_machine_needs_nothing():
    assert findings(Settings(sign_in="local")) == []


def test_the_command_says_all_at_once_and_serving_refuses_the_same(run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("hub.cli.service.run_server", lambda *_: pytest.fail("served"))
    monkeypatch.setenv("HUB_SIGN_IN", "required")
    monkeypatch.setenv("HUB_SECRET_KEY", "x" * 40)
    monkeypatch.setenv("HUB_HOST", "0.0.0.0")
    checked, served = run("check-configuration"), run("serve")
    assert (checked.exit_code, served.exit_code) == (2, 2)
    assert checked.stderr == served.stderr
    names = ["HUB_SECRET_KEY", "HUB_PUBLIC_URL", "HUB_ALLOWED_HOSTS"]
    assert [line.split(":")[0] for line in checked.stderr.splitlines()] == names
    assert "x" * 40 not in checked.stderr


def test_a_safe_configuration_is_said_to_be_and_nothing_is_made(run, folder: Path):
    checked = run("check-configuration")
    assert (checked.exit_code, "safe" in checked.stdout) == (0, True)
    assert not (folder / "data").exists()


def test_a_database_of_another_version_is_refused(run, folder: Path):
    assert run("migrate").exit_code == 0
    assert run("check-configuration").exit_code == 0
    with sqlite3.connect(folder / "data" / "hub.sqlite3") as database:
        database.execute("update alembic_version set version_num = '0001'")
    refused = run("check-configuration")
    assert (refused.exit_code, "talent-hub migrate" in refused.stderr) == (2, True)


def test_the_health_of_the_service_is_asked_by_a_name_it_accepts(run, monkeypatch: pytest.MonkeyPatch):
    good, bad = (
        saying(b"HTTP/1.1 %b\r\nContent-Length: 15\r\n\r\n{'ready': 'no'}" % status)
        for status in (b"200 OK", b"503 Busy")
    )
    monkeypatch.setenv("HUB_ALLOWED_HOSTS", '["hub.example"]')
    with listening(good, bad) as at:
        monkeypatch.setenv("HUB_PORT", str(at.port))
        assert [run("check-health").exit_code for _ in range(2)] == [0, 1]
        assert b"Host: hub.example:%d" % at.port in at.heard[0]
    nobody = run("check-health")
    assert (nobody.exit_code, "could not be reached" in nobody.stderr) == (1, True)
