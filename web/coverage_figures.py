"""Coverage by prefecture as a tile map and an equal table, for a fiscal year and for a plan."""

from collections.abc import Mapping

from hub.workflows.coverage import PrefectureShare
from hub.workflows.kpi import Share
from web.charts.tiles import PLACES, Tile, step_of, tile_map
from web.figures import Column, Figure
from web.kpi_figures import FEW_MARK, few, share_text, sureness
from web.kpi_words import ALL_OPEN, NOT_ASKED, STEP_BOUNDS, STEPS
from web.language import Language
from web.names import Names


def coverage_figure(shares: Mapping[str, Share], lead: str, spoken: Language) -> Figure:
    """Return the tile map of ``shares`` by the two digits of a prefecture; those not in it were asked for nothing."""
    title = spoken.say("都道府県ごとの充足（列地図）")
    nothing = Share(0, 0)
    names = Names(spoken)
    full = {code: names.prefecture(code) for code in sorted(PLACES)}
    tiles = [_tile(code, full[code], shares.get(code, nothing), spoken) for code in full]
    weak = any(slots.weak for slots in shares.values())
    steps = [(f"step-{step}", _step_told(step, spoken)) for step in STEPS]
    return Figure(
        "coverage",
        title,
        lead,
        tile_map("tiles", title, lead, tiles),
        (
            Column(spoken.say("都道府県")),
            Column(spoken.say("求められた枠"), "count"),
            Column(spoken.say("埋まった枠"), "count"),
            Column(spoken.say("充足率"), "percent"),
            Column(spoken.say("段階")),
            Column(spoken.say("確かさ")),
        ),
        [
            (
                full[code],
                slots.asked,
                slots.filled,
                slots.share,
                _word(slots, spoken),
                sureness(weak=slots.weak, spoken=spoken) if slots.asked else "–",
            )
            for code in full
            for slots in (shares.get(code, nothing),)
        ],
        [few(spoken)] if weak else (),
        [*steps, ("none", spoken.say("求められた枠がない"))],
        from_right=True,
    )


def by_code(rows: tuple[PrefectureShare, ...]) -> dict[str, Share]:
    """Return the shares of prefectures by their two digits."""
    return {row.code: row.slots for row in rows}


def _tile(code: str, name: str, slots: Share, spoken: Language) -> Tile:
    share = slots.share
    percent = spoken.formats.percent(share)
    text = f"{percent}{FEW_MARK}" if slots.weak else percent
    short = name[:-1] if name.endswith(("都", "府", "県")) else name
    return Tile(code, short, share, text, _word(slots, spoken), f"{name}: {share_text(slots, spoken)}")


def _word(slots: Share, spoken: Language) -> str:
    if slots.share is None:
        return spoken.say(NOT_ASKED)
    return spoken.say(STEPS[step_of(slots.share)] if slots.filled else ALL_OPEN)


def _step_told(step: int, spoken: Language) -> str:
    return spoken.say("%(word)s（%(bound)s）", word=spoken.say(STEPS[step]), bound=spoken.say(STEP_BOUNDS[step]))
