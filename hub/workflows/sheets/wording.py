"""The language a list is written in: headings, words of the standards, months; either reads back as it was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from hub.workflows.drafts import NeedDraft
from hub.workflows.sheets.columns import Column, Layout
from hub.workflows.sheets.months import format_month
from hub.workflows.sheets.notation import format_needs, format_needs_short
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.terms import Terms
from hub.workflows.sheets.values import format_yes_no
from hub.workflows.sheets.workbook import Heading

Spoken = Literal["ja", "en"]
SPOKEN: tuple[Spoken, ...] = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Wording:
    """Says what stands in a list in one language."""

    language: Spoken

    def pick(self, ja: str, en: str) -> str:
        """Return the text of this language."""
        return ja if self.language == "ja" else en

    def sheet(self, layout: Layout) -> str:
        """Return the name of a layout's sheet."""
        return self.pick(layout.name_ja, layout.name_en)

    def heading(self, column: Column, numbers: dict[str, str]) -> Heading:
        """Return a column's heading; ``numbers``: number formats by column key."""
        return Heading(self.pick(column.ja, column.en), column.width, numbers.get(column.key, "@"))

    def name(self, terms: Terms, code: str) -> str:
        """Return what ``code`` is called, or the code where a name would not lead back to it."""
        return terms.name(code, self.language)

    def show(self, terms: Terms, code: str) -> str:
        """Return the code with its name."""
        return terms.show(code, self.language)

    def listed(self, terms: Terms, codes: Iterable[str]) -> str:
        """Return words as the columns read lists of them."""
        return "; ".join(self.name(terms, code) for code in codes)

    def skills(self, terms: Terms, skills: Iterable[tuple[str, int]]) -> str:
        """Return (code, level) pairs in one cell."""
        return "; ".join(f"{self.show(terms, code)}:{level}" for code, level in skills)

    def needs(self, terms: Terms, needs: Sequence[NeedDraft]) -> str:
        """Return the skills a slot asks for in one cell."""
        return format_needs(needs, terms) if self.language == "ja" else format_needs_short(needs)

    def month(self, month: str) -> str:
        """Return ``YYYY-MM`` as people of the language read it."""
        return self.pick(format_month(month), month)

    def yes_no(self, value: bool) -> str:
        """Return yes or no."""
        return self.pick(format_yes_no(value), "yes" if value else "no")

    def body(self, bodies: Bodies, code: str) -> str:
        """Return the full name of an organization, empty when nobody knows it."""
        return (bodies.name_of(code) if self.language == "ja" else bodies.name_en_of(code)) or ""


JAPANESE = Wording("ja")
ENGLISH = Wording("en")
WORDINGS: dict[Spoken, Wording] = {"ja": JAPANESE, "en": ENGLISH}
