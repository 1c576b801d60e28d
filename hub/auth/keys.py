"""The hub's own keys: what encrypts secrets that have to be read again, and signs what browsers keep.

They come from the environment or a file and never from the database: who reads a copy of it cannot use what is in it.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from hub.errors import Conflict
from hub.settings import Settings, read_secret

SHORTEST_KEY = 32


class Keyring:
    """The keys, the newest first: it encrypts and signs; the others only read what they once made."""

    def __init__(self, *keys: str) -> None:
        if not keys or any(len(key) < SHORTEST_KEY for key in keys):
            raise unusable_keys()
        self._fernet = MultiFernet([Fernet(urlsafe_b64encode(_derived(key, "encrypt"))) for key in keys])
        self._signing = [_derived(key, "sign") for key in keys]

    def encrypt(self, text: str) -> str:
        """Return ``text`` encrypted and authenticated with the newest key (Fernet: AES-128-CBC with HMAC-SHA256)."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, sealed: str) -> str:
        """Return what was encrypted with any of the keys. Raises Conflict when the key is missing."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise lost_key() from None

    def renewed(self, sealed: str) -> str:
        """Return the same text encrypted with the newest key. Raises Conflict when its key is missing."""
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken:
            raise lost_key() from None

    def sign(self, purpose: str, text: str) -> str:
        """Return the newest key's signature of ``text`` (HMAC-SHA256, hexadecimal); ``purpose`` parts its uses."""
        return _signature(self._signing[0], purpose, text)

    def signed(self, purpose: str, text: str, signature: str) -> bool:
        """Return whether ``signature`` is that of any key."""
        found = [_signature(key, purpose, text) for key in self._signing]
        given = signature.encode("utf-8", "surrogatepass")
        return any(hmac.compare_digest(one.encode(), given) for one in found)


def keys_of(settings: Settings) -> tuple[str, ...]:
    """Return the keys of ``settings``: one a line, the newest first. Raises Conflict without a usable one; OSError."""
    told = read_secret(settings.secret_key_file, settings.secret_key) or ""
    keys = tuple(line.strip() for line in told.splitlines() if line.strip())
    if not keys or any(len(key) < SHORTEST_KEY for key in keys):
        raise unusable_keys()
    return keys


def keyring_of(settings: Settings) -> Keyring:
    """Return the keys of ``settings`` to be used. Raises Conflict without a usable one; OSError."""
    return Keyring(*keys_of(settings))


def unusable_keys() -> Conflict:
    """Return the refusal of keys that are missing or too short."""
    return Conflict(
        "HUB_SECRET_KEY か HUB_SECRET_KEY_FILE に、32文字以上の鍵が要ります。"
        "talent-hub account new-key で作り、データベースと別の場所に置いてください。",
        "HUB_SECRET_KEY or HUB_SECRET_KEY_FILE has to hold a key of at least 32 characters. Make one with"
        " talent-hub account new-key, and keep it apart from the database.",
    )


def lost_key() -> Conflict:
    """Return the fault of a secret whose key is not there any more."""
    return Conflict(
        "二要素認証の情報を読めません。暗号化した鍵がありません。管理者は、前の鍵を HUB_SECRET_KEY に加えてください。",
        "The second factor cannot be read: the key that encrypted it is missing. The administrator has to add it.",
    )


def _derived(key: str, use: str) -> bytes:
    # Keys are random (`talent-hub account new-key`), so one hash makes independent ones of each.
    return hmac.digest(key.encode(), f"digital-talent-hub {use}".encode(), sha256)


def _signature(key: bytes, purpose: str, text: str) -> str:
    return hmac.new(key, f"{purpose}\0{text}".encode("utf-8", "surrogatepass"), sha256).hexdigest()
