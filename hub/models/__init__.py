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
from hub.models.plans import Assignment, Comparison, Plan, PlanDocument, PlanLink, PlanSlot, RunCourse
from hub.models.privacy import Consent, DeclaredConflict, DisclosureChoice, ProfileRead, VendorConflict
from hub.models.proposals import Booking, Proposal
from hub.models.requests import (
    PromotionPartner,
    Request,
    RequestBeneficiary,
    RequestTheme,
    SkillNeed,
    Slot,
)
from hub.models.sign_in import (
    ApiToken,
    Credential,
    OneTimeLink,
    Passkey,
    ProviderLink,
    RecoveryCode,
    SignedInSession,
    SignInCount,
)
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
    "Comparison",
    "ConflictOfInterest",
    "Consent",
    "Credential",
    "DeclaredConflict",
    "DisclosureChoice",
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
    "Passkey",
    "Plan",
    "PlanDocument",
    "PlanLink",
    "PlanSlot",
    "ProfileRead",
    "PromotionPartner",
    "Proposal",
    "ProviderLink",
    "Questionnaire",
    "RecoveryCode",
    "Report",
    "Request",
    "RequestBeneficiary",
    "RequestTheme",
    "RunCourse",
    "SignInCount",
    "SignedInSession",
    "SkillConfirmation",
    "SkillNeed",
    "Slot",
    "VendorConflict",
    "VerifiedRecord",
    "Webhook",
    "WebhookDelivery",
    "WebhookEvent",
    "WorkLog",
    "WorkLogShare",
]
