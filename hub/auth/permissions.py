"""What each role may do, decided in one place: pages, the interface and commands all ask here.

``hub.auth.rules`` lists for each action which roles may, and how the thing acted on has to belong to who acts. What is
not listed is refused.
"""

from dataclasses import dataclass

from hub.auth.actor import NATIONWIDE, Actor, Grant
from hub.auth.rules import RULES, Relation
from hub.errors import Forbidden, Unseen

PREFECTURE_LENGTH = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """How a kind of thing is called, and the action by which people come to see one of them."""

    ja: str
    en: str
    reading: str


OF_OFFER = Seen("提案", "proposal", "offer.read")
OF_WORK = Seen("従事", "engagement", "engagement.read")
SEEN_BY = {
    "expert": Seen("専門人材", "expert", "expert.read"),
    "calendar": Seen("専門人材", "expert", "expert.read"),
    "conflict": Seen("団体", "organization", "organization.read"),
    "request.pass_gate": Seen("段階の審査", "gate review", "gate.read"),
    "request": Seen("人材ニーズ", "request", "request.read"),
    "gate": Seen("人材ニーズ", "request", "request.read"),
    "plan": Seen("配置計画", "plan", "plan.read"),
    "proposal": Seen("提案", "proposal", "proposal.read"),
    "proposal.answer_as_expert": OF_OFFER,
    "offer": OF_OFFER,
    "engagement": OF_WORK,
    "work_log": OF_WORK,
    "report": OF_WORK,
    "evaluation": OF_WORK,
    "questionnaire": OF_WORK,
    "case": OF_WORK,
    "webhook": Seen("通知先", "webhook", "webhook.manage"),
}
"""By an action, or its first word. Organizations are public; accounts have no pages that others could try."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """Whose a thing is: its organization (団体コード), those it serves, its expert, its prefecture. Empty: nobody's."""

    organization: str | None = None
    served: tuple[str, ...] = ()
    expert: str | None = None
    prefecture: str | None = None

    @property
    def area(self) -> str | None:
        """The code of the prefecture the thing lies in, None when it belongs to the whole country."""
        return self.organization[:PREFECTURE_LENGTH] if self.organization else self.prefecture


NOBODYS = Belonging()


def allows(actor: Actor, action: str, thing: Belonging = NOBODYS) -> bool:
    """Return whether ``actor`` may do ``action`` to ``thing``. KeyError for an action nobody listed."""
    return actor.takes(action) and any(
        grant.role == role and _relates(actor, grant, relation, thing)
        for role, relation in RULES[action]
        for grant in actor.grants
    )


def may_ever(actor: Actor, action: str) -> bool:
    """Return whether there can be a thing ``actor`` may do ``action`` to: what a route asks before it looks for one."""
    return actor.takes(action) and any(grant.role == role for role, _ in RULES[action] for grant in actor.grants)


def require(actor: Actor, action: str, thing: Belonging = NOBODYS) -> None:
    """Raise Forbidden unless ``actor`` may do ``action`` to ``thing``; Unseen, told like NotFound, unless they may
    read it: nobody learns of what is others' by trying ids.
    """
    if allows(actor, action, thing):
        return
    refuse_unseen(actor, action, thing)
    raise Forbidden


def require_new(actor: Actor, action: str, thing: Belonging) -> None:
    """Raise Forbidden unless ``actor`` may do ``action`` to ``thing``, which is not there yet: nothing to hide."""
    if not allows(actor, action, thing):
        raise Forbidden


def refuse_unseen(actor: Actor, action: str, thing: Belonging) -> None:
    """Raise Unseen when ``thing`` is of a kind that is not shown to everybody, and ``actor`` may not read this one."""
    seen = SEEN_BY.get(action) or SEEN_BY.get(action.partition(".")[0])
    if thing is not NOBODYS and seen is not None and not allows(actor, seen.reading, thing):
        raise Unseen(seen.ja, seen.en)


def _relates(actor: Actor, grant: Grant, relation: Relation, thing: Belonging) -> bool:
    if relation == "anywhere":
        return True
    if relation == "own_area":
        return grant.scope in {NATIONWIDE, thing.area}
    if relation == "own_organization":
        return thing.organization is not None and grant.scope == thing.organization
    if relation == "served_organization":
        return grant.scope in thing.served
    return thing.expert is not None and actor.expert == thing.expert
