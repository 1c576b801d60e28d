import json
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.auth.passwords import (
    COMMON,
    LONGEST,
    MEMORY_KIB,
    PASSES,
    SHORTEST,
    common_passwords,
    hash_password,
    is_outdated,
    password_faults,
    verify_password,
)

OWN = ("hanako.takahashi@city.example.jp", "髙橋 花子 Hanako Takahashi")


@pytest.mark.parametrize(
    "password",
    [
        "quiet otters row past dawn",
        "静かな川を渡る三匹の猫と犬",
        "tiny-Wagon-92-plum",
        "correct horse battery staple and more words " * 5,
        "  blanks count too  ",
        "🦦🚣🌅🦦🌊🐟🦢🌲🏞️🛶🌿🍀",
    ],
)
def test_long_passphrases_of_any_characters_are_taken(password: str):
    assert len(password) <= LONGEST
    assert password_faults(password, OWN) == ()


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short words",
        "password1234",
        "Password123!",
        "p" * 20,
        "123456789012",
        "987654321098",
        "abcdefghijklm",
        "abcabcabcabcabc",
        "qwertyuiop123",
        "iloveyou2026!!!!",
        "hanako.takahashi",
        "Takahashi-2026",
        "髙橋花子-髙橋花子-1",
        "talent-hub-2026",
        "デジタル人材ハブデジタル人材ハブ",
        "x" * (LONGEST + 1),
    ],
)
def test_short_common_and_guessable_passwords_are_refused_with_a_reason_in_both_languages(password: str):
    [fault] = password_faults(password, OWN)
    assert fault.place == "/password"
    assert re.search(r"[ぁ-ん]", fault.ja)
    assert fault.en.isascii()


def test_every_common_password_is_refused_in_any_letters():
    long = [password for password in common_passwords() if len(password) >= SHORTEST]
    assert len(long) > 100
    assert [one for one in long if not password_faults(one.upper())] == []
    assert COMMON.with_name("README.md").read_text("utf-8").count("Django") >= 1


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_a_password_is_compared_exactly_as_it_was_typed(one: str, other: str):
    kept = hash_password(one)
    assert verify_password(kept, one)
    assert verify_password(kept, other) == (one == other)


def test_nothing_of_a_long_password_is_left_out_of_account():
    kept = hash_password("a" * 200 + "b")
    assert not verify_password(kept, "a" * 200 + "c")
    assert not verify_password(kept, "a" * 200)


def test_nobody_s_password_is_never_right():
    assert not verify_password(None, "of nobody at all")
    assert not verify_password(None, "")


def test_hashes_are_argon2id_as_strong_as_told_and_older_ones_are_noticed():
    # In a process of its own, where nothing makes it quick for tests.
    program = (
        "import json; from hub.auth.passwords import *\n"
        "phrase = 'quiet otters row past dawn'\n"
        "kept = hash_password(phrase)\n"
        "weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(phrase)\n"
        "print(json.dumps([kept, is_outdated(kept), is_outdated(weak), verify_password(weak, phrase)]))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    kept, outdated, weak_outdated, still = json.loads(ran.stdout)
    assert kept.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$")
    assert (outdated, weak_outdated, still) == (False, True, True)
    assert MEMORY_KIB * PASSES >= 46 * 1024
    assert is_outdated(kept)


def test_a_name_nobody_has_costs_a_hash_as_well(monkeypatch: pytest.MonkeyPatch):
    from hub.auth import passwords

    compared = []
    verify = passwords.PasswordHasher.verify
    verify_password(None, "to make the hash of nobody")

    def watched(self: object, kept: str, told: bytes) -> bool:
        compared.append(kept)
        return verify(self, kept, told)  # type: ignore[arg-type]

    monkeypatch.setattr(passwords.PasswordHasher, "verify", watched)
    verify_password(None, "quiet otters row past dawn")
    verify_password(hash_password("quiet otters row past dawn"), "something else")
    nobody, somebody = (kept.rpartition("$")[0].rpartition("$")[0] for kept in compared)
    assert nobody == somebody
