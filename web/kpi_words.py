"""The words of the figures: kinds of organizations, steps of coverage, how supply stands to demand.

Translated where they are shown, as those of ``web.words``.
"""

from web.language import N_

KINDS = {
    "prefecture": N_("都道府県"),
    "designated_city": N_("政令指定都市"),
    "core_city": N_("中核市"),
    "city": N_("市"),
    "special_ward": N_("特別区"),
    "town": N_("町"),
    "village": N_("村"),
    "other": N_("そのほかの団体"),
}
"""Kinds of organizations."""

STEPS = {0: N_("わずか"), 1: N_("半分未満"), 2: N_("半分以上"), 3: N_("あと少し"), 4: N_("充足")}
"""How far the slots of a prefecture are filled, by the steps of ``web.charts.tiles``."""
STEP_BOUNDS = {0: N_("25%未満"), 1: N_("25%以上"), 2: N_("50%以上"), 3: N_("75%以上"), 4: N_("100%")}
NOT_ASKED = N_("なし")
"""Where no slot was asked for."""
ALL_OPEN = N_("空きのみ")
"""Where none of those asked for is filled."""

SPANS = {7: N_("7日以内"), 14: N_("8～14日"), 30: N_("15～30日"), 60: N_("31～60日"), None: N_("61日以上")}
"""Days until a first offer, by the last day of each span."""

REGIONS = {
    "北海道": N_("北海道"),
    "東北": N_("東北"),
    "関東": N_("関東"),
    "中部": N_("中部"),
    "近畿": N_("近畿"),
    "中国": N_("中国"),
    "四国": N_("四国"),
    "九州・沖縄": N_("九州・沖縄"),
}
"""The eight regions (八地方区分), as the register of organizations names them."""
GROUNDS = {
    "short-2": N_("大きく不足"),
    "short-1": N_("不足"),
    "even": N_("ほぼ均衡"),
    "spare-1": N_("余裕あり"),
    "spare-2": N_("十分に余裕"),
    "none": N_("需要なし"),
}
"""How supply stands to demand, by the grounds of ``web.charts.heat``."""
GROUND_BOUNDS = {
    "short-2": N_("0.5倍未満"),
    "short-1": N_("0.5倍以上1倍未満"),
    "even": N_("1倍以上1.5倍未満"),
    "spare-1": N_("1.5倍以上3倍未満"),
    "spare-2": N_("3倍以上"),
}
