"""Notifications, the mail waiting to be sent, who wants none, and answers kept so that a repeat has no effect."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MAIL = "'waiting', 'sending', 'sent', 'failed', 'uncertain', 'dropped'"


def upgrade() -> None:
    _make_notifications()
    _make_outbox()
    op.create_table(
        "mail_preferences",
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(length=80), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        _of_account("mail_preferences"),
        sa.PrimaryKeyConstraint("account_id", "event", name=op.f("pk_mail_preferences")),
    )
    op.create_table(
        "kept_answers",
        sa.Column("actor_id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("route", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_kept_answers_digest_length")),
        sa.CheckConstraint("status BETWEEN 0 AND 299", name=op.f("ck_kept_answers_status_range")),
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("pk_kept_answers")),
    )
    op.create_index(op.f("ix_kept_answers_expires_at"), "kept_answers", ["expires_at"], unique=False)


def downgrade() -> None:
    for table in ("kept_answers", "mail_preferences", "outbox", "notifications"):
        op.drop_table(table)


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_account_id_accounts")
    return sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=name, ondelete="CASCADE")


def _make_notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(trim(event)) > 0", name=op.f("ck_notifications_event_not_empty")),
        _of_account("notifications"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("account_id", "event", "kind", "subject_id", "occasion", name="uq_notifications_once"),
    )
    op.create_index(
        "ix_notifications_account_id_created_at", "notifications", ["account_id", "created_at"], unique=False
    )


def _make_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("notification_id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.Integer(), nullable=True),
        sa.CheckConstraint("attempt BETWEEN 0 AND 1000", name=op.f("ck_outbox_attempt_range")),
        sa.CheckConstraint(f"status IN ({MAIL})", name=op.f("ck_outbox_status_known")),
        _of_account("outbox"),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notifications.id"],
            name=op.f("fk_outbox_notification_id_notifications"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("notification_id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_account_id"), "outbox", ["account_id"], unique=False)
    op.create_index("ix_outbox_status_due_at", "outbox", ["status", "due_at"], unique=False)
