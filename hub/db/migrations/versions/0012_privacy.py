"""Who may see which part of a profile, consents, who looked at it, declared conflicts, and people who are erased."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What organizations search is empty at first: by the usual choices they see none of the texts a search looks at.
    op.create_table(
        "organization_conflicts",
        sa.Column("organization_code", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('expert', 'vendor')", name=op.f("ck_organization_conflicts_kind_known")),
        sa.CheckConstraint("length(trim(key)) > 0", name=op.f("ck_organization_conflicts_key_not_empty")),
        sa.ForeignKeyConstraint(
            ["organization_code"],
            ["organizations.code"],
            name=op.f("fk_organization_conflicts_organization_code_organizations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("organization_code", "kind", "key", name=op.f("pk_organization_conflicts")),
    )
    op.create_index("ix_organization_conflicts_key", "organization_conflicts", ["key"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_by", sa.String(length=40), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=40), nullable=True),
        sa.CheckConstraint("language IN ('ja', 'en')", name=op.f("ck_consents_language_known")),
        sa.CheckConstraint("purpose IN ('matching')", name=op.f("ck_consents_purpose_known")),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_consents_withdrawn_whole")),
        sa.CheckConstraint("length(trim(version)) > 0", name=op.f("ck_consents_version_not_empty")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_consents_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_expert_id_purpose", "consents", ["expert_id", "purpose"], unique=False)
    op.create_table(
        "expert_disclosures",
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "audience IN ('coordinators', 'partners', 'organizations', 'public')",
            name=op.f("ck_expert_disclosures_audience_known"),
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_disclosures_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("expert_id", "part", name=op.f("pk_expert_disclosures")),
    )
    op.create_table(
        "expert_vendor_conflicts",
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.CheckConstraint("length(trim(key)) > 0", name=op.f("ck_expert_vendor_conflicts_key_not_empty")),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_expert_vendor_conflicts_name_not_empty")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_vendor_conflicts_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("expert_id", "key", name=op.f("pk_expert_vendor_conflicts")),
    )
    op.create_table(
        "profile_reads",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=6), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "audience IN ('coordinators', 'partners', 'organizations', 'public')",
            name=op.f("ck_profile_reads_audience_known"),
        ),
        sa.CheckConstraint(
            "purpose IN ('coordination', 'audit', 'open_request', 'proposal', 'offer', 'calendar', 'export')",
            name=op.f("ck_profile_reads_purpose_known"),
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_profile_reads_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_reads")),
    )
    op.create_index("ix_profile_reads_at", "profile_reads", ["at"], unique=False)
    op.create_index("ix_profile_reads_expert_id_at", "profile_reads", ["expert_id", "at"], unique=False)
    op.add_column("experts", sa.Column("organization_key", sa.String(), server_default="", nullable=False))
    op.add_column("experts", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("experts", sa.Column("kept_name", sa.String(length=201), nullable=True))
    op.add_column("experts", sa.Column("kept_until", sa.Date(), nullable=True))
    op.create_index(op.f("ix_experts_kept_until"), "experts", ["kept_until"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_experts_kept_until"), table_name="experts")
    op.drop_column("experts", "kept_until")
    op.drop_column("experts", "kept_name")
    op.drop_column("experts", "erased_at")
    op.drop_column("experts", "organization_key")
    op.drop_index("ix_profile_reads_expert_id_at", table_name="profile_reads")
    op.drop_index("ix_profile_reads_at", table_name="profile_reads")
    op.drop_table("profile_reads")
    op.drop_table("expert_vendor_conflicts")
    op.drop_table("expert_disclosures")
    op.drop_index("ix_consents_expert_id_purpose", table_name="consents")
    op.drop_table("consents")
    op.drop_index("ix_organization_conflicts_key", table_name="organization_conflicts")
    op.drop_table("organization_conflicts")
