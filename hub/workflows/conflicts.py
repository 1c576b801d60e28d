"""Conflicts of interest (利益相反): declared by either side, kept to those who declared them, and one answer for all.

An expert names organizations, and companies whose requests they must stay out of; an organization names experts, and
companies whose people it must not be matched with. Planning, pins and publications ask here. What others are told is
that a pair cannot be, never who declared it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.errors import Conflict
from hub.models import (
    ConflictOfInterest,
    DeclaredConflict,
    Expert,
    PromotionPartner,
    Request,
    RequestBeneficiary,
    Slot,
    VendorConflict,
)
from hub.models.base import columns, table_of
from hub.models.search import search_key
from hub.workflows.records import fetch
from matching.problem import Link


def conflicts_of(session: Session, expert_ids: Collection[str] | None = None) -> Mapping[str, frozenset[str]]:
    """Return the organizations each expert must not be matched with, by either side's word; None: of all experts."""
    k, d, e = columns(ConflictOfInterest), columns(DeclaredConflict), columns(Expert)
    ids = None if expert_ids is None else sorted(expert_ids)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in fetch(session, select(k.expert_id, k.organization_code), k.expert_id, ids):
        found[row.expert_id].add(row.organization_code)
    vendors: defaultdict[str, set[str]] = defaultdict(set)
    for row in session.execute(select(d.organization_code, d.kind, d.key)):
        if row.kind == "expert":
            found[row.key].add(row.organization_code)
        else:
            vendors[row.key].add(row.organization_code)
    if vendors:
        for row in fetch(session, select(e.id, e.affiliation).where(e.affiliation != ""), e.id, ids):
            found[row.id] |= vendors.get(vendor_key(row.affiliation), set())
    return {key: frozenset(codes) for key, codes in found.items() if codes}


def vendor_key(name: str) -> str:
    """Return a company's name as it is compared: width, capitals, kana and blanks make no difference."""
    return search_key(name)


def partner_pairs(session: Session) -> frozenset[tuple[str, str]]:
    """Return (request, expert) where a company the expert declared is a partner of what is asked for."""
    v, p = columns(VendorConflict), columns(PromotionPartner)
    declared: defaultdict[str, set[str]] = defaultdict(set)
    for row in session.execute(select(v.expert_id, v.key)):
        declared[row.key].add(row.expert_id)
    if not declared:
        return frozenset()
    return frozenset(
        (row.request_id, expert)
        for row in session.execute(select(p.request_id, p.organization))
        for expert in declared.get(vendor_key(row.organization), ())
    )


def partner_links(session: Session) -> frozenset[Link]:
    """Return the same as pairs of slot and expert, for a problem."""
    pairs, s = partner_pairs(session), columns(Slot)
    by_request: defaultdict[str, list[str]] = defaultdict(list)
    for request, expert in pairs:
        by_request[request].append(expert)
    query = select(s.id, s.request_id).where(s.withdrawn.is_(False))
    rows = fetch(session, query, s.request_id, sorted(by_request))
    return frozenset(Link(row.id, expert) for row in rows for expert in by_request[row.request_id])


def pairs_in_conflict(session: Session, pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return those of the (request, expert) ``pairs`` that must not be."""
    asked = set(pairs)
    against = conflicts_of(session, {expert for _, expert in asked})
    bodies: defaultdict[str, set[str]] = defaultdict(set)
    r, b = columns(Request), columns(RequestBeneficiary)
    requests = sorted({request for request, _ in asked})
    for model, own in ((r, r.id), (b, b.request_id)):
        for request, code in fetch(session, select(own, model.organization_code), own, requests):
            bodies[request].add(code)
    partners = partner_pairs(session)
    return frozenset(
        (request, expert)
        for request, expert in asked
        if (request, expert) in partners or against.get(expert, frozenset()) & bodies[request]
    )


def refuse_conflicts(session: Session, links: Collection[Link]) -> None:
    """Raise Conflict when a pair of slot and expert asked for by hand must not be."""
    s = columns(Slot)
    request_of = {
        row.id: row.request_id
        for row in session.execute(
            select(s.id, s.request_id).select_from(table_of(Slot)).where(s.id.in_({link.slot for link in links}))
        )
    }
    if pairs_in_conflict(session, {(request_of[link.slot], link.expert) for link in links if link.slot in request_of}):
        raise Conflict(
            "避けなければならない組み合わせがあります（利益相反）。ほかの人を選んでください。",
            "Some pairs must not be (conflict of interest). Choose somebody else.",
        )
