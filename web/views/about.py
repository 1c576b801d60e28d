"""The language switch, and the page that says what this is made of."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hub.decisions import PUBLIC
from hub.visitors import cookie_name, is_secure
from web.addresses import local_path
from web.language import LANGUAGES
from web.security import LANGUAGE_COOKIE
from web.templating import render

router = APIRouter()
YEAR = 365 * 24 * 3600


@router.get("/about", dependencies=[PUBLIC])
def show_about(request: Request) -> Response:
    """Show the purpose, the sources and the licences of what is served."""
    return render(request, "about.html", {})


@router.post("/language", dependencies=[PUBLIC])
def choose_language(request: Request, language: Annotated[str, Form()], next: Annotated[str, Form()] = "/") -> Response:
    """Remember the language and go back to the page it was chosen on. 422 for a language there is not."""
    if language not in LANGUAGES:
        raise HTTPException(422)
    response = RedirectResponse(local_path(next), status_code=303)
    name, secure = cookie_name(request, LANGUAGE_COOKIE), is_secure(request)
    response.set_cookie(name, language, max_age=YEAR, path="/", secure=secure, httponly=True, samesite="lax")
    return response
