"""The language switch, and the page that says what this is made of."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from hub.decisions import PUBLIC
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
def choose_language(language: Annotated[str, Form()], next: Annotated[str, Form()] = "/") -> Response:
    """Remember the language and go back to the page it was chosen on. 422 for a language there is not."""
    if language not in LANGUAGES:
        raise HTTPException(422)
    response = RedirectResponse(local_path(next), status_code=303)
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR, httponly=True, samesite="lax")
    return response
