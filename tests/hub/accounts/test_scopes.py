from hub.auth.actor import Actor, Grant
from hub.auth.permissions import Belonging, allows, may_ever
from hub.auth.rules import RULES
from hub.auth.scopes import NEVER_BY_TOKEN, SCOPES, actions_of


def test_every_action_is_in_one_scope_or_in_none_on_purpose():
    listed = [action for actions in SCOPES.values() for action in actions]
    assert sorted([*listed, *NEVER_BY_TOKEN]) == sorted(RULES)
    assert not any(action.startswith("account.") for action in listed)


def test_a_token_does_what_its_account_may_and_its_scopes_name():
    grants = (Grant("requester", "202151"),)
    own, others = Belonging(organization="202151"), Belonging(organization="131041")
    limited = Actor("acc_1", grants, limited_to=actions_of(["requests:read", "plans:read"]))
    assert allows(limited, "request.read", own)
    assert not allows(limited, "request.read", others)
    assert not allows(limited, "request.edit", own)
    assert allows(Actor("acc_1", grants), "request.edit", own)
    assert not may_ever(limited, "plan.read")
    assert not may_ever(limited, "account.own")


def test_a_scope_that_is_gone_allows_nothing():
    assert actions_of(["nothing:read"]) == frozenset()
