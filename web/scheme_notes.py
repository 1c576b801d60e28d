"""An engagement's scheme (制度) in words: its name, and who pays in its fiscal year, with the source."""

from skill_standards import Scheme, load_schemes, load_sources, scheme_years
from web.language import Language


def scheme_name(scheme: str | None, fiscal_year: int, spoken: Language) -> str:
    """Return the name a scheme has in ``fiscal_year``, or the newest one known; a code no year knows as it is."""
    if scheme is None:
        return spoken.say("制度によらない")
    years = sorted(scheme_years(), key=lambda year: (year != fiscal_year, -year))
    known = next((found for year in years if (found := _scheme(scheme, year))), None)
    return spoken.pick(known.name_ja, known.name_en) if known else scheme


def payer_note(scheme: str | None, fiscal_year: int, spoken: Language) -> str:
    """Return who pays under ``scheme`` in ``fiscal_year``; says so where no source confirms it for that year."""
    if scheme is None:
        return spoken.say("団体が、この条件のとおりに負担します。")
    found = _scheme(scheme, fiscal_year)
    payer = found.payer if found else None
    if payer is None or not payer.known or payer.ja is None:
        year = spoken.formats.fiscal_year(fiscal_year)
        return spoken.say("%(year)sの規則は確認できていません。制度の主管に確かめてください。", year=year)
    # What the product assumes has no source of its own to name.
    named = "" if payer.assumed else spoken.say("、").join(_source(citation) for citation in payer.sources)
    source = spoken.say("（出典 %(sources)s）", sources=named) if named else ""
    return spoken.pick(payer.ja, payer.en) + source


def _scheme(scheme: str, year: int) -> Scheme | None:
    if year not in scheme_years():
        return None
    return next((known for known in load_schemes(year) if known.id == scheme), None)


def _source(citation: str) -> str:
    short, _, place = citation.partition(" ")
    known = load_sources()
    title = known[short].title if short in known else short
    return f"{title} {place}".strip()
