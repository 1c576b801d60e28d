"""What a rule of a scheme says of a need: it fits, it does not (and what would mend it), or it cannot be told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from skill_standards.models import Confidence
from skill_standards.schemes import ApplicantKind, Claim, Form, SharingMode, Unit

Verdict = Literal["fits", "does_not_fit", "cannot_be_told"]

UNITS: Final[dict[Unit, tuple[str, str]]] = {
    "day": ("日", "days"),
    "hour": ("時間", "hours"),
    "hour_per_day": ("時間/日", "hours a day"),
    "day_per_week": ("日/週", "days a week"),
    "year": ("年", "years"),
    "time_per_year": ("回/年度", "times a fiscal year"),
    "person": ("人", "persons"),
    "yen": ("円", "yen"),
}
APPLICANTS: Final[dict[ApplicantKind, tuple[str, str]]] = {
    "municipality": ("市町村", "municipalities"),
    "prefecture": ("都道府県", "prefectures"),
    "recommended_body": ("推薦を受けた団体", "recommended bodies"),
}
FORMS: Final[dict[Form, tuple[str, str]]] = {
    "appointment": ("任用", "appointment"),
    "contract": ("委託", "contract"),
    "dispatch": ("派遣", "dispatch"),
    "side_job": ("副業・兼業", "side job"),
    "pro_bono": ("プロボノ", "pro bono"),
}
SHARING: Final[dict[SharingMode, tuple[str, str]]] = {
    "days": ("日数割", "by days used"),
    "equal": ("均等割", "equally"),
    "population": ("人口割", "by population"),
}

Words = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ruling:
    """One rule's verdict with its reason and, where it does not fit, the remedy; in Japanese and English.

    ``rule``: ``runs.2025``, ``applicant``, ``limits.<id>``, ``deadline``, ``form``, ``sharing``. ``need`` and ``limit``
    in ``unit`` where the rule compares two figures. ``assumed``: it rests on an assumption of this product.
    """

    rule: str
    verdict: Verdict
    ja: str
    en: str
    remedy_ja: str | None
    remedy_en: str | None
    need: float | None
    limit: int | None
    unit: Unit | None
    confidence: Confidence | None
    sources: tuple[str, ...]
    assumed: bool

    def between(self, need: float | None, limit: int | None, unit: Unit) -> "Ruling":
        """Return the ruling with the figures it compares."""
        return replace(self, need=need, limit=limit, unit=unit)


def ruling(rule: str, verdict: Verdict, said: Words, claim: Claim | None, remedy: Words | None = None) -> Ruling:
    """Return a ruling with the evidence of the claim it rests on."""
    return Ruling(
        rule=rule,
        verdict=verdict,
        ja=said[0],
        en=said[1],
        remedy_ja=remedy[0] if remedy else None,
        remedy_en=remedy[1] if remedy else None,
        need=None,
        limit=None,
        unit=None,
        confidence=claim.confidence if claim else None,
        sources=claim.sources if claim else (),
        assumed=claim.assumed if claim else False,
    )


def listed(words: Sequence[Words]) -> Words:
    """Return words one after another in each language."""
    return "、".join(ja for ja, _ in words), ", ".join(en for _, en in words)


def figure(value: float) -> str:
    """Return a figure rounded up to a tenth: what exceeds a limit never looks equal to it."""
    tenths = -(-round(value * 1_000_000) // 100_000)
    whole, rest = divmod(tenths, 10)
    return f"{whole:,}.{rest}" if rest else f"{whole:,}"
