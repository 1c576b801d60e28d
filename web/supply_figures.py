"""Supply beside demand of skills as a heat map with an equal table, and what of the demand is unmet."""

from collections.abc import Sequence

from hub.workflows.supply_demand import Cell, SupplyDemand
from skill_standards import load_framework
from web.charts.heat import HeatCell, HeatRow, ground_of, heat_map
from web.figures import MANY, Column, Figure
from web.kpi_words import GROUND_BOUNDS, GROUNDS, REGIONS
from web.language import Language
from web.names import FRAMEWORK, Names

MOST_SHOWN = 20
"""Rows of what is unmet on the page."""


def heat_figure(found: SupplyDemand, spoken: Language) -> Figure:
    """Return the heat map of every region and the whole country, and its table with the hours behind it."""
    title = spoken.say("スキルの需給（地域ごと）")
    lead = spoken.say(
        "数は、空いている枠が求める時間に対して、その地域に拠点のある専門人材に残っている時間の倍率です。"
        "求めるレベル以上の人だけを数え、最も足りないレベルでの値です。1倍未満は不足です。"
    )
    columns = [*(spoken.say(words) for words in REGIONS.values()), spoken.say("全国")]
    named = [
        (skill_told(row.code, spoken), [*(row.cells.get(key, NOTHING) for key in REGIONS), row.total])
        for row in found.rows
    ]
    drawn = [
        HeatRow(name, [_heat(name, place, cell, spoken) for place, cell in zip(columns, cells, strict=True)])
        for name, cells in named
    ]
    notes = [
        spoken.say("1人の時間は、その人の持つすべてのスキルの行に入ります。行どうしは足せません。"),
        spoken.say("オンラインや移動で地域の外から受けられるかは、ここでは見ていません。配置計画が確かめます。"),
    ]
    if found.areas is not None:
        notes.append(
            spoken.say("需要は担当の都道府県だけのものです。全国の専門人材の空き時間は、ほかの地域の枠にも使われます。")
        )
    return Figure(
        "supply-demand",
        title,
        lead,
        heat_map("heat", title, lead, columns, drawn) if drawn else None,
        (
            Column(spoken.say("スキル")),
            Column(spoken.say("地域")),
            Column(spoken.say("求められた時間"), "hours"),
            Column(spoken.say("空き時間（レベルを問わない）"), "hours"),
            Column(spoken.say("最も足りないレベル（以上）")),
            Column(spoken.say("そのレベルの需要"), "hours"),
            Column(spoken.say("そのレベルの供給"), "hours"),
            Column(spoken.say("倍率"), "ratio"),
            Column(spoken.say("需給")),
        ),
        [
            (
                name,
                place,
                cell.demand,
                cell.supply,
                str(cell.level or "–"),
                cell.asked,
                cell.offered,
                cell.ratio,
                spoken.say(GROUNDS[ground_of(cell.ratio)]),
            )
            for name, cells in named
            for place, cell in zip(columns, cells, strict=True)
        ],
        notes,
        [(key, _range(key, spoken)) for key in GROUNDS],
    )


def unmet_figure(found: SupplyDemand, spoken: Language) -> Figure:
    """Return the skills that are short, by region, the most hours first; a table alone."""
    left = len(found.unmet) - MOST_SHOWN
    names = Names(spoken)
    return Figure(
        "unmet",
        spoken.say("足りないスキル"),
        spoken.say(
            "その地域の専門人材が空き時間をすべて使っても満たせない時間です。全国には足りていれば、広域でのシェアや"
            "オンラインで埋められる見込みがあります。全国でも足りなければ、育成か新しい登録が要ります。"
        ),
        None,
        (
            Column(spoken.say("スキル")),
            Column(spoken.say("地域")),
            Column(spoken.say("足りない時間"), "hours"),
            Column(spoken.say("求められた時間"), "hours"),
            Column(spoken.say("最も足りないレベル（以上）")),
            Column(spoken.say("手立て")),
        ),
        [
            (
                f"{names.skill(row.skill)} ({row.skill})",
                spoken.say(REGIONS[row.region]),
                row.cell.unmet,
                row.cell.demand,
                str(row.cell.level),
                spoken.say("広域でシェア") if row.elsewhere else spoken.say("育成・募集"),
            )
            for row in found.unmet
        ],
        [spoken.say("多い順に%(most)s件です。ほかの%(rest)s件は、表（CSV）にあります。", most=MOST_SHOWN, rest=left)]
        if left > 0
        else (),
        most=MOST_SHOWN,
    )


def supply_figures(found: SupplyDemand, spoken: Language) -> Sequence[Figure]:
    """Return both figures of the page."""
    return (heat_figure(found, spoken), unmet_figure(found, spoken))


def skill_told(code: str, spoken: Language) -> str:
    """Return the name of a skill or of a subcategory."""
    group = load_framework(FRAMEWORK).subcategories.get(code)
    return spoken.pick(group.name_ja, group.name_en) if group else Names(spoken).skill(code)


NOTHING = Cell(0.0, 0.0, None, 0.0, 0.0, 0.0)


def _heat(name: str, place: str, cell: Cell, spoken: Language) -> HeatCell:
    formats, ground = spoken.formats, ground_of(cell.ratio)
    word = spoken.say(GROUNDS[ground])
    if cell.ratio is None:
        return HeatCell("–", word, ground, f"{name} {place}: {word}")
    ratio = spoken.say("%(ratio)s倍", ratio=formats.number(cell.ratio, 1 if cell.ratio < MANY else 0))
    told = spoken.say(
        "%(skill)s、%(place)s: レベル%(level)s以上で需要%(asked)s時間、供給%(offered)s時間",
        skill=name,
        place=place,
        level=cell.level,
        asked=formats.number(cell.asked),
        offered=formats.number(cell.offered),
    )
    return HeatCell(ratio, word, ground, told)


def _range(ground: str, spoken: Language) -> str:
    bound = GROUND_BOUNDS.get(ground)
    word = spoken.say(GROUNDS[ground])
    return spoken.say("%(word)s（%(bound)s）", word=word, bound=spoken.say(bound)) if bound else word
