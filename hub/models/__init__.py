"""The hub's tables, one domain a file; importing this package knows them all."""

from hub.models.accounts import Account, AccountGrant
from hub.models.audit import AuditDetail, AuditHead, AuditRecord
from hub.models.changes import Change
from hub.models.experts import (
    Availability,
    CareerEntry,
    ConflictOfInterest,
    Expert,
    ExpertExternalType,
    ExpertRegion,
    ExpertRole,
    ExpertSkill,
    ExpertStage,
    ExpertTheme,
)
from hub.models.idempotency import KeptAnswer
from hub.models.notifications import MailPreference, Notification, OutgoingMail
from hub.models.organizations import Organization
from hub.models.plans import Assignment, Plan, PlanDocument, PlanLink, PlanSlot
from hub.models.proposals import Booking, Proposal
from hub.models.requests import (
    PromotionPartner,
    Request,
    RequestBeneficiary,
    RequestTheme,
    SkillNeed,
    Slot,
)

__all__ = [
    "Account",
    "AccountGrant",
    "Assignment",
    "AuditDetail",
    "AuditHead",
    "AuditRecord",
    "Availability",
    "Booking",
    "CareerEntry",
    "Change",
    "ConflictOfInterest",
    "Expert",
    "ExpertExternalType",
    "ExpertRegion",
    "ExpertRole",
    "ExpertSkill",
    "ExpertStage",
    "ExpertTheme",
    "KeptAnswer",
    "MailPreference",
    "Notification",
    "Organization",
    "OutgoingMail",
    "Plan",
    "PlanDocument",
    "PlanLink",
    "PlanSlot",
    "PromotionPartner",
    "Proposal",
    "Request",
    "RequestBeneficiary",
    "RequestTheme",
    "SkillNeed",
    "Slot",
]
