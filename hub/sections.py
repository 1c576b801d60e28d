"""Sections of the application: routes that are tried only for addresses below where they begin.

FastAPI asks each route of each included router whether an address is its own, and again at every level of nesting: with
some hundred routes that takes longer than most of them take to answer.
"""

from fastapi import APIRouter
from starlette.routing import Match, Route
from starlette.types import Scope


class Section(APIRouter):
    """A router around one ``part``, with what holds for all of it (``options``: as of ``APIRouter``)."""

    def __init__(self, part: APIRouter, prefix: str = "", **options: object) -> None:
        super().__init__(prefix=prefix, **options)  # type: ignore[arg-type]
        self.include_router(part)
        self.beginnings = tuple(sorted({prefix + beginning for beginning in _beginnings(part)}))
        """What each address of the part begins with."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return how far the part answers ``scope``; what begins otherwise is not looked at."""
        if not scope["path"].removeprefix(scope.get("root_path", "")).startswith(self.beginnings):
            return Match.NONE, {}
        return super().matches(scope)


def _beginnings(part: APIRouter) -> set[str]:
    """Return what the addresses of the part begin with, those of routers within it too, each without a longer one."""
    found = set()
    for route in part.routes:
        if isinstance(route, Route):
            found.add(route.path.partition("{")[0])
        else:
            found |= {part.prefix + beginning for beginning in _beginnings(route.original_router)}  # type: ignore[attr-defined]
    return {one for one in found if not any(one != other and one.startswith(other) for other in found)}
