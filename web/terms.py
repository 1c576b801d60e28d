"""The objective of a plan, term by term: how much of it, what it weighs, and the points that gives."""

from dataclasses import dataclass

from hub.workflows.plan_rows import PlanPage
from web.language import N_, Language

WEIGHTS = {
    "coverage": N_("枠を埋めること（優先度1の枠で何点か）"),
    "fit": N_("適合度（優先度1の枠の適合度1.00で何点か）"),
    "equity": N_("団体の公平（団体の最初の枠で何点か）"),
    "stability": N_("採用中の計画から続くこと（組み合わせひとつで何点か）"),
}
"""Terms of a plan's value, each with what its weight is points of."""


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the sum; ``amount`` and ``weight`` as they are read."""

    name: str
    amount: str
    weight: str
    points: float


def terms_of(page: PlanPage, spoken: Language) -> tuple[Term, ...]:
    """Return the terms whose points add up to the plan's value; none while it has no result."""
    if not page.terms or not page.yen_per_point:
        return ()
    formats = spoken.formats
    names = {
        "coverage": spoken.say("埋まった枠（優先度つき）"),
        "fit": spoken.say("適合度の合計（優先度つき）"),
        "equity": spoken.say("団体の公平（2枠目から小さく数える）"),
        "stability": spoken.say("採用中の計画から続く組み合わせ"),
    }
    lines = [
        Term(
            name,
            formats.number(page.terms[key], 2),
            formats.number(page.weights[key], 2),
            page.terms[key] * page.weights[key],
        )
        for key, name in names.items()
    ]
    cost = page.terms["net_cost"]
    per_point = spoken.say("%(yen)sで1点", yen=formats.yen(page.yen_per_point))
    lines.append(
        Term(spoken.say("実質負担"), formats.yen(cost), per_point, -cost / page.yen_per_point if cost else 0.0)
    )
    return tuple(lines)
