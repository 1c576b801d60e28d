"""A letter as it is sent: a subject in general words, a link, and nothing about anybody."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.workflows.events import BY_LINK, OTHER_PLACE, words_of
from hub.workflows.outbox import Letter

TEMPLATES = Path(__file__).parent / "templates"
PREFERENCES = f"{OTHER_PLACE}/preferences"


@cache
def _templates() -> Environment:
    # Plain text, not HTML: nothing is escaped, and nothing anybody wrote is in it.
    return Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=False)  # noqa: S701


def compose(letter: Letter, sender: str, public_url: str, now: datetime) -> bytes:
    """Return ``letter`` as a message with CRLF line ends. ValueError when the address cannot stand in one.

    The Message-ID follows from the notification, so that a mail system that sees it twice can tell.
    """
    base = public_url.rstrip("/")
    subject = words_of(letter.event).text(letter.language)
    preferences = f"{base}{PREFERENCES}"
    kind = "link" if letter.event in BY_LINK else "notice"
    text = _templates().get_template(f"{kind}.{letter.language}.txt")
    message = EmailMessage(SMTP)
    message["From"] = sender
    message["To"] = letter.address
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.id}@{urlsplit(base).hostname or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{preferences}>"
    link = f"{base}{letter.path}"
    message.set_content(text.render(subject=subject, link=link, preferences=preferences), cte="base64")
    return message.as_bytes()
