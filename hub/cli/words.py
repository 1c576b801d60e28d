"""The words of a plan in the terminal: the pages' words, in the language the settings choose."""

from collections.abc import Mapping
from typing import Protocol

from matching.pairs import FunnelStep
from matching.plan import Conflict, OpenSlot, Remedy
from web.language import Language, language
from web.remedies import OF_A_PERSON, remedy_sentence
from web.words import CONFLICTS, OPEN_REASONS, PHASES, RULES, STATUSES

READY_MADE = "pairs"
"""The one step of a funnel where a problem brings its pairs ready-made."""


class Standing(Protocol):
    """Where a run stands; a solver's progress and a plan's row in the database both say it."""

    @property
    def phase(self) -> str: ...  # noqa: D102
    @property
    def seconds(self) -> float: ...  # noqa: D102
    @property
    def objective(self) -> float | None: ...  # noqa: D102
    @property
    def bound(self) -> float | None: ...  # noqa: D102
    @property
    def gap(self) -> float | None: ...  # noqa: D102
    @property
    def filled(self) -> int: ...  # noqa: D102
    @property
    def slots(self) -> int: ...  # noqa: D102


class Speech:
    """Says statuses, reasons and numbers in one language."""

    def __init__(self, code: str = "ja") -> None:
        self.language: Language = language(code)

    def pick(self, ja: str, en: str) -> str:
        """Return the text of this language."""
        return self.language.pick(ja, en)

    def status(self, status: str) -> str:
        """Return a plan's status in words."""
        return self.language.say(STATUSES[status][0])

    def yen(self, amount: float | None) -> str:
        """Return an amount in whole yen."""
        return self.language.formats.yen(amount)

    def percent(self, share: float | None, digits: int = 1) -> str:
        """Return a share of 1 as a percentage."""
        return self.language.formats.percent(share, digits)

    def reason(self, slot: OpenSlot) -> str:
        """Return why a slot stayed open; with no eligible expert, the rules at which most fell."""
        said = self.language.say(OPEN_REASONS[slot.reason])
        if slot.reason != "no_eligible_expert":
            return said
        return f"{said}{self.pick('（', ' (')}{self.funnel(slot.funnel)}{self.pick('）', ')')}" if slot.funnel else said

    def funnel(self, steps: tuple[FunnelStep, ...], most: int = 3) -> str:
        """Return the rules that removed most experts, in the order of the rules."""
        weighty = sorted((step for step in steps if step.removed), key=lambda step: -step.removed)[:most]
        kept = [step for step in steps if step in weighty]
        people = self.pick("人", "")
        return self.pick("、", ", ").join(f"{self.rule(step.rule)} {step.removed}{people}" for step in kept)

    def progress(self, state: Standing) -> str:
        """Return where a run stands on one line: value, bound, what is left to gain, filled, seconds."""
        parts = [self.language.say(PHASES[state.phase]) if state.phase in PHASES else "…"]
        if state.objective is not None:
            parts.append(f"{self.pick('埋まった枠', 'filled')} {state.filled}/{state.slots}")
            parts.append(f"{self.pick('値', 'value')} {state.objective:,.3f}")
        if state.bound is not None:
            parts.append(f"{self.pick('上界', 'bound')} {state.bound:,.3f}")
        if state.gap is not None:
            parts.append(f"{self.pick('改善の余地 最大', 'to gain, at most ')}{self.percent(state.gap, 2)}")
        parts.append(f"{state.seconds:.1f}{self.pick('秒', ' s')}")
        return "  ".join(parts)

    def rule(self, rule: str) -> str:
        """Return a rule of eligibility as the reason why a person falls away."""
        if rule == READY_MADE:
            return self.pick("示された組み合わせに入っていない", "Not among the pairs the problem brings")
        return self.language.say(RULES[rule]) if rule in RULES else rule

    def remedy(self, remedy: Remedy, names: Mapping[str, str] | None = None) -> str:
        """Return what a remedy changes, and who would fill the slot then."""
        who = (names or {}).get(remedy.expert or "", remedy.expert)
        said = remedy_sentence(remedy, who, self.language)
        return said if who is None or remedy.kind in OF_A_PERSON else f"{said}{self.pick(f'（{who}）', f' ({who})')}"

    def conflict(self, conflict: Conflict) -> str:
        """Return one member of a set that cannot hold together, with where it applies."""
        where = [
            value
            for value in (conflict.slot, conflict.expert, conflict.request, conflict.organization, conflict.month)
            if value
        ]
        kind = self.language.say(CONFLICTS[conflict.kind]) if conflict.kind in CONFLICTS else conflict.kind
        rule = f"{self.pick('：', ': ')}{self.rule(conflict.rule)}" if conflict.rule else ""
        return f"{kind} {' '.join(where)}{rule}"
