"""What a token may be limited to: groups of actions, each action in one group or in none.

A token does what its account may do and its scopes name, whichever is less. What is in no group no token may do:
accounts, the whole hub, the log's erasure, and secrets of one's own.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

SCOPES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        name: frozenset(actions.split())
        for name, actions in {
            "public:read": "organization.read scheme.read case.read",
            "experts:read": "expert.list expert.list_whole expert.read expert.read_whole calendar.read",
            "experts:write": "expert.create expert.edit expert.pause expert.choose_disclosure",
            "organizations:write": "organization.edit conflict.declare",
            "requests:read": "request.list request.read gate.read conflict.read",
            "requests:write": "request.create request.edit request.edit_open request.submit request.approve"
            " request.send_back request.review request.open request.close request.withdraw request.review_gate"
            " request.pass_gate",
            "plans:read": "plan.read",
            "plans:write": "plan.run plan.publish plan.undo plan.close",
            "proposals:read": "proposal.read offer.read",
            "proposals:write": "proposal.answer_as_expert proposal.answer_as_organization proposal.withdraw",
            "work:read": "engagement.read engagement.read_reasons evaluation.read evaluation.read_early"
            " questionnaire.read",
            "work:write": "engagement.edit_terms engagement.agree_as_expert engagement.agree_as_organization"
            " engagement.consent_as_dispatching_body engagement.plan_days engagement.end engagement.break_off"
            " work_log.write work_log.sign_off report.write report.sign_off evaluation.give_as_organization"
            " evaluation.give_as_expert questionnaire.answer case.share_as_organization case.share_as_expert",
            "figures:read": "figures.read",
            "tables:import": "import.run",
            "tables:export": "export.run",
            "notifications:read": "notification.read",
            "service:watch": "mail.watch audit.read audit.verify",
        }.items()
    }
)

NEVER_BY_TOKEN = frozenset(
    {
        "account.manage",
        "account.manage_in_organization",
        "account.own",
        "audit.erase",
        "expert.erase",
        "expert.see_readers",
        "expert.consent",
        "export.whole",
        "import.whole",
        "calendar.subscribe",
        "calendar.unsubscribe",
        "request.settle",
        "plan.work",
        "proposal.lapse",
        "proposal.release",
        "engagement.begin",
        "webhook.manage",
    }
)
"""Actions in no group: of a person alone, or of the hub itself."""


def actions_of(scopes: Collection[str]) -> frozenset[str]:
    """Return the actions that ``scopes`` allow; one that is not there any more allows nothing."""
    return frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in scopes))
