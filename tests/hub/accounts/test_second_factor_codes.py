import re
from base64 import b32encode
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from hub.auth.secrets import RECOVERY_ALPHABET, new_recovery_code, new_secret, plain_recovery_code
from hub.auth.totp import DRIFT, accepted_step, code_at, enrolment_address, new_totp_secret, step_at

RFC_SECRET = b32encode(b"12345678901234567890").decode()
RFC_6238 = [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924")]
RFC_6238 += [(2000000000, "279037"), (20000000000, "353130")]
"""Appendix B of RFC 6238 for SHA-1, the last six of its eight digits."""


@pytest.mark.parametrize(("seconds", "code"), RFC_6238)
def test_codes_are_those_of_the_standard(seconds: int, code: str):
    assert code_at(RFC_SECRET, step_at(seconds)) == code
    assert accepted_step(RFC_SECRET, code, seconds, 0) == step_at(seconds)


@pytest.mark.parametrize("steps", range(-3, 4))
def test_a_clock_may_be_off_by_one_step_and_no_more(steps: int):
    code = code_at(RFC_SECRET, step_at(RFC_6238[3][0]) + steps)
    found = accepted_step(RFC_SECRET, code, RFC_6238[3][0], 0)
    assert (found is not None) == (abs(steps) <= DRIFT)


def test_a_step_that_was_used_or_passed_over_is_not_accepted_again():
    now = 1_800_000_000.0
    step, code = step_at(now), code_at(RFC_SECRET, step_at(now))
    assert accepted_step(RFC_SECRET, code, now, step - 1) == step
    assert accepted_step(RFC_SECRET, code, now, step) is None
    assert accepted_step(RFC_SECRET, code_at(RFC_SECRET, step - 1), now, step) is None


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "28 70 8a", "-287082"])
def test_what_is_no_code_is_wrong(typed: str):
    assert accepted_step(RFC_SECRET, typed, 59, 0) is None


def test_blanks_in_a_code_do_not_matter():
    assert accepted_step(RFC_SECRET, " 287 082 ", 59, 0) == 1


def test_the_address_for_an_app_carries_the_secret_and_says_whose_it_is():
    secret = new_totp_secret()
    parts = urlsplit(enrolment_address(secret, "hanako@city.example"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/デジタル人材ハブ:hanako@city.example"
    assert parse_qs(parts.query)["secret"] == [secret]
    assert len(secret) == 32


def test_secrets_are_long_enough_for_a_plain_hash_and_never_the_same():
    assert len(new_secret()) >= 43
    assert len({new_secret() for _ in range(100)}) == 100
    code = new_recovery_code()
    assert re.fullmatch(rf"([{RECOVERY_ALPHABET}]{{6}}-){{3}}[{RECOVERY_ALPHABET}]{{6}}", code)
    assert len(RECOVERY_ALPHABET) ** 24 > 2**112


def test_a_recovery_code_may_be_typed_as_people_type():
    code = new_recovery_code()
    assert plain_recovery_code(f"  {code.replace('-', ' ').upper()} ") == code
    assert plain_recovery_code(code.replace("-", "")) == code
