"""Comparisons: one question with another weight each time, as a table and a front, and the queue of runs."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from hub.decisions import decides
from hub.dependencies import ActorDep, ReadingSession, SettingsDep, WritingSession
from hub.errors import Invalid, NotFound
from hub.logging import log_event
from hub.workflows.comparing import Wish, ask_comparison, keep_point, point_faults, stop_comparison
from hub.workflows.comparison_reading import ComparisonPage, find_comparisons, read_comparison, read_queue
from hub.workflows.paging import Paging
from hub.workflows.problems import usual_months
from matching.problem import Limits, Policy
from web import words
from web.addresses import address_of
from web.chart_files import csv_answer, plain, svg_answer
from web.charts.front import Axis, Dot, front_chart
from web.language import Language
from web.sentences import plan_state
from web.templating import render, spoken_language
from web.typed import Typed, told_at_fields
from web.views.run_asking import POLICY_NAMES, read_span, typed_seconds

router = APIRouter()

PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
USUAL_POINTS = "0, 0.25, 0.5, 1, 2"
SECONDS = "60"


@dataclass(frozen=True, slots=True)
class ComparisonForm:
    """What a person typed, as it was typed."""

    title: str
    axis: str
    points: str
    policy: str
    first: str
    last: str
    seconds: str


@router.get("/comparisons/new", dependencies=[decides("plan.run")])
def ask_for_comparison(request: Request, session: ReadingSession) -> Response:
    """Show the form, filled with what is usual."""
    months = usual_months(session)
    spoken = spoken_language(request)
    first, last = (months[0], months[-1]) if months else ("", "")
    title = spoken.say("公平さの比較 %(month)s", month=spoken.formats.month(first)) if months else ""
    form = ComparisonForm(title, "equity", USUAL_POINTS, "balanced", first, last, SECONDS)
    return _form_page(request, session, form, {})


@router.post("/comparisons", dependencies=[decides("plan.run")])
def start_comparison(
    request: Request,
    session: WritingSession,
    actor: ActorDep,
    *,
    title: Annotated[str, Form()] = "",
    axis: Annotated[str, Form()] = "",
    points: Annotated[str, Form()] = "",
    policy: Annotated[str, Form()] = "",
    first: Annotated[str, Form()] = "",
    last: Annotated[str, Form()] = "",
    seconds: Annotated[str, Form()] = "",
) -> Response:
    """Queue the comparison and go to its page; 422 shows the form again with every fault, and nothing is queued."""
    form = ComparisonForm(title, axis, points, policy, first, last, seconds)
    months, spoken = usual_months(session), spoken_language(request)
    typed = Typed(asdict(form), spoken)
    span, faults = read_span(typed, months), typed.faults
    values = typed_points(points)
    faults |= told_at_fields(point_faults(axis, values), spoken)
    if not faults:
        limits = Limits(seconds=typed_seconds(seconds) or 0)
        wish = Wish(title, axis, values, Policy(name=policy), limits, span)  # type: ignore[arg-type]
        try:
            comparison_id = ask_comparison(session, actor, wish)
        except Invalid as invalid:
            faults = told_at_fields(invalid.faults, spoken)
        else:
            log_event("comparison_asked", comparison=comparison_id, actor=actor.id)
            return RedirectResponse(f"/comparisons/{comparison_id}", status_code=303)
    return _form_page(request, session, form, faults)


def typed_points(typed: str) -> tuple[float, ...]:
    """Return the numbers typed, in full or half width, between commas or blanks; empty when any is no number."""
    parts = unicodedata.normalize("NFKC", typed).replace("、", ",").replace(",", " ").split()
    try:
        return tuple(float(part) for part in parts if len(part) <= 20)
    except ValueError:
        return ()


def _form_page(request: Request, session: ReadingSession, form: ComparisonForm, faults: dict[str, str]) -> Response:
    spoken = spoken_language(request)
    context = {
        "form": form,
        "faults": faults,
        "axes": [(axis, spoken.say(words.AXES[axis][0]), spoken.say(words.AXES[axis][1])) for axis in words.AXES],
        "policies": [(name, spoken.say(words.POLICIES[name][0])) for name in POLICY_NAMES],
        "months": [(month, spoken.formats.month(month)) for month in usual_months(session)],
    }
    return render(request, "comparison_new.html", context, status=422 if faults else 200)


@router.get("/comparisons/{comparison_id}", dependencies=[decides("plan.read")])
def show_comparison(request: Request, session: ReadingSession, actor: ActorDep, comparison_id: str) -> Response:
    """Show each point as a line of a table and as a dot of the front; htmx gets the points alone."""
    page = read_comparison(session, comparison_id, actor=actor)
    spoken = spoken_language(request)
    context = {
        "page": page,
        "active": page.status in ("queued", "running"),
        "chart": _front(page, spoken),
    }
    return render(request, "comparison.html", context, block="points")


@router.get("/comparisons/{comparison_id}/front.csv", dependencies=[decides("plan.read")])
def keep_front_rows(request: Request, session: ReadingSession, actor: ActorDep, comparison_id: str) -> Response:
    """Return the plans of a comparison with their figures as CSV; it names nobody."""
    page = read_comparison(session, comparison_id, actor=actor)
    return csv_answer(front_rows(page, spoken_language(request)), f"front_{comparison_id}")


@router.get("/comparisons/{comparison_id}/front.svg", dependencies=[decides("plan.read")])
def keep_front_chart(request: Request, session: ReadingSession, actor: ActorDep, comparison_id: str) -> Response:
    """Return the front as SVG. 404 while fewer than two plans are there."""
    chart = _front(read_comparison(session, comparison_id, actor=actor), spoken_language(request))
    if not chart:
        raise NotFound("比べられる案", "plans to compare")
    return svg_answer(chart, f"front_{comparison_id}")


def front_rows(page: ComparisonPage, spoken: Language) -> Iterator[list[str]]:
    """Yield the heads, then a row for each point, in the order of what was changed; figures as programs read them."""
    say = spoken.say
    yield [
        say(words.AXES[page.axis][0]),
        say("状態"),
        say("負けない案"),
        say("埋まった枠"),
        say("枠"),
        say("平均適合度"),
        say("適合度の合計（優先度つき）"),
        say("公平の点"),
        say("実質負担"),
        say("改善の余地"),
    ]
    for point in page.points:
        run, terms = point.run, point.terms
        unbeaten = (say("はい") if point.unbeaten else say("いいえ")) if terms else ""
        own = (terms.fit, terms.equity) if terms else (None, None)
        figures = map(plain, (run.mean_fit, *own, run.net_cost, run.gap))
        state = say(plan_state(run)[0])
        yield [plain(point.value), state, unbeaten, str(run.filled), str(run.slots), *figures]


def _front(page: ComparisonPage, spoken: Language) -> Markup:
    done = [(point, point.terms) for point in page.points if point.terms is not None]
    if len(done) < 2:
        return Markup("")
    formats = spoken.formats
    is_fair = page.axis == "equity"
    dots = [
        Dot(
            terms.fit if is_fair else terms.net_cost,
            terms.equity if is_fair else point.run.filled,
            formats.number(point.value, 2),
            point.unbeaten,
        )
        for point, terms in done
    ]
    fit, net = spoken.say("適合度の合計（優先度つき）"), spoken.say("実質負担")
    fair, filled = spoken.say("団体の公平（2枠目から小さく数える）"), spoken.say("埋まった枠")
    across, up = ([dot.x for dot in dots], [dot.y for dot in dots])
    x = _axis(fit, across, lambda end: formats.number(end, 1)) if is_fair else _axis(net, across, formats.yen)
    y = _axis(fair if is_fair else filled, up, lambda end: formats.number(end, 1 if is_fair else 0))
    title = spoken.say("案の比較")
    told = spoken.say(
        "丸が1つの案です。塗った丸は、ほかのどの案にもすべての点で負けてはいません。同じ内容が表にあります。"
    )
    return front_chart("front", title, told, dots, x=x, y=y)


def _axis(name: str, values: list[float], written: Callable[[float], str]) -> Axis:
    return Axis(name, written(min(values)), written(max(values)))


@router.post("/comparisons/{comparison_id}/stop", dependencies=[decides("plan.run")])
def stop(session: WritingSession, actor: ActorDep, comparison_id: str) -> Response:
    """Stop what is left of a comparison, with the best plans so far. 409 when it has ended already."""
    stop_comparison(session, actor, comparison_id)
    log_event("comparison_stop_asked", comparison=comparison_id, actor=actor.id)
    return RedirectResponse(f"/comparisons/{comparison_id}", status_code=303)


@router.post("/plans/{plan_id}/keep", dependencies=[decides("plan.run")])
def keep(session: WritingSession, actor: ActorDep, plan_id: str) -> Response:
    """List a point of a comparison among the plans. 409 when it has no result."""
    keep_point(session, actor, plan_id)
    log_event("plan_kept", plan=plan_id, actor=actor.id)
    return RedirectResponse(f"/plans/{plan_id}", status_code=303)


@router.get("/queue", dependencies=[decides("plan.read")])
def show_queue(
    request: Request, session: ReadingSession, actor: ActorDep, settings: SettingsDep, page: PageNumber = 1
) -> Response:
    """Show what is being solved, what comes next, and the comparisons."""
    found = find_comparisons(session, Paging(page=page, sort="created", descending=True), actor=actor)
    context = {
        "queue": read_queue(session, settings.comparison_runs, actor=actor),
        "found": found,
        "address": address_of("/queue", found),
    }
    return render(request, "queue.html", context, block="queue")
