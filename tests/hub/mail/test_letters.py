from email import message_from_bytes, policy

import pytest

from hub.mail.letters import compose
from hub.models.base import utc_now
from hub.workflows.events import BY_LINK, EVENTS
from hub.workflows.outbox import Letter

PUBLIC = "https://hub.example/"


def letter(**changes: object) -> Letter:
    usual: dict[str, object] = {
        "id": "ntf_1",
        "attempt": 1,
        "address": "acc_1@hub.example",
        "language": "ja",
        "event": "proposal:offered",
        "path": "/proposals/prp_1",
    }
    return Letter(**{**usual, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("event", [*EVENTS, "something:new"])
def test_a_letter_is_a_subject_and_links_in_the_reader_s_language(event: str, language: str):
    content = compose(letter(event=event, language=language), "hub@hub.example", PUBLIC, utc_now())
    read = message_from_bytes(content, policy=policy.default)
    text = read.get_content().replace("\r\n", "\n")
    assert "https://hub.example/proposals/prp_1\n" in text
    assert ("https://hub.example/notifications/preferences" in text) == (event not in BY_LINK)
    assert any("ぁ" <= sign <= "ん" for sign in text) == (language == "ja")
    assert read["Subject"] in text
    if event in EVENTS:
        assert read["Subject"] == EVENTS[event].text(language)
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_a_letter_says_that_a_program_wrote_it_and_how_to_get_no_more():
    read = message_from_bytes(compose(letter(), "hub@hub.example", PUBLIC, utc_now()), policy=policy.default)
    assert (read["From"], read["To"]) == ("hub@hub.example", "acc_1@hub.example")
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["List-Unsubscribe"] == "<https://hub.example/notifications/preferences>"
    assert read["Message-ID"] == "<ntf_1@hub.example>"
    assert read["Date"]


def test_an_address_that_would_write_headers_of_its_own_is_refused():
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        compose(letter(address="a@b.example\r\nBcc: c@d.example"), "hub@hub.example", PUBLIC, utc_now())
