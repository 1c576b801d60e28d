"""What may be supposed of a plan's problem (仮の条件), and the problem with it: that change and no other.

Nothing of it is stored among experts, requests or organizations. A supposed person has an id that no row has.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from hub.errors import Conflict, Invalid
from matching import problem as m
from matching.faults import Fault
from seed_data.municipalities import Municipality, municipalities
from skill_standards import load_framework, role_template

STANDARD = "1.2"
"""The version of DSS-P that plans are made in."""
MOST_SUPPOSED = 20
"""Suppositions of one plan."""
MOST_YEN = 10**12
MOST_MONTHS_MOVED = 36
MOST_HOURS = 744
HOURS_OF_A_DAY = 8
PERSON = "supposed:"
"""How the id of a supposed person begins; its number follows."""


@dataclass(frozen=True, slots=True)
class BudgetChanged:
    """``yen`` more (negative: less) for an organization or a request, which has a budget."""

    __pydantic_config__ = m.STRICT
    of: Literal["organization", "request"]
    id: str
    yen: int
    kind: Literal["budget"] = "budget"


@dataclass(frozen=True, slots=True)
class RemoteAllowed:
    """A slot, or every slot of a request, may be done wholly from elsewhere: no day on site is asked for."""

    __pydantic_config__ = m.STRICT
    of: Literal["request", "slot"]
    id: str
    kind: Literal["remote"] = "remote"


@dataclass(frozen=True, slots=True)
class StartMoved:
    """Every slot of a request begins ``months`` later (negative: earlier), for as long as before."""

    __pydantic_config__ = m.STRICT
    request: str
    months: int
    kind: Literal["start"] = "start"


@dataclass(frozen=True, slots=True)
class PersonAdded:
    """One expert more (仮の人材), living at the office of ``prefecture`` (two digits), at work there or remotely.

    Skills: those of ``role``'s template, none above ``level``. ``hours`` free in each month, for as many slots as they
    allow, on site a day for each eight of them; ``rate``: yen an hour.
    """

    __pydantic_config__ = m.STRICT
    talent_type: m.TalentType
    prefecture: str
    role: str
    level: m.Level
    hours: Annotated[int, Field(ge=1, le=MOST_HOURS)]
    rate: Annotated[int, Field(ge=0, le=1_000_000)]
    kind: Literal["person"] = "person"


Supposition = BudgetChanged | RemoteAllowed | StartMoved | PersonAdded
SUPPOSITIONS: TypeAdapter[tuple[Supposition, ...]] = TypeAdapter(
    tuple[Annotated[Supposition, Field(discriminator="kind")], ...]
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is supposed in words, with the names of then."""

    ja: str
    en: str


def kept_suppositions(supposed: Sequence[Supposition], told: Sequence[Sentence]) -> dict[str, Any]:
    """Return what is kept with a plan: what was asked for, and the same in words."""
    return {
        "asked": SUPPOSITIONS.dump_python(tuple(supposed), mode="json"),
        "told": [{"ja": one.ja, "en": one.en} for one in told],
    }


def sentences_of(row: Any) -> tuple[Sentence, ...]:
    """Return what the plan of ``row`` rests on that is supposed, in words; nothing for most plans."""
    return tuple(Sentence(**one) for one in row.supposed.get("told", ()))


def moved_starts(kept: Mapping[str, Any]) -> dict[str, int]:
    """Return by request how many months later it is supposed to begin, of what ``kept_suppositions`` keeps."""
    moved: Counter[str] = Counter()
    for one in SUPPOSITIONS.validate_python(kept.get("asked", ())):
        if isinstance(one, StartMoved):
            moved[one.request] += one.months
    return dict(moved)


def refuse_supposed(row: Any) -> None:
    """Raise Conflict, with the remedy, when the plan of ``row`` rests on something supposed: it binds nobody."""
    told = sentences_of(row)
    if not told:
        return
    ja, en = "、".join(one.ja for one in told), "; ".join(one.en for one in told)
    raise Conflict(
        f"この計画は仮の条件にもとづくため、公開も採用もできません（{ja}）。"
        "条件を実際に変え（予算・人材ニーズの変更、人材の登録）、新しい計画を作ってください。",
        f"This plan rests on something supposed, so it can be neither published nor put in force ({en}). Make it so "
        "(change the budget or the request, register the person), then make a new plan.",
    )


def person_name(expert_id: str) -> tuple[str, str] | None:
    """Return what a supposed person is called, in Japanese and English; None: the id is not one's."""
    if not expert_id.startswith(PERSON):
        return None
    number = expert_id.removeprefix(PERSON)
    return f"仮の人材 {number}", f"Supposed person {number}"


def home_of(person: m.Expert) -> dict[str, Any]:
    """Return where a supposed person would live, as a plan's page tells it: the prefecture whose office is there."""
    at = person.base if isinstance(person.base, m.Location) else None
    place = next(place for place in _prefectures().values() if at == m.Location(place.latitude, place.longitude))
    return {
        "base": place.name_ja,
        "base_en": place.name_en,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }


def _prefectures() -> dict[str, Municipality]:
    return {place.prefecture_code: place for place in municipalities() if place.kind == "prefecture"}


def suppose(problem: m.Problem, supposed: Sequence[Supposition], told: Sequence[str] = ()) -> m.Problem:
    """Return ``problem`` with what is ``supposed``, one after the other, and nothing else changed.

    ``told``: the same in words, which the problem carries. Raises Invalid with a fault at ``/supposed/0`` and so on for
    each that cannot be supposed of this problem, or would change nothing.
    """
    faults = []
    for position, one in enumerate(supposed):
        try:
            problem = _CHANGES[type(one)](problem, one)
        except _NotPossible as fault:
            faults.append(Fault(f"/supposed/{position}", fault.ja, fault.en))
    if not supposed:
        faults.append(Fault("/supposed", "仮の条件をひとつ以上加えてください", "suppose at least one thing"))
    if len(supposed) > MOST_SUPPOSED:
        ja, en = f"仮の条件は{MOST_SUPPOSED}件以内にしてください", f"suppose at most {MOST_SUPPOSED} things"
        faults.append(Fault("/supposed", ja, en))
    if faults:
        raise Invalid(faults)
    return replace(problem, supposed=tuple(told))


class _NotPossible(Exception):  # noqa: N818  (read as a sentence)
    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.ja, self.en = ja, en


def _with_budget(problem: m.Problem, one: BudgetChanged) -> m.Problem:
    if not 0 < abs(one.yen) <= MOST_YEN:
        raise _NotPossible(
            "増減額は0以外の1兆円までの金額にしてください", "give an amount other than 0, up to 1 trillion"
        )
    if one.of == "request":
        return _with_request(problem, one.id, lambda request: replace(request, budget=_budget(request.budget, one.yen)))
    if one.id not in problem.organization_by_id:
        raise _NotPossible("この計画の対象にない団体です", "the organization is not part of this plan")

    def changed(organization: m.Organization) -> m.Organization:
        if organization.id != one.id:
            return organization
        return replace(organization, budget=_budget(organization.budget, one.yen))

    return replace(problem, organizations=tuple(changed(organization) for organization in problem.organizations))


def _budget(budget: float | None, yen: int) -> float:
    if budget is None:
        raise _NotPossible("予算の上限がないので、増減しても変わりません", "there is no budget limit to change")
    if budget + yen < 0:
        raise _NotPossible(
            f"残りの予算は {budget:,.0f} 円です。それより多くは減らせません",
            f"¥{budget:,.0f} of the budget is left: it cannot be cut by more",
        )
    return budget + yen


def _with_remote(problem: m.Problem, one: RemoteAllowed) -> m.Problem:
    seat = problem.seat_by_slot.get(one.id)
    if one.of == "slot" and seat is None:
        raise _not_here()
    request_id = seat[0].id if one.of == "slot" and seat else one.id

    def changed(request: m.Request) -> m.Request:
        slots = tuple(
            replace(slot, remote_ok=True, onsite_days=0.0) if one.of == "request" or slot.id == one.id else slot
            for slot in request.slots
        )
        if slots == request.slots:
            raise _NotPossible("すでにすべてオンラインでできます", "all of it can be done remotely already")
        return replace(request, slots=slots)

    return _with_request(problem, request_id, changed)


def _with_start(problem: m.Problem, one: StartMoved) -> m.Problem:
    if not 0 < abs(one.months) <= MOST_MONTHS_MOVED:
        raise _NotPossible(
            f"ずらす月数は0以外の{MOST_MONTHS_MOVED}までの数にしてください",
            f"move it by a number other than 0, up to {MOST_MONTHS_MOVED} months",
        )

    def changed(request: m.Request) -> m.Request:
        slots = tuple(replace(slot, start=max(0, slot.start + one.months)) for slot in request.slots)
        first = min(slot.start for slot in request.slots) + one.months
        if first < 0 or max(slot.start + slot.length for slot in slots) > len(problem.months):
            raise _NotPossible(
                f"計画の期間（{problem.months[0]} から {problem.months[-1]}）に収まりません",
                f"it would not lie within the plan's months ({problem.months[0]} to {problem.months[-1]})",
            )
        return replace(request, slots=slots)

    return _with_request(problem, one.request, changed)


def _with_request(problem: m.Problem, request_id: str, change: Callable[[m.Request], m.Request]) -> m.Problem:
    if all(request.id != request_id for request in problem.requests):
        raise _not_here()
    requests = tuple(change(request) if request.id == request_id else request for request in problem.requests)
    return replace(problem, requests=requests)


def _not_here() -> _NotPossible:
    return _NotPossible("この計画の対象にない人材ニーズか枠です", "the request or slot is not part of this plan")


def _with_person(problem: m.Problem, one: PersonAdded) -> m.Problem:
    bases, framework = _prefectures(), load_framework(STANDARD)
    if one.prefecture not in bases or one.role not in framework.roles:
        raise _NotPossible("都道府県とロールをひとつずつ選んでください", "choose a prefecture and a role")
    base, span = bases[one.prefecture], len(problem.months)
    number = 1 + sum(expert.id.startswith(PERSON) for expert in problem.experts)
    person = m.Expert(
        id=f"{PERSON}{number}",
        hours=(float(one.hours),) * span,
        max_engagements=(one.hours,) * span,
        onsite_days=(one.hours / HOURS_OF_A_DAY,) * span,
        talent_types=(one.talent_type,),
        skills={code: min(level, one.level) for code, level in role_template(framework, one.role)},
        roles=(one.role,),
        hourly_rate=float(one.rate),
        base=m.Location(base.latitude, base.longitude),
    )
    return replace(problem, experts=(*problem.experts, person))


_CHANGES: dict[type, Callable[[m.Problem, Any], m.Problem]] = {
    BudgetChanged: _with_budget,
    RemoteAllowed: _with_remote,
    StartMoved: _with_start,
    PersonAdded: _with_person,
}
