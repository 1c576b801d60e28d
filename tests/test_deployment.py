"""The ways to run the hub: what they say is allowed, safe, and spelled as the hub's settings are."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from hub.cli.configuration import findings
from hub.settings import Settings
from tests.test_image import instructions

ROOT = Path(__file__).resolve().parent.parent
DEPLOYMENT = ROOT / "docs" / "deployment"
UNIT = DEPLOYMENT / "talent-hub.service"
KEY = "Jm9nX2vT4qLr8sWz1bYc6dKf3gHp5uAe7iO0tR_x-NM"
GIVEN = {
    "HUB_PUBLIC_URL": "https://hub.example.jp",
    "HUB_ALLOWED_HOSTS": '["hub.example.jp"]',
    "HUB_SMTP_URL": "smtp://hub@mail.example.jp",
    "HUB_MAIL_FROM": "hub@hub.example.jp",
}
"""What a site puts into ``.env``."""
SERVICE = {
    "type": "object",
    "required": ["read_only", "cap_drop", "security_opt", "tmpfs", "restart", "networks", "pids_limit"],
    "properties": {
        "read_only": {"const": True},
        "cap_drop": {"const": ["ALL"]},
        "security_opt": {"contains": {"const": "no-new-privileges:true"}},
        "privileged": False,
        "network_mode": False,
        "pid": False,
        "ports": {"items": {"type": "string", "pattern": r"^127\.0\.0\.1:\d+:\d+$"}},
        "volumes": {"items": {"type": "string", "pattern": r"^[a-z]+:/"}},
        "environment": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "propertyNames": {"not": {"pattern": "(?i)(password|secret|key|token)$"}},
        },
        "image": {"not": {"pattern": "(:latest|^[^:]*/[^:]*)$"}},
    },
}
COMPOSE = {
    "type": "object",
    "required": ["services", "secrets", "networks", "volumes"],
    "properties": {
        "services": {"type": "object", "required": ["web", "worker", "db"], "additionalProperties": SERVICE},
        "secrets": {
            "additionalProperties": {"required": ["file"], "additionalProperties": False, "properties": {"file": {}}}
        },
        "networks": {"properties": {"inside": {"properties": {"internal": {"const": True}}, "required": ["internal"]}}},
    },
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return made


def hub_services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: told for name, told in compose["services"].items() if told["image"] == "talent-hub"}


def settings_of(compose: dict[str, Any], service: str, **changes: Any) -> Settings:
    """Return the settings of a service: the image's, the file's, and what a site gives."""
    told: dict[str, str] = {}
    for name, rest in instructions():
        if name == "ENV":
            told |= dict(pair.split("=", 1) for pair in rest.split())
    for name, value in compose["services"][service]["environment"].items():
        asked = re.fullmatch(r"\$\{(\w+):\?.*\}", value)
        told[name] = GIVEN[asked[1]] if asked else value
    values = {name.removeprefix("HUB_").lower(): value for name, value in told.items() if name.startswith("HUB_")}
    for name in ("allowed_hosts", "trusted_proxies"):
        values[name] = yaml.safe_load(values[name])
    return Settings(**{"sign_in": "required", **values, **changes})


def test_every_service_is_held_to_what_it_needs(compose: dict[str, Any]):
    jsonschema.validate(compose, COMPOSE)


@pytest.mark.parametrize(
    "change",
    [
        {"read_only": False},
        {"cap_drop": ["NET_RAW"]},
        {"security_opt": []},
        {"privileged": True},
        {"ports": ["8000:8000"]},
        {"ports": ["0.0.0.0:8000:8000"]},
        {"volumes": ["/var/run/docker.sock:/var/run/docker.sock"]},
        {"environment": {"HUB_SECRET_KEY": "x"}},
        {"image": "postgres:latest"},
    ],
)
def test_what_would_open_a_service_is_noticed(compose: dict[str, Any], change: dict[str, Any]):
    opened = {**compose, "services": {**compose["services"], "web": {**compose["services"]["web"], **change}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(opened, COMPOSE)


def test_the_services_are_web_worker_and_database_and_only_one_is_reached_from_outside(compose: dict[str, Any]):
    assert {name: told["command"] for name, told in hub_services(compose).items()} == {
        "migrate": ["talent-hub", "migrate"],
        "web": ["talent-hub", "serve"],
        "worker": ["talent-hub", "worker"],
    }
    assert [name for name, told in compose["services"].items() if "ports" in told] == ["web"]
    assert compose["services"]["db"]["image"] == "postgres:15"
    assert compose["services"]["db"]["networks"] == ["inside"]
    for told in hub_services(compose).values():
        assert told["user"] == "10001:10001"
        assert told["environment"]["HUB_WORKER"] == "false"


def test_every_secret_that_is_used_is_a_file_and_every_file_is_used(compose: dict[str, Any]):
    used = {name for told in compose["services"].values() for name in told.get("secrets", ())}
    assert used == set(compose["secrets"])
    named = {
        value.removeprefix("/run/secrets/")
        for told in compose["services"].values()
        for value in told["environment"].values()
        if value.startswith("/run/secrets/")
    }
    assert named == used


def test_the_hub_would_start_as_the_compose_file_sets_it(compose: dict[str, Any], tmp_path: Path):
    for name in ("secret_key_file", "metrics_token_file", "smtp_password_file"):
        (tmp_path / name).write_text(KEY)
        (tmp_path / name).chmod(0o400)
    files = {name: tmp_path / name for name in ("secret_key_file", "metrics_token_file", "smtp_password_file")}
    settings = settings_of(compose, "web", **files)
    assert (settings.host, settings.sign_in, settings.worker) == ("0.0.0.0", "required", False)
    assert [str(one) for one in findings(settings)] == []
    refused = findings(settings.model_copy(update={"sign_in": "local"}))
    assert [one.setting for one in refused] == ["--host 0.0.0.0"]


def test_the_gateway_is_the_proxy_that_is_believed_and_no_other(compose: dict[str, Any]):
    (network,) = compose["networks"]["outside"]["ipam"]["config"]
    assert settings_of(compose, "web").trusted_proxies == (network["gateway"],)


def test_the_image_is_of_nobody_special_is_asked_for_its_health_and_writes_where_it_may():
    told = instructions()
    assert ("USER", "hub") in told
    (asked,) = [rest for name, rest in told if name == "HEALTHCHECK"]
    assert asked.endswith('CMD ["talent-hub", "check-health"]')
    assert not [rest for name, rest in told if name == "ADD" or "curl" in rest or "sudo" in rest]
    environment = dict(pair.split("=", 1) for name, rest in told if name == "ENV" for pair in rest.split())
    assert not [name for name in environment if re.search("KEY|PASSWORD|TOKEN|SECRET", name)]
    assert {environment[name].split("/")[1] for name in ("HOME", "NUMBA_CACHE_DIR", "HUB_DATA_FOLDER")} == {
        "tmp",
        "data",
    }
    user = next(index for index, (name, _) in enumerate(told) if name == "USER")
    assert {name for name, _ in told[user:]} == {"USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"}


def test_every_setting_the_examples_name_is_one(compose: dict[str, Any]):
    known = {f"HUB_{name.upper()}" for name in Settings.model_fields}
    for path in [ROOT / "compose.yaml", ROOT / "Dockerfile", *DEPLOYMENT.iterdir()]:
        assert set(re.findall(r"\bHUB_[A-Z_]+", path.read_text("utf-8"))) <= known, path.name


def test_the_service_waits_for_what_the_unit_and_the_containers_give_it(compose: dict[str, Any]):
    longest = Settings().stop_seconds + 15  # answers under way, then the worker
    assert int(re.search(r"TimeoutStopSec=(\d+)", UNIT.read_text("utf-8"))[1]) >= longest
    for told in hub_services(compose).values():
        assert int(told["stop_grace_period"].removesuffix("s")) >= longest


analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not there")


def unit(folder: Path, *taken_out: str) -> Path:
    """Return the unit with a command that is there, and without the lines that begin with ``taken_out``."""
    text = UNIT.read_text("utf-8").replace("/opt/talent-hub/.venv/bin/talent-hub", "/bin/true")
    lines = [line for line in text.splitlines() if not taken_out or not line.startswith(taken_out)]
    (folder / UNIT.name).write_text("\n".join(lines).replace("EnvironmentFile=", "EnvironmentFile=-") + "\n")
    return folder / UNIT.name


@analyze
def test_systemd_understands_the_unit(tmp_path: Path):
    done = subprocess.run(["systemd-analyze", "verify", unit(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if UNIT.name in line]) == (0, [])


@analyze
def test_the_unit_leaves_the_service_little_it_could_do(tmp_path: Path):
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=15"]
    assert subprocess.run([*command, unit(tmp_path)], capture_output=True, check=False).returncode == 0
    looser = unit(tmp_path, "ProtectSystem", "CapabilityBoundingSet", "SystemCallFilter", "PrivateUsers")
    assert subprocess.run([*command, looser], capture_output=True, check=False).returncode != 0


def test_the_unit_s_command_is_the_service_and_is_checked_before():
    text = UNIT.read_text("utf-8")
    assert re.findall(r"^ExecStart(?:Pre)?=\S+/talent-hub (.*)$", text, re.MULTILINE) == [
        "check-configuration",
        "serve",
    ]
