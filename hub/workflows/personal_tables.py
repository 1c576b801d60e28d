"""What the hub keeps about a person, table by table: which columns they are told, and what they are not and why.

Whatever refers to a person stands in ``HELD`` or in ``NOT_TOLD``; a test compares both with the schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from sqlmodel import SQLModel

from hub.models import (
    Account,
    AccountGrant,
    ApiToken,
    Availability,
    Booking,
    CalendarFeed,
    CareerEntry,
    Change,
    ConflictOfInterest,
    Consent,
    Credential,
    DisclosureChoice,
    Engagement,
    EngagementDay,
    Evaluation,
    Expert,
    ExpertExternalType,
    ExpertRegion,
    ExpertRole,
    ExpertSkill,
    ExpertStage,
    ExpertTheme,
    KeptAnswer,
    MailPreference,
    Notification,
    OneTimeLink,
    OutgoingMail,
    Passkey,
    ProfileRead,
    Proposal,
    ProviderLink,
    Report,
    SignedInSession,
    SkillConfirmation,
    VendorConflict,
    VerifiedRecord,
    WorkLog,
    WorkLogShare,
)

Whose = Literal["account", "actor", "expert", "engagement", "work_log"]
"""By which id a row is somebody's."""


@dataclass(frozen=True, slots=True)
class Held:
    """A table as it is told to the person it is about. ``hidden``: its columns that are not, for ``why``."""

    ja: str
    en: str
    model: type[SQLModel]
    whose: Whose
    hidden: tuple[str, ...] = ()
    why: str = ""

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.model.__tablename__)


SECRETS = "a secret's hash, or the secret encrypted: it lets nobody in, and nobody needs it told"
INTERNAL = "what the office plans by, and who else was considered: internal for everybody alike"
OTHERS = "the id of an official"
SEARCHED = "folded copies of the other columns"

HELD: tuple[Held, ...] = (
    Held("アカウント", "account", Account, "account", ("mail_key",), SEARCHED),
    Held("役割", "roles", AccountGrant, "account"),
    Held(
        "サインインの方法", "sign-in", Credential, "account", ("password_hash", "totp_secret", "totp_pending"), SECRETS
    ),
    Held("パスキー", "passkeys", Passkey, "account", ("public_key",), SECRETS),
    Held("サインイン先", "sign-in providers", ProviderLink, "account"),
    Held("セッション", "sessions", SignedInSession, "account", ("token_hash",), SECRETS),
    Held("APIトークン", "tokens", ApiToken, "account", ("token_hash",), SECRETS),
    Held("リンク", "links", OneTimeLink, "account", ("token_hash",), SECRETS),
    Held("メールの希望", "mail preferences", MailPreference, "account"),
    Held("お知らせ", "notifications", Notification, "account"),
    Held("メール", "mail", OutgoingMail, "account"),
    Held("くり返しの要求", "repeated requests", KeptAnswer, "actor"),
    Held("予定表の購読", "calendar subscription", CalendarFeed, "expert", ("token_hash",), SECRETS),
    Held("プロフィール", "profile", Expert, "expert", ("search_key", "organization_key"), SEARCHED),
    Held("スキル", "skills", ExpertSkill, "expert"),
    Held("ロール", "profile roles", ExpertRole, "expert"),
    Held("段階", "stages", ExpertStage, "expert"),
    Held("分野", "themes", ExpertTheme, "expert"),
    Held("外部人材の類型", "external types", ExpertExternalType, "expert"),
    Held("希望する地域", "regions", ExpertRegion, "expert"),
    Held("利益相反", "conflicts of interest", ConflictOfInterest, "expert"),
    Held("利益相反のある企業", "companies in conflict", VendorConflict, "expert", ("key",), SEARCHED),
    Held("経歴", "career", CareerEntry, "expert"),
    Held("空き時間", "availability", Availability, "expert"),
    Held("開示設定", "disclosure", DisclosureChoice, "expert"),
    Held("同意", "consents", Consent, "expert"),
    Held("見られた記録", "who looked", ProfileRead, "expert"),
    Held("提案", "offers", Proposal, "expert", ("plan_id", "stage", "fit", "cost", "net_cost"), INTERNAL),
    Held("提案の時間", "time of offers", Booking, "expert"),
    Held(
        "従事",
        "engagements",
        Engagement,
        "expert",
        ("organization_agreed_by", "dispatch_consented_by", "populations"),
        OTHERS,
    ),
    Held("現地の日", "days on site", EngagementDay, "expert"),
    Held("業務記録", "work logs", WorkLog, "engagement", ("signed_off_by",), OTHERS),
    Held("業務記録の内訳", "shares of work logs", WorkLogShare, "work_log"),
    Held("活動報告", "reports", Report, "engagement", ("signed_off_by",), OTHERS),
    Held("評価", "evaluations", Evaluation, "engagement", ("given_by",), OTHERS),
    Held("確認されたスキル", "confirmed skills", SkillConfirmation, "expert"),
    Held("確認済みの経歴", "verified career", VerifiedRecord, "expert"),
    Held("したこと", "what you did", Change, "actor"),
)
"""Evaluations, and what follows from them, from when they may be seen."""

NOT_TOLD: Mapping[str, str] = MappingProxyType(
    {
        "assignments": INTERNAL,
        "plan_links": INTERNAL,
        "plan_slots": INTERNAL,
        "plan_documents": INTERNAL,
        "recovery_codes": SECRETS,
        "sign_in_counts": SECRETS,
        "questionnaires": "what an organization answers about its own year",
        "gate_reviews": "what an organization and the office decide about a request",
        "organization_conflicts": "an organization's own declaration, which its reasons belong to",
        "audit_records": "told as a section of its own, with the names of others left out",
        "audit_details": "told with the records",
    }
)
"""Tables that refer to people and are no section by themselves, each with why."""
