from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text

from hub.auth.actor import SYSTEM, Actor, Grant
from hub.db.transaction import reading, transaction
from hub.errors import Forbidden, Invalid, NotFound
from hub.models import Change
from hub.models.base import table_of, utc_now
from hub.workflows.mail_preferences import read_preferences, write_preferences
from hub.workflows.notification_reading import count_unread, find_notifications, mark_read
from hub.workflows.notifications import tell
from hub.workflows.outbox import find_mail_troubles
from hub.workflows.paging import Paging
from hub.workflows.recipients import administrators, coordinators_of, people_of_organization, person_of_expert
from hub.workflows.reminders import Deadline, remind
from tests.hub.workflows.accounts import add_account

PERSON = Actor("acc_1", (Grant("requester", "202151"),))
OTHER = Actor("acc_2", (Grant("requester", "202151"),))


@pytest.fixture
def peopled(engine: Engine) -> Engine:
    with transaction(engine) as session:
        add_account(session, "acc_1", ("requester", "202151"), ("approver", "202151"))
        add_account(session, "acc_2", ("requester", "202151"))
        add_account(session, "acc_3", ("requester", "202011"))
        add_account(session, "acc_c20", ("coordinator", "20"))
        add_account(session, "acc_c", ("coordinator", ""))
        add_account(session, "acc_sys", ("system_admin", ""))
        add_account(session, "acc_gone", ("requester", "202151"), ("coordinator", "20"), ("system_admin", ""))
        session.execute(text("UPDATE accounts SET active = false WHERE id = 'acc_gone'"))
    return engine


def moved(session: Any, position: int) -> None:
    row = {"subject_kind": "request", "subject_id": "req_1", "position": position, "move": "send_back"}
    row |= {"from_status": "submitted", "to_status": "returned", "actor_id": "acc_2", "at": utc_now()}
    session.execute(insert(table_of(Change)).values(row))


def test_recipients_are_those_the_thing_belongs_to_and_who_may_sign_in(peopled: Engine):
    with reading(peopled) as session:
        assert people_of_organization(session, "202151") == ("acc_1", "acc_2")
        assert people_of_organization(session, "202151", "approver") == ("acc_1",)
        assert coordinators_of(session, "20") == ("acc_c", "acc_c20")
        assert coordinators_of(session, None) == ("acc_c",)
        assert administrators(session) == ("acc_sys",)
        assert person_of_expert(session, "exp_nobody") == ()


def test_an_expert_is_told_by_their_account(seeded: Engine):
    with transaction(seeded) as session:
        expert = session.execute(text("SELECT id FROM experts ORDER BY id LIMIT 1")).scalar_one()
        assert person_of_expert(session, expert) == ()
        add_account(session, "acc_e", expert=expert)
        assert person_of_expert(session, expert) == ("acc_e",)


def test_each_person_is_told_once_of_one_event_and_again_when_it_happens_again(peopled: Engine):
    with transaction(peopled) as session:
        moved(session, 1)
        assert tell(session, "request:returned", "request", "req_1", ["acc_1", "acc_2", "acc_1"]) == 2
        assert tell(session, "request:returned", "request", "req_1", ["acc_1", "acc_3"]) == 1
        assert tell(session, "request:open", "request", "req_1", ["acc_1"]) == 1
        assert tell(session, "request:returned", "request", "req_2", ["acc_1"]) == 1
        moved(session, 2)
        assert tell(session, "request:returned", "request", "req_1", ["acc_1"]) == 1
        assert tell(session, "request:returned", "request", "req_1", []) == 0
    with reading(peopled) as session:
        assert find_notifications(session, PERSON).total == 4
        assert session.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 6


def test_one_s_own_notifications_are_listed_latest_first_in_words_and_marked_read(peopled: Engine):
    for position, event in enumerate(("request:open", "proposal:offered", "something:new")):
        with transaction(peopled) as session:
            tell(session, event, event.partition(":")[0], f"x_{position}", ["acc_1"])
    with reading(peopled) as session:
        page = find_notifications(session, PERSON, Paging(size=2))
        assert [row.event for row in page.items] == ["something:new", "proposal:offered"]
        assert (page.total, page.items[1].path, page.items[0].path) == (3, "/proposals/x_1", "/notifications")
        assert page.items[1].ja == "新しい提案が届きました"
        assert count_unread(session, PERSON) == 3
        assert find_notifications(session, OTHER).total == 0
    with transaction(peopled) as session:
        mark_read(session, PERSON, page.items[0].id)
        with pytest.raises(NotFound):
            mark_read(session, OTHER, page.items[1].id)
    with transaction(peopled) as session:
        first = find_notifications(session, PERSON).items[0].read_at
        mark_read(session, PERSON, page.items[0].id)
        assert find_notifications(session, PERSON).items[0].read_at == first is not None
        assert count_unread(session, PERSON) == find_notifications(session, PERSON, unread=True).total == 2


def test_a_person_chooses_what_to_get_by_mail_and_the_choice_is_recorded(peopled: Engine):
    with transaction(peopled) as session:
        write_preferences(session, PERSON, {"request:open": False, "proposal:offered": True})
    with transaction(peopled) as session:
        assert {told.event for told in read_preferences(session, PERSON) if not told.mail} == {"request:open"}
        assert tell(session, "request:open", "request", "req_1", ["acc_1", "acc_2"]) == 2
        assert session.execute(text("SELECT account_id FROM outbox")).scalars().all() == ["acc_2"]
        write_preferences(session, PERSON, {"request:open": False})
    with reading(peopled) as session:
        records = session.execute(text("SELECT actor_id, action, after FROM audit_records")).all()
    assert [tuple(row) for row in records] == [("acc_1", "account:prefer", '{"no_mail":["request:open"]}')]
    with transaction(peopled) as session:
        write_preferences(session, PERSON, {})
        assert all(told.mail for told in read_preferences(session, PERSON))


def test_a_preference_for_no_event_or_of_nobody_is_refused(peopled: Engine):
    with pytest.raises(Invalid) as caught, transaction(peopled) as session:
        write_preferences(session, PERSON, {"request:open": False, "no:thing": True, "mail:failed": False})
    assert [fault.place for fault in caught.value.faults] == ["/mail/no:thing", "/mail/mail:failed"]
    with pytest.raises(NotFound), transaction(peopled) as session:
        write_preferences(session, Actor("acc_nobody", PERSON.grants), {})


def test_who_does_not_watch_over_mail_sees_none_of_its_troubles(peopled: Engine):
    with pytest.raises(Forbidden), reading(peopled) as session:
        find_mail_troubles(session, PERSON)


def test_a_reminder_comes_once_for_each_day_and_only_the_nearest_when_several_were_missed(peopled: Engine):
    at = utc_now() + timedelta(days=10)

    def due(session: Any, after: Any, until: Any) -> Any:
        if after < at <= until:
            yield Deadline("proposal:due_soon", "proposal", "prp_1", at, ("acc_1", "acc_2"))

    def reminded(before: timedelta, days: tuple[int, ...] = (3, 1)) -> int:
        with transaction(peopled) as session:
            return remind(session, at - before, days, [due])

    assert reminded(timedelta(days=3, minutes=1)) == 0
    assert [reminded(timedelta(days=3)), reminded(timedelta(days=2)), reminded(timedelta(days=1, minutes=1))] == [
        2,
        0,
        0,
    ]
    assert [reminded(timedelta(days=1)), reminded(timedelta(minutes=1)), reminded(timedelta(minutes=-1))] == [2, 0, 0]
    with transaction(peopled) as session:
        session.execute(text("DELETE FROM notifications"))
    assert [reminded(timedelta(hours=2)), reminded(timedelta(hours=1))] == [2, 0]
    assert reminded(timedelta(hours=1), days=()) == 0


def test_the_hub_itself_has_no_notifications(peopled: Engine):
    with reading(peopled) as session:
        assert find_notifications(session, SYSTEM).total == 0
