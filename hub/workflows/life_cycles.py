"""Life cycles: for each kind of thing one table of the moves there are. What is not in the table cannot happen.

``docs/life-cycles.md`` shows them as diagrams, made from these tables by ``diagram``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["request", "plan", "proposal", "engagement", "work_log", "report", "gate_review"]
Why = Literal["none", "optional", "required"]


@dataclass(frozen=True, slots=True)
class Move:
    """A move by name from any of ``sources`` to ``target``; ``action``: the permission it needs.

    ``why``: whether a reason is asked for; ``reasons``: its codes, which ``web.words`` puts in words.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    action: str
    why: Why = "none"
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """All moves of a ``kind``; a name may stand for several, told apart by where they begin and end."""

    kind: Kind
    initial: str
    moves: tuple[Move, ...]

    def find(self, name: str, status: str, target: str | None = None) -> Move | None:
        """Return the move ``name`` from ``status`` (to ``target``, where several begin there), None when there is none.

        KeyError when no move has this name.
        """
        named = [move for move in self.moves if move.name == name]
        if not named:
            raise KeyError(name)
        return next((move for move in named if status in move.sources and target in {None, move.target}), None)

    def open_to(self, status: str) -> tuple[Move, ...]:
        """Return the moves from ``status``."""
        return tuple(move for move in self.moves if status in move.sources)

    @property
    def statuses(self) -> tuple[str, ...]:
        """Every status, the initial one first, in the order of the table."""
        told = [self.initial, *(s for move in self.moves for s in (*move.sources, move.target))]
        return tuple(dict.fromkeys(told))


def diagram(cycle: LifeCycle) -> str:
    """Return the life cycle as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {cycle.initial}"]
    for move in cycle.moves:
        lines += [f"    {source} --> {move.target}: {move.name}" for source in move.sources]
    ends = [status for status in cycle.statuses if not cycle.open_to(status)]
    return "\n".join([*lines, *(f"    {status} --> [*]" for status in ends)])


DECLINE_EXPERT = ("no_time", "pay", "distance", "content", "conflict_of_interest", "health_or_family", "other")
DECLINE_ORGANIZATION = ("skills", "experience", "cost", "schedule", "plan_changed", "conflict_of_interest", "other")
BREAK_OFF = ("health_or_family", "work_changed", "relations", "budget", "result_not_reached", "reached_early", "other")
SEND_BACK = ("unclear", "incomplete", "budget", "duplicate", "other")
CONFLICT = "conflict_of_interest"
"""Why the hub withdraws an offer by itself."""
WITHDRAW = ("no_longer_needed", "solved_otherwise", "budget", "postponed", "other")

_WAITING = ("submitted", "approved", "reviewed")
_PLANNED = ("open", "in_plan")

REQUEST = LifeCycle(
    "request",
    "draft",
    (
        Move("submit", ("draft", "returned"), "submitted", "request.submit"),
        Move("approve", ("submitted",), "approved", "request.approve"),
        Move("send_back", _WAITING, "returned", "request.send_back", "required", SEND_BACK),
        Move("review", ("approved",), "reviewed", "request.review", "optional"),
        Move("open", ("reviewed",), "open", "request.open"),
        Move("settle", ("open", "staffed", "running"), "in_plan", "request.settle"),
        Move("settle", ("in_plan", "staffed", "running"), "open", "request.settle"),
        Move("settle", (*_PLANNED, "running"), "staffed", "request.settle"),
        Move("settle", ("staffed", *_PLANNED), "running", "request.settle"),
        Move("close", (*_PLANNED, "staffed", "running"), "closed", "request.close", "optional"),
        Move(
            "withdraw",
            ("draft", "returned", *_WAITING, *_PLANNED),
            "withdrawn",
            "request.withdraw",
            "required",
            WITHDRAW,
        ),
    ),
)

PLAN = LifeCycle(
    "plan",
    "draft",
    (
        Move("queue", ("draft",), "queued", "plan.run"),
        Move("start", ("queued",), "running", "plan.work"),
        Move("put_back", ("running",), "queued", "plan.work"),
        Move("finish", ("running",), "ready", "plan.work"),
        Move("fail", ("running",), "failed", "plan.work"),
        Move("cancel", ("draft", "queued"), "cancelled", "plan.run"),
        Move("cancel", ("running",), "cancelled", "plan.work"),
        Move("publish", ("ready", "published"), "published", "plan.publish"),
        Move("undo", ("published",), "ready", "plan.undo", "optional"),
        Move("close", ("ready", "published"), "closed", "plan.close", "optional"),
    ),
)

PROPOSAL = LifeCycle(
    "proposal",
    "offered",
    (
        Move("accept_as_expert", ("offered",), "expert_accepted", "proposal.answer_as_expert"),
        Move("accept_as_expert", ("organization_accepted",), "confirmed", "proposal.answer_as_expert"),
        Move("accept_as_organization", ("offered",), "organization_accepted", "proposal.answer_as_organization"),
        Move("accept_as_organization", ("expert_accepted",), "confirmed", "proposal.answer_as_organization"),
        Move(
            "decline_as_expert",
            ("offered", "expert_accepted", "organization_accepted"),
            "expert_declined",
            "proposal.answer_as_expert",
            "required",
            DECLINE_EXPERT,
        ),
        Move(
            "decline_as_organization",
            ("offered", "expert_accepted", "organization_accepted"),
            "organization_declined",
            "proposal.answer_as_organization",
            "required",
            DECLINE_ORGANIZATION,
        ),
        Move("lapse", ("offered", "expert_accepted", "organization_accepted"), "lapsed", "proposal.lapse"),
        Move(
            "withdraw",
            ("offered", "expert_accepted", "organization_accepted"),
            "withdrawn",
            "proposal.withdraw",
            "optional",
            (CONFLICT,),
        ),
        Move("release", ("confirmed",), "released", "proposal.release"),
    ),
)

ENGAGEMENT = LifeCycle(
    "engagement",
    "terms",
    (
        Move("begin", ("terms",), "active", "engagement.begin"),
        Move("end", ("active",), "ended", "engagement.end"),
        Move("break_off", ("terms", "active"), "broken_off", "engagement.break_off", "required", BREAK_OFF),
    ),
)

WORK_LOG = LifeCycle(
    "work_log",
    "draft",
    (
        Move("submit", ("draft", "returned"), "submitted", "work_log.write"),
        Move("sign_off", ("submitted",), "signed_off", "work_log.sign_off"),
        Move("send_back", ("submitted",), "returned", "work_log.sign_off", "required"),
    ),
)

REPORT = LifeCycle(
    "report",
    "due",
    (
        Move("submit", ("due", "returned"), "submitted", "report.write"),
        Move("sign_off", ("submitted",), "signed_off", "report.sign_off"),
        Move("send_back", ("submitted",), "returned", "report.sign_off", "required"),
    ),
)

GATE_REVIEW = LifeCycle(
    "gate_review",
    "proposed",
    (
        Move("confirm", ("proposed",), "confirmed", "request.pass_gate"),
        Move("send_back", ("proposed",), "returned", "request.pass_gate", "required"),
    ),
)

LIFE_CYCLES: Sequence[LifeCycle] = (REQUEST, PLAN, PROPOSAL, ENGAGEMENT, WORK_LOG, REPORT, GATE_REVIEW)
