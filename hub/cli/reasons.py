"""Explanations in the terminal: lines for a plan, a slot, or a pair that is not in the plan."""

from collections.abc import Iterator

from hub.cli.words import Speech
from matching.explain import Alternative, BindingLimit, PairExplanation, PlanExplanation, ScarceSkill, SlotExplanation
from matching.plan import Plan
from matching.problem import Problem
from web.names import Names
from web.words import OPEN_REASONS, PARTS

MOST_LIMITS = 10
LIMITS = {
    "hours": ("空き時間", "free hours"),
    "max_engagements": ("同時件数", "engagements at a time"),
    "onsite_days": ("現地日数", "onsite days"),
    "request_budget": ("人材ニーズの予算", "budget of the request"),
    "organization_budget": ("団体の予算", "budget of the organization"),
}
UNITS = {
    "hours": ("時間", "hour"),
    "engagements": ("件", "engagement"),
    "days": ("日", "day"),
    "yen": ("円", "yen"),
}


def told_of_plan(plan: Plan, found: PlanExplanation, say: Speech) -> Iterator[str]:
    """Yield what holds the whole plan back."""
    slots = len(plan.assignments) + len(plan.open_slots)
    yield f"{say.pick('結果', 'result')}: {say.status(plan.status)}"
    yield f"{say.pick('埋まった枠', 'filled slots')}: {len(plan.assignments)} / {slots}"
    for reason, count in sorted(reasons(plan).items(), key=lambda pair: -pair[1]):
        yield f"  {say.language.say(OPEN_REASONS[reason])}: {count}"
    yield say.pick("効いている制約（1単位ふやすと増える点数）:", "limits that bind (points for one unit more):")
    for limit in found.limits[:MOST_LIMITS]:
        yield f"  {limit_line(limit, say)}"
    if not found.limits:
        yield f"  {say.pick('ありません', 'none')}"
    if found.skills:
        yield say.pick("空いた枠が求めるスキルと、持つ人:", "skills that open slots ask for, and who has them:")
    for skill in found.skills[:MOST_LIMITS]:
        yield f"  {skill_line(skill, say)}"


def reasons(plan: Plan) -> dict[str, int]:
    """Return how many slots are open, by reason."""
    counts: dict[str, int] = {}
    for slot in plan.open_slots:
        counts[slot.reason] = counts.get(slot.reason, 0) + 1
    return counts


def limit_line(limit: BindingLimit, say: Speech) -> str:
    """Return a limit that binds: whose it is, what one unit more is worth, how much is used."""
    where = " ".join(part for part in (limit.expert, limit.request, limit.organization, limit.month) if part)
    name = say.pick(*LIMITS[limit.kind])
    unit = say.pick(*UNITS[limit.unit])
    return say.pick(
        f"{where} {name}: 1{unit}あたり {limit.price:.4g}点（{limit.used:,.4g} / {limit.limit:,.4g}{unit}）",
        f"{where} {name}: {limit.price:.4g} points a {unit} ({limit.used:,.4g} of {limit.limit:,.4g})",
    )


def skill_line(skill: ScarceSkill, say: Speech) -> str:
    """Return a scarce skill: how many open slots ask for it, and how many people have it."""
    name = f"{skill.skill} {Names(say.language).skill(skill.skill)}"
    return say.pick(
        f"{name} レベル{skill.level}: 空いた枠 {skill.open_slots} / {skill.slots}、持つ人 {skill.experts}人"
        f"（残り {skill.hours_left:,.0f}時間）",
        f"{name} level {skill.level}: {skill.open_slots} of {skill.slots} slots open, {skill.experts} people have it"
        f" ({skill.hours_left:,.0f} hours left)",
    )


def told_of_slot(problem: Problem, found: SlotExplanation, say: Speech) -> Iterator[str]:
    """Yield why the slot has whom it has, or nobody, and what others would do to the plan."""
    request, _ = problem.seat_by_slot[found.slot]
    yield f"{say.pick('枠', 'slot')} {found.slot}（{request.organization} {request.id}）"
    if found.assignment is not None:
        one = found.assignment
        yield f"{say.pick('専門人材', 'expert')}: {one.expert}  {say.pick('適合度', 'fit')} {one.fit:.3f}"
        for name, points in one.parts.items():
            yield f"  {say.language.say(PARTS[name])}: {points:.3f}"
        yield (
            f"{say.pick('費用', 'cost')}: {say.yen(one.cost)}  "
            f"{say.pick('実質負担（試算）', 'net (estimate)')}: {say.yen(one.net_cost)}"
        )
    elif found.reason is not None:
        yield f"{say.pick('空いた理由', 'open because')}: {say.language.say(OPEN_REASONS[found.reason])}"
    yield say.pick("規則ごとに外れた人数:", "people each rule removed:")
    for step in found.funnel:
        if step.removed:
            yield f"  {say.rule(step.rule)}: " + say.pick(
                f"{step.removed}人（残り{step.left}人）", f"{step.removed} ({step.left} left)"
            )
    yield from told_of_others(found, say)
    if found.reason is not None:
        yield say.pick("埋めるには:", "what would fill it:")
        yield from (f"  {say.remedy(remedy)}" for remedy in found.remedies)
        if not found.remedies:
            yield f"  {say.pick('ひとつの変更では見つかりませんでした', 'no single change was found')}"


def told_of_others(found: SlotExplanation, say: Speech) -> Iterator[str]:
    """Yield the next best people, and what each would do to the whole plan."""
    if found.alternatives:
        yield say.pick("ほかの候補:", "others:")
    for other in found.alternatives:
        yield f"  {alternative_line(other, say)}"
    if found.others:
        yield f"  {say.pick(f'ほか {found.others}人', f'and {found.others} more')}"


def alternative_line(other: Alternative, say: Speech) -> str:
    """Return another person: fit, cost, where they are now, and the change of the whole plan's value."""
    parts = [f"{other.expert}  {say.pick('適合度', 'fit')} {other.fit:.3f}", say.yen(other.cost)]
    if other.used_in:
        parts.append(f"{say.pick('今の枠', 'now in')} {' '.join(other.used_in)}")
    if other.delta is not None:
        change = f"{other.delta:+.4f}"
        sure = "" if other.proven else say.pick("（以上）", " at least")
        parts.append(f"{say.pick('計画の値', 'the plan')} {change}{sure}")
    elif other.conflicts:
        clashes = say.pick("、", ", ").join(say.conflict(clash) for clash in other.conflicts[:3])
        parts.append(f"{say.pick('両立しない', 'cannot be')}: {clashes}")
    else:
        parts.append(say.pick("時間内に分からず", "not worked out in time"))
    return "  ".join(parts)


def told_of_pair(found: PairExplanation, say: Speech) -> Iterator[str]:
    """Yield why an expert is not in a slot."""
    if found.rule is not None:
        yield f"{found.expert}: {say.rule(found.rule)}"
    elif found.alternative is None:
        yield f"{found.expert}: {say.pick('この枠に入っています', 'is in this slot')}"
    else:
        yield alternative_line(found.alternative, say)
        for change in found.alternative.changes:
            if change.slot != found.slot:
                nobody = say.pick("なし", "nobody")
                yield f"  {change.slot}: {change.before or nobody} → {change.after or nobody}"
