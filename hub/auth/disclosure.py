"""Which part of a profile who sees: the one place that decides, for pages, the interface, searches and files alike.

Audiences are a ladder (``hub.models.privacy.Audience``): coordinators see everything, because they answer for who is
matched; each wider one sees at most what the one before it sees. An expert chooses for each part how wide it is shown,
within ``least`` and ``most``, each with its reason. Everything here is pure; queries build on ``wide_enough``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hub.models.privacy import AUDIENCES, Audience

__all__ = [
    "AUDIENCES",
    "OFFICE",
    "PARTS",
    "WHY_COORDINATORS",
    "Audience",
    "Choices",
    "Part",
    "chosen",
    "options",
    "shown_parts",
    "shows",
    "wide_enough",
]

Choices = Mapping[str, str]
"""The audience an expert chose, by part; what is not there is as usual."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a profile. ``fields``: what of ``ExpertDraft`` and ``ExpertPage`` it covers.

    ``usual``: who sees it unless the expert chose; ``least`` and ``most``: between which audiences they choose;
    ``ja``, ``en``: why not beyond, where there is a bound. ``with_part``: whoever sees that part sees this one too.
    """

    fields: tuple[str, ...]
    usual: Audience
    least: Audience = "coordinators"
    most: Audience = "public"
    ja: str = ""
    en: str = ""
    with_part: str | None = None

    @property
    def fixed(self) -> bool:
        """Whether there is nothing to choose."""
        return self.least == self.most


OFFICE: Audience = "coordinators"
PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "name": Part(
            ("family_name", "given_name", "family_kana", "given_kana", "family_romaji", "given_romaji"),
            usual="partners",
            least="partners",
            ja="提案を受けた団体は、だれと契約するかを決めるため、氏名を見ます。",
            en="An organization you are proposed to sees your name: it decides whom it makes a contract with.",
        ),
        "affiliation": Part(("affiliation",), usual="partners"),
        "summary": Part(("summary",), usual="partners"),
        "kinds": Part(("talent_types", "external_types", "roles", "stages", "themes"), usual="organizations"),
        "skills": Part(("skills", "carried", "asked"), usual="organizations"),
        "evidence": Part(("skills.evidence",), usual="partners"),
        "career": Part(("career",), usual="partners"),
        "records": Part(("verified", "confirmed"), usual="partners"),
        "rating": Part(("rating", "rating_mean", "rating_count"), usual="organizations"),
        "prefecture": Part(("prefecture",), usual="organizations", with_part="base"),
        "base": Part(("base", "base_en"), usual="partners"),
        "conditions": Part(
            ("work_modes", "full_time_possible", "max_travel_minutes", "regions"), usual="organizations"
        ),
        "availability": Part(("availability",), usual="organizations"),
        "rate": Part(
            ("hourly_rate",),
            usual="partners",
            ja="提案を受けた団体には、単価を見せなくても、その枠の費用（試算）が見えます。",
            en="An organization you are proposed to sees what its slot would cost, with or without the rate.",
        ),
        "current_rate": Part(("current_rate",), usual="coordinators"),
        "conflicts": Part(
            ("conflicts",),
            usual=OFFICE,
            most=OFFICE,
            ja="利益相反の申告は、組み合わせを避けるためだけに使い、団体には見せません。",
            en="What you declare is used to avoid a match and for nothing else; no organization sees it.",
        ),
        "office": Part(
            ("reference", "paused", "engagements", "version", "created_at", "updated_at"),
            usual=OFFICE,
            most=OFFICE,
            ja="事務局の整理番号、休止、公開前の計画は、事務局だけが見ます。",
            en="The office's number, whether you are paused, and plans not yet published are the office's own.",
        ),
    }
)
"""What is not told is not shown: a field of a profile that no part covers fails a test."""

WHY_COORDINATORS = (
    "コーディネーターは、組み合わせの条件と根拠を確かめて責任を負うため、すべての項目を見ます。",
    "Coordinators see every part: they answer for matches, and check conditions and evidence.",
)


def wide_enough(to: Audience) -> tuple[Audience, ...]:
    """Return the choices by which ``to`` sees a part: its own, and every wider one."""
    return AUDIENCES[AUDIENCES.index(to) :]


def chosen(choices: Choices, part: str) -> Audience:
    """Return the widest audience that sees ``part``: the expert's choice brought within its bounds, or the usual."""
    told = PARTS[part]
    wanted = choices.get(part, told.usual)
    place = AUDIENCES.index(wanted) if wanted in AUDIENCES else AUDIENCES.index(told.usual)
    return AUDIENCES[min(max(place, AUDIENCES.index(told.least)), AUDIENCES.index(told.most))]


def shows(choices: Choices, part: str, to: Audience) -> bool:
    """Return whether ``to`` sees ``part`` of the profile of an expert who made ``choices``."""
    along = PARTS[part].with_part
    return chosen(choices, part) in wide_enough(to) or (along is not None and shows(choices, along, to))


def shown_parts(choices: Choices, to: Audience) -> frozenset[str]:
    """Return every part ``to`` sees."""
    return frozenset(part for part in PARTS if shows(choices, part, to))


def options(part: str) -> tuple[Audience, ...]:
    """Return the audiences an expert may choose for ``part``, from few to many."""
    told = PARTS[part]
    return AUDIENCES[AUDIENCES.index(told.least) : AUDIENCES.index(told.most) + 1]


def part_table() -> str:
    """Return the table of ``docs/security/privacy.md``."""
    lines = ["| 項目 / part | 含むもの / fields | ふだん / usual | 選べる範囲 / choice |", "|---|---|---|---|"]
    for name, part in PARTS.items():
        reach = "–" if part.fixed else f"`{part.least}` – `{part.most}`"
        fields = "、".join(f"`{field}`" for field in part.fields)
        lines.append(f"| `{name}` | {fields} | `{part.usual}` | {reach} |")
    return "\n".join(lines)
