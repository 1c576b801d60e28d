"""Words of the standards in cells: a code, or its Japanese or English name; anything else gets a did-you-mean."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from hub.workflows.sheets.faults import CellError

SIMILAR = 60.0
SEPARATORS = re.compile(r"[;；\n|]")
WEAK_SEPARATORS = re.compile(r"[,，、]")


@dataclass(frozen=True, slots=True)
class Term:
    """One word: its code and its names."""

    code: str
    ja: str
    en: str

    def called(self, language: str) -> str:
        """Return the name in ``language`` (``ja`` or ``en``)."""
        return self.ja if language == "ja" else self.en


def key(text: str) -> str:
    """Return ``text`` as it is compared: half-width, lower case, without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


class Terms:
    """The words one column takes. ``kind_ja``, ``kind_en``: what they are called in messages."""

    def __init__(
        self, kind_ja: str, kind_en: str, terms: Iterable[Term], aliases: Iterable[tuple[str, str]] = ()
    ) -> None:
        self.kind_ja = kind_ja
        self.kind_en = kind_en
        self.by_code = {term.code: term for term in terms}
        self.by_key: dict[str, str] = {}
        names: dict[str, str | None] = {}
        for term in self.by_code.values():
            for name in (term.ja, term.en):
                names[key(name)] = None if names.get(key(name), term.code) != term.code else term.code
        self.by_key |= {name: code for name, code in names.items() if code is not None}
        self.by_key |= {key(alias): code for alias, code in aliases}
        for code in self.by_code:
            self.by_key[key(code)] = code
            self.by_key |= {key(self.show(code, language)): code for language in ("ja", "en")}

    def show(self, code: str, language: str = "ja") -> str:
        """Return the code with its name, as lists are written: ``TE1-08 クラウドインフラ活用``."""
        term = self.by_code.get(code)
        return f"{code} {term.called(language)}" if term and term.called(language) != code else code

    def name(self, code: str, language: str = "ja") -> str:
        """Return the name, or the code where the name would not be read as it: shared, parted, or not known."""
        term = self.by_code.get(code)
        name = term.called(language) if term else ""
        return name if self.by_key.get(key(name)) == code and not SEPARATORS.search(name) else code

    def find(self, text: str) -> str | None:
        """Return the code that ``text`` names, or None."""
        return self.by_key.get(key(text))

    def read(self, text: str) -> str:
        """Return the code that ``text`` names. Raises CellError with the nearest words."""
        if (code := self.find(text)) is not None:
            return code
        near = "、".join(
            self.name(code) if self.name(code) == code else f"{self.name(code)}（{code}）" for code in self.near(text)
        )
        ja = f"もしかして: {near}" if near else f"書けるもの: {self.examples()}"
        en = f"Did you mean: {near}" if near else f"Known: {self.examples()}"
        raise CellError(
            f"「{shorten(text)}」という{self.kind_ja}はありません。{ja}",
            f"Unknown {self.kind_en} “{shorten(text)}”. {en}",
        )

    def near(self, text: str) -> list[str]:
        """Return up to three codes whose code or name is most like ``text``."""
        from rapidfuzz import fuzz, process

        found = process.extract(key(text)[:200], list(self.by_key), scorer=fuzz.WRatio, limit=6, score_cutoff=SIMILAR)
        return list(dict.fromkeys(self.by_key[name] for name, _, _ in found))[:3]

    def examples(self) -> str:
        """Return the first few words that are taken."""
        names = [self.name(code) for code in self.by_code]
        return "、".join(names[:8]) + ("…" if len(names) > 8 else "")

    def read_list(self, text: str) -> tuple[str, ...]:
        """Return the codes of a list parted by ``;``, line breaks or commas, in the order written.

        Raises CellError for an unknown word or one written twice.
        """
        codes: list[str] = []
        for item in split_list(text, self):
            code = self.read(item)
            if code in codes:
                raise CellError(f"「{self.name(code)}」が2回あります。", f"“{self.name(code)}” is listed twice.")
            codes.append(code)
        return tuple(codes)


def split_list(text: str, terms: Terms | None = None) -> list[str]:
    """Return the items of a list; a comma parts items only where the whole is not itself one word of ``terms``."""
    items: list[str] = []
    for part in SEPARATORS.split(text):
        if not part.strip():
            continue
        whole = terms is not None and terms.find(part) is not None
        items += [part] if whole else [item for item in WEAK_SEPARATORS.split(part) if item.strip()]
    return [item.strip() for item in items]


def shorten(text: str) -> str:
    """Return ``text`` for a message: one line, at most 30 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 30 else line[:29] + "…"
