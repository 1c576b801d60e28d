"""The scheme a request has in mind, and the weights by which its beneficiaries share a cost."""

import sqlalchemy as sa
from alembic import op

revision = "0004s"
down_revision = "0003"
branch_labels = None
depends_on = None

WEIGHT = "ck_request_beneficiaries_weight_range"


def upgrade() -> None:
    op.add_column("requests", sa.Column("scheme", sa.String(length=40), nullable=True))
    with op.batch_alter_table("request_beneficiaries") as table:
        table.add_column(sa.Column("weight", sa.Float(), nullable=True))
        table.create_check_constraint(op.f(WEIGHT), "weight BETWEEN 0 AND 1000000000")


def downgrade() -> None:
    with op.batch_alter_table("request_beneficiaries") as table:
        table.drop_constraint(op.f(WEIGHT), type_="check")
        table.drop_column("weight")
    op.drop_column("requests", "scheme")
