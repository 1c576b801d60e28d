"""Routes that change something, called one by one, and what each left in the audit log."""

from typing import Any

from sqlalchemy import Engine, text

from hub.app import create_app
from hub.auth.actor import Actor
from hub.db.transaction import reading
from hub.settings import Settings
from tests.hub.calling import Hub

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
NOT_A_CHANGE = {("POST", "/api/notifications/{notification_id}/read"), ("POST", "/api/imports/{kind}/errors.xlsx")}
"""One's own list of news; a file that is only looked at."""
WORK = ("/engagements/", "/gate-reviews", "/calendar-subscription")
"""What the addresses of what follows a confirmed proposal have in them."""


class Recording:
    """Calls routes by their templates, and knows which were called and what each left in the log."""

    def __init__(self, hub: Hub, engine: Engine) -> None:
        self.walked: set[tuple[str, str]] = set()
        self.hub = hub
        self._engine = engine

    def call(
        self,
        actor: Actor,
        method: str,
        template: str,
        status: int,
        body: Any = None,
        *,
        leaves: str,
        named: bool = True,
        **ids: str,
    ) -> Any:
        """Call a route, and check that it left ``leaves`` (an action) by ``actor`` about the thing of its address.

        ``named`` off: about something the address does not name by its id.
        """
        before = self.records(0)
        answer = self.hub.call(actor, method, template.format(**ids), status, body)
        left = self.records(len(before))
        subject = next(iter(ids.values()), (answer or {}).get("id", actor.id) if isinstance(answer, dict) else actor.id)
        told = [(who, action, subject if not named else about) for who, action, about in left]
        assert (actor.id, leaves, subject) in told, (method, template, left)
        self.walked.add((method, f"/api{template.partition('?')[0]}"))
        return answer

    def records(self, after: int) -> list[tuple[str, str, str]]:
        query = text("SELECT actor_id, action, subject_id FROM audit_records WHERE seq > :after ORDER BY seq")
        with reading(self._engine) as session:
            return [tuple(row) for row in session.execute(query, {"after": after})]


def changing_routes(settings: Settings) -> set[tuple[str, str]]:
    """Return (method, path) of every route of the interface that may change something."""
    told = create_app(settings.model_copy(update={"worker": False})).openapi()
    return {
        (method.upper(), path)
        for path, methods in told["paths"].items()
        for method in methods
        if path.startswith("/api/") and method.upper() in CHANGING
    }
