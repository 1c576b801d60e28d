"""How much a token may send: decided by a bucket, counted in handfuls, shared by the web processes."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, event, text

from hub.db.transaction import reading, transaction
from hub.errors import SignInNeeded, TooOften
from hub.workflows.accounts.token_pace import MINUTE, Pace, TokenPaces, paces_for, take
from hub.workflows.accounts.tokens import revoke_token
from tests.hub.accounts.signing_in import actor, member
from tests.hub.accounts.test_tokens import made
from tests.hub.databases import on_postgresql

SECOND = timedelta(seconds=1)


def sent(paces: TokenPaces, token: str, pace: Pace, now: datetime, tries: int) -> int:
    """Return how many of ``tries`` requests at one moment are let through."""
    count = 0
    for _ in range(tries):
        try:
            paces.count(token, pace, now)
        except TooOften:
            continue
        count += 1
    return count


@pytest.mark.parametrize("per_minute", [1, 7, 60, 600, 999_983])
def test_a_bucket_gives_no_more_than_it_says_and_all_of_it(now: datetime, per_minute: int):
    pace = Pace(per_minute)
    assert 1 <= pace.handful <= pace.bucket <= per_minute
    first = take(pace, None, pace.bucket + 5, now)
    assert first.count == pace.bucket
    nothing = take(pace, first.spent_until, 1, now)
    assert (nothing.count, nothing.spent_until) == (0, first.spent_until)
    assert take(pace, first.spent_until, 1, nothing.again_at - timedelta(microseconds=20)).count == 0
    assert take(pace, first.spent_until, 1, nothing.again_at + timedelta(microseconds=20)).count == 1
    whole = timedelta(seconds=60, microseconds=pace.bucket)  # each is rounded to a microsecond
    assert take(pace, first.spent_until, 10**9, now + whole).count == pace.bucket


def test_what_a_minute_lets_through_is_bounded(now: datetime):
    pace, paces = Pace(60), TokenPaces()
    counts = [sent(paces, "tok_1", pace, now + step * SECOND, 5) for step in range(120)]
    assert counts[0] == counts[1] == 5
    assert sum(counts[:60]) == pace.most_in_a_minute - 1
    assert sum(counts[60:]) == 60
    assert sent(paces, "tok_2", pace, now, 100) == pace.bucket  # counts by itself


def test_who_is_too_fast_is_told_when_to_come_back(now: datetime):
    pace, paces = Pace(6), TokenPaces()
    sent(paces, "tok_1", pace, now, pace.bucket)
    with pytest.raises(TooOften) as refused:
        paces.count("tok_1", pace, now + 3 * SECOND)
    assert refused.value.seconds == 7
    assert "7秒" in refused.value.ja and "7 s" in refused.value.en
    paces.count("tok_1", pace, now + 10 * SECOND)


@pytest.fixture
def token(registered: Engine) -> str:
    """Return the id of a token."""
    member(registered, "acc_1", ("expert", ""))
    made(registered, "acc_1", "work:read")
    with reading(registered) as session:
        return str(session.execute(text("SELECT id FROM api_tokens")).scalar_one())


@on_postgresql
def test_processes_share_a_bucket_to_a_handful(registered: Engine, token: str, now: datetime):
    pace = Pace(120)
    processes = [paces_for(registered) for _ in range(3)]
    at_once = [0, 0, 0]

    def ask(place: int) -> None:
        at_once[place] = sent(processes[place], token, pace, now, 40)

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(at_once) == pace.bucket  # 120 tried, by three at once
    steps = range(1, 181)
    later = [sent(processes[step % 3], token, pace, now + step * SECOND, 8) for step in steps]
    assert pace.per_minute * 3 - 3 * pace.handful <= sum(later) <= pace.per_minute * 3 + 3 * pace.handful
    assert sum(later[:60]) <= pace.per_minute + 3 * pace.handful


@on_postgresql
def test_few_requests_write_and_none_that_is_refused(registered: Engine, token: str, now: datetime):
    pace, paces = Pace(600), paces_for(registered)
    written: list[str] = []
    event.listen(registered, "before_cursor_execute", lambda *told: written.append(told[2]))
    assert sent(paces, token, pace, now, 1000) == pace.bucket
    assert len([one for one in written if one.startswith("UPDATE")]) == pace.bucket // pace.handful
    assert len(written) < 20


@on_postgresql
def test_what_was_taken_and_not_used_ends(registered: Engine, token: str, now: datetime):
    pace = Pace(60)
    first, other = paces_for(registered), paces_for(registered)
    first.count(token, pace, now)
    assert sent(other, token, pace, now, 100) == pace.bucket - pace.handful
    # A minute later everything has come back, and what the first had left over is not added to it.
    assert sent(other, token, pace, now + MINUTE, 100) == pace.bucket
    assert sent(first, token, pace, now + MINUTE, 100) == 0


@on_postgresql
def test_a_token_that_is_gone_is_given_nothing(registered: Engine, token: str, now: datetime):
    with transaction(registered) as session:
        revoke_token(session, actor(registered, "acc_1"), token)
    with pytest.raises(SignInNeeded):
        paces_for(registered).count(token, Pace(60), now)


def test_only_so_many_tokens_are_remembered(now: datetime, monkeypatch: pytest.MonkeyPatch):
    from hub.workflows.accounts import token_pace

    monkeypatch.setattr(token_pace, "MOST_REMEMBERED", 5)
    paces = TokenPaces()
    for number in range(40):
        paces.count(f"tok_{number}", Pace(60), now + number * 20 * SECOND)
    assert len(paces._held) <= 7
