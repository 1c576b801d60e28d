"""Telling webhooks: take one delivery, commit, call the address, commit what came of it.

A receiver may take as long as a call may take at all: webhooks have a queue of their own, for which mail does not wait.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from hub.auth.keys import Keyring, keyring_of
from hub.db.transaction import transaction
from hub.errors import Conflict
from hub.logging import log_event
from hub.models.base import utc_now
from hub.outgoing.client import Limits, Outgoing
from hub.outgoing.faults import OutgoingFault
from hub.settings import Settings
from hub.workflows.webhook_deliveries import Came, Delivery, claim_delivery, settle_delivery

LIMITS = Limits(connect=5.0, read=10.0, total=15.0, largest=64_000)
NOT_REACHED = 0
SIGNATURE, EVENT, DELIVERY = "X-Hub-Signature", "X-Hub-Event", "X-Hub-Delivery"

Clock = Callable[[], datetime]


def tell_next(engine: Engine, keyring: Keyring, outgoing: Outgoing, public_url: str, *, clock: Clock = utc_now) -> bool:
    """Tell the webhook that has waited longest; return whether there was one."""
    with transaction(engine) as session:
        delivery = claim_delivery(session, keyring, clock())
    if delivery is None:
        return False
    # From here on it counts as told or not known to be: nobody else takes it, whatever becomes of this process.
    came, reply, why = _call(delivery, outgoing, public_url, clock())
    with transaction(engine) as session:
        status = settle_delivery(session, delivery, came, reply, clock())
    level = logging.INFO if came == "sent" else logging.WARNING
    log_event("webhook", level=level, webhook=delivery.webhook_id, attempt=delivery.attempt, status=status, why=why)
    return True


def _call(delivery: Delivery, outgoing: Outgoing, public_url: str, now: datetime) -> tuple[Came, int | None, str]:
    body = delivery.body(public_url)
    headers = {
        "Content-Type": "application/json",
        SIGNATURE: delivery.signature(body, now),
        EVENT: delivery.event,
        DELIVERY: delivery.id,
    }
    try:
        answer = outgoing.send("POST", delivery.url, content=body, headers=headers)
    except OutgoingFault as fault:
        return ("again", NOT_REACHED, fault.reason) if fault.never_sent else ("unknown", None, fault.reason)
    return "sent" if 200 <= answer.status < 300 else "again", answer.status, "answered"


def keyring_for(settings: Settings) -> Keyring | None:
    """Return the keys that open webhooks' secrets; None without them, and where nobody signs in."""
    if settings.sign_in == "local":
        return None
    try:
        return keyring_of(settings)
    except (OSError, Conflict) as fault:
        log_event("webhooks_without_key", level=logging.ERROR, fault=fault, setting="HUB_SECRET_KEY_FILE")
        return None
