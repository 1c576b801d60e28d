"""Remedies in words: what would have to change for an open slot to be filled."""

from matching.plan import Remedy
from web.language import Language
from web.names import Names

OF_A_PERSON = ("hours", "move")
"""Kinds whose sentence names the person already."""


def remedy_sentence(remedy: Remedy, name: str | None, spoken: Language) -> str:
    """Return what to change, with its numbers; a kind without words of its own is named as it is.

    ``name``: of the person the remedy is about.
    """
    change, who = remedy.change, name or remedy.expert or ""
    number, yen = spoken.formats.number, spoken.formats.yen
    match remedy.kind:
        case "skill_level":
            skill, level = Names(spoken).skill(str(change["skill"])), change["level"]
            if not level:
                return spoken.say("「%(skill)s」を必須にしない", skill=skill)
            return spoken.say("「%(skill)s」に求めるレベルを%(level)sに下げる", skill=skill, level=level)
        case "remote":
            return spoken.say("現地の日数をなくし、オンラインだけでの従事を認める")
        case "hours":
            hours = number(float(change["hours"]), 1)
            return spoken.say("%(name)sさんの空き時間を月%(hours)s時間増やす", name=who, hours=hours)
        case "budget":
            amount = yen(float(change["yen"]))
            if "organization" in change:
                return spoken.say("団体の予算を%(yen)s増やす", yen=amount)
            return spoken.say("人材ニーズの予算を%(yen)s増やす", yen=amount)
        case "later":
            return spoken.say("開始を%(months)sか月遅らせる", months=change["months"])
        case "rate_ceiling":
            return spoken.say("単価の上限を%(yen)s上げる", yen=yen(float(change["yen"])))
        case "move":
            return spoken.say("%(name)sさんをほかの枠から移す", name=who)
    return remedy.kind
