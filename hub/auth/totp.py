"""The second factor: codes of six digits from a shared secret and the time (TOTP, RFC 6238), good for one use each."""

import hmac

import pyotp

SECONDS = 30
"""How long a code is shown."""
DIGITS = 6
DRIFT = 1
"""Steps a clock may be off, either way."""
ISSUER = "デジタル人材ハブ"


def new_totp_secret() -> str:
    """Return 160 random bits in base 32, as RFC 4226 recommends."""
    return pyotp.random_base32(32)


def enrolment_address(secret: str, name: str) -> str:
    """Return the ``otpauth://`` address an authenticator app reads from a picture; ``name`` is what it will show."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=SECONDS).provisioning_uri(name=name, issuer_name=ISSUER)


def step_at(seconds: float) -> int:
    """Return the time step of a moment in seconds since 1970."""
    return int(seconds // SECONDS)


def code_at(secret: str, step: int) -> str:
    """Return the code of a time step."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=SECONDS).generate_otp(step)


def accepted_step(secret: str, typed: str, seconds: float, last: int) -> int | None:
    """Return the step whose code was typed, None when it is wrong or not later than ``last``, the last one used."""
    code = "".join(typed.split())
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    now = step_at(seconds)
    found = [step for step in range(now - DRIFT, now + DRIFT + 1) if hmac.compare_digest(code_at(secret, step), code)]
    return next((step for step in found if step > last), None)
