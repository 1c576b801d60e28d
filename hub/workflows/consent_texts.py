"""The texts people agree to, by purpose: every version ever shown, the newest last. A version is never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hub.models.privacy import ConsentPurpose


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A text in both languages. ``version``: the day it was written."""

    version: str
    ja: str
    en: str

    def text(self, language: str) -> str:
        """Return the text in ``language`` (``ja`` or ``en``)."""
        return self.ja if language == "ja" else self.en


TEXTS: Mapping[ConsentPurpose, tuple[ConsentText, ...]] = MappingProxyType(
    {
        "matching": (
            ConsentText(
                "2026-12-01",
                "あなたのスキル、条件、空き時間、経歴と評価を、人材ニーズとの組み合わせを計算するために使います。"
                "計算に使う項目はコーディネーターが見ます。ほかの人には、あなたが決めた項目だけを見せます。"
                "提案を受ける団体には、氏名と、提案の費用が伝わります。"
                "同意はいつでも撤回できます。撤回すると休止になり、新しい提案は届きません。成立した従事はそのまま続きます。",
                "Your skills, conditions, free time, career and ratings are used to work out matches with what "
                "organizations ask for. Coordinators see what is used; others see only what you choose to show. An "
                "organization you are proposed to learns your name and what the proposal would cost. You may withdraw "
                "your consent at any time: you are then paused and receive no new proposals; work that has been agreed "
                "goes on.",
            ),
        )
    }
)


def newest(purpose: ConsentPurpose) -> ConsentText:
    """Return the text that is asked for now."""
    return TEXTS[purpose][-1]


def text_of(purpose: ConsentPurpose, version: str) -> ConsentText | None:
    """Return the text of a version, None when there never was one."""
    return next((text for text in TEXTS[purpose] if text.version == version), None)
