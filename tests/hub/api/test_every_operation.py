"""Every operation of the interface, called with what its own description allows and with what it does not, by people
signed in: no answer breaks, none differs from the description, and none shows what is others'.

``HUB_FUZZ_EXAMPLES`` (default 2): how many calls of each kind for each operation; a night's run takes 200.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from pydantic import SecretStr
from requests import PreparedRequest, Request
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Engine, text

from hub.app import create_app
from hub.auth.actor import Actor
from hub.auth.keys import Keyring
from hub.auth.passwords import hash_password
from hub.auth.secrets import form_token
from hub.db.transaction import transaction
from hub.models import AccountGrant
from hub.workflows.accounts.credentials import store_password
from hub.workflows.accounts.sessions import confirm_second_factor
from hub.workflows.experts import store_experts
from hub.workflows.records import insert_rows
from hub.workflows.requests import store_requests
from tests.hub import drafts
from tests.hub.accounts.signing_in import KEY, PASSWORD, enrol, sign_in
from tests.hub.accounts.signing_in import found as found_session
from tests.hub.databases import SQLITE, Databases
from tests.hub.engagements.conftest import found, people_at_work
from tests.hub.round.world import WARD

EXAMPLES = int(os.environ.get("HUB_FUZZ_EXAMPLES", "2"))
HOST = "http://127.0.0.1"
KEYRING = Keyring(KEY)
OTHERS_REQUEST, OTHERS_EXPERT = "他人の札Q7Z", "別人の札K3W"
"""Stand in every text of a request and an expert that those who call have nothing to do with."""
WHO: dict[str, tuple[str, tuple[str, ...]]] = {
    "requester": ("acc_requester", (OTHERS_REQUEST, OTHERS_EXPERT)),
    "expert": ("acc_e1", (OTHERS_REQUEST, OTHERS_EXPERT)),
    "coordinator": ("acc_coordinator", (OTHERS_REQUEST,)),
}
"""The accounts, and what they may not see; the coordinator is of one prefecture, and sees the experts of all."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@dataclass
class Caller:
    """Somebody signed in, as a browser sends it."""

    client: TestClient
    headers: dict[str, str]


@dataclass
class Served:
    app: Any
    engine: Engine
    ids: dict[str, list[str]]
    callers: dict[str, Caller] = field(default_factory=dict)

    def caller(self, account: str) -> Caller:
        now = datetime.now(UTC)
        enrol(self.engine, KEYRING, account, now - timedelta(hours=1))
        half = found_session(self.engine, sign_in(self.engine, KEYRING, account, now), now)
        assert half is not None
        assert half.session is not None
        with transaction(self.engine) as session:
            secret = confirm_second_factor(session, half.session, now)
        client = TestClient(self.app, base_url=HOST, raise_server_exceptions=False)
        headers = {"cookie": f"hub_session={secret}", "x-form-token": form_token(secret), "accept-language": "en"}
        return Caller(client, headers)


def plant(engine: Engine) -> None:
    """Put in what is others': a request of another organization, and an expert nobody was proposed."""
    asked = drafts.request(organization=WARD, title=OTHERS_REQUEST, summary=OTHERS_REQUEST)
    names = dict.fromkeys(("family_name", "given_name", "summary"), OTHERS_EXPERT)
    with transaction(engine) as session:
        store_requests(session, {"r_others": asked})
        store_experts(session, {"e_others": drafts.expert(**names)})
        insert_rows(session, AccountGrant, [{"account_id": "acc_e1", "role": "expert", "scope": ""}])
        for account, _ in WHO.values():
            store_password(session, Actor(account, ()), account, hash_password(PASSWORD))


@pytest.fixture(scope="module")
def served(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    databases.add("work", people_at_work, on="registered")
    with databases.copied(SQLITE, "work", tmp_path_factory.mktemp("operations") / "data") as made:
        told = {"worker": False, "sign_in": "required", "secret_key": SecretStr(KEY)}
        app = create_app(made.model_copy(update=told))
        with TestClient(app):
            engine: Engine = app.state.engine
            plant(engine)
            served = Served(app, engine, ids_of(engine))
            served.callers = {role: served.caller(account) for role, (account, _) in WHO.items()}
            yield served


def ids_of(engine: Engine) -> dict[str, list[str]]:
    """Return what an address may name: one's own, others', and nothing."""
    with engine.connect() as connection:
        proposals = list(connection.execute(text("SELECT id FROM proposals")).scalars())
    work = found(engine)
    return {
        "expert_id": ["e1", "e2", "e_others"],
        "request_id": ["r1", "r2", "r_others"],
        "engagement_id": [work.engagement],
        "proposal_id": proposals,
        "plan_id": ["plan_1"],
        "slot_id": list(work.slots),
        "code": ["202151", WARD, "000000"],
        "month": ["2026-10", "2026-13"],
    }


def aimed(served: Served, case: Any, data: st.DataObject) -> PreparedRequest:
    """Return a case as a request, most of its ids replaced by some that are there."""
    for name in case.path_parameters or {}:
        known = served.ids.get(name)
        if known and data.draw(st.integers(0, 9)):
            case.path_parameters[name] = data.draw(st.sampled_from(known))
    told = case.as_transport_kwargs(base_url=HOST)
    parts = ("method", "url", "params", "json", "data", "files", "headers")
    return Request(**{name: told[name] for name in parts if name in told}).prepare()


def call(caller: Caller, told: PreparedRequest) -> Any:
    headers = {**told.headers, **caller.headers}
    return caller.client.request(told.method or "", told.url or "", content=told.body or b"", headers=headers)


def readable(served: Served) -> Iterator[str]:
    """Yield every address that is read, with every id there is in the place of its own."""
    for path, methods in served.app.openapi()["paths"].items():
        if "get" in methods:
            names = re.findall(r"{(\w+)}", path)
            for values in product(*(served.ids.get(name, ["csv"]) for name in names)):
                yield path.format(**dict(zip(names, values, strict=True)))
            if not names:
                yield f"{path}?text=札&size=100"


def test_nothing_of_others_is_read_at_any_address(served: Served):
    shown: Counter[str] = Counter()
    for address in readable(served):
        for role, caller in served.callers.items():
            answer = caller.client.get(address, headers=caller.headers)
            shown[role] += answer.status_code == 200
            assert not [word for word in WHO[role][1] if word in answer.text], f"{address} shows it to the {role}"
    assert all(shown[role] > 10 for role in WHO), shown
    seen = served.callers["coordinator"]
    assert OTHERS_EXPERT in seen.client.get("/api/experts/e_others", headers=seen.headers).text


@pytest.mark.slow
def test_no_operation_breaks_differs_from_its_description_or_shows_what_is_others(served: Served):
    described = from_dict(served.app.openapi())
    statuses: Counter[int] = Counter()
    wrong: list[str] = []
    operations = [found.ok() for found in described.get_all_operations()]
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=EXAMPLES,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
            def attack(case: Any, data: st.DataObject) -> None:
                told = aimed(served, case, data)
                for role, caller in served.callers.items():
                    answer = call(caller, told)
                    statuses[answer.status_code] += 1
                    assert not [word for word in WHO[role][1] if word in answer.text], f"shown to the {role}"
                    case.validate_response(answer, checks=CHECKS)

            try:
                attack()
            except Unsatisfiable:  # nothing of an address without parts can be wrong
                continue
            except (AssertionError, FailureGroup) as fault:
                wrong.append(f"{operation.label} · {mode.value}: {fault}"[:1500])
    assert wrong == [], "\n\n".join(wrong)
    assert len(operations) > 90
    assert {status: statuses[status] > 50 for status in (200, 403, 404, 422)} == dict.fromkeys(
        (200, 403, 404, 422), True
    )
    assert statuses[401] == 0, statuses
