"""The outgoing client as a library's transport: for protocols somebody else's code speaks, as sign-in at providers."""

from collections.abc import Callable

import httpx2

from hub.outgoing.client import Limits, Outgoing, outgoing_of
from hub.outgoing.faults import OutgoingFault
from hub.settings import Settings

OURS = frozenset({"host", "connection", "accept-encoding", "user-agent", "content-length", "transfer-encoding"})
"""Headers that are the client's own business."""

Transport = Callable[[], httpx2.BaseTransport]


class OutgoingTransport(httpx2.BaseTransport):
    """Sends each request by the outgoing client, within its bounds; what it refuses is a ``ConnectError``."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send ``request`` and return its whole answer."""
        # As they are written: not every server takes names in any case.
        told = ((name.decode("ascii"), value.decode("latin-1")) for name, value in request.headers.raw)
        headers = {name: value for name, value in told if name.lower() not in OURS}
        try:
            answer = self._outgoing.send(request.method, str(request.url), content=request.read(), headers=headers)
        except OutgoingFault as fault:
            raise httpx2.ConnectError(fault.reason, request=request) from None
        return httpx2.Response(answer.status, headers=dict(answer.headers), content=answer.body)


def transport_of(settings: Settings, limits: Limits) -> Transport:
    """Return what makes transports that call as ``settings`` allow, within ``limits``."""
    outgoing = outgoing_of(settings, limits)
    return lambda: OutgoingTransport(outgoing)
