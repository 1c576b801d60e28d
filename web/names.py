"""Names of what codes stand for, in the reader's language: skills, roles, stages, themes, places."""

from dataclasses import dataclass
from functools import cache

from seed_data.municipalities import Municipality, by_code, municipalities
from skill_standards import Stage, load_framework, load_stages, load_themes
from web.language import Language

FRAMEWORK = "1.2"


@cache
def prefectures() -> tuple[Municipality, ...]:
    """Return the 47 prefectures in the order of their codes."""
    return tuple(place for place in municipalities() if place.kind == "prefecture")


@cache
def _prefectures_by_code() -> dict[str, Municipality]:
    return {place.prefecture_code: place for place in prefectures()}


@cache
def stages() -> dict[str, Stage]:
    """Return the eight stages by id, in their order."""
    return {stage.id: stage for stage in load_stages()}


@dataclass(frozen=True)
class Names:
    """Names in one language. A code no standard knows is shown as it is."""

    language: Language

    def skill(self, code: str) -> str:
        """Return a skill's name."""
        known = load_framework(FRAMEWORK).skills.get(code)
        return self.language.pick(known.name_ja, known.name_en) if known else code

    def category(self, code: str) -> str:
        """Return the name of the category a skill belongs to."""
        framework = load_framework(FRAMEWORK)
        known = framework.skills.get(code)
        if known is None:
            return code
        category = framework.categories[known.category]
        return self.language.pick(category.name_ja, category.name_en)

    def role(self, role: str) -> str:
        """Return a role's name."""
        known = load_framework(FRAMEWORK).roles.get(role)
        return self.language.pick(known.name_ja, known.name_en) if known else role

    def stage(self, stage: str) -> str:
        """Return a stage's name."""
        known = stages().get(stage)
        return self.language.pick(known.name_ja, known.name_en) if known else stage

    def theme(self, theme: str) -> str:
        """Return a theme's name."""
        known = {entry.id: entry for entry in load_themes()}.get(theme)
        return self.language.pick(known.name_ja, known.name_en) if known else theme

    def prefecture(self, code: str) -> str:
        """Return a prefecture's name from its two digits."""
        found = _prefectures_by_code().get(code)
        # 千葉県 is Chiba in English; the register's Chiba-ken is its reading.
        return self.language.pick(found.name_ja, found.name_en.split("-")[0]) if found else code

    def place(self, code: str) -> str:
        """Return a municipality with its prefecture, or a prefecture alone, from its six digits."""
        try:
            place = by_code(code)
        except KeyError:
            return code
        if place.kind == "prefecture":
            return self.prefecture(place.prefecture_code)
        around = self.prefecture(place.prefecture_code)
        return f"{around}{place.name_ja}" if self.language.code == "ja" else f"{self._name(place)}, {around}"

    def _name(self, place: Municipality) -> str:
        return self.language.pick(place.name_ja, place.name_en)
