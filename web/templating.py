"""Jinja environments, one for each language, and how a view turns a template into a response."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2_fragments import render_block

from hub.auth.actor import LOCAL
from hub.auth.permissions import may_ever
from hub.auth.secrets import form_token
from hub.visitors import cookie_name
from hub.visitors import session_secret as secret_of
from hub.workflows.accounts.sessions import SignedIn
from hub.workflows.requests import last_month
from web import privacy_words, round_words, words
from web.assets import assets
from web.language import LANGUAGES, Language, choose, language
from web.message_folding import FoldingEnvironment
from web.names import Names
from web.security import LANGUAGE_COOKIE
from web.sentences import plan_state, presence, room, told

TEMPLATES = Path(__file__).parent / "templates"
FORMATS = (
    "number",
    "amount",
    "signed",
    "percent",
    "yen",
    "duration",
    "seconds",
    "day",
    "day_of_year",
    "month",
    "month_name",
    "fiscal_year",
)
"""Formats that templates know by their own names."""


@cache
def environment(code: str) -> FoldingEnvironment:
    """Return the environment whose pages are in language ``code``; formats are filters, messages are gettext's."""
    spoken = language(code)
    env = FoldingEnvironment(
        spoken.translations.gettext,
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_translations(spoken.translations, newstyle=True)  # type: ignore[attr-defined]
    formats = spoken.formats
    for name in FORMATS:
        env.filters[name] = getattr(formats, name)
    env.filters.update({"both_calendars": formats.date, "moment": formats.moment, "calendar_year": formats.year})
    names = Names(spoken)
    env.filters.update(
        skill_name=names.skill,
        role_name=names.role,
        stage_name=names.stage,
        theme_name=names.theme,
        place_name=names.place,
        prefecture_name=names.prefecture,
        external_type_name=lambda code: spoken.say(words.EXTERNAL_TYPES[code]),
        work_mode_name=lambda code: spoken.say(words.WORK_MODES[code]),
        person=lambda row: told(spoken.pick(row.name, row.romaji), spoken),
        presence=lambda slot: presence(slot, spoken),
        slot_period=lambda slot: formats.months(slot.start, last_month(slot.start, slot.length)),
        plan_state=plan_state,
        room=lambda gap: room(gap, spoken),
        told=lambda text: told(text, spoken),
    )
    env.globals.update(lang=spoken, languages=LANGUAGES, months_span=formats.months, asset=assets().get, words=words)
    env.globals.update(privacy=privacy_words, round_words=round_words)
    # A macro imported at the top of a page is undefined in a block rendered alone; a global one is not.
    env.globals["ui"] = env.get_template("components/ui.html").module
    return env


def spoken_language(request: Request) -> Language:
    """Return the language to answer ``request`` in."""
    default = getattr(request.app.state, "language", "ja")
    return language(
        choose(
            request.cookies.get(cookie_name(request, LANGUAGE_COOKIE)), request.headers.get("accept-language"), default
        )
    )


def visitor_of(request: Request) -> SignedIn | None:
    """Return who looks at the page, None when nobody signed in (or nobody asked yet, as where there is no page)."""
    found: SignedIn | None = getattr(request.state, "visitor", None)
    if found is None and request.app.state.settings.sign_in == "local":
        return SignedIn(LOCAL)
    return found


def proof_of(request: Request, visitor: SignedIn | None) -> str:
    """Return what forms of this page prove themselves by, empty where there is no session."""
    return form_token(secret_of(request)) if visitor is not None and visitor.session is not None else ""


def wants_fragment(request: Request) -> bool:
    """Return whether htmx asks for a part of the page it shows."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-request-type") != "full"


def render_part(
    request: Request, template: str, block: str, context: Mapping[str, object], *, session_secret: str = ""
) -> str:
    """Return the ``block`` of ``pages/<template>`` alone, in the language of ``request``."""
    env = environment(spoken_language(request).code)
    return str(render_block(env, f"pages/{template}", block, **_values(request, context, session_secret)))


def _values(request: Request, context: Mapping[str, object], session_secret: str) -> dict[str, object]:
    visitor = visitor_of(request)
    return {
        "may": lambda action: visitor is not None and may_ever(visitor.actor, action),
        "visitor": visitor,
        "proof": form_token(session_secret) if session_secret else proof_of(request, visitor),
        **context,
        "here": request.url.path,
        "query": request.url.query,
    }


def render(
    request: Request,
    template: str,
    context: Mapping[str, object],
    *,
    block: str | None = None,
    status: int = 200,
    session_secret: str = "",
) -> HTMLResponse:
    """Return ``pages/<template>`` with ``context``; only its ``block`` when htmx asks for a fragment.

    ``session_secret``: of the session from now on, where this answer changes it.
    """
    if block is not None and wants_fragment(request):
        text = render_part(request, template, block, context, session_secret=session_secret)
    else:
        env = environment(spoken_language(request).code)
        text = env.get_template(f"pages/{template}").render(**_values(request, context, session_secret))
    # One address has two bodies and two languages: no cache may hand one to who asked for the other.
    headers = {"Cache-Control": "no-store", "Vary": "HX-Request, Cookie, Accept-Language"}
    return HTMLResponse(text, status_code=status, headers=headers)
