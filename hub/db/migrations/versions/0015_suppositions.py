"""Plans that rest on something supposed: of which plan they take the problem, what is supposed, who is not there."""

import sqlalchemy as sa
from alembic import op

from hub.db.triggers import batch_keeping_triggers

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NOTHING = sa.text("'{}'")


def upgrade() -> None:
    with batch_keeping_triggers(op, "plans") as batch:
        batch.add_column(sa.Column("base_id", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("supposed", sa.JSON(), nullable=False, server_default=NOTHING))
        batch.create_check_constraint(
            op.f("ck_plans_supposed_not_in_force"),
            "base_id IS NULL OR (in_force = false AND status <> 'published')",
        )
    op.add_column("plan_slots", sa.Column("supposed", sa.JSON(), nullable=False, server_default=NOTHING))


def downgrade() -> None:
    # Without its suppositions such a plan would read like one that can be published, with slots nobody real fills.
    # Each table by itself: while SQLite makes tables anew its foreign keys, and what they take along, are off.
    for table in ("assignments", "plan_slots", "plan_links", "plan_documents"):
        op.execute(f"DELETE FROM {table} WHERE plan_id IN (SELECT id FROM plans WHERE base_id IS NOT NULL)")
    op.execute("DELETE FROM plans WHERE base_id IS NOT NULL")
    with batch_keeping_triggers(op, "plan_slots") as batch:
        batch.drop_column("supposed")
    with batch_keeping_triggers(op, "plans") as batch:
        batch.drop_constraint(op.f("ck_plans_supposed_not_in_force"), type_="check")
        batch.drop_column("supposed")
        batch.drop_column("base_id")
