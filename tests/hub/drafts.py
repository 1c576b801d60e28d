"""An expert, a slot and a request as people would tell of them; ``changes`` say what is different."""

from typing import Any

from hub.workflows.drafts import ExpertDraft, MonthDraft, NeedDraft, RequestDraft, SkillDraft, SlotDraft

MONTHS = ("2026-10", "2026-11", "2026-12")


def expert(**changes: object) -> ExpertDraft:
    usual: dict[str, Any] = {
        "family_name": "髙橋",
        "given_name": "花子",
        "family_kana": "タカハシ",
        "given_kana": "ハナコ",
        "family_romaji": "Takahashi",
        "given_romaji": "Hanako",
        "talent_types": ("D",),
        "hourly_rate": 6000,
        "base": "202151",
        "roles": ("SW3",),
        "skills": (SkillDraft("SE1-02", 2), SkillDraft("TE1-08", 3, "資格")),
        "availability": tuple(MonthDraft(month, 40.0, 2, 4.0) for month in MONTHS),
    }
    return ExpertDraft(**{**usual, **changes})


def slot(**changes: object) -> SlotDraft:
    usual: dict[str, Any] = {
        "title": "クラウドの設計",
        "talent_type": "D",
        "stage": "development",
        "start": "2026-10",
        "length": 2,
        "hours": 20.0,
        "needs": (NeedDraft("TE1-08", 3, 2.0, mandatory=True),),
    }
    return SlotDraft(**{**usual, **changes})


def request(**changes: object) -> RequestDraft:
    usual: dict[str, Any] = {
        "organization": "202151",
        "title": "オンデマンドバスへの移行",
        "slots": (slot(),),
        "status": "open",
        "themes": ("ondemand_mobility_maas",),
    }
    return RequestDraft(**{**usual, **changes})
