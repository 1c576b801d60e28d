"""What could not be part of a problem, each kind with its number and why: nothing is left out silently."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that could not be part of a problem: ``kind``, how many (``count``), and why.

    ``kind``: ``slots_outside_months``, ``teams_outside_months``, ``slots_accepted``, ``paused_experts``,
    ``paused_since``, ``paused_since_base``, ``skills_to_ask_about`` or ``subsidy``.
    """

    kind: str
    count: int
    ja: str
    en: str


def slots_outside(count: int) -> LeftOut:
    """Return the note of slots that do not lie within the months."""
    return LeftOut(
        "slots_outside_months",
        count,
        f"期間に収まらない枠 {count} 件は対象にしていません。",
        f"{count} slots do not lie within the months and are left out.",
    )


def teams_outside(count: int) -> LeftOut:
    """Return the note of teams that could not be complete within the months."""
    return LeftOut(
        "teams_outside_months",
        count,
        f"必須の枠が期間に収まらないチーム {count} 件は、そろわないため対象にしていません。",
        f"{count} teams have a required slot outside the months and are left out, because they could not be complete.",
    )


def slots_accepted(count: int) -> LeftOut:
    """Return the note of slots whose expert has accepted: they are kept as they are."""
    return LeftOut(
        "slots_accepted",
        count,
        f"専門人材が承諾した枠 {count} 件は、そのまま残すため対象にしていません。",
        f"{count} slots have been accepted; they are kept as they are and not planned again.",
    )


def paused_experts(count: int) -> LeftOut:
    """Return the note of experts who are paused."""
    return LeftOut(
        "paused_experts",
        count,
        f"休止中の専門人材 {count} 人は対象にしていません。",
        f"{count} paused experts are left out.",
    )


def paused_since(count: int) -> LeftOut:
    """Return the note of people who are in a plan and have been paused since its run began."""
    return LeftOut(
        "paused_since",
        count,
        f"計算のあとに休止した専門人材 {count} 人が割り当てに含まれます。その枠は公開できません。"
        "除いて公開するか、計画を作り直してください。",
        f"{count} of the people in this plan have been paused since: their slots cannot be published. Publish without "
        "them, or make a new plan.",
    )


def paused_since_base(count: int) -> LeftOut:
    """Return the note of people who were in the problem of the plan this one is made from, and are paused now."""
    return LeftOut(
        "paused_since_base",
        count,
        f"もとの計画のあとに休止した専門人材 {count} 人は、この計画の対象から外しました。",
        f"{count} of the people the first plan chose from have been paused since, and are not part of this one.",
    )


def skills_to_ask_about(count: int) -> LeftOut:
    """Return the note of levels told in another version that wait for the person's word."""
    return LeftOut(
        "skills_to_ask_about",
        count,
        f"DSS 2.0 のスキル {count} 件は、1.2 の何に当たるか本人の確認がまだのため、数えていません。",
        f"{count} levels told in DSS 2.0 do not count yet: the persons have to say what they are in 1.2.",
    )
