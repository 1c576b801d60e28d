"""Faults between the parts of a problem: ids that repeat or lead nowhere, lists of the wrong length, unknown codes."""

import difflib
from collections.abc import Iterable, Iterator

from matching.faults import Fault, quote
from matching.places import Path, pointer
from matching.problem import Expert, Link, Problem, Request, Slot
from matching.vocabulary import Vocabulary

Finding = tuple[Path, str, str]
"""Where, and what is wrong and how to mend it, in Japanese and English."""


def problem_faults(problem: Problem, vocabulary: Vocabulary | None = None) -> tuple[Fault, ...]:
    """Return what is wrong between the parts of ``problem``; codes are looked up when a ``vocabulary`` is given."""
    return tuple(Fault(pointer(path), ja, en) for path, ja, en in findings(problem, vocabulary))


def findings(problem: Problem, vocabulary: Vocabulary | None) -> list[Finding]:
    """Return the faults with their paths, for a reader that sorts them by their place in a file."""
    found = [
        *_months(problem.months),
        *_repeated_ids(problem),
        *_experts(problem),
        *_requests(problem),
        *_ready_pairs(problem),
        *_links(problem),
        *_subsidy_and_policy(problem),
    ]
    if problem.pairs is None:
        found.extend(_bases(problem, vocabulary))
    if vocabulary is not None:
        found.extend(_Codes(vocabulary).unknown(problem))
    return found


def _months(months: tuple[str, ...]) -> Iterator[Finding]:
    for index in range(1, len(months)):
        expected = _month_after(months[index - 1])
        if months[index] != expected:
            yield (
                ("months", index),
                f"月は続けて並べてください。{months[index - 1]} の次は {expected} です(見つかった値: {months[index]})",
                f"months follow one another: after {months[index - 1]} comes {expected}, not {months[index]}",
            )


def _month_after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + 1:04d}-01" if number == 12 else f"{year:04d}-{number + 1:02d}"


def _repeated_ids(problem: Problem) -> Iterator[Finding]:
    for name in ("experts", "organizations", "requests"):
        items = getattr(problem, name)
        yield from _repeats(((name, index, "id"), item.id) for index, item in enumerate(items))
    yield from _repeats(
        (("requests", r, "slots", s, "id"), slot.id)
        for r, request in enumerate(problem.requests)
        for s, slot in enumerate(request.slots)
    )


def _repeats(values: Iterable[tuple[Path, str]]) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for path, value in values:
        earlier = first.setdefault(value, path)
        if earlier is not path:
            yield (
                path,
                f"「{quote(value)}」は {pointer(earlier)} にもあります。重ならない値にするか一つにしてください",
                f"“{quote(value)}” stands at {pointer(earlier)} already: keep one, or give each its own",
            )


def _experts(problem: Problem) -> Iterator[Finding]:
    expected = len(problem.months)
    for index, expert in enumerate(problem.experts):
        for name in ("hours", "max_engagements", "onsite_days"):
            length = len(getattr(expert, name))
            if length != expected:
                yield (
                    ("experts", index, name),
                    f"月ごとの数は months と同じ {expected} 個にしてください(見つかった数: {length} 個)",
                    f"give one number for each of the {expected} months (found {length})",
                )


def _requests(problem: Problem) -> Iterator[Finding]:
    for r, request in enumerate(problem.requests):
        if request.organization not in problem.organization_by_id:
            yield _unknown(("requests", r, "organization"), "団体", "organization", request.organization)
        yield from _beneficiaries(problem, request, r)
        for s, slot in enumerate(request.slots):
            yield from _slot(slot, ("requests", r, "slots", s), len(problem.months))


def _beneficiaries(problem: Problem, request: Request, position: int) -> Iterator[Finding]:
    places = [(("requests", position, "beneficiaries", b), code) for b, code in enumerate(request.beneficiaries or ())]
    yield from _repeats(places)
    for path, code in places:
        if code not in problem.organization_by_id:
            yield _unknown(path, "団体", "organization", code)


def _slot(slot: Slot, path: Path, horizon: int) -> Iterator[Finding]:
    if slot.start + slot.length > horizon:
        yield (
            (*path, "length"),
            f"start {slot.start} と length {slot.length} では計画の {horizon} か月を超えます。どちらかを縮めてください",
            f"start {slot.start} and length {slot.length} go beyond the {horizon} months: lower one of them",
        )
    yield from _repeats(((*path, "needs", index, "skill"), need.skill) for index, need in enumerate(slot.needs))


def _ready_pairs(problem: Problem) -> Iterator[Finding]:
    first: dict[tuple[str, str], int] = {}
    for index, pair in enumerate(problem.pairs or ()):
        path = ("pairs", index)
        if pair.expert not in problem.expert_by_id:
            yield _unknown((*path, "expert"), "人材", "expert", pair.expert)
        if pair.slot not in problem.seat_by_slot:
            yield _unknown((*path, "slot"), "枠", "slot", pair.slot)
        earlier = first.setdefault((pair.slot, pair.expert), index)
        if earlier != index:
            yield _repeated_pair(path, "pairs", earlier)


def _links(problem: Problem) -> Iterator[Finding]:
    for name in ("pins", "forbidden", "previous"):
        links: tuple[Link, ...] = getattr(problem, name)
        first: dict[Link, int] = {}
        for index, link in enumerate(links):
            if link.slot not in problem.seat_by_slot:
                yield _unknown((name, index, "slot"), "枠", "slot", link.slot)
            if link.expert not in problem.expert_by_id:
                yield _unknown((name, index, "expert"), "人材", "expert", link.expert)
            earlier = first.setdefault(link, index)
            if earlier != index:
                yield _repeated_pair((name, index), name, earlier)


def _repeated_pair(path: Path, name: str, earlier: int) -> Finding:
    return (
        path,
        f"同じ枠と人材の組が /{name}/{earlier} にもあります。一つにしてください",
        f"the same slot and expert stand at /{name}/{earlier} already: keep one",
    )


def _subsidy_and_policy(problem: Problem) -> Iterator[Finding]:
    for code in problem.subsidy.heads if problem.subsidy else ():
        if code not in problem.organization_by_id:
            yield _unknown(("subsidy", "heads", code), "団体", "organization", code)
    yield from _repeats((("policy", "order", index), term) for index, term in enumerate(problem.policy.order or ()))


def _bases(problem: Problem, vocabulary: Vocabulary | None) -> Iterator[Finding]:
    for index, expert in enumerate(problem.experts):
        if isinstance(expert.base, str) and not _is_located(expert, problem, vocabulary):
            code = quote(expert.base)
            yield (
                ("experts", index, "base"),
                f"拠点「{code}」の位置が分かりません。location のある団体のコード、"
                f'{{"lat": 緯度, "lon": 経度}}、または null にしてください',
                f"the place of base “{code}” is not known: name an organization that has a location, "
                f'or write {{"lat": …, "lon": …}} or null',
            )


def _is_located(expert: Expert, problem: Problem, vocabulary: Vocabulary | None) -> bool:
    organization = problem.organization_by_id.get(str(expert.base))
    if organization is not None and organization.location is not None:
        return True
    return vocabulary is not None and expert.base in vocabulary.places


def _unknown(path: Path, ja: str, en: str, code: str) -> Finding:
    return (
        path,
        f"{ja}「{quote(code)}」はこのファイルにありません。id を直すか、{ja}を加えてください",
        f"no {en} “{quote(code)}” in this file: correct the id, or add the {en}",
    )


class _Codes:
    """Looks codes up in a vocabulary, and remembers what it suggested for each unknown one."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._known = {
            "スキル": vocabulary.skills,
            "ロール": vocabulary.roles,
            "段階": vocabulary.stages,
            "テーマ": vocabulary.themes,
        }
        self._close: dict[tuple[str, str], list[str]] = {}

    def unknown(self, problem: Problem) -> Iterator[Finding]:
        for index, expert in enumerate(problem.experts):
            path: Path = ("experts", index)
            yield from self._look("スキル", "skill", (((*path, "skills", code), code) for code in expert.skills))
            yield from self._look("ロール", "role", _numbered((*path, "roles"), expert.roles))
            yield from self._look("段階", "stage", _numbered((*path, "stages"), expert.stages))
            yield from self._look("テーマ", "theme", _numbered((*path, "themes"), expert.themes))
        for r, request in enumerate(problem.requests):
            yield from self._look("テーマ", "theme", _numbered(("requests", r, "themes"), request.themes))
            for s, slot in enumerate(request.slots):
                yield from self._of_slot(slot, ("requests", r, "slots", s))

    def _of_slot(self, slot: Slot, path: Path) -> Iterator[Finding]:
        if slot.role is not None:
            yield from self._look("ロール", "role", [((*path, "role"), slot.role)])
        if slot.stage is not None:
            yield from self._look("段階", "stage", [((*path, "stage"), slot.stage)])
        needs = (((*path, "needs", index, "skill"), need.skill) for index, need in enumerate(slot.needs))
        yield from self._look("スキル", "skill", needs)

    def _look(self, ja: str, en: str, codes: Iterable[tuple[Path, str]]) -> Iterator[Finding]:
        known = self._known[ja]
        for path, code in codes:
            if code not in known:
                yield self._finding(ja, en, path, code)

    def _finding(self, ja: str, en: str, path: Path, code: str) -> Finding:
        key = (ja, code)
        if key not in self._close:
            self._close[key] = difflib.get_close_matches(code, sorted(self._known[ja]), n=1)
        hint_ja = (
            f"「{self._close[key][0]}」の誤りではありませんか" if self._close[key] else "使えるコードに直してください"
        )
        hint_en = f"did you mean “{self._close[key][0]}”?" if self._close[key] else "use a code that exists"
        return path, f"知らない{ja}です「{quote(code)}」。{hint_ja}", f"unknown {en} “{quote(code)}”: {hint_en}"


def _numbered(path: Path, codes: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    return (((*path, index), code) for index, code in enumerate(codes))
