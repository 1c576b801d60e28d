"""Where the pages are mounted: ``install`` puts them, their static files and their protection into an application."""

from collections.abc import Iterator

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from hub.dependencies import prove_form
from hub.sections import Section
from web.assets import STATIC, assets
from web.errors import install_error_pages
from web.security import SecurityHeaders, same_origin
from web.views import (
    about,
    account,
    comparisons,
    conflicts,
    engagements,
    evaluations,
    experts,
    forms,
    gates,
    home,
    imports,
    kpi,
    members,
    notifications,
    own_data,
    passkeys,
    plan_comparing,
    plan_map,
    plans,
    profile_disclosure,
    profile_records,
    profile_writing,
    progress,
    proposals,
    providers,
    publishing,
    reports,
    request_moves,
    request_writing,
    requests,
    run_asking,
    runs,
    schedules,
    sign_in,
    slot_adjusting,
    slot_writing,
    slots,
    styleguide,
    supply_demand,
    webhooks,
    what_if,
    work_logs,
)

VIEWS = (
    home,
    sign_in,
    account,
    passkeys,
    providers,
    own_data,
    members,
    conflicts,
    webhooks,
    forms,
    imports,
    gates,
    request_writing,
    slot_writing,
    requests,
    request_moves,
    profile_writing,
    profile_records,
    profile_disclosure,
    experts,
    run_asking,
    comparisons,
    runs,
    progress,
    publishing,
    plan_comparing,
    what_if,
    plan_map,
    plans,
    schedules,
    kpi,
    supply_demand,
    slots,
    slot_adjusting,
    proposals,
    engagements,
    work_logs,
    reports,
    evaluations,
    notifications,
    about,
    styleguide,
)
"""The pages, in the order their addresses are tried."""


class CachedStaticFiles(StaticFiles):
    """Static files that browsers keep: their addresses change with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file; kept for a year when the address carries its version."""
        response = await super().get_response(path, scope)
        versioned = scope.get("query_string", b"").startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response


def sections() -> Iterator[Section]:
    """Yield every page, view by view; a changing request must come from one of them."""
    for view in VIEWS:
        yield Section(view.router, dependencies=[Depends(same_origin), Depends(prove_form)], include_in_schema=False)


def install(app: FastAPI, *, language: str = "ja") -> None:
    """Add pages, static files, security headers and error pages to ``app``; call it after the API's own handlers.

    ``language`` answers who neither chose one nor sends a preference.
    """
    app.state.language = language
    assets()
    app.mount("/static", CachedStaticFiles(directory=STATIC), name="static")
    for section in sections():
        app.include_router(section)
    install_error_pages(app)
    app.add_middleware(SecurityHeaders)
