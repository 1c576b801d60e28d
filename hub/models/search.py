"""Search keys: text as it is compared, so that ｶﾅ, かな and カナ, １２ and 12, and capitals make no difference.

Only keys are changed like this. What was typed is kept as it is: NFKC would change the kanji of people's names.
"""

import unicodedata

SEPARATOR = "\n"
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
ESCAPE = "\\"


def search_key(*texts: str | None) -> str:
    """Return the key of ``texts``, each on a line of its own, without blanks."""
    return SEPARATOR.join("".join(_folded(text).split()) for text in texts if text)


def search_patterns(query: str) -> tuple[str, ...]:
    """Return a LIKE pattern (escape character ``ESCAPE``) for each word of ``query``; all of them have to match."""
    words = dict.fromkeys(_folded(query).split())
    return tuple("%" + "".join(ESCAPE + c if c in "%_\\" else c for c in word) + "%" for word in words)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(_KATAKANA)
