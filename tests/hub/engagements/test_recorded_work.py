"""Every route of work that changes something leaves a record of who did what to which thing."""

from collections.abc import Iterator

import pytest

from hub.settings import Settings
from hub.workflows import engagement_ending, engagements, work_logs
from tests.hub.calling import opened
from tests.hub.engagements.conftest import AFTER, EXPERT, LAST, WARD_APPROVER, Work, begin, confirm
from tests.hub.engagements.test_interface_of_work import REPORT, evaluation
from tests.hub.engagements.test_terms import adviser
from tests.hub.recording import NOT_A_CHANGE, WORK, Recording, changing_routes
from tests.hub.round.world import APPROVER, OF_NAGANO, REQUESTER, WARD, person

AT = "/engagements/{engagement_id}"
LOG = f"{AT}/work-logs/{{month}}"


@pytest.fixture
def recording(work: Work, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recording]:
    for module in (engagements, work_logs, engagement_ending):
        monkeypatch.setattr(module, "today_in_japan", lambda: AFTER)
    with opened(settings) as hub:
        yield Recording(hub, work.engine)


def test_every_route_of_work_that_changes_something_leaves_a_record(
    recording: Recording, work: Work, settings: Settings, told, slot, monkeypatch: pytest.MonkeyPatch
):
    _calendar(recording, work)
    _sent_staff(recording, work)
    with monkeypatch.context() as last_day:
        last_day.setattr(work_logs, "today_in_japan", lambda: LAST)
        last_day.setattr(engagement_ending, "today_in_japan", lambda: LAST)
        _work(recording, work)
    recording.call(REQUESTER, "POST", f"{AT}/end", 204, leaves="engagement:end", engagement_id=work.engagement)
    _report(recording, work)
    _break_off(recording, work)
    _questionnaire(recording, work, adviser(work, told, slot))
    _gates(recording)
    routes = {(method, path) for method, path in changing_routes(settings) if any(part in path for part in WORK)}
    assert recording.walked == routes - NOT_A_CHANGE


def _calendar(recording: Recording, work: Work) -> None:
    path = "/experts/{expert_id}/calendar-subscription"
    recording.call(EXPERT, "POST", path, 200, leaves="calendar:subscribe", expert_id="e1")
    recording.call(EXPERT, "DELETE", path, 204, leaves="calendar:unsubscribe", expert_id="e1")


def _sent_staff(recording: Recording, work: Work) -> None:
    """Agree to terms, with the consent of the body that sends the person."""
    key = {"engagement_id": work.engagement}
    page = recording.hub.call(REQUESTER, "GET", AT.format(**key), 200)
    terms = {**page["terms"], "scheme": "municipal_staff_dispatch", "form": "dispatch", "dispatching_body": WARD}
    recording.call(REQUESTER, "PUT", f"{AT}/terms?version=1", 204, terms, leaves="engagement:edit_terms", **key)
    seen = {"terms_version": 2}
    template = f"{AT}/agreements/{{side}}"
    for actor, side in ((EXPERT, "expert"), (APPROVER, "organization")):
        recording.call(actor, "POST", template, 200, seen, leaves="engagement:agree", **key, side=side)
    recording.call(WARD_APPROVER, "POST", f"{AT}/consent", 200, seen, leaves="engagement:consent", **key)


def _work(recording: Recording, work: Work) -> None:
    key = {"engagement_id": work.engagement}
    version = recording.hub.call(EXPERT, "GET", AT.format(**key), 200)["version"]
    days = {"days": ["2026-10-06"]}
    recording.call(EXPERT, "PUT", f"{AT}/days?version={version}", 204, days, leaves="engagement:plan_days", **key)
    for month in ("2026-10", "2026-11"):
        of = {**key, "month": month}
        worked = {"hours": 9.5, "days": [f"{month}-06"], "done": "整理"}
        recording.call(EXPERT, "PUT", LOG, 200, worked, leaves="work_log:write", named=False, **of)
        for actor, step, body in (
            (EXPERT, "submit", None),
            (REQUESTER, "send-back", {"words": "日付を確かめてください"}),
            (EXPERT, "submit", None),
            (APPROVER, "sign-off", None),
        ):
            action = f"work_log:{step.replace('-', '_')}"
            recording.call(actor, "POST", f"{LOG}/{step}", 204, body, leaves=action, named=False, **of)


def _report(recording: Recording, work: Work) -> None:
    key = {"engagement_id": work.engagement}
    recording.call(EXPERT, "PUT", f"{AT}/report", 200, REPORT, leaves="report:write", named=False, **key)
    for actor, step, body in (
        (EXPERT, "submit", None),
        (REQUESTER, "send-back", {"words": "根拠を足してください"}),
        (EXPERT, "submit", None),
        (REQUESTER, "sign-off", None),
    ):
        action = f"report:{step.replace('-', '_')}"
        recording.call(actor, "POST", f"{AT}/report/{step}", 204, body, leaves=action, named=False, **key)
    for actor, side in ((APPROVER, "organization"), (EXPERT, "expert")):
        of = {**key, "side": side}
        said = evaluation(side)
        recording.call(actor, "POST", f"{AT}/evaluations/{{side}}", 201, said, leaves="evaluation:give", **of)
        shared = {"shared": True}
        recording.call(actor, "PUT", f"{AT}/case/{{side}}", 204, shared, leaves="engagement:share_case", **of)


def _break_off(recording: Recording, work: Work) -> None:
    other = confirm(work.engine, work.slots[1], "e2")
    begin(work.engine, other, expert_id="e2")
    told = {"code": "budget", "last_day": "2026-10-20"}
    recording.call(
        person("e2"), "POST", f"{AT}/break-off", 200, told, leaves="engagement:break_off", engagement_id=other
    )


def _questionnaire(recording: Recording, work: Work, engagement: str) -> None:
    begin(work.engine, engagement, expert_id="e2")
    answer = {"answer": "定着した"}
    path = f"{AT}/questionnaire?version=1"
    recording.call(REQUESTER, "PUT", path, 204, answer, leaves="questionnaire:answer", engagement_id=engagement)


def _gates(recording: Recording) -> None:
    told = {"decision": "pass", "findings": "実証に進める"}
    propose, review = "/requests/{request_id}/gate-reviews", "/gate-reviews/{review_id}"
    for step, status, body in (("send-back", 204, {"words": "数字の根拠を"}), ("confirm", 200, None)):
        made = recording.call(
            REQUESTER, "POST", propose, 201, told, leaves="gate_review:propose", named=False, request_id="r1"
        )["id"]
        action = f"gate_review:{step.replace('-', '_')}"
        recording.call(OF_NAGANO, "POST", f"{review}/{step}", status, body, leaves=action, review_id=made)
