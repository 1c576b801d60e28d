"""The round: accounts, every move with who and why, proposals, and what they take of an expert's months."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OLD_REQUESTS = ("draft", "submitted", "open", "closed", "withdrawn")
REQUESTS = (
    "draft", "submitted", "approved", "reviewed", "open", "in_plan", "staffed", "running", "closed", "returned",
    "withdrawn",
)  # fmt: skip
OLD_PLANS = ("queued", "running", "ready", "failed", "cancelled")
PLANS = ("draft", "queued", "running", "ready", "published", "closed", "failed", "cancelled")
PROPOSALS = (
    "offered", "expert_accepted", "organization_accepted", "confirmed", "expert_declined", "organization_declined",
    "lapsed", "withdrawn", "released",
)  # fmt: skip
LIVE = "status IN ('offered', 'expert_accepted', 'organization_accepted', 'confirmed')"
HOLDING = "('expert_accepted', 'confirmed')"
COUNTED = ("hours", "engagements", "onsite_days")
MONTH = (
    "length(month) = 7 AND substr(month, 5, 3) IN ('-01', '-02', '-03', '-04', '-05', '-06', '-07', '-08', '-09', "
    "'-10', '-11', '-12') AND CAST(substr(month, 1, 4) AS INTEGER) BETWEEN 1900 AND 2199"
)

SQLITE_TRIGGERS = {
    "bookings_begin_free": f"""
        BEFORE INSERT ON bookings
        WHEN NEW.held OR (SELECT status FROM proposals WHERE id = NEW.proposal_id) IN {HOLDING}
        BEGIN SELECT RAISE(ABORT, 'bookings_begin_free: a booking is held by its proposal'); END""",
    "bookings_frozen": """
        BEFORE UPDATE OF proposal_id, month, expert_id, hours, onsite_days ON bookings WHEN OLD.held
        BEGIN SELECT RAISE(ABORT, 'bookings_frozen: what is promised does not change'); END""",
    "bookings_kept": """
        BEFORE DELETE ON bookings WHEN OLD.held
        BEGIN SELECT RAISE(ABORT, 'bookings_kept: what is promised does not go'); END""",
    "bookings_promised": f"""
        BEFORE UPDATE OF held ON bookings
        WHEN NEW.held AND NOT OLD.held
          AND coalesce((SELECT status FROM proposals WHERE id = NEW.proposal_id), '') NOT IN {HOLDING}
        BEGIN SELECT RAISE(ABORT, 'bookings_promised: nobody has promised this'); END""",
    "bookings_take": """
        AFTER UPDATE OF held ON bookings WHEN NEW.held AND NOT OLD.held
        BEGIN
          UPDATE availability
          SET hours_committed = hours_committed + NEW.hours,
              engagements_committed = engagements_committed + 1,
              onsite_days_committed = onsite_days_committed + NEW.onsite_days
          WHERE expert_id = NEW.expert_id AND month = NEW.month;
        END""",
    "bookings_give_back": """
        AFTER UPDATE OF held ON bookings WHEN OLD.held AND NOT NEW.held
        BEGIN
          UPDATE availability
          SET hours_committed = hours_committed - NEW.hours,
              engagements_committed = engagements_committed - 1,
              onsite_days_committed = onsite_days_committed - NEW.onsite_days
          WHERE expert_id = NEW.expert_id AND month = NEW.month;
        END""",
    "proposals_begin_free": f"""
        BEFORE INSERT ON proposals WHEN NEW.status IN {HOLDING}
        BEGIN SELECT RAISE(ABORT, 'proposals_begin_free: a proposal begins as an offer'); END""",
    "proposals_frozen": """
        BEFORE UPDATE OF slot_id, request_id, expert_id ON proposals
        BEGIN SELECT RAISE(ABORT, 'proposals_frozen: an offer is of one slot to one person'); END""",
    "proposals_take": f"""
        AFTER UPDATE OF status ON proposals WHEN NEW.status IN {HOLDING} AND OLD.status NOT IN {HOLDING}
        BEGIN
          SELECT RAISE(ABORT, 'proposals_take: nothing is booked')
          WHERE NOT EXISTS (SELECT 1 FROM bookings WHERE proposal_id = NEW.id);
          UPDATE bookings SET held = true WHERE proposal_id = NEW.id AND NOT held;
        END""",
    "proposals_give_back": f"""
        AFTER UPDATE OF status ON proposals
        WHEN OLD.status IN {HOLDING} AND NEW.status NOT IN {HOLDING} AND NEW.status <> 'released'
        BEGIN UPDATE bookings SET held = false WHERE proposal_id = NEW.id AND held; END""",
}
"""Months that were worked stay held when the work is broken off (``released``); the later ones are given back by it."""

POSTGRESQL_FUNCTIONS = {
    "bookings_guard": f"""
        BEGIN
          IF TG_OP = 'INSERT' THEN
            IF NEW.held OR (SELECT status FROM proposals WHERE id = NEW.proposal_id) IN {HOLDING} THEN
              RAISE EXCEPTION 'bookings_begin_free: a booking is held by its proposal' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
          ELSIF TG_OP = 'DELETE' THEN
            IF OLD.held THEN
              RAISE EXCEPTION 'bookings_kept: what is promised does not go' USING ERRCODE = 'check_violation';
            END IF;
            RETURN OLD;
          END IF;
          IF OLD.held AND (NEW.proposal_id, NEW.month, NEW.expert_id, NEW.hours, NEW.onsite_days)
             IS DISTINCT FROM (OLD.proposal_id, OLD.month, OLD.expert_id, OLD.hours, OLD.onsite_days) THEN
            RAISE EXCEPTION 'bookings_frozen: what is promised does not change' USING ERRCODE = 'check_violation';
          END IF;
          IF NEW.held AND NOT OLD.held
             AND coalesce((SELECT status FROM proposals WHERE id = NEW.proposal_id), '') NOT IN {HOLDING} THEN
            RAISE EXCEPTION 'bookings_promised: nobody has promised this' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END""",
    "bookings_count": """
        DECLARE sign integer := CASE WHEN NEW.held THEN 1 ELSE -1 END;
        BEGIN
          UPDATE availability
          SET hours_committed = hours_committed + sign * NEW.hours,
              engagements_committed = engagements_committed + sign,
              onsite_days_committed = onsite_days_committed + sign * NEW.onsite_days
          WHERE expert_id = NEW.expert_id AND month = NEW.month;
          RETURN NULL;
        END""",
    "proposals_guard": f"""
        BEGIN
          IF TG_OP = 'INSERT' THEN
            IF NEW.status IN {HOLDING} THEN
              RAISE EXCEPTION 'proposals_begin_free: a proposal begins as an offer' USING ERRCODE = 'check_violation';
            END IF;
          ELSIF (NEW.slot_id, NEW.request_id, NEW.expert_id)
                IS DISTINCT FROM (OLD.slot_id, OLD.request_id, OLD.expert_id) THEN
            RAISE EXCEPTION 'proposals_frozen: an offer is of one slot to one person' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END""",
    "proposals_hold": f"""
        BEGIN
          -- Two answers of one expert take their months in the same order, so that neither waits for the other in vain.
          PERFORM 1 FROM availability a JOIN bookings b ON b.expert_id = a.expert_id AND b.month = a.month
            WHERE b.proposal_id = NEW.id ORDER BY a.month FOR UPDATE OF a;
          IF NEW.status IN {HOLDING} AND OLD.status NOT IN {HOLDING} THEN
            IF NOT EXISTS (SELECT 1 FROM bookings WHERE proposal_id = NEW.id) THEN
              RAISE EXCEPTION 'proposals_take: nothing is booked' USING ERRCODE = 'check_violation';
            END IF;
            UPDATE bookings SET held = true WHERE proposal_id = NEW.id AND NOT held;
          ELSIF OLD.status IN {HOLDING} AND NEW.status NOT IN {HOLDING} AND NEW.status <> 'released' THEN
            UPDATE bookings SET held = false WHERE proposal_id = NEW.id AND held;
          END IF;
          RETURN NULL;
        END""",
}
POSTGRESQL_TRIGGERS = {
    "bookings_guard": "BEFORE INSERT OR UPDATE OR DELETE ON bookings FOR EACH ROW",
    "bookings_count": "AFTER UPDATE OF held ON bookings FOR EACH ROW WHEN (NEW.held IS DISTINCT FROM OLD.held)",
    "proposals_guard": "BEFORE INSERT OR UPDATE ON proposals FOR EACH ROW",
    "proposals_hold": "AFTER UPDATE OF status ON proposals FOR EACH ROW WHEN (NEW.status IS DISTINCT FROM OLD.status)",
}


def upgrade() -> None:
    _add_columns()
    _know_statuses(REQUESTS, PLANS, "in_force = false OR status IN ('ready', 'published')",
                   "status NOT IN ('ready', 'published', 'closed') OR result IS NOT NULL")  # fmt: skip
    _make_accounts()
    _make_changes()
    _make_proposals()
    _make_triggers()


def downgrade() -> None:
    _drop_triggers()
    for table in ("bookings", "proposals", "changes", "account_grants", "accounts"):
        op.drop_table(table)
    op.execute("UPDATE requests SET status = 'submitted' WHERE status IN ('approved', 'reviewed')")
    op.execute("UPDATE requests SET status = 'open' WHERE status IN ('in_plan', 'staffed', 'running')")
    op.execute("UPDATE requests SET status = 'draft' WHERE status = 'returned'")
    op.execute("UPDATE plans SET status = 'ready' WHERE status IN ('published', 'closed')")
    op.execute("UPDATE plans SET status = 'cancelled' WHERE status = 'draft'")
    _know_statuses(OLD_REQUESTS, OLD_PLANS, "in_force = false OR status = 'ready'",
                   "status <> 'ready' OR result IS NOT NULL")  # fmt: skip
    with op.batch_alter_table("availability") as batch:
        for column in COUNTED:
            batch.drop_constraint(op.f(f"ck_availability_{column}_committed_within"), type_="check")
            batch.drop_column(f"{column}_committed")
    with op.batch_alter_table("plans") as batch:
        batch.drop_column("prefecture_code")
    with op.batch_alter_table("request_beneficiaries") as batch:
        batch.drop_constraint(op.f("ck_request_beneficiaries_weight_positive"), type_="check")
        batch.drop_column("weight")
    with op.batch_alter_table("requests") as batch:
        batch.drop_column("scheme")


def _add_columns() -> None:
    kinds = {"engagements": sa.Integer()}
    with op.batch_alter_table("availability") as batch:
        for column in COUNTED:
            kind = kinds.get(column, sa.Float())
            batch.add_column(sa.Column(f"{column}_committed", kind, nullable=False, server_default="0"))
            within = f"{column}_committed BETWEEN -0.000001 AND {column} + 0.000001"
            batch.create_check_constraint(op.f(f"ck_availability_{column}_committed_within"), sa.text(within))
    with op.batch_alter_table("plans") as batch:
        batch.add_column(sa.Column("prefecture_code", sa.String(length=2), nullable=True))
    with op.batch_alter_table("request_beneficiaries") as batch:
        batch.add_column(sa.Column("weight", sa.Float(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_request_beneficiaries_weight_positive"), sa.text("weight > 0 AND weight <= 1000000000")
        )
    with op.batch_alter_table("requests") as batch:
        batch.add_column(sa.Column("scheme", sa.String(length=40), nullable=True))


def _know_statuses(requests: tuple[str, ...], plans: tuple[str, ...], in_force: str, has_result: str) -> None:
    with op.batch_alter_table("requests") as batch:
        batch.drop_constraint(op.f("ck_requests_status_known"), type_="check")
        batch.create_check_constraint(op.f("ck_requests_status_known"), sa.text(_one_of(requests)))
    with op.batch_alter_table("plans") as batch:
        for name, condition in (
            ("status_known", _one_of(plans)),
            ("in_force_when_ready", in_force),
            ("ready_has_result", has_result),
        ):
            batch.drop_constraint(op.f(f"ck_plans_{name}"), type_="check")
            batch.create_check_constraint(op.f(f"ck_plans_{name}"), sa.text(condition))


def _one_of(statuses: tuple[str, ...]) -> str:
    return f"status IN ({', '.join(repr(status) for status in statuses)})"


def _edited() -> list[sa.Column]:
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _make_accounts() -> None:
    op.create_table(
        "accounts",
        *_edited(),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("mail", sa.String(length=254), nullable=False),
        sa.Column("mail_key", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("expert_id", sa.String(length=40), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("language IN ('ja', 'en')", name=op.f("ck_accounts_language_known")),
        sa.CheckConstraint("length(trim(mail)) > 0", name=op.f("ck_accounts_mail_not_empty")),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_accounts_name_not_empty")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_accounts_expert_id_experts"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("expert_id", name=op.f("uq_accounts_expert_id")),
        sa.UniqueConstraint("mail_key", name=op.f("uq_accounts_mail_key")),
    )
    roles = "'requester', 'approver', 'organization_admin', 'expert', 'coordinator', 'auditor', 'system_admin'"
    op.create_table(
        "account_grants",
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=6), nullable=False),
        sa.CheckConstraint("length(scope) IN (0, 2, 6)", name=op.f("ck_account_grants_scope_length")),
        sa.CheckConstraint(f"role IN ({roles})", name=op.f("ck_account_grants_role_known")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_grants_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "role", "scope", name=op.f("pk_account_grants")),
    )
    op.create_index(op.f("ix_account_grants_scope"), "account_grants", ["scope"], unique=False)


def _make_changes() -> None:
    op.create_table(
        "changes",
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("move", sa.String(length=40), nullable=False),
        sa.Column("from_status", sa.String(length=30), nullable=False),
        sa.Column("to_status", sa.String(length=30), nullable=False),
        sa.Column("actor_id", sa.String(length=40), nullable=False),
        sa.Column("reason_code", sa.String(length=100), nullable=True),
        sa.Column("reason", sa.String(length=20000), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", "position", name=op.f("pk_changes")),
    )
    op.create_index("ix_changes_at", "changes", ["at"], unique=False)


def _key(column: str, target: str, referred: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_proposals_{column}_{referred}")
    return sa.ForeignKeyConstraint([column], [target], name=name, ondelete="RESTRICT")


def _make_proposals() -> None:
    keys = ("plan_id", "slot_id", "request_id", "organization_code", "expert_id")
    op.create_table(
        "proposals",
        *_edited(),
        sa.Column("id", sa.String(length=40), nullable=False),
        *(sa.Column(key, sa.String(length=6 if key == "organization_code" else 40), nullable=False) for key in keys),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fit", sa.Float(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("net_cost", sa.BigInteger(), nullable=False),
        sa.Column("expert_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organization_answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cost BETWEEN 0 AND 1000000000000000", name=op.f("ck_proposals_cost_not_negative")),
        sa.CheckConstraint("fit BETWEEN 0 AND 1", name=op.f("ck_proposals_fit_range")),
        sa.CheckConstraint("net_cost BETWEEN 0 AND 1000000000000000", name=op.f("ck_proposals_net_cost_not_negative")),
        sa.CheckConstraint("stage BETWEEN 1 AND 1000", name=op.f("ck_proposals_stage_range")),
        sa.CheckConstraint(_one_of(PROPOSALS), name=op.f("ck_proposals_status_known")),
        _key("plan_id", "plans.id", "plans"),
        _key("slot_id", "slots.id", "slots"),
        _key("request_id", "requests.id", "requests"),
        _key("organization_code", "organizations.code", "organizations"),
        _key("expert_id", "experts.id", "experts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    for key in keys:
        op.create_index(op.f(f"ix_proposals_{key}"), "proposals", [key], unique=False)
    op.create_index("ix_proposals_status_deadline", "proposals", ["status", "deadline"], unique=False)
    live = {"sqlite_where": sa.text(LIVE), "postgresql_where": sa.text(LIVE)}
    op.create_index("uq_proposals_live_slot", "proposals", ["slot_id"], unique=True, **live)
    op.create_index("uq_proposals_live_person", "proposals", ["request_id", "expert_id"], unique=True, **live)
    op.create_table(
        "bookings",
        sa.Column("proposal_id", sa.String(length=40), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("onsite_days", sa.Float(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.CheckConstraint("hours BETWEEN 0 AND 744", name=op.f("ck_bookings_hours_range")),
        sa.CheckConstraint("onsite_days BETWEEN 0 AND 31", name=op.f("ck_bookings_onsite_days_range")),
        sa.CheckConstraint(MONTH, name=op.f("ck_bookings_month_format")),
        sa.ForeignKeyConstraint(
            ["expert_id", "month"],
            ["availability.expert_id", "availability.month"],
            name=op.f("fk_bookings_expert_id_month_availability"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_bookings_proposal_id_proposals"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("proposal_id", "month", name=op.f("pk_bookings")),
    )
    op.create_index("ix_bookings_expert_id_month", "bookings", ["expert_id", "month"], unique=False)


def _make_triggers() -> None:
    if op.get_context().dialect.name == "sqlite":
        for name, text in SQLITE_TRIGGERS.items():
            op.execute(f"CREATE TRIGGER {name} {text}")
        return
    for name, body in POSTGRESQL_FUNCTIONS.items():
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$")
    for name, when in POSTGRESQL_TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()")


def _drop_triggers() -> None:
    if op.get_context().dialect.name == "sqlite":
        for name in SQLITE_TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        return
    for name, when in POSTGRESQL_TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {when.split(' ON ')[1].split()[0]}")
    for name in POSTGRESQL_FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}()")
