"""The words of a plan's workbook (配置計画一覧), in either language of its lists."""

from hub.workflows.sheets.plan_sheets import PlanWords
from hub.workflows.sheets.wording import WORDINGS, Spoken
from web.language import language
from web.words import OPEN_REASONS, PARTS, POLICIES, STATUSES


def plan_words(spoken: Spoken = "ja") -> PlanWords:
    """Return what statuses, reasons, policies and parts of a fit are called."""
    say = language(spoken).say
    return PlanWords(
        statuses={code: say(words[0]) for code, words in STATUSES.items()},
        reasons={code: say(reason) for code, reason in OPEN_REASONS.items()},
        policies={code: say(words[0]) for code, words in POLICIES.items()},
        parts={code: say(part) for code, part in PARTS.items()},
        wording=WORDINGS[spoken],
    )
