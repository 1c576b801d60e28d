import json
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.settings import Settings

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
NAMES = [f"HUB_{name.upper()}" for name in Settings.model_fields]


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_documented_with_its_default_and_its_meaning(name: str):
    row = next((line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith(f"| `{name}`")), "")
    field = Settings.model_fields[name.removeprefix("HUB_").lower()]
    assert field.description in row
    told = "" if field.default is None else str(field.default)
    shown = row.split("|")[2].strip().strip("`") if row else None
    assert shown == ("なし / none" if field.default is None else _shown(told, field.default))


def _shown(told: str, default: object) -> str:
    if isinstance(default, tuple):
        return json.dumps(list(default))
    return str(default).lower() if isinstance(default, bool) else told


def test_the_document_names_no_setting_there_is_not():
    mentioned = set(re.findall(r"HUB_[A-Z_]+", DOCUMENT.read_text("utf-8")))
    assert mentioned == set(NAMES)


def test_settings_come_from_the_environment_and_are_read_when_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HUB_DATA_FOLDER", str(tmp_path))
    monkeypatch.setenv("HUB_PORT", "18123")
    monkeypatch.setenv("HUB_ALLOWED_HOSTS", '["hub.example"]')
    settings = Settings()
    assert (settings.port, settings.allowed_hosts) == (18123, ("hub.example",))
    assert settings.url == f"sqlite:///{tmp_path}/hub.sqlite3"
    monkeypatch.setenv("HUB_PORT", "18124")
    assert Settings().port == 18124


def test_a_database_url_goes_before_the_data_folder():
    assert Settings(database_url="postgresql+psycopg://hub@db/hub").url == "postgresql+psycopg://hub@db/hub"


@pytest.mark.parametrize(
    ("name", "value"), [("HUB_PORT", "0"), ("HUB_PORT", "x"), ("HUB_LANGUAGE", "fr"), ("HUB_EXPLAIN_SECONDS", "-1")]
)
def test_a_setting_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.removeprefix("HUB_").lower()):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUB_SMTP_URL", "mail.example"),
        ("HUB_SMTP_URL", "http://mail.example"),
        ("HUB_SMTP_URL", "smtp://"),
        ("HUB_SMTP_URL", "smtp://user:secret@mail.example"),
        ("HUB_SMTP_URL", "smtp://mail.example:99999"),
        ("HUB_MAIL_FROM", "ハブ <hub@hub.example>"),
        ("HUB_MAIL_FROM", "hub@hub.example\nBcc: a@b.example"),
        ("HUB_PUBLIC_URL", "hub.example"),
        ("HUB_PUBLIC_URL", "javascript:alert(1)"),
        ("HUB_REMINDER_DAYS", "[-1]"),
    ],
)
def test_a_setting_of_mail_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv("HUB_MAIL_FROM", "hub@hub.example")
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.removeprefix("HUB_").lower()) as caught:
        Settings()
    assert len(caught.value.errors()) == 1


def test_a_mail_server_needs_a_sender():
    with pytest.raises(ValidationError, match="mail_from"):
        Settings(smtp_url="smtp://mail.example")
    assert Settings(smtp_url="smtp://mail.example", mail_from="hub@hub.example").mail_from == "hub@hub.example"


def test_links_lead_to_the_public_address_or_else_to_where_the_service_listens():
    assert Settings(public_url="https://hub.example/").links_to == "https://hub.example"
    assert Settings(host="::1", port=8001).links_to == "http://[::1]:8001"


def test_a_password_is_not_shown():
    assert "hidden-word" not in repr(Settings(smtp_password="hidden-word"))  # type: ignore[arg-type]


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]
