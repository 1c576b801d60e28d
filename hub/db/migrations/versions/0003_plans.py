"""Plans: the queue, the results, what was decided."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("stop_requested", sa.Boolean(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("months", sa.JSON(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("input_digest", sa.String(length=100), nullable=True),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("phase", sa.String(length=100), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("objective", sa.Float(), nullable=True),
        sa.Column("bound", sa.Float(), nullable=True),
        sa.Column("gap", sa.Float(), nullable=True),
        sa.Column("filled", sa.Integer(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=100), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("error_ja", sa.String(length=20000), nullable=True),
        sa.Column("error_en", sa.String(length=20000), nullable=True),
        sa.Column("error_reference", sa.String(length=100), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("in_force = false OR status = 'ready'", name=op.f("ck_plans_in_force_when_ready")),
        sa.CheckConstraint("status <> 'failed' OR error_en IS NOT NULL", name=op.f("ck_plans_failed_says_why")),
        sa.CheckConstraint("status <> 'ready' OR result IS NOT NULL", name=op.f("ck_plans_ready_has_result")),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'ready', 'failed', 'cancelled')", name=op.f("ck_plans_status_known")
        ),
        sa.CheckConstraint("attempt BETWEEN 0 AND 1000000", name=op.f("ck_plans_attempt_range")),
        sa.CheckConstraint("filled BETWEEN 0 AND 10000000", name=op.f("ck_plans_filled_range")),
        sa.CheckConstraint("gap IS NULL OR gap >= 0", name=op.f("ck_plans_gap_not_negative")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_plans_title_not_empty")),
        sa.CheckConstraint("slots BETWEEN 0 AND 10000000", name=op.f("ck_plans_slots_range")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_index("ix_plans_status_created_at", "plans", ["status", "created_at"], unique=False)
    op.create_index(
        "uq_plans_one_in_force",
        "plans",
        ["in_force"],
        unique=True,
        sqlite_where=sa.text("in_force"),
        postgresql_where=sa.text("in_force"),
    )

    op.create_table(
        "plan_documents",
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('problem', 'plan')", name=op.f("ck_plan_documents_kind_known")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plans.id"], name=op.f("fk_plan_documents_plan_id_plans"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "kind", name=op.f("pk_plan_documents")),
    )

    op.create_table(
        "plan_links",
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("slot_id", sa.String(length=40), nullable=False),
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.CheckConstraint("kind IN ('pin', 'forbidden')", name=op.f("ck_plan_links_kind_known")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_plan_links_expert_id_experts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plans.id"], name=op.f("fk_plan_links_plan_id_plans"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slots.id"], name=op.f("fk_plan_links_slot_id_slots"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "slot_id", "expert_id", name=op.f("pk_plan_links")),
    )

    op.create_table(
        "plan_slots",
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("slot_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plans.id"], name=op.f("fk_plan_slots_plan_id_plans"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slots.id"], name=op.f("fk_plan_slots_slot_id_slots"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("plan_id", "slot_id", name=op.f("pk_plan_slots")),
    )
    op.create_index(op.f("ix_plan_slots_slot_id"), "plan_slots", ["slot_id"], unique=False)

    op.create_table(
        "assignments",
        sa.Column("plan_id", sa.String(length=40), nullable=False),
        sa.Column("slot_id", sa.String(length=40), nullable=False),
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("fit", sa.Float(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=False),
        sa.Column("net_cost", sa.Float(), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("travel_minutes", sa.Float(), nullable=True),
        sa.Column("travel_yen", sa.Float(), nullable=True),
        sa.CheckConstraint("cost BETWEEN 0 AND 1000000000000000", name=op.f("ck_assignments_cost_not_negative")),
        sa.CheckConstraint("fit BETWEEN 0 AND 1", name=op.f("ck_assignments_fit_range")),
        sa.CheckConstraint("hours BETWEEN 0 AND 7440", name=op.f("ck_assignments_hours_range")),
        sa.CheckConstraint(
            "net_cost BETWEEN 0 AND 1000000000000000", name=op.f("ck_assignments_net_cost_not_negative")
        ),
        sa.CheckConstraint("travel_minutes BETWEEN 0 AND 100000", name=op.f("ck_assignments_travel_minutes_range")),
        sa.CheckConstraint(
            "travel_yen BETWEEN 0 AND 1000000000000000", name=op.f("ck_assignments_travel_yen_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_assignments_expert_id_experts"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id", "slot_id"],
            ["plan_slots.plan_id", "plan_slots.slot_id"],
            name=op.f("fk_assignments_plan_id_slot_id_plan_slots"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("plan_id", "slot_id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_expert_id"), "assignments", ["expert_id"], unique=False)


def downgrade() -> None:
    op.drop_table("assignments")
    op.drop_table("plan_slots")
    op.drop_table("plan_links")
    op.drop_table("plan_documents")
    op.drop_table("plans")
