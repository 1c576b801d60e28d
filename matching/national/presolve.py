"""Pairs that can be in no plan: those of teams that cannot be complete, or not be paid for, with them."""

import numpy as np

from matching.columns import Floats, Mask
from matching.national.instance import Instance

SLACK = 1e-8
"""Share of a limit by which a sum has to be above it before a pair is dropped; ten times what a plan may use."""


def live_pairs(instance: Instance) -> Mask:
    """Return P: False for pairs whose team cannot be filled or paid for with them."""
    need = instance.slot_required & instance.request_whole[instance.slot_request]
    charge = instance.charge - instance.refund
    budget = instance.request_budget[instance.request]
    purse = instance.organization_budget[instance.request_organization[instance.request]]
    live = np.ones(len(instance.expert), dtype=np.bool_)
    while True:
        team_charge = _least_with(instance, charge, need, live)
        team_cost = _least_with(instance, instance.cost, need, live)
        with np.errstate(invalid="ignore"):
            dead = live & (
                np.isinf(team_charge)
                | (team_charge > budget * (1 + SLACK) + SLACK)
                | (team_cost > purse * (1 + SLACK) + SLACK)
            )
        if not dead.any():
            return live
        live &= ~dead


def _least_with(instance: Instance, amount: Floats, need: Mask, live: Mask) -> Floats:
    """Return P: the least that the team of each pair takes with it, infinite when a slot has nobody else."""
    least = np.full(instance.slots, np.inf)
    np.minimum.at(least, instance.slot[live], amount[live])
    gaps = np.bincount(instance.slot_request[need], weights=np.isinf(least[need]), minlength=instance.requests)
    known = np.where(np.isinf(least), 0.0, least)
    total = np.bincount(instance.slot_request[need], weights=known[need], minlength=instance.requests)
    own = np.where(need, known, 0.0)[instance.slot]
    with_pair: Floats = np.where(gaps[instance.request] > 0, np.inf, total[instance.request] - own + amount)
    return with_pair
