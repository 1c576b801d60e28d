"""A mail server for tests that does as it is told: it refuses, hangs up or waits at any point of a letter."""

import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Stage = str
"""``greeting``, ``EHLO``, ``STARTTLS``, ``AUTH``, ``MAIL``, ``RCPT``, ``DATA``, ``body`` (before its end), ``end``."""
USUAL = {
    "greeting": "220 mail.example",
    "STARTTLS": "220 go on",
    "AUTH": "235 welcome",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "end": "250 taken",
    "QUIT": "221 bye",
}
DROP = "drop"
"""Hang up in place of an answer; at ``end`` the letter has been taken all the same."""
WAIT = "wait"
"""Say nothing until ``MailBox.go_on`` is set, then answer as usual."""
TAKES = ("250", DROP, WAIT)
"""With these answers at ``end`` the letter is the server's."""


@dataclass
class MailBox:
    """What a server took: (address, content) each. ``answers``: what it does at a stage, for each connection anew."""

    answers: Callable[[], dict[Stage, str]] = dict
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    credentials: list[str] = field(default_factory=list)
    context: ssl.SSLContext | None = None
    encrypted_at_once: bool = False


class _HangUpError(Exception):
    pass


class _Conversation(socketserver.StreamRequestHandler):
    box: MailBox

    def setup(self) -> None:
        self.box = self.server.box  # type: ignore[attr-defined]
        if self.box.encrypted_at_once and self.box.context:
            self.request = self.box.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        self.box.connections += 1
        self.script = {**USUAL, **self.box.answers()}
        try:
            self.talk()
        except (_HangUpError, OSError, ValueError):
            return

    def finish(self) -> None:
        super().finish()
        if isinstance(self.request, ssl.SSLSocket):  # not the one the server closes
            self.request.close()

    def talk(self) -> None:
        self.say("greeting")
        address = ""
        while line := self.rfile.readline():
            verb = line.split()[0].decode().upper() if line.split() else ""
            if verb in ("EHLO", "HELO"):
                self.hello()
            elif verb == "STARTTLS" and self.box.context:
                self.say("STARTTLS")
                self.request = self.box.context.wrap_socket(self.request, server_side=True)
                super().setup()
            elif verb == "DATA":
                if self.say("DATA").startswith("354"):
                    self.body(address)
            elif verb in self.script:
                address = line.decode().partition("<")[2].partition(">")[0] if verb == "RCPT" else address
                if verb == "AUTH":
                    self.box.credentials.append(line.decode().strip())
                self.say(verb)
                if verb == "QUIT":
                    return
            else:
                self.write("502 what?")

    def hello(self) -> None:
        self.obey("EHLO", self.script.get("EHLO", "250"))
        encrypted = isinstance(self.request, ssl.SSLSocket)
        offers = ["AUTH PLAIN", *(["STARTTLS"] if self.box.context and not encrypted else [])]
        if self.script.get("EHLO", "250").startswith("250"):
            self.write("".join(f"250-{line}\r\n" for line in ("mail.example", *offers)) + "250 HELP")

    def body(self, address: str) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
            if "body" in self.script:
                self.obey("body", self.script["body"])
        if not line:
            raise _HangUpError
        if self.script["end"].startswith(TAKES):
            self.box.taken.append((address, b"".join(lines)))
        self.say("end")

    def say(self, stage: Stage) -> str:
        answer = self.script[stage]
        self.obey(stage, answer)
        answer = USUAL[stage] if answer == WAIT else answer
        self.write(answer)
        return answer

    def obey(self, stage: Stage, answer: str) -> None:
        if answer == DROP:
            self.box.reached.set()
            raise _HangUpError
        if answer == WAIT:
            self.box.reached.set()
            assert self.box.go_on.wait(60)
        elif not answer.startswith(("2", "3")) and stage == "EHLO":
            self.write(answer)

    def write(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")
        self.wfile.flush()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: MailBox

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that are killed hang up in the middle of everything."""


@contextmanager
def mail_server(box: MailBox) -> Iterator[MailBox]:
    """Serve ``box`` on a port of this machine."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.box = box
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield box
        finally:
            box.go_on.set()
            server.shutdown()
            thread.join()
