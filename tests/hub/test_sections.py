"""Sections: what is theirs is found, and what is not is not looked at."""

from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from starlette.routing import Match

from hub.api.routes import sections as api
from hub.sections import Section
from web.routes import sections as pages


def hall(prefix: str, *paths: str) -> APIRouter:
    router = APIRouter(prefix=prefix)
    for path in paths:
        router.add_api_route(path, lambda: prefix)
    return router


def test_what_addresses_begin_with_is_read_off_the_part_and_the_routers_in_it():
    part = hall("/plans", "", "/{plan}", "/{plan}/slots")
    part.include_router(hall("", "/late"))
    other = hall("", "/queue", "/plans")
    other.include_router(hall("/inner", "/{key}"))
    assert Section(part).beginnings == ("/plans",)
    assert Section(other, "/api").beginnings == ("/api/inner/", "/api/plans", "/api/queue")


def test_routes_of_other_sections_are_not_looked_at(monkeypatch: pytest.MonkeyPatch):
    looked: list[str] = []
    seen = APIRouter.matches

    def look(self, scope):
        if isinstance(self, Section):
            looked.append(self.beginnings[0])
        return seen(self, scope)

    monkeypatch.setattr(APIRouter, "matches", look)
    app = FastAPI()
    for name in ("/plans", "/experts", "/requests"):
        app.include_router(Section(hall(name, "", "/{key}")))
    client = TestClient(app)
    assert client.get("/experts/e1").json() == "/experts"
    assert looked == ["/experts"]
    assert client.get("/nothing").status_code == 404
    assert looked == ["/experts"]


@pytest.mark.parametrize("sections", [api, pages], ids=["interface", "pages"])
def test_every_address_is_found_in_its_section(sections, tmp_path: Path):
    count = 0
    for section in sections():
        app = FastAPI()
        app.include_router(section)
        for at in iter_route_contexts(app.routes):
            if at.path is not None and at.path.startswith(section.prefix or "/") and at.methods and "{" in at.path:
                count += 1
                scope = {"type": "http", "path": at.path, "method": min(at.methods), "root_path": ""}
                (included,) = (route for route in app.routes if getattr(route, "original_router", None) is section)
                assert included.matches(scope)[0] == Match.FULL, at.path
    assert count > 20
