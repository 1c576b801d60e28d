"""From a confirmed proposal to an evaluated engagement: terms, days, work, reports, evaluations, records, gates."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0004"
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


def _make_engagements() -> None:
    op.create_table(
        "engagements",
        *_edited(),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("proposal_id", sa.String(length=40), nullable=False),
        sa.Column("slot_id", sa.String(length=40), nullable=False),
        sa.Column("request_id", sa.String(length=40), nullable=False),
        sa.Column("organization_code", sa.String(length=6), nullable=False),
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("scheme", sa.String(length=40), nullable=True),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("hourly_rate", sa.BigInteger(), nullable=True),
        sa.Column("daily_rate", sa.BigInteger(), nullable=True),
        sa.Column("monthly_amount", sa.BigInteger(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("onsite_days", sa.Float(), nullable=False),
        sa.Column("conditions", sa.String(length=20000), nullable=False),
        sa.Column("cost_sharing", sa.String(length=20), nullable=True),
        sa.Column("dispatching_body", sa.String(length=6), nullable=True),
        sa.Column("organization_agreed_by", sa.String(length=40), nullable=True),
        sa.Column("organization_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expert_agreed_by", sa.String(length=40), nullable=True),
        sa.Column("expert_agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispatch_consented_by", sa.String(length=40), nullable=True),
        sa.Column("dispatch_consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("broken_off_on", sa.Date(), nullable=True),
        sa.Column("broken_off_reason", sa.String(length=100), nullable=True),
        sa.Column("organization_shares_case", sa.Boolean(), nullable=False),
        sa.Column("expert_shares_case", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(status = 'broken_off') = (broken_off_reason IS NOT NULL)", name=op.f("ck_engagements_broken_off_says_why")
        ),
        sa.CheckConstraint(
            "broken_off_on IS NULL OR status = 'broken_off'", name=op.f("ck_engagements_broken_off_on_when_broken_off")
        ),
        sa.CheckConstraint(
            "cost_sharing IN ('days', 'equally', 'population')", name=op.f("ck_engagements_cost_sharing_known")
        ),
        sa.CheckConstraint(
            "form IN ('appointment', 'contract', 'dispatch', 'side_job', 'pro_bono')",
            name=op.f("ck_engagements_form_known"),
        ),
        sa.CheckConstraint(
            "status IN ('terms', 'active', 'ended', 'broken_off')", name=op.f("ck_engagements_status_known")
        ),
        sa.CheckConstraint(
            "status NOT IN ('active', 'ended') OR (organization_agreed_by IS NOT NULL AND expert_agreed_by IS NOT NULL)",
            name=op.f("ck_engagements_work_is_agreed"),
        ),
        sa.CheckConstraint(
            "(dispatch_consented_by IS NULL) = (dispatch_consented_at IS NULL)",
            name=op.f("ck_engagements_dispatch_consented_whole"),
        ),
        sa.CheckConstraint(
            "(expert_agreed_by IS NULL) = (expert_agreed_at IS NULL)", name=op.f("ck_engagements_expert_agreed_whole")
        ),
        sa.CheckConstraint(
            "(organization_agreed_by IS NULL) = (organization_agreed_at IS NULL)",
            name=op.f("ck_engagements_organization_agreed_whole"),
        ),
        sa.CheckConstraint(
            "daily_rate BETWEEN 0 AND 1000000000000000", name=op.f("ck_engagements_daily_rate_not_negative")
        ),
        sa.CheckConstraint("fiscal_year BETWEEN 1900 AND 2200", name=op.f("ck_engagements_fiscal_year_range")),
        sa.CheckConstraint(
            "hourly_rate BETWEEN 0 AND 1000000000000000", name=op.f("ck_engagements_hourly_rate_not_negative")
        ),
        sa.CheckConstraint("hourly_rate IS NULL OR daily_rate IS NULL", name=op.f("ck_engagements_one_rate")),
        sa.CheckConstraint("hours BETWEEN 0 AND 744", name=op.f("ck_engagements_hours_range")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_engagements_last_after_first")),
        sa.CheckConstraint(
            "monthly_amount BETWEEN 0 AND 1000000000000000", name=op.f("ck_engagements_monthly_amount_not_negative")
        ),
        sa.CheckConstraint("onsite_days BETWEEN 0 AND 31", name=op.f("ck_engagements_onsite_days_range")),
        sa.ForeignKeyConstraint(
            ["dispatching_body"],
            ["organizations.code"],
            name=op.f("fk_engagements_dispatching_body_organizations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_engagements_expert_id_experts"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organization_code"],
            ["organizations.code"],
            name=op.f("fk_engagements_organization_code_organizations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_engagements_proposal_id_proposals"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_engagements_request_id_requests"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["slots.id"], name=op.f("fk_engagements_slot_id_slots"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagements")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_engagements_proposal_id")),
    )
    op.create_index(op.f("ix_engagements_dispatching_body"), "engagements", ["dispatching_body"], unique=False)
    op.create_index(op.f("ix_engagements_expert_id"), "engagements", ["expert_id"], unique=False)
    op.create_index(op.f("ix_engagements_organization_code"), "engagements", ["organization_code"], unique=False)
    op.create_index(op.f("ix_engagements_request_id"), "engagements", ["request_id"], unique=False)
    op.create_index(op.f("ix_engagements_slot_id"), "engagements", ["slot_id"], unique=False)
    op.create_index("ix_engagements_status_first_day", "engagements", ["status", "first_day"], unique=False)


def _make_engagement_days() -> None:
    op.create_table(
        "engagement_days",
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=False),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("fk_engagement_days_engagement_id_engagements"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_engagement_days_expert_id_experts"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("expert_id", "day", name=op.f("pk_engagement_days")),
    )
    op.create_index(op.f("ix_engagement_days_engagement_id"), "engagement_days", ["engagement_id"], unique=False)


def _make_evaluations() -> None:
    op.create_table(
        "evaluations",
        sa.Column("engagement_id", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("overall", sa.Integer(), nullable=False),
        sa.Column("aspects", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(length=20000), nullable=False),
        sa.Column("role_played", sa.String(length=10), nullable=True),
        sa.Column("given_by", sa.String(length=40), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(side = 'organization') = (role_played IS NOT NULL)", name=op.f("ck_evaluations_organization_says_role")
        ),
        sa.CheckConstraint(
            "role_played IN ('lead', 'member', 'adviser', 'trainer')", name=op.f("ck_evaluations_role_played_known")
        ),
        sa.CheckConstraint("side IN ('organization', 'expert')", name=op.f("ck_evaluations_side_known")),
        sa.CheckConstraint("overall BETWEEN 1 AND 5", name=op.f("ck_evaluations_overall_range")),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("fk_evaluations_engagement_id_engagements"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_evaluations_expert_id_experts"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("engagement_id", "side", name=op.f("pk_evaluations")),
    )
    op.create_index("ix_evaluations_expert_id_side", "evaluations", ["expert_id", "side"], unique=False)


def _make_questionnaires() -> None:
    op.create_table(
        "questionnaires",
        *_edited(),
        sa.Column("engagement_id", sa.String(length=40), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("answer", sa.String(length=20000), nullable=False),
        sa.Column("answered_by", sa.String(length=40), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answered_by IS NULL) = (answered_at IS NULL)", name=op.f("ck_questionnaires_answered_whole")
        ),
        sa.CheckConstraint("fiscal_year BETWEEN 1900 AND 2200", name=op.f("ck_questionnaires_fiscal_year_range")),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("fk_questionnaires_engagement_id_engagements"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("engagement_id", name=op.f("pk_questionnaires")),
    )
    op.create_index(op.f("ix_questionnaires_due_on"), "questionnaires", ["due_on"], unique=False)


def _make_reports() -> None:
    op.create_table(
        "reports",
        *_edited(),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("contribution", sa.String(length=20000), nullable=False),
        sa.Column("outcome", sa.String(length=20000), nullable=False),
        sa.Column("evidence", sa.String(length=20000), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_off_by", sa.String(length=40), nullable=True),
        sa.Column("signed_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'signed_off') = (signed_off_by IS NOT NULL)", name=op.f("ck_reports_signed_off_says_who")
        ),
        sa.CheckConstraint(
            "status IN ('due', 'submitted', 'returned', 'signed_off')", name=op.f("ck_reports_status_known")
        ),
        sa.CheckConstraint(
            "(signed_off_by IS NULL) = (signed_off_at IS NULL)", name=op.f("ck_reports_signed_off_whole")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("fk_reports_engagement_id_engagements"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("engagement_id", name=op.f("uq_reports_engagement_id")),
    )
    op.create_index(op.f("ix_reports_due_on"), "reports", ["due_on"], unique=False)
    op.create_index(op.f("ix_reports_status"), "reports", ["status"], unique=False)


def _make_skill_confirmations() -> None:
    op.create_table(
        "skill_confirmations",
        sa.Column("engagement_id", sa.String(length=40), nullable=False),
        sa.Column("framework", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(length=20000), nullable=False),
        sa.CheckConstraint("framework IN ('1.2', '2.0')", name=op.f("ck_skill_confirmations_framework_known")),
        sa.CheckConstraint("level BETWEEN 1 AND 4", name=op.f("ck_skill_confirmations_level_range")),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("fk_skill_confirmations_engagement_id_engagements"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_skill_confirmations_expert_id_experts"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("engagement_id", "framework", "code", name=op.f("pk_skill_confirmations")),
    )
    op.create_index(op.f("ix_skill_confirmations_code"), "skill_confirmations", ["code"], unique=False)
    op.create_index(op.f("ix_skill_confirmations_expert_id"), "skill_confirmations", ["expert_id"], unique=False)


def _make_verified_records() -> None:
    op.create_table(
        "verified_records",
        sa.Column("engagement_id", sa.String(length=40), nullable=False),
        sa.Column("expert_id", sa.String(length=40), nullable=False),
        sa.Column("organization_code", sa.String(length=6), nullable=False),
        sa.Column("organization", sa.String(length=100), nullable=False),
        sa.Column("theme", sa.String(length=100), nullable=True),
        sa.Column("stage", sa.String(length=100), nullable=False),
        sa.Column("gate", sa.String(length=20), nullable=False),
        sa.Column("role_played", sa.String(length=10), nullable=False),
        sa.Column("contribution", sa.String(length=20000), nullable=False),
        sa.Column("outcome", sa.String(length=20000), nullable=False),
        sa.Column("evidence", sa.String(length=20000), nullable=False),
        sa.Column("started", sa.String(length=7), nullable=False),
        sa.Column("ended", sa.String(length=7), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "gate IN ('計画策定', '社会実証', '実装・展開')", name=op.f("ck_verified_records_gate_known")
        ),
        sa.CheckConstraint(_is_month("ended"), name=op.f("ck_verified_records_ended_format")),
        sa.CheckConstraint(_is_month("started"), name=op.f("ck_verified_records_started_format")),
        sa.CheckConstraint(
            "role_played IN ('lead', 'member', 'adviser', 'trainer')",
            name=op.f("ck_verified_records_role_played_known"),
        ),
        sa.CheckConstraint("ended >= started", name=op.f("ck_verified_records_ended_after_start")),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("fk_verified_records_engagement_id_engagements"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_verified_records_expert_id_experts"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["organization_code"],
            ["organizations.code"],
            name=op.f("fk_verified_records_organization_code_organizations"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("engagement_id", name=op.f("pk_verified_records")),
    )
    op.create_index(op.f("ix_verified_records_expert_id"), "verified_records", ["expert_id"], unique=False)


def _make_work_logs() -> None:
    op.create_table(
        "work_logs",
        *_edited(),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("engagement_id", sa.String(length=40), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("hours", sa.Float(), nullable=False),
        sa.Column("onsite_days", sa.Integer(), nullable=False),
        sa.Column("travel_yen", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.String(length=20000), nullable=False),
        sa.Column("remark", sa.String(length=20000), nullable=False),
        sa.Column("signed_off_by", sa.String(length=40), nullable=True),
        sa.Column("signed_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'signed_off') = (signed_off_by IS NOT NULL)", name=op.f("ck_work_logs_signed_off_says_who")
        ),
        sa.CheckConstraint(_is_month("month"), name=op.f("ck_work_logs_month_format")),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'returned', 'signed_off')", name=op.f("ck_work_logs_status_known")
        ),
        sa.CheckConstraint(
            "(signed_off_by IS NULL) = (signed_off_at IS NULL)", name=op.f("ck_work_logs_signed_off_whole")
        ),
        sa.CheckConstraint("hours BETWEEN 0 AND 744", name=op.f("ck_work_logs_hours_range")),
        sa.CheckConstraint("onsite_days BETWEEN 0 AND 31", name=op.f("ck_work_logs_onsite_days_range")),
        sa.CheckConstraint(
            "travel_yen BETWEEN 0 AND 1000000000000000", name=op.f("ck_work_logs_travel_yen_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"],
            ["engagements.id"],
            name=op.f("fk_work_logs_engagement_id_engagements"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_logs")),
        sa.UniqueConstraint("engagement_id", "month", name=op.f("uq_work_logs_engagement_id_month")),
    )
    op.create_index(op.f("ix_work_logs_month"), "work_logs", ["month"], unique=False)
    op.create_index(op.f("ix_work_logs_status"), "work_logs", ["status"], unique=False)


def _make_work_log_shares() -> None:
    op.create_table(
        "work_log_shares",
        sa.Column("work_log_id", sa.String(length=40), nullable=False),
        sa.Column("organization_code", sa.String(length=6), nullable=False),
        sa.Column("days", sa.Float(), nullable=False),
        sa.CheckConstraint("days BETWEEN 0 AND 31", name=op.f("ck_work_log_shares_days_range")),
        sa.ForeignKeyConstraint(
            ["organization_code"],
            ["organizations.code"],
            name=op.f("fk_work_log_shares_organization_code_organizations"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["work_log_id"], ["work_logs.id"], name=op.f("fk_work_log_shares_work_log_id_work_logs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("work_log_id", "organization_code", name=op.f("pk_work_log_shares")),
    )
    op.create_index(
        op.f("ix_work_log_shares_organization_code"), "work_log_shares", ["organization_code"], unique=False
    )
