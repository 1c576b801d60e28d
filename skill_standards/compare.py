"""What changed between two versions of the standard, and how a person's profile is carried over.

Only same wording carries a level over without asking. A likely successor is a proposal of this project, with its
reason (``data/dss/successors.yaml``): the person decides. Works forwards and backwards.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from skill_standards.faults import Fault, StandardsError
from skill_standards.loader import load_successors
from skill_standards.models import Category, Confidence, Framework, Subcategory
from skill_standards.records import GroupLink, Successors

Change = Literal["unchanged", "renamed", "new", "gone"]


@dataclass(frozen=True, slots=True)
class SkillPair:
    """A skill of the old version and the one of the new version with the same wording."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A likely successor ``new`` of ``old``, with the reason; this project's own, to be confirmed by the person."""

    old: str
    new: str
    confidence: Confidence
    reason_ja: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What became of a category or subcategory; ``old`` or ``new`` is None where it is new or gone."""

    change: Change
    old: str | None
    new: str | None
    skills_old: int
    skills_new: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from ``old`` to ``new`` (versions); skill codes throughout.

    Each old skill is in exactly one of ``unchanged``, ``proposals`` (possibly several times) and ``gone``; each new
    one in exactly one of ``unchanged``, ``proposals`` and ``added``.
    """

    old: str
    new: str
    unchanged: tuple[SkillPair, ...]
    proposals: tuple[Proposal, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]
    categories: tuple[GroupChange, ...]
    subcategories: tuple[GroupChange, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """A level that holds as it is: the wording is the same."""

    code: str
    new: str
    level: int


@dataclass(frozen=True, slots=True)
class Question:
    """A level that needs the person's word: does it hold for one or more of ``proposals``?"""

    code: str
    level: int
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A level with no counterpart in the new version; it stays on record under the old one."""

    code: str
    level: int


@dataclass(frozen=True, slots=True)
class CarriedProfile:
    """A profile carried from version ``old`` to ``new``; each of its codes is in exactly one of the three lists."""

    old: str
    new: str
    carried: tuple[Carried, ...]
    questions: tuple[Question, ...]
    unmatched: tuple[Unmatched, ...]

    @property
    def levels(self) -> dict[str, int]:
        """The new version's codes and levels that hold without asking."""
        return {item.new: item.level for item in self.carried}


def compare(old: Framework, new: Framework) -> Comparison:
    """Return what changed from ``old`` to ``new``: skills by wording, categories and subcategories by name."""
    successors = load_successors(old.version, new.version)
    same = _same_wording(old, new)
    proposals = tuple(_proposals(old, successors))
    accounted_old = same.keys() | {p.old for p in proposals}
    accounted_new = {*same.values(), *(p.new for p in proposals)}
    return Comparison(
        old=old.version,
        new=new.version,
        unchanged=tuple(SkillPair(*pair) for pair in same.items()),
        proposals=proposals,
        added=tuple(code for code in new.skills if code not in accounted_new),
        gone=tuple(code for code in old.skills if code not in accounted_old),
        categories=_category_changes(old, new, successors),
        subcategories=_subcategory_changes(old, new, successors),
    )


def carry_over(profile: Mapping[str, int], old: Framework, new: Framework) -> CarriedProfile:
    """Return ``profile`` (skill code of ``old`` to level 1-4) in the terms of ``new``.

    Nothing is lost and nothing invented: levels stay what they are. Raises StandardsError, naming each code that is
    not one of ``old`` and each level out of range.
    """
    _refuse_bad_profile(profile, old)
    comparison = compare(old, new)
    same = {pair.old: pair.new for pair in comparison.unchanged}
    proposed: dict[str, list[Proposal]] = {}
    for proposal in comparison.proposals:
        proposed.setdefault(proposal.old, []).append(proposal)
    rest = [code for code in profile if code not in same]
    return CarriedProfile(
        old=old.version,
        new=new.version,
        carried=tuple(Carried(code, same[code], level) for code, level in profile.items() if code in same),
        questions=tuple(Question(code, profile[code], tuple(proposed[code])) for code in rest if code in proposed),
        unmatched=tuple(Unmatched(code, profile[code]) for code in rest if code not in proposed),
    )


def _same_wording(old: Framework, new: Framework) -> dict[str, str]:
    by_name = {skill.name_ja: code for code, skill in new.skills.items()}
    return {code: by_name[skill.name_ja] for code, skill in old.skills.items() if skill.name_ja in by_name}


def _proposals(old: Framework, successors: Successors | None) -> Iterator[Proposal]:
    if successors is None:
        return
    for link in successors.skills:
        ends = (link.old, link.new) if successors.old == old.version else (link.new, link.old)
        yield Proposal(*ends, link.confidence, link.reason_ja, link.reason_en)


def _category_changes(old: Framework, new: Framework, successors: Successors | None) -> tuple[GroupChange, ...]:
    links = _renamed(old, successors, successors.categories if successors else ())
    sizes = [Counter(skill.category for skill in framework.skills.values()) for framework in (old, new)]
    return _group_changes(old.categories, new.categories, links, sizes)


def _subcategory_changes(old: Framework, new: Framework, successors: Successors | None) -> tuple[GroupChange, ...]:
    links = _renamed(old, successors, successors.subcategories if successors else ())
    sizes = [Counter(skill.subcategory for skill in framework.skills.values()) for framework in (old, new)]
    return _group_changes(old.subcategories, new.subcategories, links, sizes)


def _renamed(old: Framework, successors: Successors | None, links: Iterable[GroupLink]) -> dict[str, str]:
    forwards = successors is not None and successors.old == old.version
    return {link.old: link.new for link in links} if forwards else {link.new: link.old for link in links}


def _group_changes(
    old: Mapping[str, Category] | Mapping[str, Subcategory],
    new: Mapping[str, Category] | Mapping[str, Subcategory],
    renamed: Mapping[str, str],
    sizes: Sequence[Counter[str]],
) -> tuple[GroupChange, ...]:
    """Pair groups by name, then by ``renamed`` (old id to new id); what is left is gone or new."""
    by_name = {group.name_ja: id_ for id_, group in new.items()}
    changes = []
    for id_, group in old.items():
        counterpart = by_name.get(group.name_ja) or renamed.get(id_)
        change: Change = "unchanged" if group.name_ja in by_name else "renamed" if counterpart else "gone"
        changes.append(
            GroupChange(change, id_, counterpart, sizes[0][id_], sizes[1][counterpart] if counterpart else 0)
        )
    matched = {change.new for change in changes}
    return (*changes, *(GroupChange("new", None, id_, 0, sizes[1][id_]) for id_ in new if id_ not in matched))


def _refuse_bad_profile(profile: Mapping[str, int], framework: Framework) -> None:
    faults = []
    for code, level in profile.items():
        if code not in framework.skills:
            ja, en = f"DSS-P {framework.version} のスキルではありません", f"not a skill of DSS-P {framework.version}"
            faults.append(Fault("profile", str(code)[:60], ja, en))
        if not isinstance(level, int) or isinstance(level, bool) or not 1 <= level <= 4:
            faults.append(
                Fault("profile", str(code)[:60], "レベルは1から4の整数にしてください", "give a level from 1 to 4")
            )
    if faults:
        raise StandardsError(faults)
