"""Organizations and experts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def is_month(column: str) -> str:
    months = ", ".join(f"'-{month:02d}'" for month in range(1, 13))
    return (
        f"length({column}) = 7 AND substr({column}, 5, 3) IN ({months}) "
        f"AND CAST(substr({column}, 1, 4) AS INTEGER) BETWEEN 1900 AND 2199"
    )


def upgrade() -> None:
    op.create_table(
        "organizations",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("prefecture_code", sa.String(length=2), nullable=False),
        sa.Column("prefecture", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kana", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("area", sa.String(length=100), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('prefecture', 'designated_city', 'core_city', 'city', "
            "'special_ward', 'town', 'village', 'other')",
            name=op.f("ck_organizations_kind_known"),
        ),
        sa.CheckConstraint("budget BETWEEN 0 AND 1000000000000000", name=op.f("ck_organizations_budget_not_negative")),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_organizations_latitude_range")),
        sa.CheckConstraint("length(code) = 6", name=op.f("ck_organizations_code_length")),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_organizations_name_not_empty")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_organizations_longitude_range")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_organizations")),
    )
    op.create_index(op.f("ix_organizations_prefecture_code"), "organizations", ["prefecture_code"], unique=False)

    op.create_table(
        "experts",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("family_name", sa.String(length=100), nullable=False),
        sa.Column("given_name", sa.String(length=100), nullable=False),
        sa.Column("family_kana", sa.String(length=100), nullable=False),
        sa.Column("given_kana", sa.String(length=100), nullable=False),
        sa.Column("family_romaji", sa.String(length=100), nullable=False),
        sa.Column("given_romaji", sa.String(length=100), nullable=False),
        sa.Column("affiliation", sa.String(length=100), nullable=False),
        sa.Column("is_x", sa.Boolean(), nullable=False),
        sa.Column("is_d", sa.Boolean(), nullable=False),
        sa.Column("hourly_rate", sa.BigInteger(), nullable=False),
        sa.Column("current_rate", sa.BigInteger(), nullable=True),
        sa.Column("base", sa.String(length=6), nullable=False),
        sa.Column("max_travel_minutes", sa.Integer(), nullable=True),
        sa.Column("remote", sa.Boolean(), nullable=False),
        sa.Column("onsite", sa.Boolean(), nullable=False),
        sa.Column("full_time_possible", sa.Boolean(), nullable=False),
        sa.Column("rating_mean", sa.Float(), nullable=True),
        sa.Column("rating_count", sa.Integer(), nullable=False),
        sa.Column("summary", sa.String(length=20000), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.CheckConstraint("(rating_mean IS NULL) = (rating_count = 0)", name=op.f("ck_experts_rating_has_count")),
        sa.CheckConstraint(
            "current_rate BETWEEN 0 AND 1000000000000000", name=op.f("ck_experts_current_rate_not_negative")
        ),
        sa.CheckConstraint(
            "hourly_rate BETWEEN 0 AND 1000000000000000", name=op.f("ck_experts_hourly_rate_not_negative")
        ),
        sa.CheckConstraint("is_x OR is_d", name=op.f("ck_experts_talent_type_given")),
        sa.CheckConstraint("length(trim(family_name)) > 0", name=op.f("ck_experts_family_name_not_empty")),
        sa.CheckConstraint("max_travel_minutes BETWEEN 0 AND 100000", name=op.f("ck_experts_max_travel_minutes_range")),
        sa.CheckConstraint("rating_count BETWEEN 0 AND 1000000", name=op.f("ck_experts_rating_count_range")),
        sa.CheckConstraint("rating_mean BETWEEN 1 AND 5", name=op.f("ck_experts_rating_mean_range")),
        sa.CheckConstraint("remote OR onsite", name=op.f("ck_experts_work_mode_given")),
        sa.ForeignKeyConstraint(
            ["base"], ["organizations.code"], name=op.f("fk_experts_base_organizations"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experts")),
        sa.UniqueConstraint("reference", name=op.f("uq_experts_reference")),
    )
    op.create_index(op.f("ix_experts_base"), "experts", ["base"], unique=False)
    op.create_index(op.f("ix_experts_paused"), "experts", ["paused"], unique=False)

    op.create_table(
        "expert_skills",
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("framework", sa.String(length=10), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(length=20000), nullable=False),
        sa.CheckConstraint("framework IN ('1.2', '2.0')", name=op.f("ck_expert_skills_framework_known")),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_expert_skills_level_range")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_skills_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("expert_id", "code", "framework", name=op.f("pk_expert_skills")),
    )
    op.create_index(op.f("ix_expert_skills_code"), "expert_skills", ["code"], unique=False)

    op.create_table(
        "expert_roles",
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_roles_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("expert_id", "role", name=op.f("pk_expert_roles")),
    )
    op.create_index(op.f("ix_expert_roles_role"), "expert_roles", ["role"], unique=False)

    op.create_table(
        "expert_stages",
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_stages_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("expert_id", "stage", name=op.f("pk_expert_stages")),
    )
    op.create_index(op.f("ix_expert_stages_stage"), "expert_stages", ["stage"], unique=False)

    op.create_table(
        "expert_themes",
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("theme", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_themes_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("expert_id", "theme", name=op.f("pk_expert_themes")),
    )
    op.create_index(op.f("ix_expert_themes_theme"), "expert_themes", ["theme"], unique=False)

    op.create_table(
        "expert_external_types",
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("external_type", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "external_type IN ('PROD', 'PM', 'SD', 'ENG')", name=op.f("ck_expert_external_types_external_type_known")
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_external_types_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("expert_id", "external_type", name=op.f("pk_expert_external_types")),
    )

    op.create_table(
        "expert_regions",
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("prefecture_code", sa.String(length=2), nullable=False),
        sa.CheckConstraint("length(prefecture_code) = 2", name=op.f("ck_expert_regions_prefecture_code_length")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_regions_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("expert_id", "prefecture_code", name=op.f("pk_expert_regions")),
    )

    op.create_table(
        "expert_conflicts",
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("organization_code", sa.String(length=6), nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_expert_conflicts_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_code"],
            ["organizations.code"],
            name=op.f("fk_expert_conflicts_organization_code_organizations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("expert_id", "organization_code", name=op.f("pk_expert_conflicts")),
    )
    op.create_index(
        op.f("ix_expert_conflicts_organization_code"), "expert_conflicts", ["organization_code"], unique=False
    )

    op.create_table(
        "career_entries",
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organization", sa.String(length=100), nullable=False),
        sa.Column("theme", sa.String(length=100), nullable=True),
        sa.Column("stage", sa.String(length=100), nullable=True),
        sa.Column("role_played", sa.String(length=10), nullable=False),
        sa.Column("contribution", sa.String(length=20000), nullable=False),
        sa.Column("outcome", sa.String(length=20000), nullable=False),
        sa.Column("started", sa.String(length=7), nullable=False),
        sa.Column("ended", sa.String(length=7), nullable=True),
        sa.Column("evidence", sa.String(length=20000), nullable=False),
        sa.CheckConstraint(
            is_month("ended"),
            name=op.f("ck_career_entries_ended_format"),
        ),
        sa.CheckConstraint(
            is_month("started"),
            name=op.f("ck_career_entries_started_format"),
        ),
        sa.CheckConstraint(
            "role_played IN ('lead', 'member', 'adviser', 'trainer')", name=op.f("ck_career_entries_role_played_known")
        ),
        sa.CheckConstraint("ended IS NULL OR ended >= started", name=op.f("ck_career_entries_ended_after_start")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_career_entries_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("expert_id", "position", name=op.f("pk_career_entries")),
    )

    op.create_table(
        "availability",
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("engagements", sa.Integer(), nullable=False),
        sa.Column("onsite_days", sa.Float(), nullable=False),
        sa.CheckConstraint(
            is_month("month"),
            name=op.f("ck_availability_month_format"),
        ),
        sa.CheckConstraint("engagements BETWEEN 0 AND 1000", name=op.f("ck_availability_engagements_range")),
        sa.CheckConstraint("hours BETWEEN 0 AND 744", name=op.f("ck_availability_hours_range")),
        sa.CheckConstraint("onsite_days BETWEEN 0 AND 31", name=op.f("ck_availability_onsite_days_range")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_availability_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("expert_id", "month", name=op.f("pk_availability")),
    )


def downgrade() -> None:
    op.drop_table("availability")
    op.drop_table("career_entries")
    op.drop_table("expert_conflicts")
    op.drop_table("expert_regions")
    op.drop_table("expert_external_types")
    op.drop_table("expert_themes")
    op.drop_table("expert_stages")
    op.drop_table("expert_roles")
    op.drop_table("expert_skills")
    op.drop_table("experts")
    op.drop_table("organizations")
