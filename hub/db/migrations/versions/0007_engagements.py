"""From a confirmed proposal to an evaluated engagement: terms, days, work, reports, evaluations, records, gates."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = (
    "engagements",
    "engagement_days",
    "work_logs",
    "work_log_shares",
    "reports",
    "questionnaires",
    "evaluations",
    "skill_confirmations",
    "verified_records",
    "gate_reviews",
)
"""Those referred to come first."""


def upgrade() -> None:
    _make_engagements()
    _make_engagement_days()
    _make_work_logs()
    _make_work_log_shares()
    _make_reports()
    _make_questionnaires()
    _make_evaluations()
    _make_skill_confirmations()
    _make_verified_records()
    _make_gate_reviews()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _edited() -> list[sa.Column]:
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _is_month(column: str) -> str:
    months = ", ".join(f"'-{month:02d}'" for month in range(1, 13))
    return (
        f"length({column}) = 7 AND substr({column}, 5, 3) IN ({months}) "
        f"AND CAST(substr({column}, 1, 4) AS INTEGER) BETWEEN 1900 AND 2199"
    )


def _make_gate_reviews() -> None:
    op.create_table(
        "gate_reviews",
        *_edited(),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("gate", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("findings", sa.String(length=20000), nullable=False),
        sa.Column("proposed_by", sa.String(length=40), nullable=False),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'proposed') = (decided_by IS NULL)", name=op.f("ck_gate_reviews_decided_says_who")
        ),
        sa.CheckConstraint("decision IN ('pass', 'stay', 'stop')", name=op.f("ck_gate_reviews_decision_known")),
        sa.CheckConstraint("gate IN ('計画策定', '社会実証', '実装・展開')", name=op.f("ck_gate_reviews_gate_known")),
        sa.CheckConstraint(
            "status IN ('proposed', 'confirmed', 'returned')", name=op.f("ck_gate_reviews_status_known")
        ),
        sa.CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_gate_reviews_decided_whole")),
        sa.CheckConstraint("length(trim(findings)) > 0", name=op.f("ck_gate_reviews_findings_not_empty")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_gate_reviews_request_id_requests"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_reviews")),
    )
    op.create_index(op.f("ix_gate_reviews_request_id"), "gate_reviews", ["request_id"], unique=False)
    op.create_index(
        "uq_gate_reviews_one_proposed",
        "gate_reviews",
        ["request_id"],
        unique=True,
        sqlite_where=sa.text("status = 'proposed'"),
        postgresql_where=sa.text("status = 'proposed'"),
    )


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _yen(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(name))


def _key(table: str, column: str, target: str, ondelete: str = "RESTRICT") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target.split('.', maxsplit=1)[0]}")
    return sa.ForeignKeyConstraint([column], [target], name=name, ondelete=ondelete)


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def _make_engagements() -> None:
    op.create_table(
        "engagements",
        *_edited(),
        _text("id", 40),
        _text("proposal_id", 40),
        _text("slot_id", 40),
        _text("request_id", 40),
        _text("organization_code", 6),
        _text("expert_id", 40),
        _text("status", 20),
        _text("scheme", 40, nullable=True),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        _text("form", 20),
        _yen("hourly_rate", nullable=True),
        _yen("daily_rate", nullable=True),
        _yen("monthly_amount", nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("onsite_days", sa.Float(), nullable=False),
        _text("conditions", 20000),
        _text("cost_sharing", 20, nullable=True),
        sa.Column("populations", sa.JSON(), nullable=False),
        _text("dispatching_body", 6, nullable=True),
        _text("organization_agreed_by", 40, nullable=True),
        _moment("organization_agreed_at", nullable=True),
        _text("expert_agreed_by", 40, nullable=True),
        _moment("expert_agreed_at", nullable=True),
        _text("dispatch_consented_by", 40, nullable=True),
        _moment("dispatch_consented_at", nullable=True),
        sa.Column("broken_off_on", sa.Date(), nullable=True),
        _text("broken_off_reason", 100, nullable=True),
        sa.Column("organization_shares_case", sa.Boolean(), nullable=False),
        sa.Column("expert_shares_case", sa.Boolean(), nullable=False),
        _check("ck_engagements_broken_off_says_why", "(status = 'broken_off') = (broken_off_reason IS NOT NULL)"),
        _check("ck_engagements_broken_off_on_when_broken_off", "broken_off_on IS NULL OR status = 'broken_off'"),
        _check("ck_engagements_cost_sharing_known", "cost_sharing IN ('days', 'equally', 'population')"),
        _check("ck_engagements_form_known", "form IN ('appointment', 'contract', 'dispatch', 'side_job', 'pro_bono')"),
        _check("ck_engagements_status_known", "status IN ('terms', 'active', 'ended', 'broken_off')"),
        _check(
            "ck_engagements_work_is_agreed",
            "status NOT IN ('active', 'ended') OR (organization_agreed_by IS NOT NULL AND expert_agreed_by IS NOT NULL)",
        ),
        _check(
            "ck_engagements_dispatch_consented_whole",
            "(dispatch_consented_by IS NULL) = (dispatch_consented_at IS NULL)",
        ),
        _check("ck_engagements_expert_agreed_whole", "(expert_agreed_by IS NULL) = (expert_agreed_at IS NULL)"),
        _check(
            "ck_engagements_organization_agreed_whole",
            "(organization_agreed_by IS NULL) = (organization_agreed_at IS NULL)",
        ),
        _check("ck_engagements_daily_rate_not_negative", "daily_rate BETWEEN 0 AND 1000000000000000"),
        _check("ck_engagements_fiscal_year_range", "fiscal_year BETWEEN 1900 AND 2200"),
        _check("ck_engagements_hourly_rate_not_negative", "hourly_rate BETWEEN 0 AND 1000000000000000"),
        _check("ck_engagements_one_rate", "hourly_rate IS NULL OR daily_rate IS NULL"),
        _check("ck_engagements_hours_range", "hours BETWEEN 0 AND 744"),
        _check("ck_engagements_last_after_first", "last_day >= first_day"),
        _check("ck_engagements_monthly_amount_not_negative", "monthly_amount BETWEEN 0 AND 1000000000000000"),
        _check("ck_engagements_onsite_days_range", "onsite_days BETWEEN 0 AND 31"),
        _key("engagements", "dispatching_body", "organizations.code"),
        _key("engagements", "expert_id", "experts.id"),
        _key("engagements", "organization_code", "organizations.code"),
        _key("engagements", "proposal_id", "proposals.id"),
        _key("engagements", "request_id", "requests.id"),
        _key("engagements", "slot_id", "slots.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagements")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_engagements_proposal_id")),
    )
    _index("engagements", "dispatching_body")
    _index("engagements", "expert_id")
    _index("engagements", "organization_code")
    _index("engagements", "request_id")
    _index("engagements", "slot_id")
    op.create_index("ix_engagements_status_first_day", "engagements", ["status", "first_day"], unique=False)


def _make_engagement_days() -> None:
    op.create_table(
        "engagement_days",
        _text("expert_id", 40),
        sa.Column("day", sa.Date(), nullable=False),
        _text("engagement_id", 40),
        sa.Column("worked", sa.Boolean(), nullable=False),
        _key("engagement_days", "engagement_id", "engagements.id"),
        _key("engagement_days", "expert_id", "experts.id"),
        sa.PrimaryKeyConstraint("expert_id", "day", name=op.f("pk_engagement_days")),
    )
    _index("engagement_days", "engagement_id")


def _make_evaluations() -> None:
    op.create_table(
        "evaluations",
        _text("engagement_id", 40),
        _text("side", 20),
        _text("expert_id", 40),
        sa.Column("overall", sa.Integer(), nullable=False),
        sa.Column("aspects", sa.JSON(), nullable=False),
        _text("comment", 20000),
        _text("role_played", 10, nullable=True),
        _text("given_by", 40),
        _moment("given_at"),
        _moment("opens_at"),
        _check("ck_evaluations_organization_says_role", "(side = 'organization') = (role_played IS NOT NULL)"),
        _check("ck_evaluations_role_played_known", "role_played IN ('lead', 'member', 'adviser', 'trainer')"),
        _check("ck_evaluations_side_known", "side IN ('organization', 'expert')"),
        _check("ck_evaluations_overall_range", "overall BETWEEN 1 AND 5"),
        _key("evaluations", "engagement_id", "engagements.id"),
        _key("evaluations", "expert_id", "experts.id"),
        sa.PrimaryKeyConstraint("engagement_id", "side", name=op.f("pk_evaluations")),
    )
    op.create_index("ix_evaluations_expert_id_side", "evaluations", ["expert_id", "side"], unique=False)


def _make_questionnaires() -> None:
    op.create_table(
        "questionnaires",
        *_edited(),
        _text("engagement_id", 40),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        _text("answer", 20000),
        _text("answered_by", 40, nullable=True),
        _moment("answered_at", nullable=True),
        _check("ck_questionnaires_answered_whole", "(answered_by IS NULL) = (answered_at IS NULL)"),
        _check("ck_questionnaires_fiscal_year_range", "fiscal_year BETWEEN 1900 AND 2200"),
        _key("questionnaires", "engagement_id", "engagements.id"),
        sa.PrimaryKeyConstraint("engagement_id", name=op.f("pk_questionnaires")),
    )
    _index("questionnaires", "due_on")


def _make_reports() -> None:
    op.create_table(
        "reports",
        *_edited(),
        _text("id", 40),
        _text("engagement_id", 40),
        _text("status", 20),
        sa.Column("due_on", sa.Date(), nullable=True),
        _text("contribution", 20000),
        _text("outcome", 20000),
        _text("evidence", 20000),
        _moment("submitted_at", nullable=True),
        _text("signed_off_by", 40, nullable=True),
        _moment("signed_off_at", nullable=True),
        _check("ck_reports_signed_off_says_who", "(status = 'signed_off') = (signed_off_by IS NOT NULL)"),
        _check("ck_reports_status_known", "status IN ('due', 'submitted', 'returned', 'signed_off')"),
        _check("ck_reports_signed_off_whole", "(signed_off_by IS NULL) = (signed_off_at IS NULL)"),
        _key("reports", "engagement_id", "engagements.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("engagement_id", name=op.f("uq_reports_engagement_id")),
    )
    _index("reports", "due_on")
    _index("reports", "status")


def _make_skill_confirmations() -> None:
    op.create_table(
        "skill_confirmations",
        _text("engagement_id", 40),
        _text("framework", 10),
        _text("code", 100),
        _text("expert_id", 40),
        sa.Column("level", sa.Integer(), nullable=False),
        _text("evidence", 20000),
        _check("ck_skill_confirmations_framework_known", "framework IN ('1.2', '2.0')"),
        _check("ck_skill_confirmations_level_range", "level BETWEEN 1 AND 4"),
        _key("skill_confirmations", "engagement_id", "engagements.id"),
        _key("skill_confirmations", "expert_id", "experts.id"),
        sa.PrimaryKeyConstraint("engagement_id", "framework", "code", name=op.f("pk_skill_confirmations")),
    )
    _index("skill_confirmations", "code")
    _index("skill_confirmations", "expert_id")


def _make_verified_records() -> None:
    op.create_table(
        "verified_records",
        _text("engagement_id", 40),
        _text("expert_id", 40),
        _text("organization_code", 6),
        _text("organization", 100),
        _text("theme", 100, nullable=True),
        _text("stage", 100),
        _text("gate", 20),
        _text("role_played", 10),
        _text("contribution", 20000),
        _text("outcome", 20000),
        _text("evidence", 20000),
        _text("started", 7),
        _text("ended", 7),
        sa.Column("hours", sa.Float(), nullable=False),
        _moment("verified_at"),
        _moment("opens_at"),
        _check("ck_verified_records_gate_known", "gate IN ('計画策定', '社会実証', '実装・展開')"),
        _check("ck_verified_records_ended_format", _is_month("ended")),
        _check("ck_verified_records_started_format", _is_month("started")),
        _check("ck_verified_records_role_played_known", "role_played IN ('lead', 'member', 'adviser', 'trainer')"),
        _check("ck_verified_records_ended_after_start", "ended >= started"),
        _key("verified_records", "engagement_id", "engagements.id"),
        _key("verified_records", "expert_id", "experts.id"),
        _key("verified_records", "organization_code", "organizations.code"),
        sa.PrimaryKeyConstraint("engagement_id", name=op.f("pk_verified_records")),
    )
    _index("verified_records", "expert_id")


def _make_work_logs() -> None:
    op.create_table(
        "work_logs",
        *_edited(),
        _text("id", 40),
        _text("engagement_id", 40),
        _text("month", 7),
        _text("status", 20),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("onsite_days", sa.Integer(), nullable=False),
        _yen("travel_yen"),
        _text("done", 20000),
        _text("remark", 20000),
        _text("signed_off_by", 40, nullable=True),
        _moment("signed_off_at", nullable=True),
        _check("ck_work_logs_signed_off_says_who", "(status = 'signed_off') = (signed_off_by IS NOT NULL)"),
        _check("ck_work_logs_month_format", _is_month("month")),
        _check("ck_work_logs_status_known", "status IN ('draft', 'submitted', 'returned', 'signed_off')"),
        _check("ck_work_logs_signed_off_whole", "(signed_off_by IS NULL) = (signed_off_at IS NULL)"),
        _check("ck_work_logs_hours_range", "hours BETWEEN 0 AND 744"),
        _check("ck_work_logs_onsite_days_range", "onsite_days BETWEEN 0 AND 31"),
        _check("ck_work_logs_travel_yen_not_negative", "travel_yen BETWEEN 0 AND 1000000000000000"),
        _key("work_logs", "engagement_id", "engagements.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_logs")),
        sa.UniqueConstraint("engagement_id", "month", name=op.f("uq_work_logs_engagement_id_month")),
    )
    _index("work_logs", "month")
    _index("work_logs", "status")


def _make_work_log_shares() -> None:
    op.create_table(
        "work_log_shares",
        _text("work_log_id", 40),
        _text("organization_code", 6),
        sa.Column("days", sa.Float(), nullable=False),
        _check("ck_work_log_shares_days_range", "days BETWEEN 0 AND 31"),
        _key("work_log_shares", "organization_code", "organizations.code"),
        _key("work_log_shares", "work_log_id", "work_logs.id", "CASCADE"),
        sa.PrimaryKeyConstraint("work_log_id", "organization_code", name=op.f("pk_work_log_shares")),
    )
    _index("work_log_shares", "organization_code")
