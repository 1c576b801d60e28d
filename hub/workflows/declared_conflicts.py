"""What an organization and an expert declare of conflicts of interest, each for themselves alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.auth.actor import Actor
from hub.auth.permissions import Belonging, require
from hub.errors import Invalid, NotFound
from hub.models import DeclaredConflict, Expert, Organization, VendorConflict
from hub.models.base import TERM_LENGTH, columns, table_of, utc_now
from hub.workflows.audit import record
from hub.workflows.conflicting_offers import (
    end_conflicting,
    take_offers_of_experts,
    take_offers_of_organization,
)
from hub.workflows.conflicts import vendor_key
from hub.workflows.introductions import viewer_of
from hub.workflows.locks import lock_row, lock_rows
from hub.workflows.records import insert_rows
from matching.faults import Fault

MOST = 500
"""Companies or people of one declaration."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """Whom an organization must not be matched with: experts by id, companies by name."""

    experts: tuple[str, ...]
    vendors: tuple[str, ...]


def read_declaration(session: Session, actor: Actor, code: str) -> Declaration:
    """Return what an organization declared, to itself and its coordinators. Raises NotFound, Forbidden."""
    _require_organization(session, code)
    require(actor, "conflict.read", Belonging(organization=code))
    d = columns(DeclaredConflict)
    rows = session.execute(
        select(d.kind, d.key, d.name).where(d.organization_code == code).order_by(d.kind, d.name, d.key)
    ).all()
    return Declaration(
        tuple(row.key for row in rows if row.kind == "expert"), tuple(row.name for row in rows if row.kind == "vendor")
    )


def declare(session: Session, actor: Actor, code: str, told: Declaration) -> None:
    """Make an organization's declaration what is told. Experts have to be ones it can see, or has declared before.

    Offers that are out and in conflict now are withdrawn (``hub.workflows.conflicting_offers``).
    Raises NotFound, Forbidden, and Invalid with every fault.
    """
    before = read_declaration(session, actor, code)
    require(actor, "conflict.declare", Belonging(organization=code))
    lock_rows(session, Organization, [code], key="code")
    faults = [*_name_faults("vendors", told.vendors)]
    faults += [] if len(told.experts) <= MOST else [Fault("/experts", f"{MOST}人までです", f"at most {MOST} people")]
    if faults:
        raise Invalid(faults)
    for expert_id in set(told.experts) - set(before.experts):
        viewer_of(session, actor, expert_id)
    out = take_offers_of_organization(session, code)
    d, now = columns(DeclaredConflict), utc_now()
    session.execute(delete(table_of(DeclaredConflict)).where(d.organization_code == code))
    people = [("expert", expert_id, "") for expert_id in dict.fromkeys(told.experts)]
    companies = [("vendor", key, name) for key, name in {vendor_key(name): name for name in told.vendors}.items()]
    rows = [
        {"organization_code": code, "kind": kind, "key": key, "name": name, "declared_at": now}
        for kind, key, name in (*people, *companies)
    ]
    insert_rows(session, DeclaredConflict, rows)
    counts = {"experts": len(people), "vendors": len(companies)}
    record(session, actor, "organization:declare_conflict", "organization", code, after=counts)
    end_conflicting(session, out)


def own_vendors(session: Session, actor: Actor, expert_id: str) -> tuple[str, ...]:
    """Return the companies an expert declared, to who may read the whole profile. Raises as if there were none."""
    require(actor, "expert.read_whole", Belonging(expert=expert_id))
    v = columns(VendorConflict)
    return tuple(session.execute(select(v.name).where(v.expert_id == expert_id).order_by(v.name)).scalars())


def declare_vendors(session: Session, actor: Actor, expert_id: str, names: Sequence[str]) -> None:
    """Make these the companies whose requests an expert must stay out of; offers that are out are withdrawn.

    Raises NotFound, Forbidden, Invalid.
    """
    require(actor, "expert.edit", Belonging(expert=expert_id))
    row = lock_row(session, Expert, expert_id)
    if row is None or row.erased_at is not None:
        raise NotFound("専門人材", "expert")
    if faults := _name_faults("vendors", names):
        raise Invalid(faults)
    v, before = columns(VendorConflict), own_vendors(session, actor, expert_id)
    told = {vendor_key(name): name.strip() for name in names}
    if sorted(told.values()) == sorted(before):
        return
    session.execute(delete(table_of(VendorConflict)).where(v.expert_id == expert_id))
    rows = [{"expert_id": expert_id, "key": key, "name": name} for key, name in told.items()]
    insert_rows(session, VendorConflict, rows)
    words = {"before": list(before), "after": list(told.values())}
    record(session, actor, "expert:declare_conflict", "expert", expert_id, personal=words)
    end_conflicting(session, take_offers_of_experts(session, [expert_id]))


def _name_faults(place: str, names: Sequence[str]) -> list[Fault]:
    found = [
        Fault(f"/{place}/{position}", f"{TERM_LENGTH}文字以内で名前を書いてください", "write a name, not too long")
        for position, name in enumerate(names)
        if not vendor_key(name) or len(name.strip()) > TERM_LENGTH or "\0" in name
    ]
    if len(names) > MOST:
        found.append(Fault(f"/{place}", f"{MOST}社までです", f"at most {MOST} companies"))
    return found


def _require_organization(session: Session, code: str) -> None:
    o = columns(Organization)
    if session.execute(select(o.code).where(o.code == code)).first() is None:
        raise NotFound("団体", "organization")
