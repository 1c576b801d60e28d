"""The mail server by SMTP, spoken to step by step, so that it is known how far a letter got.

Until the body is sent nothing can have been delivered: whatever goes wrong there is tried again. Once it is sent, only
the server's answer tells; without one nobody knows.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from hub.settings import ADDRESS, Settings, read_secret
from hub.workflows.outbox import Result

SECONDS = 30.0
"""How long one answer of the server may take; a letter needs some eight of them, less than the outbox waits."""
NO_CONNECTION = 0
LINE_WITH_DOT = re.compile(rb"(?m)^\.")
PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}

Security = Literal["smtp", "smtps", "smtp+plain"]


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes. ``security``: ``smtp`` asks for STARTTLS, ``smtps`` begins with TLS, ``smtp+plain`` has none."""

    security: Security
    host: str
    port: int
    user: str | None
    password: str | None
    sender: str
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a letter, and the server's last code."""

    result: Result
    reply: int | None


class _Stopped(Exception):  # noqa: N818  (an outcome, not an error)
    def __init__(self, result: Result, reply: int | None) -> None:
        self.outcome = Outcome(result, reply)
        super().__init__(result)


def server_of(settings: Settings) -> MailServer | None:
    """Return the server of ``settings``; None when none is set, and no mail is sent. OSError: no file of a password."""
    if settings.smtp_url is None:
        return None
    told = urlsplit(settings.smtp_url)
    security: Security = told.scheme  # type: ignore[assignment]  # the settings have checked it
    return MailServer(
        security,
        told.hostname or "",
        told.port or PORTS[security],
        unquote(told.username) if told.username else None,
        read_secret(settings.smtp_password_file, settings.smtp_password),
        settings.mail_from or "",
    )


def post(server: MailServer, address: str, content: bytes) -> Outcome:
    """Hand ``content`` to ``server`` for ``address`` and return what came of it; raises nothing a server can cause."""
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _connected(server)
        _address(smtp, server.sender, address)
        return _deliver(smtp, content)
    except _Stopped as stopped:
        return stopped.outcome
    finally:
        if smtp is not None:
            _leave(smtp)


def _connected(server: MailServer) -> smtplib.SMTP:
    """Return a connection that is ready for a letter. Whatever fails here is the server's or the settings' fault."""
    try:
        context = ssl.create_default_context()
        if server.security == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.seconds, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.seconds)
    except (smtplib.SMTPException, OSError, UnicodeError) as fault:
        raise _Stopped("again", _code(fault)) from fault
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.security == "smtp":
            smtp.starttls(context=context)
        if server.user is not None:
            smtp.login(server.user, server.password or "")
    except (smtplib.SMTPException, OSError, ValueError) as fault:
        _leave(smtp)
        raise _Stopped("again", _code(fault)) from fault
    return smtp


def _address(smtp: smtplib.SMTP, sender: str, address: str) -> None:
    """Name sender and recipient and ask to send the body. A refusal (5xx) of these is of the letter itself."""
    if not ADDRESS.fullmatch(address):  # smtplib would take what it understands of it
        raise _Stopped("refused", None)
    _ask(lambda: smtp.mail(sender), (250,))
    _ask(lambda: smtp.rcpt(address), (250, 251, 252))
    _ask(lambda: smtp.docmd("DATA"), (354,))


def _ask(step: Callable[[], tuple[int, bytes]], good: tuple[int, ...]) -> None:
    try:
        code, _ = step()
    except (smtplib.SMTPException, OSError) as fault:
        raise _Stopped("again", _code(fault)) from fault
    if code not in good:
        raise _Stopped("refused" if 500 <= code < 600 else "again", code)


def _deliver(smtp: smtplib.SMTP, content: bytes) -> Outcome:
    try:
        smtp.send(LINE_WITH_DOT.sub(b"..", content.rstrip(b"\r\n")) + b"\r\n.\r\n")
        code, _ = smtp.getreply()
    except (smtplib.SMTPException, OSError):
        return Outcome("unknown", None)
    if 200 <= code < 300:
        return Outcome("sent", code)
    if 400 <= code < 600:
        return Outcome("refused" if code >= 500 else "again", code)
    return Outcome("unknown", code)


def _leave(smtp: smtplib.SMTP) -> None:
    try:
        smtp.docmd("QUIT")
    except (smtplib.SMTPException, OSError):
        pass  # what the server said of the letter stands
    finally:
        smtp.close()


def _code(fault: BaseException) -> int:
    return fault.smtp_code if isinstance(fault, smtplib.SMTPResponseException) else NO_CONNECTION
