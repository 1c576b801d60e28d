"""The table of permissions: action → (role, how the thing belongs to them). Read it as sentences."""

from typing import Literal, TypeAlias

from hub.auth.actor import Role

Relation = Literal["anywhere", "own_area", "own_organization", "served_organization", "own_profile"]
Rule: TypeAlias = tuple[Role, Relation]

REQUESTER: Rule = ("requester", "own_organization")
APPROVER: Rule = ("approver", "own_organization")
ADMIN: Rule = ("organization_admin", "own_organization")
COORDINATOR: Rule = ("coordinator", "own_area")
EVERY_COORDINATOR: Rule = ("coordinator", "anywhere")
EXPERT: Rule = ("expert", "own_profile")
AUDITOR: Rule = ("auditor", "anywhere")
SYSTEM_ADMIN: Rule = ("system_admin", "anywhere")
HUB: Rule = ("system", "anywhere")

ORGANIZATION: tuple[Rule, ...] = (REQUESTER, APPROVER, ADMIN)
SERVED: tuple[Rule, ...] = (
    ("requester", "served_organization"),
    ("approver", "served_organization"),
    ("organization_admin", "served_organization"),
)
EVERY_STAFF: tuple[Rule, ...] = (
    ("requester", "anywhere"),
    ("approver", "anywhere"),
    ("organization_admin", "anywhere"),
    EVERY_COORDINATOR,
    AUDITOR,
    SYSTEM_ADMIN,
)
EVERYONE: tuple[Rule, ...] = (*EVERY_STAFF, ("expert", "anywhere"), HUB)

RULES: dict[str, tuple[Rule, ...]] = {
    "organization.read": EVERYONE,
    "organization.edit": (ADMIN, COORDINATOR, SYSTEM_ADMIN),
    "scheme.read": EVERYONE,
    # experts
    # An organization with an open request is shown what experts let it see; one an expert was proposed to, more.
    "expert.list": (EVERY_COORDINATOR, AUDITOR, *ORGANIZATION),
    "expert.list_whole": (EVERY_COORDINATOR, AUDITOR),
    "expert.read": (EXPERT, EVERY_COORDINATOR, AUDITOR, *SERVED),
    "expert.read_whole": (EXPERT, EVERY_COORDINATOR, AUDITOR),
    "expert.choose_disclosure": (EXPERT,),
    "expert.see_readers": (EXPERT,),
    "expert.consent": (EXPERT,),
    "expert.erase": (EXPERT, SYSTEM_ADMIN),
    "expert.create": (EVERY_COORDINATOR,),
    "expert.edit": (EXPERT, EVERY_COORDINATOR),
    "expert.pause": (EXPERT, EVERY_COORDINATOR),
    # calendars: of an expert, as far as one may read what is in them; only the expert makes an address for one
    "calendar.read": (EXPERT, EVERY_COORDINATOR, AUDITOR),
    "calendar.subscribe": (EXPERT,),
    "calendar.unsubscribe": (EXPERT, SYSTEM_ADMIN),
    # conflicts of interest an organization declares: for itself and the office, never for the experts they are about
    "conflict.read": (*ORGANIZATION, COORDINATOR, AUDITOR),
    "conflict.declare": (APPROVER, ADMIN),
    # requests
    "request.list": (*ORGANIZATION, COORDINATOR, AUDITOR),
    "request.read": (*ORGANIZATION, *SERVED, COORDINATOR, AUDITOR),
    "request.create": (REQUESTER, ADMIN, COORDINATOR),
    "request.edit": (REQUESTER, ADMIN, COORDINATOR),
    "request.edit_open": (COORDINATOR,),
    "request.submit": (REQUESTER, ADMIN),
    "request.approve": (APPROVER,),
    "request.send_back": (APPROVER, COORDINATOR),
    "request.review": (COORDINATOR,),
    "request.open": (COORDINATOR,),
    "request.close": (REQUESTER, APPROVER, COORDINATOR),
    "request.withdraw": (REQUESTER, APPROVER, COORDINATOR),
    "request.settle": (HUB,),
    "request.review_gate": (REQUESTER, APPROVER),
    "request.pass_gate": (COORDINATOR,),
    # plans: internal to coordinators
    "plan.read": (COORDINATOR, AUDITOR),
    "plan.run": (COORDINATOR,),
    "plan.work": (HUB,),
    "plan.publish": (COORDINATOR,),
    "plan.undo": (COORDINATOR,),
    "plan.close": (COORDINATOR,),
    # proposals: to an organization with what led to them, to an expert as offers without it
    "proposal.read": (*ORGANIZATION, COORDINATOR, AUDITOR),
    "offer.read": (EXPERT,),
    "proposal.answer_as_expert": (EXPERT,),
    "proposal.answer_as_organization": (REQUESTER, APPROVER),
    "proposal.withdraw": (COORDINATOR, HUB),
    "proposal.lapse": (HUB,),
    "proposal.release": (HUB,),
    # engagements
    "engagement.read": (*ORGANIZATION, *SERVED, EXPERT, COORDINATOR, AUDITOR),
    "engagement.read_reasons": (COORDINATOR, AUDITOR),
    "engagement.edit_terms": (REQUESTER, ADMIN, COORDINATOR),
    "engagement.agree_as_expert": (EXPERT,),
    "engagement.agree_as_organization": (APPROVER,),
    "engagement.consent_as_dispatching_body": (APPROVER,),
    "engagement.begin": (HUB,),
    "engagement.plan_days": (EXPERT, REQUESTER, APPROVER, COORDINATOR),
    "engagement.end": (REQUESTER, APPROVER, COORDINATOR, HUB),
    "engagement.break_off": (REQUESTER, APPROVER, EXPERT, COORDINATOR),
    "work_log.write": (EXPERT,),
    "work_log.sign_off": (REQUESTER, APPROVER),
    "report.write": (EXPERT, REQUESTER),
    "report.sign_off": (REQUESTER, APPROVER),
    "evaluation.give_as_organization": (REQUESTER, APPROVER),
    "evaluation.give_as_expert": (EXPERT,),
    "evaluation.read": (*ORGANIZATION, EXPERT, COORDINATOR, AUDITOR),
    "evaluation.read_early": (COORDINATOR, AUDITOR),
    # figures over many requests, proposals and experts, which name no person
    "figures.read": (COORDINATOR, AUDITOR, SYSTEM_ADMIN),
    "questionnaire.read": (*ORGANIZATION, COORDINATOR, AUDITOR),
    "questionnaire.answer": (REQUESTER, APPROVER),
    "case.share_as_organization": (APPROVER,),
    "case.share_as_expert": (EXPERT,),
    "case.read": EVERYONE,
    "gate.read": (*ORGANIZATION, *SERVED, COORDINATOR, AUDITOR),
    # the hub's own records
    "audit.read": (AUDITOR,),
    "audit.verify": (AUDITOR, SYSTEM_ADMIN),
    "audit.erase": (SYSTEM_ADMIN,),
    "notification.read": EVERYONE,
    "mail.watch": (AUDITOR, SYSTEM_ADMIN),
    # other systems that are told: of an organization's events by its administrators, of all by the system's
    "webhook.manage": (ADMIN, SYSTEM_ADMIN),
    "import.run": (EVERY_COORDINATOR, SYSTEM_ADMIN),
    "export.run": (EVERY_COORDINATOR, AUDITOR),
    "export.whole": (SYSTEM_ADMIN,),
    "import.whole": (SYSTEM_ADMIN,),
    "account.own": (*EVERY_STAFF, ("expert", "anywhere")),
    "account.manage_in_organization": (ADMIN, SYSTEM_ADMIN),
    "account.manage": (SYSTEM_ADMIN,),
}
