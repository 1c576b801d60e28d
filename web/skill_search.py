"""Skills found by what people type: part of a name, by its category, in kana or English, or with a slip."""

import re
import unicodedata
from functools import cache

from rapidfuzz import fuzz, process

from skill_standards import load_framework
from web.names import FRAMEWORK

MOST = 12
ALIKE = 60
"""From which likeness (0–100) a name counts as meant."""
KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def plain(text: str) -> str:
    """Return ``text`` as it is compared: half width, small letters, hiragana, without blanks."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(KATAKANA_TO_HIRAGANA)
    return re.sub(r"[\s・／/、,。（）()「」\-]+", "", folded)


@cache
def _entries() -> dict[str, str]:
    """Return what is searched, by skill: its names, its subcategory's and its category's."""
    framework = load_framework(FRAMEWORK)
    told = {}
    for code, skill in framework.skills.items():
        group, category = framework.subcategories[skill.subcategory], framework.categories[skill.category]
        names = (code, skill.name_ja, skill.name_en, group.name_ja, group.name_en, category.name_ja, category.name_en)
        told[code] = " ".join(plain(name) for name in names)
    return told


def find_skills(typed: str) -> list[str]:
    """Return the codes of up to ``MOST`` skills that are meant, the likeliest first; none for an empty text."""
    words = [word for word in (plain(word) for word in typed.split()) if word]
    if not words:
        return []
    entries = _entries()
    exact = [code for code, text in entries.items() if all(word in text for word in words)]
    alike = process.extract("".join(words), entries, scorer=fuzz.partial_ratio, limit=MOST, score_cutoff=ALIKE)
    return list(dict.fromkeys([*exact, *(code for _, _, code in alike)]))[:MOST]
