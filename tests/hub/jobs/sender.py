"""A process that sends the mail there is."""

from multiprocessing.connection import Connection

from hub.db.engine import create_engine
from hub.jobs.mail import send_next
from hub.mail.server import server_of
from hub.settings import Settings


def send_all(settings: Settings, ready: Connection) -> None:
    """Send until nothing is left, having said that it begins."""
    engine, server = create_engine(settings), server_of(settings)
    ready.send(True)
    while send_next(engine, server, settings.links_to):  # type: ignore[arg-type]
        pass
