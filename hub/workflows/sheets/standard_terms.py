"""The words of the standards and of the forms, as the columns take them; loaded once, when first needed."""

from functools import cache

from hub.workflows.sheets.terms import Term, Terms
from seed_data.municipalities import municipalities
from skill_standards import framework_versions, load_framework, load_stages, load_talent_standard, load_themes

FRAMEWORK = "1.2"
"""The version of DSS-P whose codes requests and the short notation use."""


@cache
def skills(version: str = FRAMEWORK) -> Terms:
    """Return the skills of a version of DSS-P."""
    terms = [Term(skill.code, skill.name_ja, skill.name_en) for skill in load_framework(version).skills.values()]
    return Terms(f"スキル（DSS {version}）", f"skill (DSS {version})", terms)


@cache
def frameworks() -> Terms:
    """Return the versions of DSS-P."""
    terms = [Term(version, f"DSS {version}", f"DSS-P {version}") for version in framework_versions()]
    whole = [(version.removesuffix(".0"), version) for version in framework_versions() if version.endswith(".0")]
    return Terms("スキル標準の版", "framework version", terms, whole)


@cache
def roles() -> Terms:
    """Return the roles of DSS-P 1.2."""
    terms = [Term(role.id, role.name_ja, role.name_en) for role in load_framework(FRAMEWORK).roles.values()]
    return Terms("ロール", "role", terms)


@cache
def stages() -> Terms:
    """Return the stages of regional DX."""
    return Terms("段階", "stage", [Term(stage.id, stage.name_ja, stage.name_en) for stage in load_stages()])


@cache
def themes() -> Terms:
    """Return the fields of work."""
    return Terms("分野", "theme", [Term(theme.id, theme.name_ja, theme.name_en) for theme in load_themes()])


@cache
def external_types() -> Terms:
    """Return the types of 外部人材スキル標準."""
    terms = [Term(kind.id, kind.name_ja, kind.name_en) for kind in load_talent_standard().types]
    return Terms("外部人材の類型", "external talent type", terms)


@cache
def prefectures() -> Terms:
    """Return the 47 prefectures by their two digits."""
    places = [place for place in municipalities() if place.kind == "prefecture"]
    aliases = [
        (place.name_ja.removesuffix("県").removesuffix("府").removesuffix("都"), place.prefecture_code)
        for place in places
    ]
    terms = [Term(place.prefecture_code, place.name_ja, place.name_en) for place in places]
    return Terms("都道府県", "prefecture", terms, [alias for alias in aliases if alias[0] != "北海道"])


TALENT_TYPES = Terms("人材類型", "talent type", [Term("X", "X人材", "X talent"), Term("D", "D人材", "D talent")])
WORK_MODES = Terms(
    "勤務形態",
    "work mode",
    [Term("remote", "オンライン", "online"), Term("onsite", "現地", "on site")],
    [("リモート", "remote"), ("在宅", "remote"), ("テレワーク", "remote"), ("常駐", "onsite"), ("対面", "onsite")],
)
ROLES_PLAYED = Terms(
    "役割",
    "role played",
    [
        Term("lead", "主導", "led"),
        Term("member", "担当", "took part"),
        Term("adviser", "助言", "advised"),
        Term("trainer", "研修講師", "trained"),
    ],
    [("講師", "trainer"), ("リーダー", "lead"), ("メンバー", "member"), ("アドバイザー", "adviser")],
)
BUDGET_BASES = Terms(
    "予算区分", "budget basis", [Term("gross", "総額", "gross cost"), Term("net", "実質負担", "net burden")]
)
TEAMS = Terms(
    "チーム",
    "team rule",
    [Term("any", "枠ごと", "each slot on its own"), Term("all", "全枠そろって", "all required slots or none")],
    [("全員", "all"), ("個別", "any")],
)
GATES = Terms(
    "進め方の段階",
    "gate",
    [
        Term("計画策定", "計画策定", "planning"),
        Term("社会実証", "社会実証", "trial"),
        Term("実装・展開", "実装・展開", "roll-out"),
    ],
)
_BEGINNINGS = [
    Term("draft", "下書き", "draft"),
    Term("submitted", "提出ずみ", "submitted"),
    Term("open", "募集中", "open"),
    Term("closed", "終了", "closed"),
    Term("withdrawn", "取り下げ", "withdrawn"),
]
NEW_STATUSES = Terms("状態", "status", _BEGINNINGS)
"""Where a request may begin."""
STATUSES = Terms(
    "状態",
    "status",
    [
        *_BEGINNINGS,
        Term("approved", "承認済み", "approved"),
        Term("reviewed", "確認済み", "reviewed"),
        Term("in_plan", "提案中", "in a plan"),
        Term("staffed", "人材決定", "staffed"),
        Term("running", "従事中", "running"),
        Term("returned", "差し戻し", "returned"),
    ],
    [("承認待ち", "submitted"), ("受付中", "open")],
)
"""Where a request may stand; the pages' words are understood too."""
