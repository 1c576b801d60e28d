from pathlib import Path

import pytest

from hub.auth.keys import Keyring, keyring_of
from hub.errors import Conflict
from hub.settings import Settings

OLD, NEW = "an old key that is long enough for it", "a new key that is long enough for it, too"


def test_what_is_encrypted_tells_nothing_and_is_read_again():
    sealed = Keyring(OLD).encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSW" not in sealed
    assert sealed != Keyring(OLD).encrypt("JBSWY3DPEHPK3PXP")
    assert Keyring(OLD).decrypt(sealed) == "JBSWY3DPEHPK3PXP"


def test_another_key_reads_nothing_and_what_was_changed_is_refused():
    sealed = Keyring(OLD).encrypt("JBSWY3DPEHPK3PXP")
    with pytest.raises(Conflict):
        Keyring(NEW).decrypt(sealed)
    with pytest.raises(Conflict):
        Keyring(OLD).decrypt(sealed[:-6] + "AAAAA=")
    with pytest.raises(Conflict):
        Keyring(NEW).renewed(sealed)


def test_a_key_is_replaced_without_losing_anything():
    sealed = Keyring(OLD).encrypt("JBSWY3DPEHPK3PXP")
    both = Keyring(NEW, OLD)
    assert both.decrypt(sealed) == "JBSWY3DPEHPK3PXP"
    assert Keyring(NEW).decrypt(both.renewed(sealed)) == "JBSWY3DPEHPK3PXP"
    assert both.signed("device", "text", Keyring(OLD).sign("device", "text"))
    assert not Keyring(NEW).signed("device", "text", Keyring(OLD).sign("device", "text"))


def test_a_signature_is_of_one_purpose_and_text():
    keyring = Keyring(OLD)
    signature = keyring.sign("device", "text")
    assert keyring.signed("device", "text", signature)
    assert not keyring.signed("throttle", "text", signature)
    assert not keyring.signed("device", "texts", signature)
    assert not keyring.signed("device", "text", "\ud800é")


@pytest.mark.parametrize("keys", [(), ("",), ("short",), (OLD, "short")])
def test_a_missing_or_short_key_is_refused(keys: tuple[str, ...]):
    with pytest.raises(Conflict, match="HUB_SECRET_KEY"):
        Keyring(*keys)


def test_keys_come_from_the_environment_or_a_file_which_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(Conflict):
        keyring_of(Settings())
    monkeypatch.setenv("HUB_SECRET_KEY", f"{NEW.replace(' ', '-')}\n{OLD.replace(' ', '-')}")
    sealed = Keyring(OLD.replace(" ", "-")).encrypt("text")
    assert keyring_of(Settings()).decrypt(sealed) == "text"
    file = tmp_path / "key"
    file.write_text(f"{'x' * 43}\n", "utf-8")
    monkeypatch.setenv("HUB_SECRET_KEY_FILE", str(file))
    with pytest.raises(Conflict):
        keyring_of(Settings()).decrypt(sealed)
    assert NEW.replace(" ", "-") not in repr(Settings())
