import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.mail.server import MailServer, Security
from tests.hub.mail.smtp_server import MailBox, mail_server

HERE = "127.0.0.1"
SENDER = "hub@hub.example"


@pytest.fixture
def box() -> Iterator[MailBox]:
    """Return the box of a mail server on this machine, without encryption."""
    with mail_server(MailBox()) as made:
        yield made


@pytest.fixture
def server_at() -> Callable[..., MailServer]:
    def told(box: MailBox, security: Security = "smtp+plain", user: str | None = None) -> MailServer:
        return MailServer(security, HERE, box.port, user, "hidden-word" if user else None, SENDER, seconds=20)

    return told


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a certificate of this machine with its key, signed by itself. openssl comes with PostgreSQL."""
    path = tmp_path_factory.mktemp("certificate") / "mail.pem"
    asked = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "2"]
    asked += ["-subj", "/CN=mail.example", "-addext", f"subjectAltName=IP:{HERE}"]
    key = path.with_name("key.pem")
    subprocess.run(["openssl", *asked, "-keyout", key, "-out", path], check=True, capture_output=True)
    path.write_bytes(key.read_bytes() + path.read_bytes())
    return path


@pytest.fixture
def encrypted(certificate: Path) -> ssl.SSLContext:
    """Return the server's side of an encrypted connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
