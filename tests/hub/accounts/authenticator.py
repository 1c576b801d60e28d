"""An authenticator in software, and the browser's part around it: what WebAuthn asks for, byte by byte."""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any, Literal

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

Algorithm = Literal["ES256", "RS256", "EdDSA"]
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
RSA_KEY = rsa.generate_private_key(65537, 2048)
"""One for all tests: making one takes a while."""


def text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def content(told: str) -> bytes:
    return urlsafe_b64decode(told + "=" * (-len(told) % 4))


@dataclass
class Authenticator:
    """Holds one passkey. ``counts`` False: an authenticator that counts nothing, as those of phones."""

    algorithm: Algorithm = "ES256"
    counts: bool = True
    verifies: bool = True
    sign_count: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user: bytes = b""
    key: Any = None

    def __post_init__(self) -> None:
        if self.algorithm == "ES256":
            self.key = ec.generate_private_key(ec.SECP256R1())
        else:
            self.key = RSA_KEY if self.algorithm == "RS256" else ed25519.Ed25519PrivateKey.generate()

    def make(self, options: str, origin: str, rp_id: str | None = None) -> str:
        """Answer a page's options as ``navigator.credentials.create`` does at ``origin``."""
        told = json.loads(options)
        self.user = content(told["user"]["id"])
        head = struct.pack(">16sH", bytes(16), len(self.credential_id)) + self.credential_id
        attested = head + cbor2.dumps(self._cose())
        data = self._data(rp_id or told["rp"]["id"], ATTESTED, attested)
        client = self._client("webauthn.create", told["challenge"], origin)
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(made)})

    def use(self, options: str, origin: str, rp_id: str | None = None, user: bytes | None = None) -> str:
        """Answer a page's options as ``navigator.credentials.get`` does at ``origin``."""
        told = json.loads(options)
        self.sign_count += self.counts
        data = self._data(rp_id or told["rpId"], 0, b"")
        client = self._client("webauthn.get", told["challenge"], origin)
        signature = self._signed(data + hashlib.sha256(client).digest())
        response = {"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature)}
        return self._answer({**response, "userHandle": text(self.user if user is None else user)})

    def _answer(self, response: dict[str, str]) -> str:
        called = text(self.credential_id)
        return json.dumps({"id": called, "rawId": called, "type": "public-key", "response": response})

    def _data(self, rp_id: str, more: int, rest: bytes) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.sign_count) + rest

    @staticmethod
    def _client(kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()

    def _cose(self) -> dict[int, Any]:
        public = self.key.public_key()
        if self.algorithm == "EdDSA":
            return {1: 1, 3: -8, -1: 6, -2: public.public_bytes_raw()}
        numbers = public.public_numbers()
        if self.algorithm == "RS256":
            return {1: 3, 3: -257, -1: numbers.n.to_bytes(256), -2: numbers.e.to_bytes(3)}
        return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}

    def _signed(self, told: bytes) -> bytes:
        if self.algorithm == "EdDSA":
            return self.key.sign(told)
        if self.algorithm == "RS256":
            return self.key.sign(told, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(told, ec.ECDSA(hashes.SHA256()))
