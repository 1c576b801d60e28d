"""What can be chosen in the filters of lists: (value, words) pairs, the first asking for nothing."""

from skill_standards import load_framework
from web import words
from web.language import Language
from web.names import FRAMEWORK, Names, prefectures, stages

Choices = list[tuple[str, str]]


def _all(language: Language) -> tuple[str, str]:
    return "", language.say("すべて")


def talent_type_choices(language: Language) -> Choices:
    """Return X and D."""
    return [_all(language), *((code, language.say(name)) for code, name in words.TALENT_SHORT.items())]


def role_choices(names: Names) -> Choices:
    """Return the roles of the standard in use."""
    return [_all(names.language), *((role, names.role(role)) for role in load_framework(FRAMEWORK).roles)]


def prefecture_choices(names: Names) -> Choices:
    """Return the 47 prefectures by their two digits."""
    codes = (place.prefecture_code for place in prefectures())
    return [_all(names.language), *((code, names.prefecture(code)) for code in codes)]


def paused_choices(language: Language) -> Choices:
    """Return those who can be planned, and those who are paused."""
    return [("", language.say("休止していない人")), ("yes", language.say("休止中の人だけ"))]


def skill_choices(names: Names) -> Choices:
    """Return the skills of the standard in use."""
    return [_all(names.language), *((code, names.skill(code)) for code in load_framework(FRAMEWORK).skills)]


def stage_choices(names: Names) -> Choices:
    """Return the eight stages."""
    return [_all(names.language), *((stage, names.stage(stage)) for stage in stages())]


def request_status_choices(language: Language) -> Choices:
    """Return where a request may stand."""
    return [_all(language), *((code, language.say(name)) for code, name in words.REQUEST_STATUSES.items())]
