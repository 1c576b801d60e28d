"""The hub's tables, one domain a file; importing this package knows them all."""

from hub.models.accounts import Account, AccountGrant
from hub.models.audit import AuditDetail, AuditHead, AuditRecord
from hub.models.calendars import CalendarFeed
from hub.models.changes import Change
from hub.models.engagements import Engagement, EngagementDay
from hub.models.evaluations import Evaluation, GateReview, SkillConfirmation, VerifiedRecord
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
from hub.models.sign_in import ApiToken, Credential, OneTimeLink, RecoveryCode, SignedInSession, SignInCount
from hub.models.webhooks import Webhook, WebhookDelivery, WebhookEvent
from hub.models.work import Questionnaire, Report, WorkLog, WorkLogShare

__all__ = [
    "Account",
    "AccountGrant",
    "ApiToken",
    "Assignment",
    "AuditDetail",
    "AuditHead",
    "AuditRecord",
    "Availability",
    "Booking",
    "CalendarFeed",
    "CareerEntry",
    "Change",
    "ConflictOfInterest",
    "Credential",
    "Engagement",
    "EngagementDay",
    "Evaluation",
    "Expert",
    "ExpertExternalType",
    "ExpertRegion",
    "ExpertRole",
    "ExpertSkill",
    "ExpertStage",
    "ExpertTheme",
    "GateReview",
    "KeptAnswer",
    "MailPreference",
    "Notification",
    "OneTimeLink",
    "Organization",
    "OutgoingMail",
    "Plan",
    "PlanDocument",
    "PlanLink",
    "PlanSlot",
    "PromotionPartner",
    "Proposal",
    "Questionnaire",
    "RecoveryCode",
    "Report",
    "Request",
    "RequestBeneficiary",
    "RequestTheme",
    "SignInCount",
    "SignedInSession",
    "SkillConfirmation",
    "SkillNeed",
    "Slot",
    "VerifiedRecord",
    "Webhook",
    "WebhookDelivery",
    "WebhookEvent",
    "WorkLog",
    "WorkLogShare",
]
