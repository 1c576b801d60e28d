"""What is written out reads back as it was: no draft, however odd, changes by a way through a file."""

import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.db.transaction import transaction
from hub.workflows.draft_faults import expert_faults, request_faults
from hub.workflows.drafts import (
    CareerDraft,
    ExpertDraft,
    MonthDraft,
    NeedDraft,
    PartnerDraft,
    RequestDraft,
    SkillDraft,
    SlotDraft,
)
from hub.workflows.expert_records import canonical as canonical_expert
from hub.workflows.experts import store_experts
from hub.workflows.imports import import_book
from hub.workflows.list_exports import blank_form, export_table
from hub.workflows.organizations import load_register
from hub.workflows.request_records import canonical as canonical_request
from hub.workflows.seeding import store_sample
from hub.workflows.sheets import standard_terms as words
from hub.workflows.sheets.book import Book, Table, read_book
from hub.workflows.sheets.csv_text import read_csv, write_csv
from hub.workflows.sheets.expert_forms import read_experts
from hub.workflows.sheets.expert_sheets import expert_sheets
from hub.workflows.sheets.merging import merged_expert, merged_request, same
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.request_forms import read_requests
from hub.workflows.sheets.request_sheets import request_sheets
from hub.workflows.sheets.wording import ENGLISH, JAPANESE
from hub.workflows.sheets.workbook import as_text_rows, write_workbook
from hub.workflows.sheets.xlsx import read_xlsx
from seed_data.cases import cases
from seed_data.generator import generate
from seed_data.municipalities import municipalities
from seed_data.samples import Sample

BODIES = Bodies()
IN_BOTH = pytest.mark.parametrize("wording", [JAPANESE, ENGLISH], ids=lambda wording: wording.language)
CODES = st.sampled_from([place.code for place in municipalities()])
CHARACTERS = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
ODD = st.sampled_from(
    ["=1+1", "+81", "-5", "@x", "'=a", "''-", "007", "1e5", "TRUE", "_x0041_", "２０２６", "<b>&", "NaN", "＝１"]
)
LINE = (st.text(CHARACTERS, max_size=20) | ODD).map(str.strip)
NAME = LINE.filter(bool)
PARAGRAPH = st.text(CHARACTERS | st.just("\n"), max_size=40).map(str.strip)
MONTH = st.builds(lambda year, month: f"{year}-{month:02d}", st.integers(2020, 2030), st.integers(1, 12))
YEN = st.integers(0, 10**12)
HOURS = st.floats(0, 744, allow_nan=False)
DAYS = st.floats(0, 31, allow_nan=False)


def some(terms, **options):
    return st.lists(st.sampled_from(sorted(terms.by_code)), unique=True, max_size=4, **options).map(tuple)


def tuples(items, by):
    return st.lists(items, unique_by=by, max_size=4).map(tuple)


SKILL = st.sampled_from(["1.2", "2.0"]).flatmap(
    lambda version: st.builds(
        SkillDraft,
        st.sampled_from(sorted(words.skills(version).by_code)),
        st.integers(1, 4),
        PARAGRAPH,
        st.just(version),
    )
)
CAREER = st.builds(
    CareerDraft,
    organization=NAME,
    role_played=st.sampled_from(sorted(words.ROLES_PLAYED.by_code)),
    started=MONTH,
    ended=st.just("2030-12") | st.none(),
    theme=st.sampled_from(sorted(words.themes().by_code)) | st.none(),
    stage=st.sampled_from(sorted(words.stages().by_code)) | st.none(),
    contribution=PARAGRAPH,
    outcome=PARAGRAPH,
    evidence=PARAGRAPH,
)
EXPERT = st.builds(
    ExpertDraft,
    family_name=NAME,
    given_name=LINE,
    family_kana=LINE,
    given_kana=LINE,
    family_romaji=LINE,
    given_romaji=LINE,
    affiliation=LINE,
    talent_types=some(words.TALENT_TYPES, min_size=1),
    hourly_rate=YEN,
    current_rate=YEN | st.none(),
    base=CODES,
    external_types=some(words.external_types()),
    roles=some(words.roles()),
    skills=tuples(SKILL, lambda skill: (skill.framework, skill.code)),
    stages=some(words.stages()),
    themes=some(words.themes()),
    career=st.lists(CAREER, max_size=2).map(tuple),
    availability=tuples(
        st.builds(MonthDraft, MONTH, HOURS, st.integers(0, 1000), DAYS), lambda month: month.month
    ),
    max_travel_minutes=st.integers(0, 100_000) | st.none(),
    work_modes=some(words.WORK_MODES, min_size=1),
    full_time_possible=st.booleans(),
    regions=some(words.prefectures()),
    conflicts=st.lists(CODES, unique=True, max_size=3).map(tuple),
    summary=PARAGRAPH,
    paused=st.booleans(),
).map(canonical_expert)  # fmt: skip
SLOT = st.builds(
    SlotDraft,
    title=NAME,
    talent_type=st.sampled_from(["X", "D"]),
    stage=st.sampled_from(sorted(words.stages().by_code)),
    start=MONTH,
    length=st.integers(1, 1200),
    hours=HOURS,
    role=st.sampled_from(sorted(words.roles().by_code)) | st.none(),
    needs=tuples(
        st.builds(
            NeedDraft,
            st.sampled_from(sorted(words.skills().by_code)),
            st.integers(1, 4),
            st.floats(1e-6, 1e9, allow_nan=False),
            st.booleans(),
        ),
        lambda need: need.skill,
    ),
    onsite_days=DAYS,
    remote_ok=st.booleans(),
    rate_ceiling=YEN | st.none(),
    required=st.booleans(),
)
REQUEST = st.builds(
    RequestDraft,
    organization=CODES,
    title=NAME,
    slots=st.lists(SLOT, min_size=1, max_size=3).map(tuple),
    summary=PARAGRAPH,
    status=st.sampled_from(sorted(words.STATUSES.by_code)),
    gate=st.sampled_from(sorted(words.GATES.by_code)),
    themes=some(words.themes()),
    priority=st.floats(1e-6, 1e9, allow_nan=False),
    budget=YEN | st.none(),
    budget_basis=st.sampled_from(["gross", "net"]),
    beneficiaries=st.lists(CODES, unique=True, max_size=3).map(tuple),
    team=st.sampled_from(["any", "all"]),
    promotion=st.lists(st.builds(PartnerDraft, NAME, NAME), max_size=2).map(tuple),
    source=PARAGRAPH.map(lambda text: text or None),
    assumed=PARAGRAPH.map(lambda text: text or None),
).map(canonical_request)

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def named(drafts):
    return [(f"N-{number}", draft) for number, draft in enumerate(drafts)]


@IN_BOTH
@QUICK
@given(drafts=st.lists(EXPERT, min_size=1, max_size=3))
def test_any_expert_comes_back_from_a_workbook_as_it_was(wording, drafts):
    told = named(drafts)
    assert [
        fault for draft in drafts for fault in expert_faults(draft, {place.code for place in municipalities()})
    ] == []
    form = read_experts(Book(read_xlsx(write_workbook(expert_sheets(told, BODIES, wording=wording)))), BODIES)
    assert form.faults == []
    for (_, draft), entry in zip(told, form.entries, strict=True):
        assert same(canonical_expert(merged_expert("new", entry.given, draft)), draft)
        anew = canonical_expert(merged_expert("new", entry.given, None))
        assert same((anew.skills, anew.availability, anew.career), (draft.skills, draft.availability, draft.career))


@IN_BOTH
@QUICK
@given(drafts=st.lists(EXPERT, min_size=1, max_size=3))
def test_any_expert_comes_back_from_csv_as_it_was(wording, drafts):
    told = named(drafts)
    content = write_csv(as_text_rows(expert_sheets(told, BODIES, short=True, wording=wording)[0]))
    form = read_experts(Book((Table("x", read_csv(content)),), from_csv=True), BODIES)
    assert form.faults == []
    for (_, draft), entry in zip(told, form.entries, strict=True):
        assert same(canonical_expert(merged_expert("new", entry.given, draft)), draft)


@IN_BOTH
@QUICK
@given(drafts=st.lists(REQUEST, min_size=1, max_size=3))
def test_any_request_comes_back_from_a_workbook_and_from_csv_as_it_was(wording, drafts):
    told = named(drafts)
    assert [
        fault for draft in drafts for fault in request_faults(draft, {place.code for place in municipalities()})
    ] == []
    content = write_csv(as_text_rows(request_sheets(told, BODIES, short=True, wording=wording)[0]))
    for book in (
        Book(read_xlsx(write_workbook(request_sheets(told, BODIES, wording=wording)))),
        Book((Table("x", read_csv(content)),), from_csv=True),
    ):
        form = read_requests(book, BODIES)
        assert form.faults == []
        for (_, draft), entry in zip(told, form.entries, strict=True):
            assert same(canonical_request(merged_request("new", entry.given, draft)), draft)
            assert same(canonical_request(merged_request("new", entry.given, None)).slots, draft.slots)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", ["experts", "requests"])
def test_all_samples_and_cases_come_back_unchanged_from_the_database(engine, tmp_path: Path, kind, form):
    sample = generate(30, 15, 3)
    with transaction(engine) as session:
        store_sample(session, Sample(sample.experts, sample.requests + tuple(cases()), sample.months))
        path = tmp_path / f"all.{form}"
        path.write_bytes(export_table(session, kind, form))
        result = import_book(session, read_book(path), kind)
    count = 30 if kind == "experts" else 15 + len(cases())
    assert (result.created, result.changed, result.unchanged, result.faults) == (0, 0, count, ())


def test_no_text_of_an_export_is_a_formula(engine):
    told = [("=1", ExpertDraft("=HYPERLINK(1)", ("X",), 1, "131041", given_name="+1", affiliation="@x", summary="-1"))]
    workbook = openpyxl.load_workbook(io.BytesIO(write_workbook(expert_sheets(told, BODIES))))
    cells = [cell for page in workbook for row in page.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.value for cell in cells if cell.quotePrefix} == {"=1", "=HYPERLINK(1)", "+1", "@x", "-1"}


@pytest.mark.parametrize("kind", ["experts", "requests", "availability", "organizations"])
def test_a_form_explains_every_column_and_its_example_is_not_taken_in(engine, tmp_path, kind):
    path = tmp_path / "form.xlsx"
    with transaction(engine) as session:
        path.write_bytes(blank_form(kind, ("2026-10", "2026-11")))
        result = import_book(session, read_book(path), kind)
    assert (result.created, result.faults, result.notices) == (0, (), ())
    assert result.examples >= (2 if kind in {"experts", "requests"} else 1)
    workbook = openpyxl.load_workbook(path)
    guide = {(row[0].value, row[1].value) for row in workbook["見方"].iter_rows()}
    main = workbook.worksheets[0]
    for cell in main[1]:
        heading = str(cell.value).removesuffix(" ※必須")
        assert (main.title, heading) in guide or heading in ("2026年10月", "2026年11月")
    assert bool(main.data_validations.dataValidation) == (kind in {"experts", "requests"})


@pytest.mark.parametrize("kind", ["experts", "requests", "availability", "organizations"])
def test_the_example_of_a_form_is_itself_right(engine, tmp_path, kind):
    path = tmp_path / "form.xlsx"
    with transaction(engine) as session:
        if kind == "availability":
            load_register(session)
            someone = ExpertDraft("髙橋", ("D",), 1, "202151", given_name="花子", reference="E-001")
            store_experts(session, {"exp_1": someone})
        path.write_bytes(blank_form(kind, ("2026-10",)))
        workbook = openpyxl.load_workbook(path)
        for page in workbook.worksheets:
            if page["A2"].value == "記入例":
                page["A2"] = {"availability": "E-001", "organizations": "202151"}.get(kind, "E-1")
        workbook.save(path)
        result = import_book(session, read_book(path), kind)
    assert (result.created + result.changed, result.faults) == (1, ())
