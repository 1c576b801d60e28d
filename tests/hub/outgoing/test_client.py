"""The client against servers that mean no good: each way in is shut, and each bound holds."""

import socket
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.outgoing.addresses import networks_of
from hub.outgoing.client import Answer, Limits, Outgoing, outgoing_of
from hub.outgoing.faults import WORDS, OutgoingFault
from hub.settings import Settings
from tests.hub.outgoing.listening import FINE, Listener, certified, listening, saying

NAME = "hooks.example"
QUICK = Limits(connect=1.0, read=0.4, total=1.0, largest=1000)


def leading_to(*addresses: str) -> tuple[list[str], object]:
    asked: list[str] = []

    def find(name: str, port: int) -> Sequence[str]:
        asked.append(name)
        return addresses

    return asked, find


def client(at: Listener, *, host: str = "127.0.0.1", limits: Limits = QUICK, **changes) -> Outgoing:
    told = {"find": lambda name, port: [host], "http": True, "limits": limits, **changes}
    return Outgoing(ports=[at.port], networks=networks_of(["127.0.0.0/8"]), **told)


def call(at: Listener, **changes) -> Answer:
    return client(at, **changes).send("POST", f"http://{NAME}:{at.port}/in?a=1", content=b"{}")


def refusal(made: Outgoing, url: str) -> str:
    with pytest.raises(OutgoingFault) as caught:
        made.send("GET", url)
    return caught.value.reason


def test_a_call_says_what_it_was_given_and_nothing_of_this_machine(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with listening(saying(FINE)) as at:
        answer = call(at)
        (heard,) = at.heard
    assert (answer.status, answer.body) == (200, b"ok")
    head, _, body = heard.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    assert (first, body) == ("POST /in?a=1 HTTP/1.1", b"{}")
    told = dict(line.lower().split(": ", 1) for line in lines)
    assert told["host"] == f"{NAME}:{at.port}"
    assert told["user-agent"] == "digital-talent-hub"
    assert set(told) == {"host", "user-agent", "accept", "accept-encoding", "connection", "content-length"}


@pytest.mark.parametrize("inside", ["127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "64:ff9b::7f00:1", "fe80::1%1"])
def test_a_name_that_leads_inside_is_refused_even_if_only_one_of_its_addresses_does(inside: str):
    for addresses in ((inside,), ("93.184.216.34", inside)):
        _, find = leading_to(*addresses)
        assert refusal(Outgoing(find=find), f"https://{NAME}/") == "address"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "localhost", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_this_machine_is_refused_in_every_spelling(host: str):
    assert refusal(Outgoing(), f"https://{host}/") in ("address", "unknown_name", "no_url")


def test_a_name_is_looked_up_once_and_its_answer_held_to(monkeypatch):
    """DNS rebinding: the name is of a public address while it is judged, and of this machine while it is called."""
    asked: list[str] = []

    def find(name: str, port: int) -> Sequence[str]:
        asked.append(name)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.1"]

    def looked_up(*told, **more):
        raise AssertionError(f"looked up again: {told}")

    with listening(saying(FINE), host="127.0.0.2") as good, listening(saying(FINE), port=good.port) as inner:
        monkeypatch.setattr(socket, "getaddrinfo", looked_up)
        made = Outgoing(ports=[good.port], networks=networks_of(["127.0.0.2/32"]), http=True, find=find)
        assert made.send("GET", f"http://{NAME}:{good.port}/").status == 200
        assert (len(good.heard), inner.heard, asked) == (1, [], [NAME])
        assert refusal(made, f"http://{NAME}:{good.port}/") == "address"
        assert inner.heard == []


def test_another_address_of_a_name_is_tried_where_one_cannot_be_reached():
    with listening(saying(FINE), host="127.0.0.2") as at:
        _, find = leading_to("127.0.0.3", "127.0.0.2")
        assert call(at, find=find).status == 200


def test_a_certificate_is_verified_by_the_name_and_not_by_the_address(tmp_path):
    serving, trusting = certified(tmp_path, NAME)
    with listening(saying(FINE), tls=serving) as at:
        made = client(at, http=False, trusted=trusting)
        assert made.send("GET", f"https://{NAME}:{at.port}/").body == b"ok"
        assert refusal(made, f"https://other.example:{at.port}/") == "tls"
        assert refusal(client(at, http=False), f"https://{NAME}:{at.port}/") == "tls"
        assert len(at.heard) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int):
    with listening(saying(FINE)) as elsewhere:
        told = f"HTTP/1.1 {status} Moved\r\nLocation: http://127.0.0.1:{elsewhere.port}/\r\nContent-Length: 0\r\n\r\n"
        with listening(saying(told.encode())) as at:
            assert call(at).status == status
        assert elsewhere.heard == []


def test_an_answer_that_is_too_large_is_given_up():
    small, large = b"x" * 1000, b"x" * 1001
    told = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b"
    with listening(saying(told % (1000, small)), saying(told % (1001, large))) as at:
        assert call(at).body == small
        with pytest.raises(OutgoingFault, match="too_large"):
            call(at)
    endless = saying(b"HTTP/1.1 200 OK\r\n\r\n", *[b"x" * 400] * 5)
    with listening(endless) as at, pytest.raises(OutgoingFault, match="too_large"):
        call(at)


def test_a_packed_answer_is_not_unpacked():
    packed = saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok")
    with listening(packed) as at, pytest.raises(OutgoingFault, match="encoding"):
        call(at)


@pytest.mark.parametrize(
    "parts",
    [
        [b"", FINE],  # says nothing for longer than one part may take
        [bytes([one]) for one in FINE],  # says a little at a time: no part takes long, all of them do
        [b"HTTP/1.1 200 OK\r\n\r\n", *[b"x"] * 50],
    ],
)
def test_a_slow_answer_is_given_up_within_the_time_for_all(parts: list[bytes]):
    pause = 2.0 if len(parts) == 2 else 0.1
    with listening(saying(*parts, pause=pause)) as at, pytest.raises(OutgoingFault, match="too_slow"):
        call(at)


def test_a_look_up_that_hangs_is_left_behind():
    def hang(name: str, port: int) -> Sequence[str]:
        time.sleep(1.0)
        return []

    assert refusal(Outgoing(find=hang, limits=Limits(connect=0.05)), f"https://{NAME}/") == "too_slow"


def test_nobody_there_is_said_and_so_is_a_name_nobody_has():
    with listening(saying(FINE)) as at:
        pass
    with pytest.raises(OutgoingFault, match="unreachable") as caught:
        call(at)
    assert caught.value.never_sent
    _, find = leading_to()
    assert refusal(Outgoing(find=find), f"https://{NAME}/") == "unknown_name"


@pytest.mark.parametrize("told", [b"no HTTP at all\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
def test_what_is_no_answer_is_said_so(told: bytes):
    with listening(saying(told)) as at, pytest.raises(OutgoingFault, match="protocol") as caught:
        call(at)
    assert not caught.value.never_sent


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://hooks.example/", "scheme"),
        ("ftp://hooks.example/", "scheme"),
        ("file:///etc/passwd", "no_url"),
        ("https://user:secret@hooks.example/", "credentials"),
        ("https://@hooks.example/", "credentials"),
        ("https://hooks.example:8443/", "port"),
        ("https://hooks.example:22/", "port"),
        ("https://", "no_url"),
        ("hooks.example", "no_url"),
        ("", "no_url"),
        ("https://hooks.example\\@evil.example/", "no_url"),
        ("https://hooks.example/\r\nX: 1", "no_url"),
        ("https://%31%32%37.0.0.1/", "no_url"),
        ("https://hooks.example/" + "x" * 2000, "no_url"),
        ("https://例え.jp/", "no_url"),
    ],
)
def test_what_may_not_be_called_is_refused_before_anything_is_looked_up(url: str, reason: str):
    asked, find = leading_to("93.184.216.34")
    made = Outgoing(find=find)
    with pytest.raises(OutgoingFault) as caught:
        made.check(url)
    assert caught.value.reason == reason
    assert refusal(made, url) == reason
    assert asked == []
    assert "hooks" not in str(caught.value)


ODD = st.text(alphabet=st.sampled_from("abhtps:/@.[]%0123456789#?\\ \n\x00é-_"), max_size=40)


@given(ODD | ODD.map("https://".__add__))
def test_any_text_is_a_target_or_refused(url: str):
    made = Outgoing(find=lambda name, port: ["127.0.0.1"], ports=[443, 80])
    try:
        target = made.check(url)
    except OutgoingFault as fault:
        assert fault.reason in ("no_url", "scheme", "credentials", "port")
        return
    assert target.port in (443, 80)
    assert refusal(made, url) == "address"


def test_every_reason_has_words_in_both_languages():
    for reason, (ja, en) in WORDS.items():
        assert (OutgoingFault(reason).ja, OutgoingFault(reason).en) == (ja, en)
        assert not en.isspace()
        assert en.isascii()


def test_the_settings_decide_what_may_be_called():
    assert refusal(outgoing_of(Settings()), "https://127.0.0.1/") == "address"
    with listening(saying(FINE)) as at:
        told = Settings(outgoing_ports=[at.port], outgoing_networks=["127.0.0.1/32"], outgoing_http=True)
        assert outgoing_of(told).send("GET", f"http://127.0.0.1:{at.port}/").status == 200
        assert refusal(outgoing_of(told), f"http://127.0.0.2:{at.port}/") == "address"
    with pytest.raises(ValueError, match="outgoing_networks"):
        Settings(outgoing_networks=["10.1.2.3/24"])
