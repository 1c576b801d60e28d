"""The pages of figures: every picture with an equal table and both as files, of what who looks may see."""

import csv
import io
import re
from xml.etree import ElementTree

import pytest
from sqlalchemy import text

from hub.auth.actor import Actor, Grant
from hub.db.transaction import reading, transaction

COORDINATOR = Actor("acc_coordinator", (Grant("coordinator"),))
OF_TOKYO = Actor("acc_tokyo", (Grant("coordinator", "13"),))
AUDITOR = Actor("acc_auditor", (Grant("auditor"),))
ADMIN = Actor("acc_admin", (Grant("system_admin"),))
REQUESTER = Actor("acc_city", (Grant("requester", "202151"),))
FILES = (
    "/kpi/reach.{}?year=2026",
    "/kpi/fill.{}?year=2026",
    "/coverage.{}?year=2026",
    "/supply-demand/supply-demand.{}",
    "/supply-demand/supply-demand.{}?category=TE",
)


def table(answer):
    assert answer.status_code == 200 and answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def cells(page, caption):
    """The cells of the body of the table with this caption, row by row."""
    (found,) = re.findall(rf"<caption[^>]*>{re.escape(caption)}</caption>.*?<tbody>(.*?)</tbody>", page, re.DOTALL)
    return [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        for row in re.findall(r"<tr>(.*?)</tr>", found, re.DOTALL)
    ]


@pytest.mark.parametrize("address", FILES)
def test_every_figure_can_be_kept_as_table_and_picture(hub, address):
    for language in ("ja", "en"):
        rows = table(getattr(hub, language).get(address.format("csv")))
        assert len(rows) > 1 and len(rows[0]) > 2
        kept = getattr(hub, language).get(address.format("svg"))
        assert kept.headers["content-type"] == "image/svg+xml"
        assert "attachment" in kept.headers["content-disposition"]
        assert ElementTree.fromstring(kept.content).tag.endswith("svg")


def test_the_page_has_the_numbers_of_the_file(hub):
    page = hub.ja.get("/coverage?year=2026").text
    shown = cells(page, "都道府県ごとの充足（列地図）")
    kept = table(hub.ja.get("/coverage.csv?year=2026"))[1:48]
    assert len(shown) == len(kept) == 47
    assert [row[:3] for row in shown] == [row[:3] for row in kept]
    asked = sum(int(row[1]) for row in kept)
    with reading(hub.engine) as session:
        slots = "SELECT count(*) FROM slots WHERE start BETWEEN '2026-04' AND '2027-03'"
        assert asked == session.execute(text(slots)).scalar_one() > 0
    titles = re.findall(r"<g><title>(.*?)</title>", page)
    assert len(titles) == 47
    for row, told in zip(kept, titles, strict=True):
        assert told == f"{row[0]}: " + ("枠なし" if row[1] == "0" else f"0%（0／{row[1]}）" + "*" * (int(row[1]) < 10))


def test_the_target_comes_with_its_source_and_is_national(played):
    page = played.acting(COORDINATOR).get("/kpi?year=2026").text
    assert (
        "0／550" in page
        and "デジタル田園都市国家構想総合戦略" in page
        and "令和9年度（2027年度）末までに550団体" in page
    )
    page = played.acting(OF_TOKYO).get("/kpi?year=2026").text
    assert "0／550" not in page and "対象: 東京都" in page and "目標とは比べません" in page


def test_a_prefectures_coordinator_reads_their_own_area(played):
    kept = table(played.acting(OF_TOKYO).get("/coverage.csv?year=2026"))[1:48]
    assert {row[0] for row in kept if row[1] != "0"} == {"東京都"}
    assert "東京都の空いている" in played.acting(OF_TOKYO).get("/supply-demand").text


def test_declines_are_told_by_side_and_a_small_number_says_so(played):
    with transaction(played.engine) as session:
        session.execute(
            text(
                "INSERT INTO proposals (id, plan_id, slot_id, request_id, organization_code, expert_id, status, stage,"
                " deadline, fit, cost, net_cost, created_at, updated_at, version)"
                " SELECT 'prop_1', :plan, s.id, r.id, r.organization_code, :expert, 'offered', 1, '2026-12-01', 0.5, 1,"
                " 1, '2026-06-11', '2026-06-11', 1 FROM slots s JOIN requests r ON r.id = s.request_id LIMIT 1"
            ),
            {"plan": played.plan, "expert": played.expert},
        )
        session.execute(
            text(
                "INSERT INTO changes (subject_kind, subject_id, position, move, from_status, to_status, actor_id,"
                " reason_code, at) VALUES ('proposal', 'prop_1', 1, 'decline_as_expert', 'offered', 'expert_declined',"
                " 'x', 'no_time', '2026-07-01 00:00:00.000000'), ('request', (SELECT request_id FROM proposals), 1,"
                " 'open', 'reviewed', 'open', 'x', NULL, '2026-06-01 00:00:00.000000')"
            )
        )
    page = played.acting(AUDITOR).get("/kpi?year=2026").text
    assert cells(page, "辞退の理由") == [["専門人材", "時間が取れない", "1", "100%"]]
    assert "専門人材: 時間が取れない" in page and "参考にとどめてください" in page
    waited = dict(row for row in cells(page, "受付から最初の提案までの日数"))
    assert (waited["中央値（日）"], waited["8～14日（件）"], waited["7日以内（件）"]) == ("10", "1", "0")
    english = played.acting(AUDITOR, "en").get("/kpi/declines.csv?year=2026")
    assert table(english)[1] == ["Experts", "No time", "1", "100"]


def test_a_year_without_anything_says_so(hub):
    page = hub.ja.get("/kpi?year=2001").text
    assert page.count("この年度の数はまだありません。") == 3
    assert "この年度に始まる枠は、まだ受付がありません。" in hub.ja.get("/coverage?year=2001").text
    assert hub.ja.get("/kpi/fill.svg?year=2001").status_code == 404


def test_what_is_not_there_is_not_found(hub):
    assert hub.ja.get("/kpi/nothing.csv").status_code == 404
    assert hub.ja.get("/supply-demand/unmet.svg").status_code == 404
    assert hub.ja.get("/kpi/reach.exe").status_code == 422
    assert hub.ja.get("/kpi?year=1").status_code == 422


def test_what_is_unmet_has_no_picture_but_all_its_rows_in_the_file(hub):
    rows = table(hub.ja.get("/supply-demand/unmet.csv"))
    page = hub.ja.get("/supply-demand").text
    assert len(cells(page, "足りないスキル")) == min(20, len([row for row in rows if len(row) > 1]) - 1) > 0
    hours = [float(row[2]) for row in rows[1:] if len(row) > 1]
    assert hours == sorted(hours, reverse=True)


def test_a_plan_has_tiles_before_arcs_and_both_as_files(hub):
    page = hub.ja.get(f"/plans/{hub.plan}/map").text
    assert page.index("列地図") < page.index('id="trips-title"')
    assert sum(int(row[2]) for row in table(hub.ja.get(f"/plans/{hub.plan}/coverage.csv"))[1:48]) > 0
    tiles = hub.ja.get(f"/plans/{hub.plan}/coverage.svg")
    assert tiles.text.count('class="tile ') == 47
    arcs = hub.ja.get(f"/plans/{hub.plan}/trips.svg")
    assert arcs.status_code == 200 and "data:image/svg+xml;base64" in arcs.text
    assert hub.ja.get("/plans/none/coverage.csv").status_code == 404
    assert hub.ja.get("/plans/none/trips.csv").status_code == 404


def test_the_table_of_arcs_names_people_and_so_is_recorded(played):
    def exports():
        with reading(played.engine) as session:
            return session.execute(text("SELECT count(*) FROM audit_records WHERE action = 'plan:export'")).scalar_one()

    before = exports()
    address = f"/plans/{played.plan}/trips.csv"
    rows = table(played.acting(COORDINATOR).get(address))
    assert len(rows) > 1 and exports() == before + 1
    names = {row[0] for row in rows[1:]}
    for other in ("coverage.csv", "coverage.svg", "trips.svg"):
        kept = played.acting(COORDINATOR).get(f"/plans/{played.plan}/{other}").text
        assert not [name for name in names if name in kept]
    assert exports() == before + 1
    assert played.acting(ADMIN).get(address).status_code == 403


@pytest.mark.parametrize("address", ["/kpi", "/coverage.csv", "/supply-demand/unmet.csv"])
def test_figures_are_for_those_who_run_the_hub(played, address):
    for actor in (COORDINATOR, OF_TOKYO, AUDITOR, ADMIN):
        assert played.acting(actor).get(address).status_code == 200
    assert played.acting(REQUESTER).get(address).status_code == 403


def test_the_interface_has_the_same_figures(hub):
    coverage = hub.ja.get("/api/coverage?year=2026").json()
    kept = table(hub.ja.get("/coverage.csv?year=2026"))[1:48]
    assert [row["slots"]["asked"] for row in coverage["prefectures"]] == [int(row[1]) for row in kept if row[1] != "0"]
    kpi = hub.ja.get("/api/kpi?year=2026").json()
    assert kpi["fill"] == coverage["total"] and kpi["reach"]["target"]["value"] == 550
    found = hub.ja.get("/api/supply-demand?by=skill").json()
    assert len(found["unmet"]) == len(
        [row for row in table(hub.ja.get("/supply-demand/unmet.csv"))[1:] if len(row) > 1]
    )
