"""Error pages: what happened and what to do next, in the reader's language, for pages alone and not for the API."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from hub.errors import (
    Busy,
    ChangedMeanwhile,
    Conflict,
    Forbidden,
    HubError,
    Invalid,
    NotFound,
    SecondFactorNeeded,
    SignInNeeded,
    TooOften,
    Unseen,
)
from web.language import N_
from web.templating import render, spoken_language, wants_fragment

API = "/api/"

MEANINGS = {
    403: (N_("この操作はできません"), N_("このサイトのページから、もう一度操作してください。")),
    401: (N_("サインインしてください"), N_("サインインすると、このページを開けます。")),
    404: (
        N_("ページが見つかりません"),
        N_("アドレスが正しいか確かめてください。登録が取り消された可能性もあります。"),
    ),
    405: (N_("この操作はできません"), N_("このサイトのページから、もう一度操作してください。")),
    409: (
        N_("いまはこの操作ができません"),
        N_("ほかの操作で状態が変わりました。前のページに戻り、今の状態を確かめてください。"),
    ),
    413: (N_("送られた内容が大きすぎます"), N_("小さく分けて、もう一度送ってください。")),
    422: (N_("指定の内容が正しくありません"), N_("アドレスや入力の値を確かめてください。")),
    429: (N_("回数が多すぎます"), N_("しばらく待って、もう一度試してください。")),
    500: (
        N_("処理できませんでした"),
        N_("記録は変わっていません。もう一度試し、続くときは管理者に番号を伝えてください。"),
    ),
    503: (N_("いまは混み合っています"), N_("何も変わっていません。少し待って、もう一度実行してください。")),
}
OTHER = (N_("表示できません"), N_("前のページに戻って、もう一度試してください。"))

STATUS_OF: dict[type[HubError], int] = {
    NotFound: 404,
    Forbidden: 403,
    Unseen: 404,
    SignInNeeded: 401,
    SecondFactorNeeded: 401,
    TooOften: 429,
    Invalid: 422,
    Conflict: 409,
    ChangedMeanwhile: 409,
    Busy: 503,
}

Handler = Callable[[Request, Any], Any]


def error_page(request: Request, status: int, told: str | None = None) -> Response:
    """Return the page for ``status``; its words never repeat what was sent. ``told``: advice in place of the usual.

    A part of a page that cannot be had must not take that part's place: htmx is sent to the whole page instead.
    """
    if wants_fragment(request) and request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        return Response(status_code=status, headers={"HX-Redirect": "/" + request.url.path.lstrip("/\\") + query})
    heading, advice = MEANINGS.get(status, OTHER)
    spoken = spoken_language(request)
    context = {
        "status": status,
        "heading": spoken.say(heading),
        "advice": told or spoken.say(advice),
        "reference": getattr(request.state, "reference", None),
    }
    return render(request, "error.html", context, status=status)


def way_to_sign_in(request: Request, fault: SignInNeeded) -> Response:
    """Return the way to what is missing: the sign-in page, or the one of the second factor, and back afterwards."""
    place = "/sign-in"
    if isinstance(fault, SecondFactorNeeded):
        place = "/sign-in/second-factor" if fault.enrolled else "/account/second-factor"
    if request.method == "GET":
        query = f"?{request.url.query}" if request.url.query else ""
        place = f"{place}?{urlencode({'next': request.url.path + query})}"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": place})
    return RedirectResponse(place, status_code=303, headers={"Cache-Control": "no-store"})


def install_error_pages(app: FastAPI) -> None:
    """Answer errors of pages with pages; the API keeps the handlers it had."""
    api_http: Handler = app.exception_handlers.get(HTTPException, http_exception_handler)
    api_hub: Handler = app.exception_handlers[HubError]
    api_invalid: Handler = app.exception_handlers.get(RequestValidationError, request_validation_exception_handler)

    async def http_fault(request: Request, fault: HTTPException) -> Response:
        if request.url.path.startswith(API):
            answer: Response = await api_http(request, fault)
            return answer
        return error_page(request, fault.status_code)

    async def invalid(request: Request, fault: RequestValidationError) -> Response:
        if request.url.path.startswith(API):
            answer: Response = await api_invalid(request, fault)
            return answer
        return error_page(request, 422)

    async def hub_fault(request: Request, fault: HubError) -> Response:
        if request.url.path.startswith(API):
            answer: Response = api_hub(request, fault)
            return answer
        if isinstance(fault, SignInNeeded):
            return way_to_sign_in(request, fault)
        page = error_page(request, STATUS_OF[type(fault)], fault.text(spoken_language(request).code))
        if isinstance(fault, Busy | TooOften):
            page.headers["Retry-After"] = str(fault.seconds)
        return page

    app.add_exception_handler(HTTPException, http_fault)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, invalid)  # type: ignore[arg-type]
    app.add_exception_handler(HubError, hub_fault)  # type: ignore[arg-type]
