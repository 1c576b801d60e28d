"""Remedies in words: what would have to change for an open slot to be filled."""

from matching.plan import Remedy
from web.language import Language
from web.names import Names


def remedy_sentence(remedy: Remedy, spoken: Language) -> str:
    """Return what to change, with its numbers; a kind without words of its own is named as it is."""
    change = remedy.change
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
            return spoken.say("この人の空き時間を月%(hours)s時間増やす", hours=number(float(change["hours"]), 1))
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
            return spoken.say("この人をほかの枠から移す")
    return remedy.kind
