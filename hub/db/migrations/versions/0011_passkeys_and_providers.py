"""Passkeys, who people are at providers of sign-in, and how many requests a minute a token may send."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("credential_id", sa.String(length=1364), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_passkeys_name_not_empty")),
        sa.CheckConstraint("sign_count BETWEEN 0 AND 4294967295", name=op.f("ck_passkeys_sign_count_range")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_passkeys_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    op.create_index(op.f("ix_passkeys_account_id"), "passkeys", ["account_id"], unique=False)
    op.create_table(
        "provider_links",
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(trim(subject)) > 0", name=op.f("ck_provider_links_subject_not_empty")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_provider_links_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_provider_links")),
        sa.UniqueConstraint("account_id", "issuer", name=op.f("uq_provider_links_account_id_issuer")),
    )
    with op.batch_alter_table("api_tokens") as tokens:
        tokens.add_column(sa.Column("per_minute", sa.Integer(), nullable=True))
        tokens.add_column(sa.Column("spent_until", sa.DateTime(timezone=True), nullable=True))
        tokens.create_check_constraint(op.f("ck_api_tokens_per_minute_range"), "per_minute BETWEEN 1 AND 1000000")


def downgrade() -> None:
    with op.batch_alter_table("api_tokens") as tokens:
        tokens.drop_constraint(op.f("ck_api_tokens_per_minute_range"), type_="check")
        tokens.drop_column("spent_until")
        tokens.drop_column("per_minute")
    op.drop_table("provider_links")
    op.drop_table("passkeys")
