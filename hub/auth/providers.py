"""Providers of sign-in (OpenID Connect): the code flow with PKCE, and when an ID token says who somebody is.

Nothing of a sign-in is kept while the person is at the provider: nonce and PKCE verifier come from what the browser
holds and from ``state``, so that who reads the database, or an address in a log, has neither.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hub.auth.identity import Identity, NotProved
from hub.auth.secrets import hash_of
from hub.errors import Busy
from hub.models.sign_in import SUBJECT_LENGTH
from hub.outgoing.client import Limits
from hub.outgoing.transport import Transport, transport_of
from hub.settings import ADDRESS, ProviderSettings, Settings, is_safe_address

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"]
"""Signatures with keys that only the provider holds: never a shared secret, never none."""
KNOWN_SECONDS = 3600.0
"""How long a provider's configuration and keys are used before they are fetched again."""
KEYS_AGAIN_SECONDS = 30.0
"""How often a key nobody knows has them fetched before that."""
DOWN_SECONDS = 5.0
"""How long a provider that did not answer is not asked again: everybody else would wait for it too."""
CLOCKS_DIFFER = 60
STEP_SECONDS = 5.0
"""Longest wait for a connection, or for the next bytes."""
LIMITS = Limits(connect=STEP_SECONDS, read=STEP_SECONDS, total=10.0, largest=300_000)
"""Keys and a token take a few thousand bytes."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A provider's configuration and keys; ``at``: when they were fetched, on the monotonic clock."""

    configuration: Mapping[str, Any]
    keys: KeySet
    at: float


class Provider:
    """One provider; ``callback``: the hub's address it leads people back to."""

    def __init__(self, settings: ProviderSettings, callback: str, through: Transport) -> None:
        self.name, self.label, self.issuer = settings.name, settings.label, settings.issuer
        self._settings, self._callback, self._through = settings, callback, through
        self._secret = _secret_of(settings)
        self._lock = threading.Lock()
        self._known: _Known | None = None
        self._down_until = 0.0

    def address(self, state: str, browser: str) -> str:
        """Return where to send a person: the provider's page, with what ties its answer to this browser. Busy."""
        configuration = self._configured().configuration
        more = {"acr_values": " ".join(self._settings.second_factor_acr)} if self._settings.second_factor_acr else {}
        with self._client(configuration) as client:
            address, _ = client.create_authorization_url(
                configuration["authorization_endpoint"],
                state=state,
                code_verifier=_derived("verifier", browser, state),
                nonce=_derived("nonce", browser, state),
                **more,
            )
        return str(address)

    def identify(self, code: str, state: str, browser: str, issuer: str, now: datetime) -> Identity:
        """Return who a code of the provider is about; ``issuer``: as the answer names it, or empty (RFC 9207).

        Raises NotProved; Busy when the provider does not answer.
        """
        known = self._configured()
        must_name = known.configuration.get("authorization_response_iss_parameter_supported") is True
        if (issuer or must_name) and issuer != self.issuer:
            raise NotProved("issuer")
        token = self._exchange(known, code, _derived("verifier", browser, state))
        return self._checked(token, _derived("nonce", browser, state), now)

    def _exchange(self, known: _Known, code: str, verifier: str) -> Mapping[str, Any]:
        address = known.configuration["token_endpoint"]
        try:
            with self._client(known.configuration) as client:
                token = client.fetch_token(address, grant_type="authorization_code", code=code, code_verifier=verifier)
        except httpx2.HTTPError:
            raise self._is_down() from None
        except (AuthlibBaseError, ValueError, TypeError, KeyError):
            raise NotProved("code") from None
        return dict(token)

    def _checked(self, token: Mapping[str, Any], nonce: str, now: datetime) -> Identity:
        told = token.get("id_token")
        if not isinstance(told, str):
            raise NotProved("no_id_token")
        wanted = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
        }
        about = {"nonce": nonce, "client_id": self._settings.client_id, "access_token": token.get("access_token")}
        try:
            read = self._decoded(told)
            claims = CodeIDToken(read.claims, read.header, wanted, about)
            claims.validate(now=int(now.timestamp()), leeway=CLOCKS_DIFFER)
        except (JoseError, ValueError, TypeError, KeyError) as fault:
            raise NotProved(_why(fault)) from None
        return self._identity(claims)

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        subject, settings = claims.get("sub"), self._settings
        if not isinstance(subject, str) or not subject.strip() or len(subject) > SUBJECT_LENGTH or "\0" in subject:
            raise NotProved("subject")
        mail = claims.get(settings.mail_claim)
        verified = settings.verified_claim is None or claims.get(settings.verified_claim) is True
        methods = claims.get("amr") or []
        return Identity(
            self.issuer,
            subject,
            # Letters that only look like others, or become them in small letters, are in no address an account has.
            mail if verified and isinstance(mail, str) and ADDRESS.fullmatch(mail) else None,
            claims.get("acr") in settings.second_factor_acr
            or any(one in settings.second_factor_amr for one in methods if isinstance(one, str)),
        )

    def _decoded(self, told: str) -> jwt.Token:
        """Return an ID token with its signature checked; a key nobody knows may be a new one."""
        known = self._configured()
        try:
            return jwt.decode(told, known.keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if time.monotonic() - known.at < KEYS_AGAIN_SECONDS:
                raise
        return jwt.decode(told, self._configured(older_than=known.at).keys, algorithms=ALGORITHMS)

    def _configured(self, older_than: float = -1.0) -> _Known:
        """Return the provider's configuration and keys, fetched anew after a while, and those of ``older_than``."""
        with self._lock:
            now, known = time.monotonic(), self._known
            if known is not None and now - known.at < KNOWN_SECONDS and known.at > older_than:
                return known
            if now < self._down_until:
                raise down(self.label)
            try:
                self._known = self._fetched(now)
            except (httpx2.HTTPError, httpx2.InvalidURL, JoseError, ValueError, TypeError, KeyError):
                raise self._is_down() from None
            return self._known

    def _fetched(self, now: float) -> _Known:
        with httpx2.Client(transport=self._through(), timeout=STEP_SECONDS, trust_env=False) as client:
            told = client.get(self.issuer.rstrip("/") + "/.well-known/openid-configuration").raise_for_status().json()
            if told["issuer"] != self.issuer:
                raise ValueError("the configuration is of another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not isinstance(told[name], str) or not is_safe_address(told[name]):
                    raise ValueError(name)
            keys = KeySet.import_key_set(client.get(told["jwks_uri"]).raise_for_status().json())
        return _Known(told, keys, now)

    def _client(self, configuration: Mapping[str, Any]) -> Any:
        offered = configuration.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        known = ("client_secret_basic", "client_secret_post")
        method = next((one for one in known if one in offered), known[0]) if self._secret else "none"
        return OAuth2Client(
            client_id=self._settings.client_id,
            client_secret=self._secret,
            token_endpoint_auth_method=method,
            scope=self._settings.scopes,
            redirect_uri=self._callback,
            code_challenge_method="S256",
            transport=self._through(),
            timeout=STEP_SECONDS,
            trust_env=False,
        )

    def _is_down(self) -> Busy:
        self._down_until = time.monotonic() + DOWN_SECONDS
        return down(self.label)


def providers_of(settings: Settings) -> dict[str, Provider]:
    """Return the providers of ``settings`` by name. OSError when the file of a secret cannot be read."""
    if settings.sign_in != "required":
        return {}
    through = transport_of(settings, LIMITS)
    return {
        one.name: Provider(one, f"{settings.links_to}/sign-in/with/{one.name}/callback", through)
        for one in settings.sign_in_providers
    }


def down(label: str) -> Busy:
    """Return what is said of a provider that does not answer, or not as it should."""
    return Busy(
        f"「{label}」につながりません。少し待ってもう一度試すか、パスワードかパスキーでサインインしてください。",
        f'"{label}" does not answer. Wait a moment and try again, or sign in with a password or a passkey.',
        seconds=30,
    )


def _secret_of(settings: ProviderSettings) -> str | None:
    if settings.client_secret_file is not None:
        return settings.client_secret_file.read_text("utf-8").strip()
    return settings.client_secret.get_secret_value() if settings.client_secret else None


def _derived(use: str, browser: str, state: str) -> str:
    """Return 64 characters that only who holds what ``browser`` holds can tell, good for a nonce and for PKCE."""
    return hash_of(f"{use}\0{browser}\0{state}")


def _why(fault: Exception) -> str:
    """Return the claim that was wrong, by Authlib's and joserfc's errors; else that the token as such was."""
    claim = getattr(fault, "claim", None)
    return claim if isinstance(claim, str) and claim.isidentifier() else "id_token"
