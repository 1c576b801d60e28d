"""Who is at work on a plan's run, and until when nobody else may take it over."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plans", sa.Column("worker", sa.String(length=100), nullable=True))
    # None on a run that is under way counts as run out: whoever began it before this version is at an end.
    op.add_column("plans", sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("plans", "leased_until")
    op.drop_column("plans", "worker")
