"""What a file says of experts: rows of 専門人材, スキル and 経歴 joined by 管理番号."""

from collections import defaultdict
from typing import Literal

from hub.workflows.drafts import CareerDraft, SkillDraft
from hub.workflows.sheets.book import Book
from hub.workflows.sheets.columns import Reading, Row
from hub.workflows.sheets.expert_detail_layouts import CAREER, SKILLS, career_layout, skill_layout
from hub.workflows.sheets.expert_layout import expert_layout
from hub.workflows.sheets.faults import CellError
from hub.workflows.sheets.forms import (
    Entry,
    Form,
    check_name,
    fault,
    join_details,
    missing,
    of_sheet,
    read_sheets,
    refuse_repeated,
    settle,
)
from hub.workflows.sheets.places import Bodies
from hub.workflows.sheets.standard_terms import FRAMEWORK, skills

WHEN_EMPTY: dict[str, object] = {
    "family_name": "",
    "given_name": "",
    "family_kana": "",
    "given_kana": "",
    "family_romaji": "",
    "given_romaji": "",
    "affiliation": "",
    "external_types": (),
    "roles": (),
    "stages": (),
    "themes": (),
    "max_travel_minutes": None,
    "work_modes": ("remote", "onsite"),
    "full_time_possible": False,
    "regions": (),
    "current_rate": None,
    "conflicts": (),
    "paused": False,
    "summary": "",
}
"""What an empty cell of a column means."""

GIVEN_ALWAYS = ("talent_types", "base", "hourly_rate")
MOST_NAMESAKES = 10
PARTED_NAMES = (("name", "family_name", "given_name"), ("kana", "family_kana", "given_kana"))


def read_experts(book: Book, bodies: Bodies) -> Form:
    """Return what the file says of each expert, with every fault."""
    form = read_sheets(book, expert_layout(bodies), skill_layout(), career_layout())
    main = form.readings[0]
    by_reference: dict[str, Entry] = {}
    for row in main.rows:
        part_names(main, row)
        check_name(main, row, "base", "base_name", bodies)
        entry = Entry(str(row.values.get("reference", "")), row.number, rows=[(main, row)])
        form.entries.append(entry)
        if entry.reference:
            by_reference.setdefault(entry.reference, entry)
    refuse_repeated(
        [(main, row) for row in main.rows], lambda row: row.values.get("reference"), "reference", "管理番号"
    )
    for reading in form.readings[1:]:
        join_details(form, reading, by_reference)
    for entry in form.entries:
        gather(entry, main, *(sheet(form, name) for name in (SKILLS, CAREER)))
    settle(form)
    notice_namesakes(form)
    return form


def sheet(form: Form, name: str) -> Reading | None:
    """Return the reading of the sheet of details called ``name``, if the file has it."""
    return next((reading for reading in form.readings[1:] if reading.layout.name_ja == name), None)


def part_names(main: Reading, row: Row) -> None:
    """Part 氏名 and フリガナ at the blank where a list has no column for each part; a family name there must be."""
    for whole, family, given in PARTED_NAMES:
        text = row.values.pop(whole, None)
        if isinstance(text, str) and family not in row.values:
            parts = text.split()
            if len(parts) != 2:
                fault(
                    main,
                    row,
                    whole,
                    CellError(
                        "姓と名の間に空白を1つ入れるか、「姓」「名」の列に分けてください。",
                        "Part family and given name by one blank.",
                    ),
                )
                continue
            row.values[family], row.values[given] = parts
    if "family_name" not in row.values and not row.wrong & {"family_name", "name"}:
        missing(main, row, "family_name" if main.has("family_name") or not main.has("name") else "name")


def gather(entry: Entry, main: Reading, skill_sheet: Reading | None, career_sheet: Reading | None) -> None:
    """Fill ``entry.given`` from its rows."""
    row = entry.rows[0][1]
    values, there = row.values, main.places
    entry.given |= {key: values[key] for key in GIVEN_ALWAYS if key in values}
    entry.given |= {key: values.get(key, empty) for key, empty in WHEN_EMPTY.items() if key in there or key in values}
    gather_time(entry, main, row)
    gather_skills(entry, main, skill_sheet)
    careers = [career_of(reading, row) for reading, row in of_sheet(entry, career_sheet)]
    if careers:
        entry.given["career"] = tuple(career for career in careers if career is not None)


def gather_time(entry: Entry, main: Reading, row: Row) -> None:
    """Note the months' cells as (hours, engagements, onsite days), None: nothing said of it; an empty cell: no time."""
    if main.months:
        entry.given["months"] = {month: row.values.get(month) for month in main.months}
    for key, empty in (("engagements", 1), ("onsite_days", 0.0)):
        if main.has(key):
            entry.given[key] = row.values.get(key, empty)


def gather_skills(entry: Entry, main: Reading, skill_sheet: Reading | None) -> None:
    """Note the skills of the short notation as (code, level) pairs, and those of the sheet with their evidence."""
    short = entry.rows[0][1].values.get("skills", ())
    if main.has("skills"):
        entry.given["short_skills"] = short
    rows = of_sheet(entry, skill_sheet)
    coded = {id(row): skill_of(reading, row) for reading, row in rows}
    refuse_repeated(rows, lambda row: skill_key(coded[id(row)]), "skill", "スキル")
    said = {code for code, _ in short} if isinstance(short, tuple) else set()
    for reading, row in rows:
        skill = coded[id(row)]
        if skill is not None and skill.framework == FRAMEWORK and skill.code in said:
            fault(
                reading,
                row,
                "skill",
                CellError(
                    "「スキル（略記）」の欄にもあります。片方にしてください。", "Also in the short notation; keep one."
                ),
            )
    if rows:
        entry.given["skills"] = tuple(skill for skill in coded.values() if skill is not None)


def skill_key(skill: SkillDraft | None) -> tuple[str, str] | None:
    """Return what makes two rows speak of the same skill."""
    return None if skill is None else (skill.framework, skill.code)


def skill_of(reading: Reading, row: Row) -> SkillDraft | None:
    """Return the skill of a row, None if it has a fault."""
    version: Literal["1.2", "2.0"] = "2.0" if row.values.get("framework") == "2.0" else "1.2"
    text, level = row.values.get("skill"), row.values.get("level")
    if not isinstance(text, str):
        return None
    try:
        code = skills(version).read(text)
    except CellError as wrong:
        fault(reading, row, "skill", wrong)
        return None
    return SkillDraft(code, level, str(row.values.get("evidence", "")), version) if isinstance(level, int) else None


def career_of(reading: Reading, row: Row) -> CareerDraft | None:
    """Return the activity of a row, None if it has a fault."""
    values = row.values
    started, ended = values.get("started"), values.get("ended")
    if isinstance(started, str) and isinstance(ended, str) and ended < started:
        fault(reading, row, "ended", CellError("終了月が開始月より前です。", "It ends before it starts."))
    if row.wrong:
        return None
    return CareerDraft(
        organization=str(values["organization"]),
        theme=_or_none(values.get("theme")),
        stage=_or_none(values.get("stage")),
        role_played=values["role_played"],  # type: ignore[arg-type]  # read by the column as one of its codes
        contribution=str(values.get("contribution", "")),
        outcome=str(values.get("outcome", "")),
        started=str(started),
        ended=_or_none(ended),
        evidence=str(values.get("evidence", "")),
    )


def _or_none(value: object) -> str | None:
    return None if value is None else str(value)


def notice_namesakes(form: Form) -> None:
    """Say where two references carry the same name and base: perhaps one person listed twice."""
    people: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in form.entries:
        values = entry.rows[0][1].values
        if "family_name" in values and "base" in values:
            people[values["family_name"], values.get("given_name"), values["base"]].append(entry)
    twice = [same for same in people.values() if len({entry.reference for entry in same}) > 1]
    for same in twice[:MOST_NAMESAKES]:
        rows = "、".join(f"{entry.row}行目（{entry.reference}）" for entry in same[:5])
        form.notices.append(f"同じ氏名と拠点の人がいます: {rows} / same name and base: perhaps one person twice")
    if len(twice) > MOST_NAMESAKES:
        rest = len(twice) - MOST_NAMESAKES
        form.notices.append(f"同じ氏名と拠点の人が、ほかに {rest} 組います / {rest} more of the same name and base")
