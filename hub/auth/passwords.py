"""Passwords: what is taken for one, and how it is kept (Argon2id) and compared.

Rules of OWASP ASVS 5 (chapter V6.2): long passphrases of any characters are taken exactly as typed, nothing has to be
mixed in, nothing has to be changed after a while; common ones and those made of the account's own words are refused.
"""

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from matching.faults import Fault

SHORTEST, LONGEST = 12, 256
MEMORY_KIB, PASSES, LANES = 47_104, 2, 1
"""More than OWASP's least for Argon2id (46 MiB in one pass), about a tenth of a second of one core."""
AT_ONCE = BoundedSemaphore(4)
"""How many are computed at once in a process: more would take the memory of everybody else."""
OWN_WORD = 4
"""Words of the account itself count from this many characters on."""

COMMON = Path(__file__).parent / "data" / "common_passwords.txt"
HUB_WORDS = ("talent-hub", "talenthub", "jinzaihub", "デジタル人材ハブ", "digitaltalenthub")
_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def hash_password(password: str) -> str:
    """Return the Argon2id hash of ``password`` with its salt and parameters."""
    with AT_ONCE:
        return _HASHER.hash(password.encode("utf-8", "surrogatepass"))


def verify_password(kept: str | None, password: str) -> bool:
    """Return whether ``password`` is what ``kept`` is the hash of; without a hash it takes as long and is wrong."""
    told = password.encode("utf-8", "surrogatepass")
    with AT_ONCE:
        try:
            return _HASHER.verify(_NOBODYS() if kept is None else kept, told) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Return whether a hash was made with other parameters than today's and should be made anew at sign-in."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _NOBODYS() -> str:  # noqa: N802  (a constant that takes a moment to make)
    """Return the hash compared with where there is none."""
    return hash_password("of nobody at all")


def password_faults(password: str, own: Iterable[str] = (), place: str = "/password") -> tuple[Fault, ...]:
    """Return what keeps ``password`` from being taken; ``own``: words of the account, such as its name and mail."""
    told = _why_not(password, own)
    return () if told is None else (Fault(place, *told),)


def _why_not(password: str, own: Iterable[str]) -> tuple[str, str] | None:
    if len(password) < SHORTEST:
        return (
            f"{SHORTEST}文字以上にしてください。いくつかの言葉を並べると、長くても覚えられます",
            f"use at least {SHORTEST} characters; a few words in a row are long and easy to keep in mind",
        )
    if len(password) > LONGEST:
        return f"{LONGEST}文字以内にしてください", f"use at most {LONGEST} characters"
    plain = password.casefold()
    if plain in common_passwords() or core_of(plain) in common_passwords() or period_of(plain) < SHORTEST // 2:
        return (
            "よく使われるか、推測しやすいパスワードです。関係のない言葉をいくつか並べてください",
            "this password is common or easy to guess; put a few unrelated words in a row",
        )
    if made_of(plain, [*own, *HUB_WORDS]):
        return (
            "氏名、メールアドレス、このサービスの名前だけで作らないでください",
            "do not make it of your name, your address or the name of this service alone",
        )
    return None


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords people use most, in small letters (``data/README.md`` says where they come from)."""
    return frozenset(COMMON.read_text("utf-8").splitlines())


def core_of(plain: str) -> str:
    """Return what is left of a password without the digits and signs people add at its ends."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)


def period_of(plain: str) -> int:
    """Return the length of the shortest part whose repetition, or whose steps of one, make up ``plain``."""
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    if len(steps) <= 1 or (plain.isdecimal() and len({step % 10 for step in steps}) == 1):
        return 1  # 111111111111, 123456789012
    return (plain + plain).find(plain, 1)


def made_of(plain: str, own: Iterable[str]) -> bool:
    """Return whether fewer than half of the shortest password are left once the words in ``own`` are taken out."""
    words = {part for word in own for part in (word.casefold(), *re.split(r"[\s@._+-]+", word.casefold()))}
    left = plain
    for word in sorted((word for word in words if len(word) >= OWN_WORD), key=len, reverse=True):
        left = left.replace(word, "")
    return left != plain and len(core_of(left)) < SHORTEST // 2
