"""What people and systems sign in with. Secrets are kept as hashes, those of the second factor encrypted."""

from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from hub.models.accounts import OF_ACCOUNT
from hub.models.base import ID_LENGTH, TERM_LENGTH, UtcDateTime, between, not_empty, one_of, utc_now

LinkPurpose = Literal["invitation", "reset"]

LINK_PURPOSES: tuple[str, ...] = get_args(LinkPurpose)
SECRET_HASH_LENGTH = 64
"""SHA-256 in hexadecimal: of secrets of at least 112 random bits, which nobody guesses, so no salt is needed."""
AGENT_LENGTH = 200
CREDENTIAL_ID_LENGTH = 1364
"""1,023 bytes in base64url, the longest WebAuthn allows."""
MOST_SIGNATURES = 4_294_967_295
ISSUER_LENGTH = 500
SUBJECT_LENGTH = 255
"""The longest subject of OpenID Connect."""
MOST_PER_MINUTE = 1_000_000
MOST_ATTEMPTS = 1_000_000


def secret_hash(column: str) -> CheckConstraint:
    """Return a check that ``column`` is the hash of a secret."""
    return CheckConstraint(f"length({column}) = {SECRET_HASH_LENGTH}", name=f"{column}_length")


class Credential(SQLModel, table=True):
    """What an account proves itself with. ``password_hash``: Argon2id with its parameters, None before there is one.

    ``totp_secret``: of the second factor, encrypted with a key that is not in the database; ``totp_pending``: one that
    is being set up. ``totp_step``: the last time step a code was accepted for, so that none is accepted twice.
    """

    __tablename__ = "credentials"
    __table_args__ = (between("totp_step", 0, 1_000_000_000_000),)

    account_id: str = Field(primary_key=True, foreign_key=OF_ACCOUNT, ondelete="CASCADE", max_length=ID_LENGTH)
    password_hash: str | None = Field(default=None, sa_type=Text, nullable=True)
    password_set_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    totp_secret: str | None = Field(default=None, sa_type=Text, nullable=True)
    totp_pending: str | None = Field(default=None, sa_type=Text, nullable=True)
    totp_set_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    totp_step: int = Field(default=0, sa_type=BigInteger)


class RecoveryCode(SQLModel, table=True):
    """A code that replaces the second factor once; the row goes when it is used."""

    __tablename__ = "recovery_codes"
    __table_args__ = (secret_hash("code_hash"),)

    account_id: str = Field(primary_key=True, foreign_key=OF_ACCOUNT, ondelete="CASCADE", max_length=ID_LENGTH)
    code_hash: str = Field(primary_key=True, max_length=SECRET_HASH_LENGTH)


class Passkey(SQLModel, table=True):
    """A passkey (WebAuthn credential) of an account. ``credential_id`` and ``public_key`` (COSE): in base64url.

    ``sign_count``: what the authenticator counted last; zero where it counts nothing. ``used_at`` None: never used.
    """

    __tablename__ = "passkeys"
    __table_args__ = (
        UniqueConstraint("credential_id"),
        not_empty("name"),
        between("sign_count", 0, MOST_SIGNATURES),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    account_id: str = Field(foreign_key=OF_ACCOUNT, ondelete="CASCADE", max_length=ID_LENGTH, index=True)
    credential_id: str = Field(max_length=CREDENTIAL_ID_LENGTH)
    public_key: str = Field(sa_type=Text)
    sign_count: int = Field(default=0, sa_type=BigInteger)
    name: str = Field(max_length=TERM_LENGTH)
    made_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class ProviderLink(SQLModel, table=True):
    """Who an account is at a provider of sign-in: ``subject`` as ``issuer`` calls them (OpenID Connect)."""

    __tablename__ = "provider_links"
    __table_args__ = (UniqueConstraint("account_id", "issuer"), not_empty("subject"))

    issuer: str = Field(primary_key=True, max_length=ISSUER_LENGTH)
    subject: str = Field(primary_key=True, max_length=SUBJECT_LENGTH)
    account_id: str = Field(foreign_key=OF_ACCOUNT, ondelete="CASCADE", max_length=ID_LENGTH)
    made_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class SignedInSession(SQLModel, table=True):
    """A browser somebody signed in with. ``id`` names it in lists; ``token_hash``: of what the browser holds.

    ``second_factor_at`` None: the password alone was given. ``expires_at``: the absolute limit; the idle one counts
    from ``seen_at``, which is written now and then. ``agent``: what the browser says of itself.
    """

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("token_hash"), secret_hash("token_hash"))

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    token_hash: str = Field(max_length=SECRET_HASH_LENGTH)
    account_id: str = Field(foreign_key=OF_ACCOUNT, ondelete="CASCADE", max_length=ID_LENGTH, index=True)
    made_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    seen_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    expires_at: datetime = Field(sa_type=UtcDateTime, nullable=False, index=True)
    second_factor_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    agent: str = Field(default="", max_length=AGENT_LENGTH)


class OneTimeLink(SQLModel, table=True):
    """A link that sets a password once. ``token_hash`` None: its secret is made only when the mail is written.

    The row goes when the link is used or another takes its place.
    """

    __tablename__ = "one_time_links"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        secret_hash("token_hash"),
        one_of("purpose", LINK_PURPOSES),
        Index("ix_one_time_links_account_id", "account_id"),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    account_id: str = Field(foreign_key=OF_ACCOUNT, ondelete="CASCADE", max_length=ID_LENGTH)
    purpose: str = Field(max_length=20)
    token_hash: str | None = Field(default=None, max_length=SECRET_HASH_LENGTH, nullable=True)
    made_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    expires_at: datetime = Field(sa_type=UtcDateTime, nullable=False, index=True)


class ApiToken(SQLModel, table=True):
    """A key for another system, acting as ``account_id`` within ``scopes`` (``hub.auth.scopes``) until it expires.

    ``used_on``: the last day (in Japan) it was used. ``per_minute``: how many requests it may send, None: as many as
    the settings say. ``spent_until``: when what was granted of them has come back (see ``token_pace``, which counts).
    The row goes when it is revoked.
    """

    __tablename__ = "api_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        secret_hash("token_hash"),
        not_empty("name"),
        between("per_minute", 1, MOST_PER_MINUTE),
    )

    id: str = Field(primary_key=True, max_length=ID_LENGTH)
    token_hash: str = Field(max_length=SECRET_HASH_LENGTH)
    account_id: str = Field(foreign_key=OF_ACCOUNT, ondelete="CASCADE", max_length=ID_LENGTH, index=True)
    name: str = Field(max_length=TERM_LENGTH)
    scopes: list[str] = Field(sa_type=JSON)
    made_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime, nullable=False)
    expires_at: datetime = Field(sa_type=UtcDateTime, nullable=False, index=True)
    used_on: date | None = None
    per_minute: int | None = None
    spent_until: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class SignInCount(SQLModel, table=True):
    """How many attempts there were within a while. ``key``: a hash of who tried what from where, nobody's name."""

    __tablename__ = "sign_in_counts"
    __table_args__ = (secret_hash("key"), between("attempts", 0, MOST_ATTEMPTS))

    key: str = Field(primary_key=True, max_length=SECRET_HASH_LENGTH)
    attempts: int = 0
    ends_at: datetime = Field(sa_type=UtcDateTime, nullable=False, index=True)
