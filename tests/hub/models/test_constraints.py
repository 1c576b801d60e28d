"""Bad rows are refused by the database itself, whoever writes them."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError, IntegrityError

from hub.db.transaction import reading, transaction

EXPERT = "(SELECT id FROM experts ORDER BY id LIMIT 1)"
SLOT = "(SELECT id FROM slots ORDER BY id LIMIT 1)"
REQUEST = "(SELECT id FROM requests ORDER BY id LIMIT 1)"

BAD = [
    ("expert_skills_level", f"UPDATE expert_skills SET level = 5 WHERE expert_id = {EXPERT}"),
    ("expert_skills_level", f"UPDATE expert_skills SET level = 0 WHERE expert_id = {EXPERT}"),
    ("expert_skills_level", f"UPDATE expert_skills SET level = 'high' WHERE expert_id = {EXPERT}"),
    ("expert_skills_framework_known", f"UPDATE expert_skills SET framework = '3.0' WHERE expert_id = {EXPERT}"),
    ("skill_needs_level", f"UPDATE skill_needs SET level = 9 WHERE slot_id = {SLOT}"),
    ("skill_needs_weight", f"UPDATE skill_needs SET weight = 0 WHERE slot_id = {SLOT}"),
    ("availability_hours", f"UPDATE availability SET hours = -1 WHERE expert_id = {EXPERT}"),
    ("availability_hours", f"UPDATE availability SET hours = 745 WHERE expert_id = {EXPERT}"),
    ("availability_month", f"UPDATE availability SET month = '2026-13' WHERE expert_id = {EXPERT}"),
    ("availability_month", f"UPDATE availability SET month = '2026-1' WHERE expert_id = {EXPERT}"),
    ("availability_month", f"UPDATE availability SET month = '20x6-01' WHERE expert_id = {EXPERT}"),
    ("availability_onsite_days", f"UPDATE availability SET onsite_days = 32 WHERE expert_id = {EXPERT}"),
    (
        "career_entries_ended_after_start",
        f"UPDATE career_entries SET started='2020-02', ended='2020-01' WHERE expert_id={EXPERT}",
    ),
    ("career_entries_role_played", f"UPDATE career_entries SET role_played = 'boss' WHERE expert_id = {EXPERT}"),
    ("experts_hourly_rate", "UPDATE experts SET hourly_rate = -1"),
    ("experts_talent_type_given", "UPDATE experts SET is_x = false, is_d = false"),
    ("experts_work_mode_given", "UPDATE experts SET remote = false, onsite = false"),
    ("experts_rating_mean_range", "UPDATE experts SET rating_mean = 5.5, rating_count = 1"),
    ("experts_rating_has_count", "UPDATE experts SET rating_mean = NULL, rating_count = 3"),
    ("experts_family_name", "UPDATE experts SET family_name = '  '"),
    ("requests_priority", "UPDATE requests SET priority = 0"),
    ("requests_budget", "UPDATE requests SET budget = -5"),
    ("requests_status", "UPDATE requests SET status = 'maybe'"),
    ("requests_gate", "UPDATE requests SET gate = 'later'"),
    ("requests_title", "UPDATE requests SET title = ''"),
    ("slots_length", f"UPDATE slots SET length = 0 WHERE id = {SLOT}"),
    ("slots_talent_type", f"UPDATE slots SET talent_type = 'Y' WHERE id = {SLOT}"),
    ("slots_start", f"UPDATE slots SET start = '2026/04' WHERE id = {SLOT}"),
    ("slots_rate_ceiling", f"UPDATE slots SET rate_ceiling = -1 WHERE id = {SLOT}"),
    ("organizations_latitude", "UPDATE organizations SET latitude = 91"),
    ("organizations_code", "UPDATE organizations SET code = '20215' WHERE code = '202151'"),
    ("FOREIGN KEY", f"UPDATE slots SET request_id = 'nothing' WHERE id = {SLOT}"),
    ("FOREIGN KEY", "DELETE FROM organizations WHERE code = (SELECT base FROM experts LIMIT 1)"),
    ("UNIQUE", f"UPDATE requests SET reference = 'R-1' WHERE id = {REQUEST} OR title IS NOT NULL"),
]


@pytest.mark.parametrize(("rule", "statement"), BAD, ids=[statement[:70] for _, statement in BAD])
def test_the_database_refuses_a_bad_row(seeded: Engine, rule: str, statement: str):
    # PostgreSQL does not even read text as a number, and says so in place of the rule.
    refused = pytest.raises((IntegrityError, DataError), match=f"(?i){rule}|InvalidTextRepresentation")
    with refused, transaction(seeded) as session:
        session.execute(text(statement))


PLAN = (
    "INSERT INTO plans (created_at, updated_at, version, id, title, status, in_force, stop_requested, attempt, months,"
    " policy, limits, left_out, phase, seconds, filled, slots, summary, result, error_en) VALUES"
    " ('2026-01-01', '2026-01-01', 1, '{id}', 't', '{status}', {force}, false, 0, '[]', '{{}}', '{{}}', '[]', '', 0, 0,"
    " 0, '{{}}', {result}, {error})"
)


def plan(**told: str) -> str:
    return PLAN.format(**{"id": "p", "status": "queued", "force": "false", "result": "NULL", "error": "NULL", **told})


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("plans_in_force_when_ready", {"force": "true"}),
        ("plans_ready_has_result", {"status": "ready"}),
        ("plans_failed_says_why", {"status": "failed"}),
        ("plans_status_known", {"status": "thinking"}),
    ],
)
def test_a_plan_cannot_be_in_a_state_that_makes_no_sense(engine: Engine, rule: str, told: dict[str, str]):
    with pytest.raises(IntegrityError, match=rule), transaction(engine) as session:
        session.execute(text(plan(**told)))


def test_one_plan_at_most_is_in_force(engine: Engine):
    ready = {"status": "ready", "result": "'optimal'", "force": "true"}
    with transaction(engine) as session:
        session.execute(text(plan(id="a", **ready)))
    with pytest.raises(IntegrityError, match=r"(?i)unique"), transaction(engine) as session:
        session.execute(text(plan(id="b", **ready)))


def test_deleting_an_expert_takes_along_what_belongs_to_them_alone(seeded: Engine):
    with transaction(seeded) as session:
        session.execute(text(f"DELETE FROM experts WHERE id = {EXPERT}"))
    with reading(seeded) as session:
        for table in ("expert_skills", "expert_roles", "availability", "career_entries"):
            orphans = f"SELECT count(*) FROM {table} WHERE expert_id NOT IN (SELECT id FROM experts)"
            assert session.execute(text(orphans)).scalar() == 0
