"""Faults of problem and plan files: each named by place, in the order of the file, never at length."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.faults import ProblemError
from matching.interchange import read_plan, read_problem
from tests.matching.documented import KNOWN, PAGE, PLAN_FILE, PROBLEM_FILE, example, faults_of


def test_the_documented_fault_is_what_is_said():
    document = example()
    document["experts"][0]["skills"]["TE1-8"] = 1
    line = str(faults_of(document, KNOWN)[1][0])

    assert line in PAGE


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", "", "empty"),
        (" \n", "", "empty"),
        ("experts", "", "line 1, column 1"),
        ('{"months": [1,\n]}', "", "line 2, column 1"),
        ('{"months": [', "", "end of the file"),
        ("{'months': 1}", "", "double quotes"),
        ("3", "", "an object"),
        ("[]", "", "an array of 0"),
        ("null", "", "null"),
        ("塩尻市".encode("shift_jis"), "", "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "", "UTF-8"),
        ("[" * 100_000, "", "nested too deeply"),
        ('{"a": ' * 300 + "1" + "}" * 300, "", "nested too deeply"),
        ('{"a": [0, NaN]}', "/a/1", "“NaN”"),
        ('{"a": -Infinity}', "/a", "“-Infinity”"),
        ('{"a": ' + "9" * 5000 + "}", "/a", "not a number"),
        ('{"a": {"b": 1, "c": 2, "b": 3}}', "/a/b", "twice"),
        ('{"a": ["\\ud800"]}', "/a/0", "surrogate"),
        ('"\ud800"', "", "UTF-8"),
    ],
)
def test_what_is_not_json_is_one_clear_fault(text, place, said):
    for read in (read_problem, read_plan):
        places, faults = faults_of(text, read=read)
        assert places == [place]
        assert said in faults[0].en


def at(document, path, value):
    """Set ``value`` at a JSON pointer, or take the key away when it is ``...``."""
    *parents, last = path.split("/")[1:]
    for part in parents:
        document = document[int(part) if isinstance(document, list) else part]
    last = int(last) if isinstance(document, list) else last
    if value is ...:
        del document[last]
    elif isinstance(document, list) and last == len(document):
        document.append(value)
    else:
        document[last] = value


def slot(**changes):
    return {"id": "S", "talent_type": "X", "start": 0, "length": 1, "hours": 1, **changes}


@pytest.mark.parametrize(
    ("path", "value", "place", "said"),
    [
        # types and ranges
        ("/months", ..., "/months", "“months” is missing"),
        ("/months", [], "/months", "at least 1 item"),
        ("/months", ["2026-13"], "/months/0", "YYYY-MM"),
        ("/months/1", "2026-13", "/months/1", "YYYY-MM"),
        ("/months/1", 202611, "/months/1", "a string (found 202611)"),
        ("/format", "talent-hub-plan/1", "/format", '"talent-hub-problem/1"'),
        ("/expert", [], "/expert", "did you mean “experts”"),
        ("/zzz", None, "/zzz", "remove it"),
        ("/experts", {}, "/experts", "an array"),
        ("/experts/0", "E1", "/experts/0", "an object"),
        ("/experts/0/id", "", "/experts/0/id", "at least 1 character"),
        ("/experts/0/id", "x" * 101, "/experts/0/id", "at most 100 characters"),
        ("/experts/0/hour", [1, 2], "/experts/0/hour", "did you mean “hours”"),
        ("/experts/0/hours/1", -1, "/experts/0/hours/1", "at least 0 (found -1)"),
        ("/experts/0/hours/1", 1e400, "/experts/0/hours/1", "finite"),
        ("/experts/0/hours/1", "40", "/experts/0/hours/1", "a number (found the string “40”)"),
        ("/experts/0/hours/1", True, "/experts/0/hours/1", "a number (found true)"),
        ("/experts/0/max_engagements/0", 1.5, "/experts/0/max_engagements/0", "without a decimal point"),
        ("/experts/0/skills/TE1-08", 5, "/experts/0/skills/TE1-08", "at most 4 (found 5)"),
        ("/experts/0/skills/TE1-08", 0, "/experts/0/skills/TE1-08", "at least 1"),
        ("/experts/0/skills", {"": 1}, "/experts/0/skills/", "as the key a string of at least 1 character"),
        ("/experts/0/skills", {"a/~b": 9}, "/experts/0/skills/a~1~0b", "at most 4"),
        ("/experts/0/talent_types/0", "Z", "/experts/0/talent_types/0", 'one of "X", "D"'),
        ("/experts/0/base", 3, "/experts/0/base", "a base"),
        ("/experts/0/base", "", "/experts/0/base", "a base"),
        ("/experts/0/base/lat", 91, "/experts/0/base/lat", "at most 90"),
        ("/experts/0/base/lat", ..., "/experts/0/base/lat", "missing"),
        ("/experts/0/base/long", 1, "/experts/0/base/long", "did you mean “lon”"),
        ("/experts/0/rating", [], "/experts/0/rating", "an object"),
        ("/organizations/0/budget", -0.5, "/organizations/0/budget", "at least 0"),
        ("/requests/0/priority", 0, "/requests/0/priority", "greater than 0"),
        ("/requests/0/slots/0/required", "yes", "/requests/0/slots/0/required", "true or false"),
        ("/subsidy", {"rates": {"令和8": 0.7}}, "/subsidy/rates/令和8", "four digits"),
        ("/policy", None, "/policy", "an object"),
        ("/policy/name", "best", "/policy/name", '"balanced"'),
        ("/limits/gap", 2, "/limits/gap", "at most 1"),
        # between the parts
        ("/months/1", "2026-12", "/months/1", "comes 2026-11"),
        ("/months/1", "2026-10", "/months/1", "comes 2026-11"),
        ("/experts/0/hours", [40], "/experts/0/hours", "each of the 2 months (found 1)"),
        ("/experts/0/onsite_days", [], "/experts/0/onsite_days", "found 0"),
        ("/experts/0/max_engagements", [1, 1, 1], "/experts/0/max_engagements", "found 3"),
        (
            "/experts/1",
            {"id": "E1", "hours": [0, 0], "max_engagements": [0, 0], "onsite_days": [0, 0]},
            "/experts/1/id",
            "/experts/0/id",
        ),
        ("/experts/0/base", "999999", "/experts/0/base", "“999999”"),
        ("/organizations/1", {"id": "202151"}, "/organizations/1/id", "/organizations/0/id"),
        ("/requests/1", {"id": "R1", "organization": "202151", "slots": []}, "/requests/1/id", "/requests/0/id"),
        (
            "/requests/1",
            {"id": "R2", "organization": "202151", "slots": [slot(id="R1-1")]},
            "/requests/1/slots/0/id",
            "/requests/0/slots/0/id",
        ),
        ("/requests/0/organization", "20215", "/requests/0/organization", "no organization “20215”"),
        ("/requests/0/beneficiaries", ["x"], "/requests/0/beneficiaries/0", "no organization “x”"),
        ("/requests/0/beneficiaries", ["202151", "202151"], "/requests/0/beneficiaries/1", "already"),
        ("/requests/0/slots/0/start", 1, "/requests/0/slots/0/length", "beyond the 2 months"),
        ("/requests/0/slots/0/needs/1/skill", "TE1-08", "/requests/0/slots/0/needs/1/skill", "already"),
        ("/pins", [{"slot": "R9", "expert": "E1"}], "/pins/0/slot", "no slot “R9”"),
        ("/forbidden", [{"slot": "R1-1", "expert": "E9"}], "/forbidden/0/expert", "no expert “E9”"),
        ("/previous", [{"slot": "R1-1", "expert": "E1"}] * 2, "/previous/1", "/previous/0"),
        (
            "/pairs",
            [{"expert": "E1", "slot": "R1-1", "fit": 1, "cost": 0, "net_cost": 0, "hours": 0}] * 2,
            "/pairs/1",
            "/pairs/0",
        ),
        (
            "/pairs",
            [{"expert": "E", "slot": "R1-1", "fit": 1, "cost": 0, "net_cost": 0, "hours": 0}],
            "/pairs/0/expert",
            "no expert “E”",
        ),
        (
            "/pairs",
            [{"expert": "E1", "slot": "R", "fit": 1, "cost": 0, "net_cost": 0, "hours": 0}],
            "/pairs/0/slot",
            "no slot “R”",
        ),
        ("/subsidy", {"heads": {"202151": 1, "x": 1}}, "/subsidy/heads/x", "no organization “x”"),
        ("/policy/order", ["fit", "cost", "fit"], "/policy/order/2", "/policy/order/0"),
        # codes
        ("/experts/0/skills", {"TE1-8": 1}, "/experts/0/skills/TE1-8", "did you mean “TE1-08”"),
        ("/experts/0/skills", {"?": 1}, "/experts/0/skills/?", "use a code that exists"),
        ("/experts/0/roles/0", "SW9", "/experts/0/roles/0", "unknown role “SW9”"),
        ("/experts/0/stages/0", "dev", "/experts/0/stages/0", "unknown stage"),
        ("/experts/0/themes/0", "ai", "/experts/0/themes/0", "unknown theme"),
        ("/requests/0/themes/0", "ai", "/requests/0/themes/0", "unknown theme"),
        ("/requests/0/slots/0/role", "CIO", "/requests/0/slots/0/role", "unknown role"),
        ("/requests/0/slots/0/stage", "developmnt", "/requests/0/slots/0/stage", "did you mean “development”"),
        ("/requests/0/slots/0/needs/1/skill", "DU3-2", "/requests/0/slots/0/needs/1/skill", "did you mean “DU3-02”"),
    ],
)
def test_each_fault_is_named_with_its_place_and_remedy(path, value, place, said):
    document = example()
    at(document, path, value)
    places, faults = faults_of(document, KNOWN)

    assert places == [place]
    assert said in faults[0].en


def test_codes_are_looked_up_with_ready_made_pairs_too_but_only_with_a_vocabulary():
    document = example()
    document["pairs"] = []
    document["experts"][0]["skills"] = {"no such skill": 1}

    assert faults_of(document, KNOWN)[0] == ["/experts/0/skills/no such skill"]
    assert read_problem(json.dumps(document)).experts[0].skills == {"no such skill": 1}


def test_ready_made_problems_need_no_skills_and_no_places():
    document = {
        "months": ["2026-04"],
        "experts": [{"id": "e", "hours": [1], "max_engagements": [1], "onsite_days": [0]}],
        "organizations": [{"id": "o"}],
        "requests": [{"id": "r", "organization": "o", "slots": [slot()]}],
        "pairs": [{"expert": "e", "slot": "S", "fit": 0, "cost": 1, "net_cost": 1, "hours": 1}],
    }

    assert len(read_problem(json.dumps(document), KNOWN).pairs) == 1


def test_faults_stand_in_the_order_of_the_file_with_missing_keys_after_the_others():
    document = example()
    del document["experts"][0]["id"]
    document["experts"][0]["hours"] = ["x", 1, "y"]
    document["pins"] = [{"slot": 1, "expert": "E1"}]
    document["months"][0] = 1
    turned = {"pins": document.pop("pins"), **document}

    expected = ["/pins/0/slot", "/months/0", "/experts/0/hours/0", "/experts/0/hours/2", "/experts/0/id"]
    assert faults_of(turned)[0] == expected
    unlinked = example()
    unlinked["experts"][0]["hours"] = [1]
    unlinked["experts"][0]["skills"]["x"] = 1
    unlinked = {"pins": [{"slot": "x", "expert": "y"}], **{k: v for k, v in unlinked.items() if k != "pins"}}
    expected = ["/pins/0/slot", "/pins/0/expert", "/experts/0/skills/x", "/experts/0/hours"]
    assert faults_of(unlinked, KNOWN)[0] == expected


@pytest.mark.parametrize("text", ["x" * 10_000_000, "長\n\x1b[31m\u2028" * 100_000])
def test_a_string_of_ten_megabytes_is_never_printed(text):
    document = example()
    document["experts"][0]["id"] = text
    document["experts"][0]["skills"] = {text: 9}
    document["policy"] = text
    document[text] = text
    started = time.perf_counter()

    _, faults = faults_of(document)  # which looks at the length of each line

    assert len(faults) == 5
    assert time.perf_counter() - started < 10


def test_plans_are_refused_with_places_too():
    document = json.loads(PLAN_FILE)
    document["status"] = "good"
    document["open_slots"][0]["funnel"][0]["removed"] = -1
    document["open_slots"][0]["remedies"] = [
        {"kind": "hours", "change": {"hours": None}, "expert": None, "objective": 1}
    ]
    document["open_slots"][0]["remedies"][0]["change"]["list"] = []
    document["assigments"] = []
    places, faults = faults_of(document, read=read_plan)

    assert places == [
        "/status",
        "/open_slots/0/funnel/0/removed",
        "/open_slots/0/remedies/0/change/hours",
        "/open_slots/0/remedies/0/change/list",
        "/assigments",
    ]
    assert "a string or a number" in faults[2].en
    assert "did you mean “assignments”" in faults[4].en
    assert faults_of(PROBLEM_FILE, read=read_plan)[1][0].en.startswith('write "talent-hub-plan/1"')


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=3),
    st.just([]),
    st.just([[]]),
    st.just({}),
    st.just({"Location": {"lat": 1}, "str": 1, "[key]": 2}),
)


def subtree_places(value, path=()):
    """Yield every place in a document."""
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from subtree_places(child, (*path, key))


@given(st.integers(0, 1), st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_is_put_anywhere_is_read_or_refused_at_a_place_that_is_there(which, data):
    document = json.loads((PROBLEM_FILE, PLAN_FILE)[which])
    read = (read_problem, read_plan)[which]
    path = data.draw(st.sampled_from([path for path in subtree_places(document) if path]))
    node = document
    for part in path[:-1]:
        node = node[part]
    if isinstance(node, dict) and data.draw(st.booleans()):
        node[data.draw(st.sampled_from(("", "Location", "a/b", "str", "[key]")))] = data.draw(JUNK)
    else:
        node[path[-1]] = data.draw(JUNK)
    try:
        read(json.dumps(document))
    except ProblemError as error:
        assert error.faults
        places = {pointer_of(place) for place in subtree_places(document)}
        for fault in error.faults:
            parent = fault.place.rpartition("/")[0]
            assert fault.place in places or ("missing" in fault.en and parent in places)
        assert len({(fault.place, "key" in fault.en) for fault in error.faults}) == len(error.faults)


def pointer_of(path):
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
