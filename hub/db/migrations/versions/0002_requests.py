"""Requests, their slots and needs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
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
        "requests",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("organization_code", sa.String(length=6), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("summary", sa.String(length=20000), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("gate", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.Float(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("budget_basis", sa.String(length=10), nullable=False),
        sa.Column("team", sa.String(length=10), nullable=False),
        sa.Column("source", sa.String(length=20000), nullable=True),
        sa.Column("assumed", sa.String(length=20000), nullable=True),
        sa.Column("search_key", sa.String(), nullable=False),
        sa.CheckConstraint("budget_basis IN ('gross', 'net')", name=op.f("ck_requests_budget_basis_known")),
        sa.CheckConstraint("gate IN ('計画策定', '社会実証', '実装・展開')", name=op.f("ck_requests_gate_known")),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'open', 'closed', 'withdrawn')", name=op.f("ck_requests_status_known")
        ),
        sa.CheckConstraint("team IN ('any', 'all')", name=op.f("ck_requests_team_known")),
        sa.CheckConstraint("budget BETWEEN 0 AND 1000000000000000", name=op.f("ck_requests_budget_not_negative")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_requests_title_not_empty")),
        sa.CheckConstraint("priority > 0 AND priority <= 1000000000", name=op.f("ck_requests_priority_positive")),
        sa.ForeignKeyConstraint(
            ["organization_code"],
            ["organizations.code"],
            name=op.f("fk_requests_organization_code_organizations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("reference", name=op.f("uq_requests_reference")),
    )
    op.create_index(op.f("ix_requests_organization_code"), "requests", ["organization_code"], unique=False)
    op.create_index(op.f("ix_requests_status"), "requests", ["status"], unique=False)

    op.create_table(
        "request_themes",
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("theme", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_request_themes_request_id_requests"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("request_id", "theme", name=op.f("pk_request_themes")),
    )
    op.create_index(op.f("ix_request_themes_theme"), "request_themes", ["theme"], unique=False)

    op.create_table(
        "request_beneficiaries",
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("organization_code", sa.String(length=6), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_code"],
            ["organizations.code"],
            name=op.f("fk_request_beneficiaries_organization_code_organizations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["requests.id"],
            name=op.f("fk_request_beneficiaries_request_id_requests"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("request_id", "organization_code", name=op.f("pk_request_beneficiaries")),
    )
    op.create_index(
        op.f("ix_request_beneficiaries_organization_code"), "request_beneficiaries", ["organization_code"], unique=False
    )

    op.create_table(
        "promotion_partners",
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=100), nullable=False),
        sa.Column("organization", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_promotion_partners_request_id_requests"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("request_id", "position", name=op.f("pk_promotion_partners")),
    )

    op.create_table(
        "slots",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("talent_type", sa.String(length=1), nullable=False),
        sa.Column("role", sa.String(length=100), nullable=True),
        sa.Column("stage", sa.String(length=100), nullable=False),
        sa.Column("start", sa.String(length=7), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("onsite_days", sa.Float(), nullable=False),
        sa.Column("remote_ok", sa.Boolean(), nullable=False),
        sa.Column("rate_ceiling", sa.BigInteger(), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            is_month("start"),
            name=op.f("ck_slots_start_format"),
        ),
        sa.CheckConstraint("talent_type IN ('X', 'D')", name=op.f("ck_slots_talent_type_known")),
        sa.CheckConstraint("hours BETWEEN 0 AND 744", name=op.f("ck_slots_hours_range")),
        sa.CheckConstraint("length BETWEEN 1 AND 1200", name=op.f("ck_slots_length_range")),
        sa.CheckConstraint("onsite_days BETWEEN 0 AND 31", name=op.f("ck_slots_onsite_days_range")),
        sa.CheckConstraint(
            "rate_ceiling BETWEEN 0 AND 1000000000000000", name=op.f("ck_slots_rate_ceiling_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_slots_request_id_requests"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("request_id", "position", name=op.f("uq_slots_request_id_position")),
    )
    op.create_index(op.f("ix_slots_stage"), "slots", ["stage"], unique=False)

    op.create_table(
        "skill_needs",
        sa.Column("slot_id", sa.String(length=40), nullable=False),
        sa.Column("skill", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_skill_needs_level_range")),
        sa.CheckConstraint("weight > 0 AND weight <= 1000000000", name=op.f("ck_skill_needs_weight_positive")),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slots.id"], name=op.f("fk_skill_needs_slot_id_slots"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slot_id", "skill", name=op.f("pk_skill_needs")),
    )
    op.create_index(op.f("ix_skill_needs_skill"), "skill_needs", ["skill"], unique=False)


def downgrade() -> None:
    op.drop_table("skill_needs")
    op.drop_table("slots")
    op.drop_table("promotion_partners")
    op.drop_table("request_beneficiaries")
    op.drop_table("request_themes")
    op.drop_table("requests")
