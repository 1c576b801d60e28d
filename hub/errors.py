"""What can go wrong in the hub and be told to a person.

    HubError
    ├── NotFound   nothing has this id
    ├── Busy       the database could not do it now; ``seconds``: when to try again
    ├── Invalid    the input is wrong; ``faults`` names every place
    ├── Forbidden  who acts may not do this
    │   └── Unseen   nor know that there is such a thing: told as NotFound is
    ├── SignInNeeded  nobody has signed in, or not any more
    │   └── SecondFactorNeeded  the password alone is not enough
    ├── TooOften   tried too often; ``seconds``: when to try again
    └── Conflict   the state does not allow it now
        └── ChangedMeanwhile   somebody else changed the row first; both versions can be shown

Each carries its message in Japanese and English; none of them carries personal data.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from matching.faults import Fault

MINUTE = 60


class HubError(Exception):
    """A fault to be shown: ``ja`` and ``en`` say what is wrong and what to do."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(f"{ja} / {en}")
        self.ja = ja
        self.en = en

    def text(self, language: str) -> str:
        """Return the message in ``language`` (``ja`` or ``en``)."""
        return self.ja if language == "ja" else self.en


class NotFound(HubError):  # noqa: N818  (read as a sentence: raise NotFound)
    """Nothing has this id. ``kind_ja`` and ``kind_en`` name what was looked for."""

    def __init__(self, kind_ja: str, kind_en: str) -> None:
        super().__init__(*_not_found(kind_ja, kind_en))


def _not_found(kind_ja: str, kind_en: str) -> tuple[str, str]:
    return (
        f"この{kind_ja}は見つかりません。一覧から選び直してください。",
        f"This {kind_en} was not found. Choose it again from the list.",
    )


class Busy(HubError):  # noqa: N818  (read as a sentence: raise Busy)
    """The database could not do it now and nothing was changed; trying again after ``seconds`` may succeed."""

    def __init__(self, ja: str, en: str, *, seconds: int) -> None:
        super().__init__(ja, en)
        self.seconds = seconds


class Invalid(HubError):  # noqa: N818  (read as a sentence: raise Invalid)
    """The input is wrong and nothing was changed; ``faults`` has one entry for each thing wrong."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__(
            "入力に誤りがあります。" + "".join(f" {fault.place or '/'}: {fault.ja}" for fault in self.faults),
            "The input has faults." + "".join(f" {fault.place or '/'}: {fault.en}" for fault in self.faults),
        )


class Forbidden(HubError):  # noqa: N818  (read as a sentence: raise Forbidden)
    """Who acts may not do this; says nothing about the thing itself."""

    def __init__(self) -> None:
        super().__init__(
            "この操作の権限がありません。必要なときは、団体の管理者またはコーディネーターに依頼してください。",
            "You may not do this. Ask your organization's administrator or a coordinator if you need to.",
        )


class Unseen(Forbidden):
    """Who acts may not even know whether there is such a thing: in words and status the same as NotFound."""

    def __init__(self, kind_ja: str, kind_en: str) -> None:
        HubError.__init__(self, *_not_found(kind_ja, kind_en))


class SignInNeeded(HubError):  # noqa: N818  (read as a sentence: raise SignInNeeded)
    """Nobody has signed in, or the session or token has ended."""

    def __init__(self) -> None:
        super().__init__("サインインしてください。", "Sign in first.")


class SecondFactorNeeded(SignInNeeded):
    """The password was right and the second factor is missing. ``enrolled``: whether there is one to ask for."""

    def __init__(self, *, enrolled: bool) -> None:
        HubError.__init__(self, "二要素認証を済ませてください。", "Confirm your second factor first.")
        self.enrolled = enrolled


class TooOften(HubError):  # noqa: N818  (read as a sentence: raise TooOften)
    """It was tried too often; after ``seconds`` it may be tried again. It says nothing about what was tried."""

    def __init__(self, seconds: int) -> None:
        number, unit_ja, unit_en = (seconds, "秒", "s") if seconds < MINUTE else (-(-seconds // MINUTE), "分", "min")
        super().__init__(
            f"回数が多すぎます。{number}{unit_ja}待って、もう一度試してください。",
            f"Too many attempts. Wait {number} {unit_en} and try again.",
        )
        self.seconds = seconds


class Conflict(HubError):  # noqa: N818  (read as a sentence: raise Conflict)
    """The present state does not allow what was asked, or somebody else changed the row first."""


class ChangedMeanwhile(Conflict):
    """Two people edited one row. ``stored`` and ``told``: both versions by field, where they differ; may be empty.

    ``version``: the stored row's, to be sent along when the change is repeated knowingly; None when it is not known.
    """

    def __init__(
        self,
        stored: Mapping[str, Any] = MappingProxyType({}),
        told: Mapping[str, Any] = MappingProxyType({}),
        version: int | None = None,
    ) -> None:
        super().__init__(
            "ほかの人が先に変更しました。両方の内容を見比べて、もう一度変更してください。",
            "Somebody else changed this first. Compare both versions and repeat your change.",
        )
        self.stored, self.told, self.version = stored, told, version
