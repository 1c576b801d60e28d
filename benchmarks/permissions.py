"""What signing in costs, and what asking who may costs each request: ``python -m benchmarks.permissions``.

Sign-in is to cost at most 250 ms of CPU; the session, its roles and the decision together less than 1 ms a request.
Measured here on SQLite, in CPU seconds, the median of several rounds.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from sqlalchemy import Engine

from hub.auth.actor import Actor, Grant
from hub.auth.keys import Keyring
from hub.auth.passwords import MEMORY_KIB, PASSES, hash_password, verify_password
from hub.auth.permissions import Belonging, allows, may_ever
from hub.auth.rules import RULES
from hub.auth.secrets import form_token
from hub.db.engine import create_engine
from hub.db.schema import migrate
from hub.db.transaction import reading, transaction
from hub.models.base import utc_now
from hub.settings import Settings
from hub.workflows.accounts.credentials import store_password
from hub.workflows.accounts.people import AccountDraft, create_account
from hub.workflows.accounts.roles import give_role
from hub.workflows.accounts.sessions import find_session, hold_to
from hub.workflows.accounts.sign_in import Asked, begin_attempt, end_attempt
from hub.workflows.accounts.token_pace import Pace, TokenPaces
from hub.workflows.organizations import load_register

ADMIN = Actor("benchmark", (Grant("system_admin"),))
PASSWORD = "four geese over the harbour"  # noqa: S105  (of nobody)
CITY = "202151"
MAIL = "benchmark@hub.example"
ACTION = "request.edit"
REQUEST = "session, roles and decision"
MOST_SIGN_IN, MOST_CHECK = 0.250, 0.001


def cpu(step: Callable[[], object], rounds: int, times: int = 1) -> float:
    """Return the median CPU seconds of one ``step``, over ``rounds`` of ``times`` each."""
    found = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(times):
            step()
        found.append((time.process_time() - began) / times)
    return median(found)


def add_person(engine: Engine) -> None:
    """Have somebody with three roles in an organization, and a password."""
    with transaction(engine) as session:
        load_register(session)
        account = create_account(session, ADMIN, AccountDraft(MAIL, "計測"))
        for role in ("requester", "approver", "organization_admin"):
            give_role(session, ADMIN, account, Grant(role, CITY))
        store_password(session, ADMIN, account, hash_password(PASSWORD))


def main() -> int:
    """Measure, print, and return 1 when a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(Settings(data_folder=Path(folder), database_url=None))
        migrate(engine)
        keyring = Keyring("a key of the benchmark, long enough")
        add_person(engine)

        def sign_in() -> str:
            with transaction(engine) as session:
                attempt = begin_attempt(session, keyring, Asked(MAIL, "192.0.2.1"), utc_now())
            right = verify_password(attempt.password_hash, PASSWORD)
            with transaction(engine) as session:
                secret = end_attempt(session, keyring, attempt, right=right, agent="", now=utc_now())
            if secret is None:
                raise RuntimeError("the sign-in failed")
            return secret

        secret = sign_in()

        def find() -> None:
            with reading(engine) as session:
                find_session(session, secret, utc_now())

        with reading(engine) as session:
            signed = find_session(session, secret, utc_now())
        if signed is None:
            raise RuntimeError("the session was not found")

        def hold() -> None:
            with transaction(engine) as session:
                hold_to(session, signed)

        def nothing() -> None:
            with transaction(engine) as session:
                session.connection()

        thing = Belonging(organization=CITY)

        def decide() -> None:
            may_ever(signed.actor, ACTION)
            allows(signed.actor, ACTION, thing)

        def session_and_decision() -> None:
            with reading(engine) as session:
                found = find_session(session, secret, utc_now())
            if found is None or not (may_ever(found.actor, ACTION) and allows(found.actor, ACTION, thing)):
                raise RuntimeError("the session's roles were not found")

        def decide_all() -> None:
            for action in RULES:
                allows(signed.actor, action, thing)

        paces, pace = TokenPaces(), Pace(1_000_000)
        figures = {
            "sign-in": cpu(sign_in, rounds),
            "find the session and its roles": cpu(find, rounds, 50),
            "hold to the roles while writing": cpu(hold, rounds, 50) - cpu(nothing, rounds, 50),
            "check a form's token": cpu(lambda: form_token(secret), rounds, 1000),
            "count a token's request (SQLite)": cpu(lambda: paces.count("tok", pace, utc_now()), rounds, 1000),
            "decide (route and thing)": cpu(decide, rounds, 1000),
            REQUEST: cpu(session_and_decision, rounds, 50),
            f"decide all {len(RULES)} actions": cpu(decide_all, rounds, 100),
        }
        engine.dispose()
    print(f"Argon2id {MEMORY_KIB} KiB, {PASSES} passes; median CPU of {rounds} rounds")  # noqa: T201
    for name, seconds in figures.items():
        print(f"{name:<34}{seconds * 1000:10.4f} ms")  # noqa: T201
    good = figures["sign-in"] <= MOST_SIGN_IN and figures[REQUEST] <= MOST_CHECK
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
