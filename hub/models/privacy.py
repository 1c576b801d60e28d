"""Privacy: who may see which part of a profile, what was consented to, who looked, and who must not be matched."""

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from hub.models.base import CODE_LENGTH, ID_LENGTH, TERM_LENGTH, UtcDateTime, not_empty, one_of, utc_now
from hub.models.engagements import together
from hub.models.experts import OF_EXPERT

Audience = Literal["coordinators", "partners", "organizations", "public"]
"""Who sees a part of a profile, from few to many: each sees what the ones before it see less, and never more.

``partners``: organizations the person was proposed to or works with. ``organizations``: those with an open request.
"""
ReadPurpose = Literal["coordination", "audit", "open_request", "proposal", "offer", "calendar", "export"]
ConsentPurpose = Literal["matching"]
DeclaredKind = Literal["expert", "vendor"]

AUDIENCES: tuple[Audience, ...] = get_args(Audience)
READ_PURPOSES: tuple[str, ...] = get_args(ReadPurpose)
CONSENT_PURPOSES: tuple[str, ...] = get_args(ConsentPurpose)
DECLARED_KINDS: tuple[str, ...] = get_args(DeclaredKind)
KEY_LENGTH = 400
"""A folded name may be longer than the name: some letters fold to several."""


class DisclosureChoice(SQLModel, table=True):
    """The widest ``audience`` an expert chose for a part of the profile (``hub.auth.disclosure``); none: the usual."""

    __tablename__ = "expert_disclosures"
    __table_args__ = (one_of("audience", AUDIENCES),)

    expert_id: str = Field(primary_key=True, foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    part: str = Field(primary_key=True, max_length=20)
    audience: str = Field(max_length=20)


class ProfileRead(SQLModel, table=True):
    """Somebody was shown a profile. It says in which ``role`` and for which organization, and why; never which person.

    The audit log knows the account; this is what the person whose profile it is may read.
    """

    __tablename__ = "profile_reads"
    __table_args__ = (
        one_of("purpose", READ_PURPOSES),
        one_of("audience", AUDIENCES),
        Index("ix_profile_reads_expert_id_at", "expert_id", "at"),
        Index("ix_profile_reads_at", "at"),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    expert_id: str = Field(foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    role: str = Field(max_length=20)
    scope: str = Field(default="", max_length=CODE_LENGTH)
    purpose: str = Field(max_length=20)
    audience: str = Field(max_length=20)


class Consent(SQLModel, table=True):
    """A text that was agreed to: its ``purpose``, ``version`` and ``language``, by whom and until when.

    The account is told by its id alone, so that the proof outlives it.
    """

    __tablename__ = "consents"
    __table_args__ = (
        one_of("purpose", CONSENT_PURPOSES),
        one_of("language", ("ja", "en")),
        not_empty("version"),
        together("withdrawn_at", "withdrawn_by", name="withdrawn_whole"),
        Index("ix_consents_expert_id_purpose", "expert_id", "purpose"),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    expert_id: str = Field(foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    purpose: str = Field(max_length=20)
    version: str = Field(max_length=20)
    language: str = Field(max_length=2)
    agreed_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    agreed_by: str = Field(max_length=ID_LENGTH)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    withdrawn_by: str | None = Field(default=None, max_length=ID_LENGTH)


class DeclaredConflict(SQLModel, table=True):
    """Whom an organization must not be matched with: an expert by id, or everybody of a vendor.

    ``key``: the expert's id, or the vendor's name as it is compared; ``name``: as it was typed, empty for an expert.
    """

    __tablename__ = "organization_conflicts"
    __table_args__ = (one_of("kind", DECLARED_KINDS), not_empty("key"), Index("ix_organization_conflicts_key", "key"))

    organization_code: str = Field(
        primary_key=True, foreign_key="organizations.code", ondelete="RESTRICT", max_length=CODE_LENGTH
    )
    kind: str = Field(primary_key=True, max_length=20)
    key: str = Field(primary_key=True, max_length=KEY_LENGTH)
    name: str = Field(default="", max_length=TERM_LENGTH)
    declared_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)


class VendorConflict(SQLModel, table=True):
    """A company whose requests an expert must not be matched with: wherever it is a partner of what is asked for."""

    __tablename__ = "expert_vendor_conflicts"
    __table_args__ = (not_empty("key"), not_empty("name"))

    expert_id: str = Field(primary_key=True, foreign_key=OF_EXPERT, ondelete="CASCADE", max_length=ID_LENGTH)
    key: str = Field(primary_key=True, max_length=KEY_LENGTH)
    name: str = Field(max_length=TERM_LENGTH)
