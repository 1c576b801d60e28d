"""Servers on this machine that answer as a test says, over TLS or without."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Reply = Callable[[socket.socket], None]


def saying(*parts: bytes, pause: float = 0.0) -> Reply:
    """Return what sends ``parts`` one after another, resting ``pause`` seconds before each but the first."""

    def send(at: socket.socket) -> None:
        for index, part in enumerate(parts):
            if index:
                time.sleep(pause)
            at.sendall(part)

    return send


@dataclass
class Listener:
    """A server that is at work; ``heard``: the head and body of every request it was sent."""

    host: str
    port: int
    heard: list[bytes] = field(default_factory=list)


def _whole(at: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += at.recv(65536) or b"\r\n\r\n"
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < int(lengths[0] if lengths else 0):
        body += at.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def listening(
    *replies: Reply, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> Iterator[Listener]:
    """Answer each connection by the next of ``replies``, the last again and again."""
    server = socket.create_server((host, port))
    made = Listener(host, server.getsockname()[1])
    ended = threading.Event()

    def serve() -> None:
        count = 0
        while not ended.is_set():
            try:
                at, _ = server.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), contextlib.closing(at):
                at.settimeout(5)
                spoken = tls.wrap_socket(at, server_side=True) if tls else at
                made.heard.append(_whole(spoken))
                replies[min(count, len(replies) - 1)](spoken)
                count += 1
                with contextlib.suppress(OSError):
                    spoken.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        ended.set()
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the contexts of a server called ``name`` and of who trusts its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain = folder / f"{name}.pem"
    plain = serialization.NoEncryption()
    chain.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    return server, ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
