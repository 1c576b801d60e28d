"""The subsidy rule of a plan's months, as the model needs it: an estimate, and nothing where no rule is confirmed."""

from collections.abc import Iterable, Sequence

from matching.problem import Organization, Subsidy
from skill_standards import load_subsidy_rules

CLAIMANTS = frozenset({"designated_city", "core_city", "city", "special_ward", "town", "village"})
"""Who claims 市町村におけるCIO補佐官等の任用等; prefectures and other bodies do not."""

Note = tuple[str, str]


def fiscal_year(month: str) -> int:
    """Return the fiscal year (April to March) of a month ``YYYY-MM``."""
    return int(month[:4]) - (int(month[5:]) < 4)


def subsidy_for(
    months: Sequence[str], organizations: Iterable[Organization]
) -> tuple[Subsidy | None, tuple[Note, ...]]:
    """Return the rule for ``months``, None when no year of theirs has one, and a note (ja, en) for each such year.

    Where the years allow different numbers of persons, the smallest counts for the whole plan.
    """
    rules = load_subsidy_rules()
    years = [rules.for_year(year) for year in sorted({fiscal_year(month) for month in months})]
    notes = tuple((rule.note_ja, rule.note_en) for rule in years if not rule.confirmed)
    confirmed = [rule for rule in years if rule.confirmed]
    if not confirmed:
        return None, notes
    limits = [rule.heads for rule in confirmed if rule.heads is not None]
    heads = {body.id: 0 for body in organizations if body.kind not in CLAIMANTS}
    if limits:
        heads |= {body.id: min(limits) for body in organizations if body.kind in CLAIMANTS}
    rates = {str(rule.fiscal_year): rule.rate for rule in confirmed}
    return Subsidy(heads=heads, rates=rates, travel_eligible=rules.travel.contract), notes
