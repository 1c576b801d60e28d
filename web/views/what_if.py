"""A finished plan with something supposed of it: gathered piece by piece, then planned again beside it."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ValidationError

from hub.auth.actor import Actor
from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession, undoable
from hub.errors import Invalid
from hub.logging import log_event
from hub.workflows.plan_reading import read_plan_row
from hub.workflows.plan_rules import LONGEST_TITLE
from hub.workflows.supposing import (
    MOST_CHOICES,
    Seat,
    begin_what_if,
    in_words,
    queue_what_if,
    refuse_impossible,
    seats_of,
)
from hub.workflows.suppositions import (
    MOST_HOURS,
    MOST_MONTHS_MOVED,
    MOST_SUPPOSED,
    MOST_YEN,
    SUPPOSITIONS,
    BudgetChanged,
    PersonAdded,
    RemoteAllowed,
    StartMoved,
    Supposition,
)
from web import words
from web.choices import prefecture_choices, role_choices
from web.language import Language
from web.names import Names
from web.templating import render, spoken_language
from web.typed import Typed

router = APIRouter(prefix="/plans")

MOST_RATE = 1_000_000
LEVELS = (1, 2, 3, 4)
PERSON_FIELDS = ("prefecture", "role", "level", "hours", "rate")


class WhatIfForm(BaseModel):
    """What a person typed. ``held``: what is supposed already, each as JSON. ``narrow``: words of places and requests.

    ``budget_of``, ``remote_of``: ``organization``, ``request`` or ``slot`` and its id, parted by a blank.
    """

    title: str = ""
    held: list[Annotated[str, Form(max_length=1000)]] = []
    narrow: str = ""
    budget_of: str = ""
    yen: str = ""
    remote_of: str = ""
    start_of: str = ""
    months: str = ""
    talent_type: str = ""
    prefecture: str = ""
    role: str = ""
    level: str = ""
    hours: str = ""
    rate: str = ""
    act: Literal["add", "narrow", "run"] = "add"


@dataclass(slots=True)
class Reading:
    """What a form says: what is supposed already, what was filled in now, and at which field each of that was."""

    held: tuple[Supposition, ...] = ()
    new: list[tuple[str, Supposition]] = field(default_factory=list)

    @property
    def everything(self) -> tuple[Supposition, ...]:
        """All that is supposed, in the order it was added."""
        return (*self.held, *(one for _, one in self.new))


@router.get("/{plan_id}/what-if", dependencies=[decides("plan.run")])
def ask_what_if(request: Request, session: ReadingSession, actor: ActorDep, plan_id: str) -> Response:
    """Show what can be supposed of the plan, and what it supposes already. 409 when it has no result."""
    asked = begin_what_if(session, actor, plan_id)
    spoken = spoken_language(request)
    title = _title(spoken, read_plan_row(session, plan_id, actor=actor).title)
    return _page(request, session, actor, plan_id, form=WhatIfForm(title=title), read=Reading(asked.supposed))


@router.post("/{plan_id}/what-if", dependencies=[decides("plan.run")])
def plan_what_if(
    request: Request, session: WritingSession, actor: ActorDep, plan_id: str, form: Annotated[WhatIfForm, Form()]
) -> Response:
    """Add what is filled in, or queue the run with all of it and follow it; 422 shows every fault, nothing is queued.

    Narrowing the choices keeps what is typed.
    """
    begin_what_if(session, actor, plan_id)
    spoken = spoken_language(request)
    typed = Typed(form.model_dump(exclude={"held"}), spoken)
    read = form_read(typed, form)
    if form.act == "narrow":
        typed.faults.clear()
        return _page(request, session, actor, plan_id, form=form, read=Reading(read.held))
    if form.act == "run" and not read.everything and not typed.faults:
        typed.faults["held"] = spoken.say("仮の条件をひとつ以上加えてください")
    if not typed.faults:
        try:
            if form.act == "run":
                with undoable(session):
                    made = queue_what_if(session, actor, plan_id, form.title, read.everything)
                log_event("plan_queued", plan=made, actor=actor.id)
                return RedirectResponse(f"/plans/{made}/run", status_code=303)
            if read.everything:
                refuse_impossible(session, plan_id, read.everything)
        except Invalid as invalid:
            typed.faults |= _at_fields(invalid, read, spoken)
    if typed.faults:
        return _page(request, session, actor, plan_id, form=form, read=Reading(read.held), faults=typed.faults)
    kept = WhatIfForm(title=form.title, narrow=form.narrow)
    return _page(request, session, actor, plan_id, form=kept, read=Reading(read.everything))


def form_read(typed: Typed, form: WhatIfForm) -> Reading:
    """Return what the form supposes; what cannot be read has a fault at its field."""
    say = typed.spoken.say
    read = Reading()
    try:
        read.held = SUPPOSITIONS.validate_json(f"[{','.join(form.held)}]")
    except ValidationError:
        typed.faults["held"] = say("加えた条件が読めません。ページを開き直してください")
    if typed.text("budget_of") or typed.text("yen"):
        of, _, key = typed.text("budget_of").partition(" ")
        yen = typed.whole("yen", -MOST_YEN, MOST_YEN)
        if of not in {"organization", "request"}:
            typed.faults["budget_of"] = say("予算を変える団体か人材ニーズを選んでください")
        elif yen is not None:
            read.new.append(("yen", BudgetChanged("request" if of == "request" else "organization", key, yen)))
    if typed.text("remote_of"):
        of, _, key = typed.text("remote_of").partition(" ")
        read.new.append(("remote_of", RemoteAllowed("slot" if of == "slot" else "request", key)))
    if typed.text("start_of") or typed.text("months"):
        months = typed.whole("months", -MOST_MONTHS_MOVED, MOST_MONTHS_MOVED)
        if not typed.text("start_of"):
            typed.faults["start_of"] = say("開始をずらす人材ニーズを選んでください")
        elif months is not None:
            read.new.append(("months", StartMoved(typed.text("start_of"), months)))
    if any(typed.text(name) for name in ("talent_type", *PERSON_FIELDS)):
        person = _person(typed)
        if person is not None:
            read.new.append(("role", person))
    return read


def _person(typed: Typed) -> PersonAdded | None:
    say, names = typed.spoken.say, Names(typed.spoken)
    if typed.text("talent_type") not in words.TALENT_SHORT:
        typed.faults["talent_type"] = say("人材の種類を選んでください")
    if typed.text("prefecture") not in {code for code, _ in prefecture_choices(names)[1:]}:
        typed.faults["prefecture"] = say("拠点の都道府県を選んでください")
    if typed.text("role") not in {code for code, _ in role_choices(names)[1:]}:
        typed.faults["role"] = say("ロールを選んでください")
    level = typed.whole("level", LEVELS[0], LEVELS[-1])
    hours, rate = typed.whole("hours", 1, MOST_HOURS), typed.whole("rate", 0, MOST_RATE)
    fields = {"talent_type", *PERSON_FIELDS}
    if fields & typed.faults.keys() or level is None or hours is None or rate is None:
        return None
    kind: Literal["X", "D"] = "X" if typed.text("talent_type") == "X" else "D"
    return PersonAdded(kind, typed.text("prefecture"), typed.text("role"), level, hours, rate)


def _at_fields(invalid: Invalid, read: Reading, spoken: Language) -> dict[str, str]:
    """Return what is wrong by field: at what was filled in now, or at the list of what was supposed before."""
    told: dict[str, str] = {}
    for fault in invalid.faults:
        _, name, *rest = fault.place.split("/")
        if name == "supposed":
            position = int(rest[0]) - len(read.held) if rest else -1
            name = read.new[position][0] if position >= 0 else "held"
        told.setdefault(name, spoken.pick(fault.ja, fault.en))
    return told


def _page(
    request: Request,
    session: ReadingSession,
    actor: Actor,
    plan_id: str,
    *,
    form: WhatIfForm,
    read: Reading,
    faults: dict[str, str] | None = None,
) -> Response:
    spoken = spoken_language(request)
    names = Names(spoken)
    seats = seats_of(session, plan_id, form.narrow)
    sentences = in_words(session, read.held)
    choose = ("", spoken.say("選んでください"))
    kept = [SUPPOSITIONS.dump_json((one,)).decode()[1:-1] for one in read.held]
    context: dict[str, Any] = {
        "plan": read_plan_row(session, plan_id, actor=actor),
        "form": form,
        "faults": faults or {},
        "held": [(kept[at], spoken.pick(one.ja, one.en)) for at, one in enumerate(sentences)],
        "most": MOST_SUPPOSED,
        "left_out": len(seats) > MOST_CHOICES,
        "shown": MOST_CHOICES,
        "budgets": [choose, *_organizations(seats[:MOST_CHOICES], spoken), *_requests(seats, spoken, "request ")],
        "remotes": [choose, *_requests(seats, spoken, "request "), *_slots(seats, spoken)],
        "starts": [choose, *_requests(seats, spoken, "")],
        "types": [choose, *((code, spoken.say(name)) for code, name in words.TALENT_SHORT.items())],
        "prefectures": [choose, *prefecture_choices(names)[1:]],
        "roles": [choose, *role_choices(names)[1:]],
        "levels": [choose, *((str(level), str(level)) for level in LEVELS)],
    }
    return render(request, "plan_what_if.html", context, status=422 if faults else 200)


def _organizations(seats: tuple[Seat, ...], spoken: Language) -> list[tuple[str, str]]:
    found = {f"organization {seat.organization}": spoken.pick(seat.name, seat.name_en) for seat in seats}
    return [(key, spoken.say("団体: %(name)s", name=name)) for key, name in found.items()]


def _requests(seats: tuple[Seat, ...], spoken: Language, kind: str) -> list[tuple[str, str]]:
    found = {f"{kind}{seat.request}": seat for seat in seats[:MOST_CHOICES]}
    return [
        (key, spoken.say("ニーズ: %(name)s", name=f"{spoken.pick(seat.name, seat.name_en)} {seat.request_title}"))
        for key, seat in found.items()
    ]


def _slots(seats: tuple[Seat, ...], spoken: Language) -> list[tuple[str, str]]:
    return [
        (f"slot {seat.slot}", spoken.say("枠: %(name)s", name=f"{spoken.pick(seat.name, seat.name_en)} {seat.title}"))
        for seat in seats[:MOST_CHOICES]
    ]


def _title(spoken: Language, title: str) -> str:
    """Return the name of a plan made so, which says so once."""
    mark = spoken.say("（仮の条件）")
    return title if title.endswith(mark) else title[: LONGEST_TITLE - len(mark)] + mark
