"""The front-end packages: locked without naming a host, copied once, checked by their integrity."""

import base64
import hashlib
import json
import re

import pytest

from web import vendor
from web.assets import read_vendored


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A web folder of its own with packages as npm would leave them, and a count of npm's runs."""
    (tmp_path / "package-lock.json").write_text("{}")
    runs = []

    def install(npm, web=tmp_path):
        runs.append(npm)
        for origin in vendor.SERVED.values():
            target = tmp_path / "node_modules" / origin
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(origin)
        (tmp_path / "node_modules" / ".package-lock.json").write_text("{}")

    monkeypatch.setattr(vendor, "install", install)
    original_copy, original_current = vendor.copy, vendor.is_current
    monkeypatch.setattr(vendor, "copy", lambda: original_copy(tmp_path))
    monkeypatch.setattr(vendor, "is_current", lambda: original_current(tmp_path))
    return tmp_path, runs


def test_the_lock_file_names_no_host():
    lock = (vendor.WEB / "package-lock.json").read_text("utf-8")
    assert "http" not in lock
    assert not re.search(r"\w\.(com|org|net|jp|io)\b/", lock)
    packages = json.loads(lock)["packages"]
    assert all(entry["integrity"].startswith("sha512-") for name, entry in packages.items() if name)


def test_packages_are_copied_once_and_again_only_when_something_changed(folder):
    web, runs = folder
    assert vendor.main([]) == 0
    assert vendor.main([]) == 0
    assert len(runs) == 1
    (web / "package-lock.json").write_text('{"changed": true}')
    assert vendor.main([]) == 0
    (web / "static" / "vendor" / "htmx.min.js").unlink()
    assert vendor.main([]) == 0
    assert len(runs) == 3
    assert vendor.main(["--force"]) == 0
    assert len(runs) == 4


def test_packages_that_another_step_installed_are_copied_without_npm(folder):
    web, runs = folder
    vendor.install("npm")
    runs.clear()
    assert vendor.main(["--installed"]) == 0
    assert runs == []
    assert (web / "static" / "vendor" / "htmx.min.js").is_file()


def test_the_manifest_holds_what_browsers_check(folder):
    web, _ = folder
    vendor.main([])
    manifest = vendor.read_manifest(web / "static" / "vendor")
    content = (web / "static" / "vendor" / "htmx.min.js").read_bytes()
    assert manifest.integrity["htmx.min.js"] == "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()
    assert set(manifest.integrity) == set(vendor.SERVED)


def test_a_machine_without_npm_gets_one_clear_message(capsys, monkeypatch):
    monkeypatch.setattr(vendor, "is_current", lambda: False)
    assert vendor.main(["--npm", "/nowhere/npm"]) == 1
    told = capsys.readouterr().err
    assert "/nowhere/npm" in told
    assert "Node.js" in told


@pytest.mark.parametrize("text", ["", "[]", '{"lock": 1}', "not json"])
def test_a_broken_manifest_counts_as_none(tmp_path, text):
    (tmp_path / vendor.MANIFEST).write_text(text)
    assert vendor.read_manifest(tmp_path) is None


def test_without_the_packages_pages_work_and_say_what_to_run(hub, monkeypatch):
    from web import templating
    from web.assets import Assets, assets

    monkeypatch.setattr(templating, "assets", lambda: Assets(assets().own, {}))
    templating.environment.cache_clear()
    try:
        text = hub.en.get("/").text
        plan_map = hub.ja.get(f"/plans/{hub.plan}/map")
    finally:
        templating.environment.cache_clear()
    assert "python -m web.vendor" in text
    assert "vendor/" not in text
    assert "<script" not in text
    assert plan_map.status_code == 200


def test_missing_packages_are_logged_with_what_to_run(tmp_path, caplog):
    assert read_vendored(tmp_path) == {}
    assert "python -m web.vendor" in caplog.text
