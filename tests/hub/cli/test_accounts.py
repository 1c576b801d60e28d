import json
from pathlib import Path

import pytest

KEY = "k" * 43


def test_the_first_administrator_is_made_here_and_others_after_it(run, folder: Path):
    assert run("migrate").exit_code == 0
    made = run(
        "account", "create", "--mail", "a@city.example", "--name", "山田花子", "--role", "system_admin", "--show-link"
    )
    assert made.exit_code == 0, made.output
    account, link = made.stdout.split()
    assert account.startswith("acc_")
    assert link.startswith("http://127.0.0.1:8000/set-password?token=")
    again = run("account", "invite", "A@city.example", "--show-link").stdout.strip()
    assert again.startswith("http://") and again != link
    assert run("account", "grant", "a@city.example", "approver:202151").exit_code == 0
    assert run("account", "grant", "a@city.example", "approver:999999").exit_code == 2
    assert run("account", "grant", "a@city.example", "mayor").exit_code == 2
    assert run("account", "take", "a@city.example", "approver:202151").exit_code == 0
    assert run("account", "take", "a@city.example", "approver:202151").exit_code == 2
    assert run("account", "reset", "a@city.example", "--show-link").stdout.startswith("http://")
    mailed = run("account", "reset", "a@city.example")
    assert "HUB_SMTP_URL" in mailed.output
    assert run("account", "disable", "a@city.example").exit_code == 0
    assert run("account", "disable", "nobody@city.example").exit_code == 2
    [told] = json.loads(run("account", "list", "--json").stdout)
    assert (told["active"], told["joined"], told["grants"]) == (False, False, [{"role": "system_admin", "scope": ""}])
    assert run("account", "enable", "a@city.example").exit_code == 0
    assert "山田花子" in run("account", "list").stdout
    assert run("audit", "verify").exit_code == 0


def test_a_key_is_made_and_needed(run, folder: Path, monkeypatch: pytest.MonkeyPatch):
    keys = {run("account", "new-key").stdout.strip() for _ in range(2)}
    assert len(keys) == 2
    assert all(len(key) >= 43 for key in keys)
    run("migrate")
    assert run("account", "renew-keys").exit_code == 2
    monkeypatch.setenv("HUB_SECRET_KEY", KEY)
    assert "0" in run("account", "renew-keys").stdout


def test_the_service_does_not_start_unsafely(run, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HUB_SIGN_IN", "required")
    refused = run("serve")
    assert (refused.exit_code, "HUB_SECRET_KEY" in refused.output) == (2, True)
    monkeypatch.setenv("HUB_SECRET_KEY", KEY)
    refused = run("serve", "--host", "192.0.2.1")
    assert (refused.exit_code, "TLS" in refused.output) == (2, True)
    monkeypatch.setenv("HUB_PUBLIC_URL", "http://hub.example")
    assert "TLS" in run("serve", "--host", "192.0.2.1").output
    monkeypatch.setenv("HUB_SIGN_IN", "local")
    monkeypatch.setenv("HUB_PUBLIC_URL", "https://hub.example")
    refused = run("serve", "--host", "192.0.2.1")
    assert (refused.exit_code, "HUB_SIGN_IN" in refused.output) == (2, True)
