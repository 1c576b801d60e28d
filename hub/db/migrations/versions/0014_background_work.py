"""Runs that are told apart by who asked and how often they were lost, comparisons, and Procrastinate's own tables."""

import sqlalchemy as sa
from alembic import op

from hub.db.queue_schema import create_queue, drop_queue
from hub.db.triggers import batch_keeping_triggers

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comparisons",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("prefecture_code", sa.String(length=2), nullable=True),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("axis", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("months", sa.JSON(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("error_ja", sa.String(length=20000), nullable=True),
        sa.Column("error_en", sa.String(length=20000), nullable=True),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_comparisons_title_not_empty")),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_comparisons_status_known")
        ),
        sa.CheckConstraint("axis IN ('equity', 'coverage', 'yen_per_point')", name=op.f("ck_comparisons_axis_known")),
        sa.CheckConstraint("status <> 'failed' OR error_en IS NOT NULL", name=op.f("ck_comparisons_failed_says_why")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparisons")),
    )
    op.create_index("ix_comparisons_status_created_at", "comparisons", ["status", "created_at"], unique=False)
    with batch_keeping_triggers(op, "plans") as batch:
        batch.add_column(sa.Column("sequence", sa.BigInteger(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("losses", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("asked_by", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("comparison_id", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("point", sa.Float(), nullable=True))
        batch.add_column(sa.Column("kept", sa.Boolean(), nullable=False, server_default=sa.text("false")))
        batch.create_check_constraint(op.f("ck_plans_losses_range"), "losses BETWEEN 0 AND 1000")
        batch.create_foreign_key(
            op.f("fk_plans_comparison_id_comparisons"), "comparisons", ["comparison_id"], ["id"], ondelete="CASCADE"
        )
        batch.create_index("ix_plans_comparison_id", ["comparison_id"], unique=False)
        batch.create_index("ix_plans_asked_by_started_at", ["asked_by", "started_at"], unique=False)
    create_queue(op, "3.10.0")


def downgrade() -> None:
    drop_queue(op)
    with batch_keeping_triggers(op, "plans") as batch:
        batch.drop_index("ix_plans_asked_by_started_at")
        batch.drop_index("ix_plans_comparison_id")
        batch.drop_constraint(op.f("fk_plans_comparison_id_comparisons"), type_="foreignkey")
        batch.drop_constraint(op.f("ck_plans_losses_range"), type_="check")
        for name in ("kept", "point", "comparison_id", "asked_by", "losses", "sequence"):
            batch.drop_column(name)
    # A point of a comparison is a plan like any other without it.
    op.drop_index("ix_comparisons_status_created_at", table_name="comparisons")
    op.drop_table("comparisons")
