"""What is wrong with the standards' data or with what was asked of them: one line per fault, with its place."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: ``key`` is the place in ``file``; ``ja`` and ``en`` say what is wrong and how to mend it."""

    file: str
    key: str
    ja: str
    en: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.ja} / {self.en}"


class StandardsError(ValueError):
    """Data that cannot be used; ``faults`` lists all that was found, ``file`` and ``key`` are those of the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    @property
    def file(self) -> str:
        """The file of the first fault, as ``data/dss/1.2/skills.yaml``."""
        return self.faults[0].file

    @property
    def key(self) -> str:
        """The key of the first fault, as ``skills[3].subcategory``."""
        return self.faults[0].key
