"""Secrets handed out once: made at random, kept as hashes, shown again by nobody."""

import secrets
from hashlib import sha256

RANDOM_BYTES = 32
RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits nobody takes for one another."""
RECOVERY_GROUPS, RECOVERY_GROUP = 4, 6
"""24 characters of 31: 118 random bits, more than the 112 from which a plain hash is enough (OWASP ASVS 5, 6.5.2)."""


def new_secret(prefix: str = "") -> str:
    """Return 256 random bits as text for an address or a header; ``prefix`` tells scanners of leaks what it is."""
    return prefix + secrets.token_urlsafe(RANDOM_BYTES)


def new_recovery_code() -> str:
    """Return a code to write down, in groups: ``abcdef-ghjkmn-…``."""
    letters = (secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_GROUPS * RECOVERY_GROUP))
    whole = "".join(letters)
    return "-".join(whole[start : start + RECOVERY_GROUP] for start in range(0, len(whole), RECOVERY_GROUP))


def plain_recovery_code(typed: str) -> str:
    """Return a recovery code as it was made, from how a person typed it: with or without groups, capitals, blanks."""
    letters = "".join(letter for letter in typed.casefold() if letter.isalnum())
    return "-".join(letters[start : start + RECOVERY_GROUP] for start in range(0, len(letters), RECOVERY_GROUP))


def hash_of(secret: str) -> str:
    """Return what is kept of a random secret. No salt and no key: nobody guesses what it was made of."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def form_token(session_secret: str) -> str:
    """Return what every form of a session carries to prove that the hub made it; it tells nothing of the session."""
    return hash_of(f"form\0{session_secret}")
