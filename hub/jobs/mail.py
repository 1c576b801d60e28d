"""Sending the mail of the outbox: take one, commit, speak to the server, commit what came of it."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from hub.db.transaction import transaction
from hub.logging import log_event, new_reference
from hub.mail.letters import compose
from hub.mail.server import MailServer, Outcome, post
from hub.models.base import utc_now
from hub.workflows.outbox import Letter, claim_mail, settle_mail

Post = Callable[[MailServer, str, bytes], Outcome]
Clock = Callable[[], datetime]


def send_next(
    engine: Engine, server: MailServer, public_url: str, *, deliver: Post = post, clock: Clock = utc_now
) -> bool:
    """Send the mail that has waited longest; return whether there was one."""
    with transaction(engine) as session:
        letter = claim_mail(session, clock())
    if letter is None:
        return False
    # From here on the mail counts as sent or not known to be: nobody else takes it, whatever becomes of this process.
    outcome = _send(letter, server, public_url, deliver, clock())
    with transaction(engine) as session:
        status = settle_mail(session, letter, outcome.result, outcome.reply, clock())
    level = logging.INFO if outcome.result == "sent" else logging.WARNING
    log_event("mail", level=level, mail=letter.id, attempt=letter.attempt, status=status, reply=outcome.reply)
    return True


def _send(letter: Letter, server: MailServer, public_url: str, deliver: Post, now: datetime) -> Outcome:
    try:
        content = compose(letter, server.sender, public_url, now)
    except ValueError as fault:  # an address no message can carry
        log_event("mail_not_composed", level=logging.WARNING, fault=fault, mail=letter.id)
        return Outcome("refused", None)
    try:
        return deliver(server, letter.address, content)
    except Exception as fault:  # nobody knows how far it got
        log_event("mail_broke", level=logging.ERROR, fault=fault, mail=letter.id, reference=new_reference())
        return Outcome("unknown", None)
