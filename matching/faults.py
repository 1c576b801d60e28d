"""What is wrong with an input: one line per fault, with its place, in Japanese and English."""

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong: ``place`` is a JSON pointer into the file, ``ja`` and ``en`` say what and how to mend it."""

    place: str
    ja: str
    en: str

    def __str__(self) -> str:
        return f"{self.place or '/'}: {self.ja} / {self.en}"


class ProblemError(ValueError):
    """The input is not a problem or plan this library accepts; ``faults`` lists all that was found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def quote(value: object) -> str:
    """Return ``value`` as shown in a message: on one line and never longer than ``LONGEST_QUOTE`` characters."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(character if character.isprintable() else "�" for character in text[: LONGEST_QUOTE + 1])
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
