"""How the hub asks servers that are not its own: within seconds, no more than it can hold, and where it was sent only.

``transport`` is the one place: whatever is fetched for sign-in goes through what it returns.
"""

import ssl
import time
from collections.abc import Iterator
from typing import Any

import httpx2

STEP_SECONDS = 5.0
"""Longest wait for a connection, or for the next bytes."""
WHOLE_SECONDS = 10.0
LARGEST = 300_000
"""Bytes of an answer: keys and a token take a few thousand."""


class Bounded(httpx2.BaseTransport):
    """Passes requests on, and ends answers (``ReadError``) that are too large, too slow as a whole, or packed."""

    def __init__(self, inner: httpx2.BaseTransport, largest: int = LARGEST, seconds: float = WHOLE_SECONDS) -> None:
        self._inner, self._largest, self._seconds = inner, largest, seconds

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send ``request`` and return its answer, of which nothing was read yet."""
        request.headers["accept-encoding"] = "identity"
        ends = time.monotonic() + self._seconds
        answer = self._inner.handle_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":
            answer.close()
            raise httpx2.ReadError("packed", request=request)
        body = _BoundedBody(answer.stream, request, self._largest, ends)
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=body, extensions=answer.extensions)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class _BoundedBody(httpx2.SyncByteStream):
    def __init__(self, inner: Any, request: httpx2.Request, largest: int, ends: float) -> None:
        self._inner, self._request, self._left, self._ends = inner, request, largest, ends

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._inner:
            self._left -= len(chunk)
            if self._left < 0 or time.monotonic() > self._ends:
                raise httpx2.ReadError("too large or too slow", request=self._request)
            yield chunk

    def close(self) -> None:
        self._inner.close()


def transport() -> httpx2.BaseTransport:
    """Return what requests of one sign-in are sent through; certificates are checked by the system's authorities."""
    return Bounded(httpx2.HTTPTransport(verify=ssl.create_default_context(), retries=0))
