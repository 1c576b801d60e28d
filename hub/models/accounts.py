"""Accounts: the people who act, and the roles they were given."""

from typing import Literal, get_args

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from hub.models.base import CODE_LENGTH, ID_LENGTH, TERM_LENGTH, Edited, not_empty, one_of

Language = Literal["ja", "en"]
GivenRole = Literal["requester", "approver", "organization_admin", "expert", "coordinator", "auditor", "system_admin"]

LANGUAGES: tuple[str, ...] = get_args(Language)
GIVEN_ROLES: tuple[str, ...] = get_args(GivenRole)
MAIL_LENGTH = 254
"""The longest address of mail (RFC 5321 with its erratum 1690)."""

OF_ACCOUNT = "accounts.id"


class Account(Edited, table=True):
    """A person who signs in. ``mail_key``: the address by which two are told apart. ``expert_id``: their own profile.

    ``active`` False: may not sign in and is told nothing, but records still name the id.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("mail_key"),
        UniqueConstraint("expert_id"),
        not_empty("mail"),
        not_empty("name"),
        one_of("language", LANGUAGES),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    mail: str = Field(max_length=MAIL_LENGTH)
    mail_key: str = Field(max_length=MAIL_LENGTH)
    name: str = Field(max_length=TERM_LENGTH)
    language: str = Field(default="ja", max_length=2)
    expert_id: str | None = Field(
        default=None, foreign_key="experts.id", ondelete="RESTRICT", max_length=ID_LENGTH, nullable=True
    )
    active: bool = True


class AccountGrant(SQLModel, table=True):
    """A role of an account within ``scope``: a 団体コード, a prefecture's code, or nothing for the country."""

    __tablename__ = "account_grants"
    __table_args__ = (one_of("role", GIVEN_ROLES), CheckConstraint("length(scope) IN (0, 2, 6)", name="scope_length"))

    account_id: str = Field(primary_key=True, foreign_key=OF_ACCOUNT, ondelete="CASCADE", max_length=ID_LENGTH)
    role: str = Field(primary_key=True, max_length=20)
    scope: str = Field(primary_key=True, max_length=CODE_LENGTH, index=True)
