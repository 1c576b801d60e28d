"""Which subsidy rules an estimate rests on, in words: each year's rule with its source, or that none is confirmed."""

from collections.abc import Sequence

from skill_standards import YearRule, load_sources, load_subsidy_rules
from web.formats import fiscal_years
from web.language import Language


def year_rules(months: Sequence[str]) -> tuple[YearRule, ...]:
    """Return the rule of each fiscal year that ``months`` fall in."""
    rules = load_subsidy_rules()
    return tuple(rules.for_year(year) for year in fiscal_years(tuple(months)))


def subsidy_note(months: Sequence[str], spoken: Language) -> str:
    """Return in a few words what the net amounts of a plan over ``months`` count, year by year."""
    return " ".join(_short(rule, spoken) for rule in year_rules(months))


def _short(rule: YearRule, spoken: Language) -> str:
    year = spoken.formats.fiscal_year_short(rule.fiscal_year)
    if not rule.confirmed:
        return spoken.say("%(year)sは未確認のため0", year=year)
    return spoken.say("%(year)sは率%(rate)s", year=year, rate=spoken.formats.number(rule.rate, 1))


def sources_of(rule: YearRule) -> tuple[str, ...]:
    """Return the sources of a rule as a reader can find them: title and place instead of our short id."""
    known = load_sources()
    named = []
    for citation in rule.sources:
        short, _, place = citation.partition(" ")
        title = known[short].title if short in known else short
        named.append(f"{title} {place}".strip())
    return tuple(named)
