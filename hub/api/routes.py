"""Where the interface is mounted: everything below ``/api``."""

from collections.abc import Iterator

from fastapi import Depends, HTTPException, Request, Response

from hub.api import (
    calendars,
    cases,
    consents,
    engagements,
    evaluations,
    experts,
    exports,
    figures,
    gates,
    imports,
    notifications,
    organizations,
    own_data,
    plans,
    proposals,
    reports,
    requests,
    schemes,
    work_logs,
)
from hub.api.descriptions import REFUSALS
from hub.api.faults import KEPT_NOWHERE
from hub.dependencies import SAFE_METHODS, prove_form
from hub.sections import Section

PARTS = (
    calendars,
    cases,
    consents,
    engagements,
    evaluations,
    experts,
    exports,
    figures,
    gates,
    imports,
    notifications,
    organizations,
    own_data,
    plans,
    proposals,
    reports,
    requests,
    schemes,
    work_logs,
)
OWN = frozenset({"same-origin", "none"})


async def refuse_other_sites(request: Request) -> None:
    """Refuse (403) a change that another site's page made a browser send; programs send none of these headers."""
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("origin")
    here = f"{request.url.scheme}://{request.url.netloc}"
    if request.headers.get("sec-fetch-site", "none") not in OWN or (origin is not None and origin != here):
        raise HTTPException(403)


async def keep_nowhere(response: Response) -> None:
    """Tell browsers and proxies to keep no copy."""
    response.headers.update(KEPT_NOWHERE)


def sections() -> Iterator[Section]:
    """Yield the whole interface, part by part."""
    checks = [Depends(refuse_other_sites), Depends(prove_form), Depends(keep_nowhere)]
    for part in PARTS:
        yield Section(part.router, "/api", dependencies=checks, responses=REFUSALS)
