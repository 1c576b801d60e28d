"""What a run is asked for: months, a policy with its weights, whose needs, and pairs fixed or kept apart."""

import unicodedata
from collections.abc import Sequence
from typing import Annotated, get_args

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, WritingSession, undoable
from hub.errors import Invalid, NotFound
from hub.logging import log_event
from hub.workflows.plan_adjusting import asked_for, named_links
from hub.workflows.plan_reading import read_plan_row
from hub.workflows.plan_rules import LONGEST_TITLE
from hub.workflows.plans import queue_question
from hub.workflows.problems import Question, usual_months
from matching.policy import PRESETS
from matching.problem import Limits, Link, Policy, PolicyName, Weights
from seed_data.months import month_number, months_from
from web import words
from web.choices import prefecture_choices
from web.counts import counts
from web.language import Language
from web.names import Names
from web.templating import render, spoken_language
from web.terms import WEIGHTS as WEIGHT_WORDS
from web.typed import NOTHING, Typed, told_at_fields

router = APIRouter(prefix="/plans")

LONGEST_SECONDS = 3600
MOST_MONTHS = 36
MOST_POINTS, MOST_YEN_PER_POINT = 1000.0, 10**12
MOST_LINKS = 1000
POLICY_NAMES: tuple[PolicyName, ...] = get_args(PolicyName)
WEIGHTS = ("coverage", "fit", "equity", "stability")
LINK_PARTS = 3


class RunForm(BaseModel):
    """What a person typed, as it was typed. ``links``: "pin" or "forbidden", slot and expert, parted by blanks."""

    title: str = ""
    policy: str = ""
    first: str = ""
    last: str = ""
    seconds: str = ""
    prefecture: str = ""
    coverage: str = ""
    fit: str = ""
    equity: str = ""
    stability: str = ""
    yen: str = ""
    links: list[str] = []


@router.get("/new", dependencies=[decides("plan.run")])
def ask_for_run(
    request: Request, session: ReadingSession, actor: ActorDep, like: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """Show the form; ``like``: filled with what another plan was asked for."""
    if like:
        row = read_plan_row(session, like, actor=actor)
        return _form_page(request, session, _form_like(row.title, asked_for(session, actor, like)))
    months = usual_months(session)
    spoken = spoken_language(request)
    form = RunForm(
        title=spoken.say("配置計画 %(month)s", month=spoken.formats.month(months[0])) if months else "",
        policy="balanced",
        first=months[0] if months else "",
        last=months[-1] if months else "",
        seconds="60",
    )
    return _form_page(request, session, form)


@router.post("", dependencies=[decides("plan.run")])
def start_run(request: Request, session: WritingSession, actor: ActorDep, form: Annotated[RunForm, Form()]) -> Response:
    """Queue the run and go to its page; 422 shows the form again with every fault, and nothing is queued."""
    typed = Typed(form.model_dump(exclude={"links"}), spoken_language(request))
    asked = form_read(typed, form.links, usual_months(session))
    if asked is not None:
        try:
            with undoable(session):
                plan_id = queue_question(session, actor, form.title, asked)
        except Invalid as invalid:
            typed.faults |= told_at_fields(invalid.faults, typed.spoken)
        except NotFound:
            typed.faults["links"] = typed.spoken.say("固定した枠か人がもうありません。その印を外してください")
        else:
            log_event("plan_queued", plan=plan_id, actor=actor.id)
            return RedirectResponse(f"/plans/{plan_id}/run", status_code=303)
    return _form_page(request, session, form, typed.faults)


def form_read(typed: Typed, links: Sequence[str], months: Sequence[str]) -> Question | None:
    """Return what the form asks for; None with every fault of it, by field in the order of the page."""
    span = read_span(typed, months)
    weights, yen = _weights(typed), typed.number("yen", 1, MOST_YEN_PER_POINT, needed=False)
    area = typed.text("prefecture")
    if area and not (len(area) == 2 and area.isascii() and area.isdigit() and 1 <= int(area) <= 47):
        typed.faults["prefecture"] = typed.spoken.say("都道府県をひとつ選んでください")
    pins, forbidden = _links(links, "pin"), _links(links, "forbidden")
    if len(pins) + len(forbidden) != len(links) or len(links) > MOST_LINKS:
        typed.faults["links"] = typed.spoken.say("固定の組み合わせが読めません。ページを開き直してください")
    if typed.faults:
        return None
    name: PolicyName = typed.text("policy")  # type: ignore[assignment]
    limits = Limits(seconds=typed_seconds(typed.text("seconds")) or 0)
    return Question(span, Policy(name, weights, yen), limits, pins, forbidden, area or None)


def read_span(typed: Typed, months: Sequence[str]) -> tuple[str, ...]:
    """Read what every run is asked for, and return its months."""
    faults, say = typed.faults, typed.spoken.say
    title, first, last = typed.text("title"), typed.text("first"), typed.text("last")
    if not title:
        faults["title"] = say("計画の名前を入力してください")
    elif len(title) > LONGEST_TITLE:
        faults["title"] = say("計画の名前は100文字以内にしてください")
    if typed.text("policy") not in POLICY_NAMES:
        faults["policy"] = say("方針をひとつ選んでください")
    if first not in months:
        faults["first"] = say("最初の月を選んでください")
    if last not in months:
        faults["last"] = say("最後の月を選んでください")
    elif first in months and last < first:
        faults["last"] = say("最後の月は、最初の月と同じか後にしてください")
    elif first in months and month_number(last) - month_number(first) >= MOST_MONTHS:
        faults["last"] = say("期間は36か月以内にしてください")
    if typed_seconds(typed.text("seconds")) is None:
        faults["seconds"] = say("時間の上限は、1から%(most)sまでの数字で入力してください", most=LONGEST_SECONDS)
    if faults:
        return ()
    return months_from(first, month_number(last) - month_number(first) + 1)


def _weights(typed: Typed) -> Weights | None:
    """Return the weights of one's own, those left empty as the policy has them; None: all as the policy has them."""
    told = {name: typed.number(name, 0, MOST_POINTS, needed=False) for name in WEIGHTS}
    own = {name: value for name, value in told.items() if value is not None}
    preset = PRESETS.get(typed.text("policy"))  # type: ignore[call-overload]
    if not own or preset is None:
        return None
    return Weights(**{name: own.get(name, getattr(preset.weights, name)) for name in WEIGHTS})


def _links(links: Sequence[str], wanted: str) -> tuple[Link, ...]:
    parts = [link.split(" ") for link in links]
    return tuple(Link(one[1], one[2]) for one in parts if len(one) == LINK_PARTS and one[0] == wanted)


def typed_seconds(typed: str) -> float | None:
    """Return the seconds typed, in full or half width; None when that is no number from 1 to ``LONGEST_SECONDS``."""
    text = unicodedata.normalize("NFKC", typed).strip().replace(",", "")
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        return None
    return float(text) if 1 <= int(text) <= LONGEST_SECONDS else None


def _form_like(title: str, asked: Question) -> RunForm:
    own = {} if asked.policy.weights is None else {key: f"{getattr(asked.policy.weights, key):g}" for key in WEIGHTS}
    kinds = (("pin", asked.pins), ("forbidden", asked.forbidden))
    return RunForm(
        title=title,
        policy=asked.policy.name,
        first=asked.months[0],
        last=asked.months[-1],
        seconds=f"{asked.limits.seconds:g}",
        prefecture=asked.prefecture or "",
        yen="" if asked.policy.yen_per_point is None else f"{asked.policy.yen_per_point:.0f}",
        links=[f"{kind} {link.slot} {link.expert}" for kind, links in kinds for link in links],
        **own,
    )


def _form_page(
    request: Request, session: ReadingSession, form: RunForm, faults: dict[str, str] | None = None
) -> Response:
    spoken = spoken_language(request)
    context = {
        "form": form,
        "faults": faults or NOTHING,
        "policies": _policies(spoken),
        "months": [(month, spoken.formats.month(month)) for month in usual_months(session)],
        "prefectures": [("", spoken.say("全国")), *prefecture_choices(Names(spoken))[1:]],
        "weights": [(name, spoken.say(WEIGHT_WORDS[name]), getattr(form, name)) for name in WEIGHTS],
        "links": [
            (kind, one) for kind in ("pin", "forbidden") for one in named_links(session, _links(form.links, kind))
        ],
        "counts": counts(session),
    }
    return render(request, "plan_new.html", context, status=422 if faults else 200)


def _policies(spoken: Language) -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "title": spoken.say(words.POLICIES[name][0]),
            "meaning": spoken.say(words.POLICIES[name][1]),
            "weights": PRESETS[name].weights,
            "yen_per_point": PRESETS[name].yen_per_point,
        }
        for name in POLICY_NAMES
    ]
