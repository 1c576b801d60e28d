"""A provider of sign-in on this machine, of Authlib's own server parts: codes, PKCE and clients are checked by them.

What it says is told by the test: ``claims`` go into ID tokens over what is right, and it may be ``broken``.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

CLIENT, SECRET = "hub", "the provider's secret of the hub"
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
"""One for all tests: making one takes a while."""


class Client:
    """The hub, as the provider knows it."""

    def __init__(self, provider: "RunningProvider") -> None:
        self.provider = provider

    def check_redirect_uri(self, told: str) -> bool:
        return told == f"{self.provider.hub}/sign-in/with/city/callback"

    def check_client_secret(self, told: str) -> bool:
        return told == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self.provider.method

    def check_response_type(self, told: str) -> bool:
        return told == "code"

    def check_grant_type(self, told: str) -> bool:
        return told == "authorization_code"

    def get_client_id(self) -> str:
        return CLIENT

    def get_allowed_scope(self, told: str) -> str:
        return told


class Code(SimpleNamespace):
    """A code that was given out."""

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


class CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"]

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        told = request.payload.data
        self.server.codes[code] = Code(
            code=code,
            redirect_uri=request.payload.redirect_uri,
            scope=request.payload.scope,
            nonce=told.get("nonce"),
            code_challenge=told["code_challenge"],
            code_challenge_method=told["code_challenge_method"],
            user=request.user,
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return self.server.codes.get(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del self.server.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> Any:
        return authorization_code.user


class Server(AuthorizationServer):
    """Authlib's server on plain dictionaries."""

    def __init__(self, provider: "RunningProvider") -> None:
        super().__init__()
        self.codes: dict[str, Code] = {}
        self.provider = provider
        self.register_grant(CodeGrant, [CodeChallenge(required=True)])
        self.register_token_generator("default", self._token)

    def query_client(self, client_id: str) -> Client | None:
        return Client(self.provider) if client_id == CLIENT else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        token["id_token"] = self.provider.id_token(request.authorization_code.nonce)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        pass

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, dict[str, str]]:
        return status, body, dict(headers)

    @staticmethod
    def _token(**told: Any) -> dict[str, Any]:
        return {"token_type": "Bearer", "access_token": "of no use here", "scope": told["scope"], "expires_in": 60}


class Asked(OAuth2Request):
    """A request to the provider; ``uri`` is told as if it had come over TLS, which Authlib insists on."""

    def __init__(self, method: str, path: str, fields: dict[str, str], headers: Mapping[str, str]) -> None:
        super().__init__(method, f"https://provider.example{path}", headers=headers)
        self.payload = BasicOAuth2Payload(fields)
        self._fields = fields

    @property
    def form(self) -> dict[str, str]:
        return self._fields

    @property
    def args(self) -> dict[str, str]:
        return self._fields


@dataclass
class RunningProvider:
    """The provider as tests see it. ``claims``: what ID tokens say instead of what is right; None takes one out."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)
    hub: str = "http://127.0.0.1:8000"
    method: str = "client_secret_basic"
    algorithm: str = "RS256"
    key: Any = field(default_factory=lambda: KEY)
    published: Any = None
    names_itself: bool = False
    broken: str = ""
    """The path that answers with an error, or ``large``."""
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = Server(self)

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "sub": "u-1", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        claims |= {"email": "acc_expert@hub.example", "email_verified": True} | self.claims
        told = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            return f"{_part({'alg': 'none'})}.{_part(told)}."
        header = {"alg": self.algorithm, "kid": self.key.kid} if self.key.kid else {"alg": self.algorithm}
        return jwt.encode(header, told, self.key, [self.algorithm])

    def answer(self, method: str, path: str, fields: dict[str, str], headers: Mapping[str, str]) -> Any:
        self.asked.append(path)
        if self.broken and path.endswith(self.broken):
            return 500, "out of order", {}
        if path == "/.well-known/openid-configuration":
            methods = {"token_endpoint_auth_methods_supported": [self.method]}
            addresses = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            told = {"issuer": self.url, **methods, **{name: self.url + at for name, at in addresses.items()}}
            padding = {"padding": "x" * 2_000_000} if self.broken == "large" else {}
            return 200, told | self.configuration | padding, {}
        if path == "/keys":
            return 200, {"keys": [(self.published or self.key).as_dict(private=False)]}, {}
        request = Asked(method, path, fields, headers)
        if path == "/token":
            return self.server.create_token_response(request)
        if path == "/authorize":
            request.user = SimpleNamespace(id="u-1")
            grant = self.server.get_consent_grant(request, request.user)
            grant.request = request
            status, body, told = self.server.create_authorization_response(request, request.user, grant)
            if self.names_itself:
                told["Location"] += "&" + urlencode({"iss": self.url})
            return status, body, told
        return 404, "nothing here", {}

    def visit(self, address: str) -> str:
        """Be a browser whose person signs in at the provider; return the path it is led back to."""
        import httpx2

        answer = httpx2.get(address, follow_redirects=False)
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["location"])
        return f"{back.path}?{back.query}"


def _part(told: Any) -> str:
    from base64 import urlsafe_b64encode

    return urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


def shared_secret() -> OctKey:
    """Return the key of who signs with what the hub knows as well."""
    return OctKey.import_key(SECRET)


def another_key(kid: str = "second") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})


@contextmanager
def running_provider(name: str = "") -> Iterator[RunningProvider]:
    """Run a provider on a free port of this machine."""
    provider = RunningProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(dict(parse_qsl(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            self._answer(dict(parse_qsl(self.rfile.read(length).decode())))

        def _answer(self, fields: dict[str, str]) -> None:
            told = provider.answer(self.command, urlsplit(self.path).path, fields, dict(self.headers))
            status, body, headers = told
            content = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            for key, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}{name}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
