"""The language of a page: Japanese is the source of every message, other catalogues are compiled in memory."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from web.formats import Formats

LOCALE = Path(__file__).parent / "locale"
SOURCE = "ja"
LANGUAGES = {"ja": "日本語", "en": "English"}
"""Languages the pages come in, each by the name its readers know it by."""


def N_(message: str) -> str:  # noqa: N802  (the name gettext's tools look for)
    """Mark ``message`` for translation where it is defined; it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its messages and its formats."""

    code: str
    translations: NullTranslations
    formats: Formats

    def say(self, message: str, /, **values: object) -> str:
        """Return ``message`` in this language, with ``%(name)s`` filled from ``values``."""
        text = self.translations.gettext(message)
        return text % values if values else text

    def pick(self, ja: str, en: str | None) -> str:
        """Return the name in this language; the Japanese one where no other is known."""
        return ja if self.code == SOURCE or not en else en


@cache
def language(code: str) -> Language:
    """Return a language of ``LANGUAGES`` with its catalogue (KeyError for others)."""
    LANGUAGES[code]
    if code == SOURCE:
        return Language(code, NullTranslations(), Formats(code))
    with (LOCALE / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Language(code, GNUTranslations(compiled), Formats(code))


def choose(cookie: str | None, accept: str | None, default: str = SOURCE) -> str:
    """Return the code to answer in: what the person chose, else what the browser prefers, else ``default``."""
    if cookie in LANGUAGES:
        return str(cookie)
    return next((code for code in _preferences(accept or "") if code in LANGUAGES), default)


def _preferences(accept: str) -> Iterable[str]:
    """Yield primary language codes of an Accept-Language value, most preferred first."""
    ranked: list[tuple[float, str]] = []
    for entry in accept.split(","):
        found = re.fullmatch(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*", entry)
        if found and float(found[2] or 1):
            ranked.append((float(found[2] or 1), found[1].lower()))
    return [code for _, code in sorted(ranked, key=lambda item: -item[0])]
