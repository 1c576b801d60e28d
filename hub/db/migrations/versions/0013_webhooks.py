"""Addresses of other systems that are told of events, and what each is yet to be told."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STATUSES = "'waiting', 'sending', 'sent', 'failed', 'uncertain', 'dropped'"


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("organization_code", sa.String(length=6), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("former_secret", sa.Text(), nullable=True),
        sa.Column("former_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("stopped_for", sa.String(length=20), nullable=True),
        sa.CheckConstraint("length(trim(url)) > 0", name=op.f("ck_webhooks_url_not_empty")),
        sa.CheckConstraint("failures BETWEEN 0 AND 1000000", name=op.f("ck_webhooks_failures_range")),
        sa.CheckConstraint(
            "stopped_for IS NULL OR stopped_for IN ('person', 'failing')", name=op.f("ck_webhooks_stopped_for_known")
        ),
        sa.ForeignKeyConstraint(
            ["organization_code"],
            ["organizations.code"],
            name=op.f("fk_webhooks_organization_code_organizations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "webhook_events",
        sa.Column("webhook_id", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(length=80), nullable=False),
        _of_webhook("webhook_events"),
        sa.PrimaryKeyConstraint("webhook_id", "event", name=op.f("pk_webhook_events")),
    )
    op.create_index(op.f("ix_webhook_events_event"), "webhook_events", ["event"], unique=False)
    op.create_table(
        "webhook_deliveries",
        sa.Column("webhook_id", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(length=80), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.Integer(), nullable=True),
        sa.CheckConstraint("attempt BETWEEN 0 AND 1000", name=op.f("ck_webhook_deliveries_attempt_range")),
        sa.CheckConstraint(f"status IN ({STATUSES})", name=op.f("ck_webhook_deliveries_status_known")),
        _of_webhook("webhook_deliveries"),
        sa.PrimaryKeyConstraint("webhook_id", "event", "subject_id", "occasion", name=op.f("pk_webhook_deliveries")),
    )
    op.create_index("ix_webhook_deliveries_status_due_at", "webhook_deliveries", ["status", "due_at"], unique=False)


def downgrade() -> None:
    for table in ("webhook_deliveries", "webhook_events", "webhooks"):
        op.drop_table(table)


def _of_webhook(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_webhook_id_webhooks")
    return sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.id"], name=name, ondelete="CASCADE")
