"""Eligible pairs once more, slowly and by the letter of docs/fit.md: what the fast implementation must agree with."""

import math
from fractions import Fraction

SLACK = 1e-9
LODGING = {"12": 17000, "13": 21000, "23": 11000, "26": 20000, "27": 13000, "28": 17000, "40": 17000}


def half_up(number):
    return math.floor(number + 0.5)


def enough(need, have):
    return need <= have + SLACK * max(1, have)


def distance(a, b):
    """Return straight km, by the haversine."""
    phi_a, phi_b = math.radians(a.lat), math.radians(b.lat)
    inner = (
        math.sin((phi_b - phi_a) / 2) ** 2
        + math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    )
    return 2 * 6371 * math.asin(min(1, math.sqrt(inner)))


def minutes(d):
    route = 1.3 * d
    if d > 500:
        hours = max(1.2 + 650 / 180, 2.5 + d / 700)
    elif route > 300:
        hours = max(1.2 + 300 / 130, 1.2 + route / 180)
    elif route > 100:
        hours = max(0.7 + 100 / 60, 1.2 + route / 130)
    else:
        hours = 0.7 + route / 60
    return half_up(60 * hours)


def rail(route):
    """Return the normal fare, without the express, in exact arithmetic."""
    km = math.ceil(route)
    if km <= 10:
        return 200
    for highest, width, middle in ((50, 5, 3), (100, 10, 5), (600, 20, 10), (math.inf, 40, 20)):
        if km <= highest:
            floor = 600 if width == 40 else 0
            km = floor + (km - floor - 1) // width * width + middle
            break
    sum_ = (
        Fraction("16.20") * min(km, 300)
        + Fraction("12.85") * max(0, min(km, 600) - 300)
        + Fraction("7.05") * max(0, km - 600)
    )
    rounded = math.ceil(sum_ / 10) * 10 if km <= 100 else math.floor(sum_ / 100 + Fraction(1, 2)) * 100
    return math.floor(rounded * Fraction(11, 10) / 10 + Fraction(1, 2)) * 10


def across_the_sea(place):
    return place.lat > 41.6 or (place.lat > 41.35 and place.lon < 140.5) or place.lat < 30.95


def visit(a, b, organization):
    """Return minutes one way and yen of one visit."""
    d = distance(a, b)
    route = 1.3 * d
    one_way = rail(route)
    if route > 100:
        one_way = one_way * 16 // 10
    if d > 500 and (across_the_sea(a) or across_the_sea(b)):
        one_way = half_up(min(15000 + 20 * d, 45000))
    night = 1 if minutes(d) > 150 else 0
    is_code = len(organization) == 6 and all(c in "0123456789" for c in organization)
    return minutes(d), 2 * one_way + night * (LODGING.get(organization[:2], 11000) if is_code else 11000)


def fiscal_year(month):
    year, number = month.split("-")
    return str(int(year) - (int(number) < 4))


class Pair:
    """Everything docs/fit.md says about one expert and one slot."""

    def __init__(self, problem, request, slot, expert):
        self.problem, self.request, self.slot, self.expert = problem, request, slot, expert
        self.organization = next(o for o in problem.organizations if o.id == request.organization)
        self.active = range(slot.start, slot.start + slot.length)
        base = expert.base
        if isinstance(base, str):
            base = next((o.location for o in problem.organizations if o.id == base), None)
        self.known = base is not None and self.organization.location is not None
        self.minutes = self.visit_yen = 0
        if slot.onsite_days > 0 and self.known:
            self.km = distance(base, self.organization.location)
            self.minutes, self.visit_yen = visit(base, self.organization.location, self.organization.id)
        counted = slot.onsite_days * 2 * self.minutes / 60 if problem.policy.travel_counts else 0
        self.hours = slot.hours + counted
        labour = half_up(expert.hourly_rate * slot.hours * slot.length)
        self.travel_yen = half_up(slot.onsite_days * slot.length * self.visit_yen)
        self.cost = labour + self.travel_yen
        self.net_cost = self.cost - self.comes_back(labour)

    def comes_back(self, labour):
        subsidy = self.problem.subsidy
        if subsidy is None or subsidy.heads.get(self.organization.id, 1) == 0:
            return 0
        years = [fiscal_year(self.problem.months[t]) for t in self.active]
        eligible = self.cost if subsidy.travel_eligible else labour
        return sum(
            math.floor(subsidy.rates[year] * eligible * years.count(year) / self.slot.length + 1e-6)
            for year in set(years)
            if year in subsidy.rates
        )

    def best(self, *prefixes):
        return max((level for code, level in self.expert.skills.items() if code.startswith(prefixes)), default=0)

    def rules(self):
        """Yield each rule with whether the pair passes it."""
        slot, expert, request, policy = self.slot, self.expert, self.request, self.problem.policy
        yield "talent_type", slot.talent_type in expert.talent_types
        yield "role", slot.role is None or slot.role in expert.roles
        yield "mandatory_skills", all(expert.skills.get(n.skill, 0) >= n.level for n in slot.needs if n.mandatory)
        yield "security_floor", self.best("SE1-", "SE2-") >= policy.security_floor
        yield "availability", all(enough(self.hours, expert.hours[t]) for t in self.active)
        yield "engagement_limit", all(expert.max_engagements[t] >= 1 for t in self.active)
        remote = slot.remote_ok and slot.onsite_days == 0
        yield "work_mode", ("remote" if remote else "onsite") in expert.work_modes
        yield "onsite_days", all(enough(slot.onsite_days, expert.onsite_days[t]) for t in self.active)
        limit = expert.max_travel_minutes
        yield "travel_time", slot.onsite_days == 0 or limit is None or (self.known and self.minutes <= limit)
        yield "rate_ceiling", slot.rate_ceiling is None or expert.hourly_rate <= slot.rate_ceiling
        yen = self.net_cost if request.budget_basis == "net" else self.cost
        yield "request_budget", request.budget is None or enough(yen, request.budget)
        served = request.beneficiaries or [request.organization]
        yield "conflict_of_interest", not {request.organization, *served} & set(expert.conflicts)
        yield "forbidden", not any(f.slot == slot.id and f.expert == expert.id for f in self.problem.forbidden)

    def parts(self):
        slot, expert, request = self.slot, self.expert, self.request
        weights = sum(need.weight for need in slot.needs)
        met = sum(need.weight * min(expert.skills.get(need.skill, 0) / need.level, 1) for need in slot.needs)
        named = [] if slot.stage is None else [slot.stage in expert.stages]
        if request.themes:
            themes = set(request.themes)
            named.append(len(themes & set(expert.themes)) / len(themes))
        free = min(expert.hours[t] for t in self.active)
        near = 1.0
        if slot.onsite_days > 0:
            near = max(0, 1 - self.km / 1000) if self.known else 0.5
        mean, count = (expert.rating.mean, expert.rating.count) if expert.rating else (3.5, 0)
        return {
            "skills": round(0.60 * (met / weights if slot.needs else 1), 6),
            "experience": round(0.15 * (sum(named) / len(named) if named else 1), 6),
            "bridging": round(0.05 * min(self.best("BT"), self.best("DU", "TE", "SE")) / 4, 6),
            "availability": round(0.08 * (min(1, free / (2 * self.hours)) if self.hours > 0 else 1), 6),
            "proximity": round(0.07 * near, 6),
            "rating": round(0.05 * (3.5 * 5 + mean * count) / (5 + count) / 5, 6),
        }

    def first_block(self):
        return next((rule for rule, passed in self.rules() if not passed), None)


def eligible_pairs(problem):
    """Return the eligible pairs by (slot position, expert position), and the funnel of each slot as triples."""
    pairs, funnels = {}, []
    seats = [(request, slot) for request in problem.requests for slot in request.slots]
    for s, (request, slot) in enumerate(seats):
        candidates = [Pair(problem, request, slot, expert) for expert in problem.experts]
        blocks = [candidate.first_block() for candidate in candidates]
        left, funnel = len(candidates), []
        for rule, _ in candidates[0].rules() if candidates else ():
            left -= blocks.count(rule)
            funnel.append((rule, blocks.count(rule), left))
        funnels.append(funnel)
        pairs |= {(s, e): candidates[e] for e, block in enumerate(blocks) if block is None}
    return pairs, funnels
