"""The audit log: records nobody changes, the personal details beside them, and where the chain ends."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOST = 9_000_000_000_000_000
KEPT = "audit_kept: the audit log is only added to"

SQLITE_TRIGGERS = {
    "audit_records_update": f"BEFORE UPDATE ON audit_records BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
    "audit_records_delete": f"BEFORE DELETE ON audit_records BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
    "audit_details_update": f"BEFORE UPDATE ON audit_details BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
    "audit_head_update": f"""
        BEFORE UPDATE ON audit_head WHEN NEW.id <> OLD.id OR NEW.seq <= OLD.seq
        BEGIN SELECT RAISE(ABORT, '{KEPT}'); END""",
    "audit_head_delete": f"BEFORE DELETE ON audit_head BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
    # INSERT OR REPLACE removes the row in its way without asking the triggers of a removal.
    "audit_records_replace": f"""
        BEFORE INSERT ON audit_records WHEN EXISTS (SELECT 1 FROM audit_records WHERE seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, '{KEPT}'); END""",
    "audit_details_replace": f"""
        BEFORE INSERT ON audit_details WHEN EXISTS (SELECT 1 FROM audit_details WHERE seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, '{KEPT}'); END""",
    "audit_head_replace": f"""
        BEFORE INSERT ON audit_head WHEN EXISTS (SELECT 1 FROM audit_head)
        BEGIN SELECT RAISE(ABORT, '{KEPT}'); END""",
}
POSTGRESQL_TRIGGERS = {
    "audit_records_kept": "BEFORE UPDATE OR DELETE ON audit_records FOR EACH ROW",
    "audit_records_not_emptied": "BEFORE TRUNCATE ON audit_records FOR EACH STATEMENT",
    "audit_details_kept": "BEFORE UPDATE ON audit_details FOR EACH ROW",
    "audit_details_not_emptied": "BEFORE TRUNCATE ON audit_details FOR EACH STATEMENT",
    "audit_head_forward": "BEFORE UPDATE ON audit_head FOR EACH ROW WHEN (NEW.id <> OLD.id OR NEW.seq <= OLD.seq)",
    "audit_head_kept": "BEFORE DELETE ON audit_head FOR EACH ROW",
    "audit_head_not_emptied": "BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT",
}


def upgrade() -> None:
    _make_records()
    _make_details()
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_id_one")),
        sa.CheckConstraint(f"seq BETWEEN 0 AND {MOST}", name=op.f("ck_audit_head_seq_range")),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_audit_head_hash_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    if op.get_context().dialect.name == "sqlite":
        for name, text in SQLITE_TRIGGERS.items():
            op.execute(f"CREATE TRIGGER {name} {text}")
        return
    op.execute(
        "CREATE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$body$BEGIN RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'check_violation'; END$body$"
    )
    for name, when in POSTGRESQL_TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION audit_kept()")


def downgrade() -> None:
    for table in ("audit_head", "audit_details", "audit_records"):
        op.drop_table(table)  # and its triggers
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_kept()")


def _make_records() -> None:
    op.create_table(
        "audit_records",
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("actor_id", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("commitment", sa.String(length=64), nullable=True),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(f"seq BETWEEN 1 AND {MOST}", name=op.f("ck_audit_records_seq_range")),
        sa.CheckConstraint("length(at) = 27", name=op.f("ck_audit_records_at_length")),
        sa.CheckConstraint("length(commitment) = 64", name=op.f("ck_audit_records_commitment_length")),
        sa.CheckConstraint("length(previous) = 64", name=op.f("ck_audit_records_previous_length")),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_audit_records_hash_length")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_records")),
    )
    op.create_index("ix_audit_records_at", "audit_records", ["at"], unique=False)
    op.create_index("ix_audit_records_actor_id", "audit_records", ["actor_id", "seq"], unique=False)
    op.create_index("ix_audit_records_subject", "audit_records", ["kind", "subject_id", "seq"], unique=False)


def _make_details() -> None:
    op.create_table(
        "audit_details",
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("length(salt) = 64", name=op.f("ck_audit_details_salt_length")),
        sa.ForeignKeyConstraint(
            ["seq"], ["audit_records.seq"], name=op.f("fk_audit_details_seq_audit_records"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_details")),
    )
