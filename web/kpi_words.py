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

STEPS = {0: N_("わずか"), 1: N_("半分未満"), 2: N_("半分以上"), 3: N_("あと少し"), 4: N_("すべて")}
"""How far the slots of a prefecture are filled, by the steps of ``web.charts.tiles``."""
STEP_BOUNDS = {0: N_("25%未満"), 1: N_("25%以上"), 2: N_("50%以上"), 3: N_("75%以上"), 4: N_("100%")}
NOT_ASKED = N_("なし")
"""Where no slot was asked for."""

SPANS = {7: N_("7日以内"), 14: N_("8～14日"), 30: N_("15～30日"), 60: N_("31～60日"), None: N_("61日以上")}
"""Days until a first offer, by the last day of each span."""
