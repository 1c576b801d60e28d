import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hub.mail.server import MailServer, Outcome, post, server_of
from hub.settings import Settings
from tests.hub.mail.smtp_server import DROP, MailBox, mail_server

CONTENT = b"Subject: x\r\n\r\n.one\r\n..two\r\nthree\r\n"
TO = "acc_1@hub.example"


def test_a_letter_arrives_as_it_is(box: MailBox, server_at: Callable[..., MailServer]):
    assert post(server_at(box), TO, CONTENT) == Outcome("sent", 250)
    assert box.taken == [(TO, CONTENT)]


@pytest.mark.parametrize(
    ("stage", "answer", "result", "reply"),
    [
        ("greeting", "421 later", "again", 421),
        ("greeting", "554 not you", "again", 554),
        ("greeting", DROP, "again", None),
        ("EHLO", "500 what", "again", None),
        ("EHLO", DROP, "again", None),
        ("MAIL", "451 later", "again", 451),
        ("MAIL", "550 no", "refused", 550),
        ("MAIL", DROP, "again", None),
        ("RCPT", "450 full", "again", 450),
        ("RCPT", "550 nobody", "refused", 550),
        ("RCPT", DROP, "again", None),
        ("DATA", "451 later", "again", 451),
        ("DATA", "554 no", "refused", 554),
        ("DATA", DROP, "again", None),
        ("body", DROP, "unknown", None),
        ("end", "452 full", "again", 452),
        ("end", "554 no", "refused", 554),
        ("end", DROP, "unknown", None),
        ("QUIT", DROP, "sent", 250),
        ("QUIT", "500 what", "sent", 250),
    ],
)
def test_how_far_a_letter_got_says_whether_it_is_tried_again(
    box: MailBox, server_at: Callable[..., MailServer], stage: str, answer: str, result: str, reply: int | None
):
    box.answers = lambda: {stage: answer}
    outcome = post(server_at(box), TO, CONTENT)
    assert outcome.result == result
    assert reply is None or outcome.reply == reply
    # Whatever is tried again or given up has not been taken, and what was taken is never tried again.
    assert bool(box.taken) == (result == "sent" or (stage, answer) == ("end", DROP))


@pytest.mark.parametrize(("stage", "result"), [("greeting", "again"), ("RCPT", "again"), ("end", "unknown")])
def test_a_server_that_says_nothing_is_left_after_a_while(
    box: MailBox, server_at: Callable[..., MailServer], stage: str, result: str
):
    box.answers = lambda: {stage: "wait"}
    assert post(replace(server_at(box), seconds=0.2), TO, CONTENT).result == result


def test_no_server_is_tried_again(server_at: Callable[..., MailServer]):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = MailBox(port=taken.getsockname()[1])
        assert post(server_at(nobody), TO, CONTENT) == Outcome("again", 0)
        assert post(replace(server_at(nobody), host="no-such-host.invalid"), TO, CONTENT).result == "again"


@pytest.mark.parametrize("address", ["花子@hub.example", "a@b.example>\r\nRCPT TO:<c@d.example"])
def test_an_address_no_command_can_carry_is_refused(box: MailBox, server_at: Callable[..., MailServer], address: str):
    assert post(server_at(box), address, CONTENT) == Outcome("refused", None)
    assert box.taken == []


@pytest.mark.parametrize(("security", "at_once"), [("smtp", False), ("smtps", True)])
def test_a_letter_goes_encrypted_and_the_password_with_it(
    certificate: Path,
    encrypted: ssl.SSLContext,
    server_at: Callable[..., MailServer],
    security: str,
    at_once: bool,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(MailBox(context=encrypted, encrypted_at_once=at_once)) as box:
        assert post(server_at(box, security, "hub"), TO, CONTENT) == Outcome("sent", 250)
        assert len(box.taken) == len(box.credentials) == 1


@pytest.mark.parametrize(("security", "at_once"), [("smtp", False), ("smtps", True)])
def test_a_server_with_an_unknown_certificate_gets_neither_letter_nor_password(
    encrypted: ssl.SSLContext, server_at: Callable[..., MailServer], security: str, at_once: bool
):
    with mail_server(MailBox(context=encrypted, encrypted_at_once=at_once)) as box:
        assert post(server_at(box, security, "hub"), TO, CONTENT).result == "again"
        assert box.taken == box.credentials == []


def test_a_server_that_offers_no_encryption_gets_neither_letter_nor_password(
    box: MailBox, server_at: Callable[..., MailServer]
):
    assert post(server_at(box, "smtp", "hub"), TO, CONTENT).result == "again"
    assert box.taken == box.credentials == []


def test_a_wrong_password_is_the_settings_fault_and_not_the_letter_s(
    box: MailBox, server_at: Callable[..., MailServer]
):
    box.answers = lambda: {"AUTH": "535 no"}
    assert post(server_at(box, user="hub"), TO, CONTENT) == Outcome("again", 535)


def test_the_server_comes_from_the_settings_with_its_password_from_a_file(tmp_path: Path):
    assert server_of(Settings()) is None
    file = tmp_path / "password"
    file.write_text("from-file\n")
    told = Settings(
        smtp_url="smtps://hub%40hub.example@mail.example",
        mail_from="hub@hub.example",
        smtp_password="from-variable",  # type: ignore[arg-type]
    )
    server = server_of(told)
    assert server is not None
    assert (server.security, server.host, server.port, server.user) == ("smtps", "mail.example", 465, "hub@hub.example")
    assert (server.password, server.sender) == ("from-variable", "hub@hub.example")
    with_file = server_of(told.model_copy(update={"smtp_password_file": file}))
    assert with_file is not None
    assert with_file.password == "from-file"
    with pytest.raises(OSError):
        server_of(told.model_copy(update={"smtp_password_file": tmp_path / "absent"}))
