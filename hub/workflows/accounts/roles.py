"""Roles given and taken: by system administrators, and within an organization by its own."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.auth.actor import NATIONWIDE, ORGANIZATION_ROLES, Actor, Grant
from hub.auth.permissions import PREFECTURE_LENGTH, Belonging, require
from hub.errors import Conflict, Invalid, NotFound
from hub.models import Account, AccountGrant, Organization
from hub.models.accounts import GIVEN_ROLES
from hub.models.base import columns, new_id, table_of
from hub.workflows.accounts.links import make_link
from hub.workflows.accounts.people import (
    AccountDraft,
    Person,
    account_of_mail,
    grants_of,
    lock_account,
    people,
    store_account,
)
from hub.workflows.audit import record
from hub.workflows.notifications import tell
from hub.workflows.records import insert_new
from matching.faults import Fault


def find_members(session: Session, actor: Actor, code: str) -> list[Person]:
    """Return who has a role in organization ``code``, with their roles in it alone. Raises Forbidden, NotFound."""
    require(actor, "account.manage_in_organization", Belonging(organization=code))
    _require_organization(session, code)
    return [
        Person(**{**{name: getattr(person, name) for name in Person.__slots__}, "grants": _within(person.grants, code)})
        for person in people(session, organization=code)
    ]


def invite(session: Session, actor: Actor, code: str, draft: AccountDraft, roles: tuple[str, ...]) -> str:
    """Invite a person into organization ``code`` with ``roles``: an account, its roles, and a link by mail.

    Returns the account's id. Raises Forbidden, NotFound, Invalid, and Conflict when the address has an account: what is
    somebody's already, an organization does not take by itself.
    """
    require(actor, "account.manage_in_organization", Belonging(organization=code))
    _require_organization(session, code)
    if not roles or not set(roles) <= set(ORGANIZATION_ROLES):
        raise Invalid([Fault("/roles", "役割を1つ以上選んでください", "choose at least one role")])
    if account_of_mail(session, draft.mail) is not None:
        raise Conflict(
            "このメールアドレスでは招待できません。システム管理者に依頼してください。",
            "This address cannot be invited. Ask a system administrator.",
        )
    account_id = store_account(session, actor, AccountDraft(draft.mail, draft.name, draft.language))
    for role in ORGANIZATION_ROLES:
        if role in roles:
            _store(session, actor, account_id, Grant(role, code))
    invite_again(session, actor, account_id)
    return account_id


def invite_again(session: Session, actor: Actor, account_id: str, *, by_mail: bool = True) -> str:
    """Make the link of an account that cannot sign in yet, which ends an earlier one, and mail it; return its id.

    Raises Forbidden, and Conflict when it can.
    """
    _require_managing(session, actor, account_id)
    [person] = people(session, ids=[account_id])
    if person.joined:
        raise Conflict("もうサインインできるアカウントです。", "This account can sign in already.")
    record(session, actor, "account:invite", "account", account_id)
    return make_link(session, account_id, "invitation", by_mail=by_mail)


def give_role(session: Session, actor: Actor, account_id: str, grant: Grant) -> bool:
    """Give an account a role; return whether it was new. Raises Forbidden, NotFound, Invalid for a wrong scope."""
    _require_giving(actor, grant)
    lock_account(session, account_id)
    _require_sensible(session, account_id, grant)
    if not _store(session, actor, account_id, grant):
        return False
    tell(session, "account:roles_changed", "account", account_id, [account_id], occasion=new_id("occ"))
    return True


def _store(session: Session, actor: Actor, account_id: str, grant: Grant) -> bool:
    row = {"account_id": account_id, "role": grant.role, "scope": grant.scope}
    g = columns(AccountGrant)
    if not insert_new(session, AccountGrant, [row], g.account_id):
        return False
    told = {"role": grant.role, "scope": grant.scope}
    record(session, actor, "account:give_role", "account", account_id, after=told)
    return True


def take_role(session: Session, actor: Actor, account_id: str, grant: Grant) -> None:
    """Take a role away, from the next thing its account does, what is under way included. Raises Forbidden, NotFound.

    Conflict for one's own administration: somebody else has to be there.
    """
    _require_giving(actor, grant)
    _take(session, actor, account_id, grant)
    tell(session, "account:roles_changed", "account", account_id, [account_id], occasion=new_id("occ"))


def _take(session: Session, actor: Actor, account_id: str, grant: Grant) -> None:
    if account_id == actor.id and grant.role in {"organization_admin", "system_admin"}:
        raise Conflict(
            "自分の管理者の役割は外せません。ほかの管理者に依頼してください。",
            "You cannot take your own administration away. Ask another administrator.",
        )
    lock_account(session, account_id)
    g = columns(AccountGrant)
    mine = (g.account_id == account_id, g.role == grant.role, g.scope == grant.scope)
    if session.execute(delete(table_of(AccountGrant)).where(*mine)).rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound("役割", "role")
    told = {"role": grant.role, "scope": grant.scope}
    record(session, actor, "account:take_role", "account", account_id, before=told)


def remove_member(session: Session, actor: Actor, code: str, account_id: str) -> None:
    """Take every role in organization ``code`` away from an account. Raises Forbidden, NotFound, Conflict."""
    require(actor, "account.manage_in_organization", Belonging(organization=code))
    held = _within(grants_of(session, account_id), code)
    if not held:
        raise NotFound("アカウント", "account")
    for grant in held:
        _take(session, actor, account_id, grant)
    tell(session, "account:roles_changed", "account", account_id, [account_id], occasion=new_id("occ"))


def _within(grants: tuple[Grant, ...], code: str) -> tuple[Grant, ...]:
    return tuple(grant for grant in grants if grant.scope == code and grant.role in ORGANIZATION_ROLES)


def _require_giving(actor: Actor, grant: Grant) -> None:
    """Decide who may give and take ``grant``: an organization's administrators its own roles, the system's all."""
    if grant.role in ORGANIZATION_ROLES:
        require(actor, "account.manage_in_organization", Belonging(organization=grant.scope))
    else:
        require(actor, "account.manage")


def _require_managing(session: Session, actor: Actor, account_id: str) -> None:
    """Decide who may invite an account again: whoever manages one of the organizations it has a role in."""
    codes = [grant.scope for grant in grants_of(session, account_id) if grant.role in ORGANIZATION_ROLES]
    for code in codes:
        require(actor, "account.manage_in_organization", Belonging(organization=code))
    if not codes:
        require(actor, "account.manage")


def _require_sensible(session: Session, account_id: str, grant: Grant) -> None:
    o, a = columns(Organization), columns(Account)
    if grant.role not in GIVEN_ROLES:
        raise Invalid([Fault("/role", "この役割はありません", "there is no such role")])
    if grant.role in ORGANIZATION_ROLES:
        _require_organization(session, grant.scope)
        return
    fits = grant.scope == NATIONWIDE
    if grant.role == "coordinator" and len(grant.scope) == PREFECTURE_LENGTH:
        fits = session.execute(select(o.code).where(o.prefecture_code == grant.scope).limit(1)).first() is not None
    if not fits:
        ja = "範囲が正しくありません。全国は空、都道府県は2桁です"
        raise Invalid([Fault("/scope", ja, "wrong scope: empty for the country, two digits for a prefecture")])
    if grant.role == "expert" and session.execute(select(a.expert_id).where(a.id == account_id)).scalar() is None:
        ja = "専門人材の登録がないアカウントです"
        raise Invalid([Fault("/role", ja, "the account is no expert's: it has no profile")])


def _require_organization(session: Session, code: str) -> None:
    o = columns(Organization)
    if session.execute(select(o.code).where(o.code == code)).first() is None:
        raise NotFound("団体", "organization")
