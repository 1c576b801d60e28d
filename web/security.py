"""What every answer carries to protect who reads it, and what every changing request must prove."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from starlette.datastructures import MutableHeaders

from hub.dependencies import SAFE_METHODS
from hub.visitors import is_secure

LANGUAGE_COOKIE = "hub_language"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # For browsers that know no frame-ancestors.
    "X-Frame-Options": "DENY",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer",
            "autoplay",
            "browsing-topics",
            "camera",
            "display-capture",
            "encrypted-media",
            "geolocation",
            "gyroscope",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "picture-in-picture",
            "screen-wake-lock",
            "usb",
            "xr-spatial-tracking",
        )
    ),
}
KEPT_NOWHERE = {"Cache-Control": "no-store"}
"""Whatever does not say otherwise – styles and scripts do – is kept by no browser and no proxy."""
OVER_TLS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
"""Besides, where the hub is reached over TLS: browsers then never ask for it without."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class SecurityHeaders:
    """ASGI middleware that puts ``HEADERS`` (over TLS ``OVER_TLS``) on every answer that does not set its own."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        told = HEADERS | KEPT_NOWHERE | (OVER_TLS if is_secure(Request(scope)) else {})

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in told.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


async def same_origin(request: Request) -> None:
    """Refuse (403) a changing request that another site's page made the browser send.

    Browsers send Origin with every POST and no page can forge it. What a session sends proves itself by a token of the
    session besides (``hub.dependencies.prove_form``).
    """
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("origin") or request.headers.get("referer")
    here = (request.url.scheme, request.url.netloc)
    if origin is None or tuple(urlsplit(origin)[:2]) != here:
        raise HTTPException(403, "このサイトのページから送信してください / send this from one of this site's pages")
