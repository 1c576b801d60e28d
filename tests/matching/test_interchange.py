"""Problem and plan files: what is read comes back the same, satisfies the schema and has one digest."""

import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from matching.interchange import (
    digest,
    plan_schema,
    problem_schema,
    read_plan,
    read_problem,
    write_plan,
    write_problem,
)
from matching.pairs import RULES, FunnelStep
from matching.plan import Assignment, Conflict, OpenSlot, Plan, Remedy, Solver, Terms, Travel
from matching.problem import ReadyPair
from matching.references import problem_faults
from tests.matching.documented import KNOWN, PLAN_FILE, PROBLEM_FILE, example, faults_of
from tests.matching.strategies import problems

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
finite = st.floats(-1e9, 1e9)
positive = st.floats(0, 1e9)
scalars = st.one_of(texts, finite, st.integers(-5, 5))
plans = st.builds(
    Plan,
    status=st.sampled_from(("optimal", "feasible", "infeasible")),
    objective=st.one_of(st.none(), finite),
    bound=st.one_of(st.none(), finite),
    gap=st.one_of(st.none(), positive),
    terms=st.builds(Terms, finite, finite, finite, finite, positive, positive),
    assignments=st.lists(
        st.builds(
            Assignment,
            texts,
            texts,
            st.floats(0, 1),
            positive,
            positive,
            positive,
            st.dictionaries(texts, finite, max_size=2),
            st.one_of(st.none(), st.builds(Travel, positive, positive)),
        ),
        max_size=2,
    ).map(tuple),
    open_slots=st.lists(
        st.builds(
            OpenSlot,
            texts,
            st.just("budget"),
            st.lists(
                st.builds(FunnelStep, st.sampled_from(RULES), st.integers(0, 9), st.integers(0, 9)), max_size=2
            ).map(tuple),
            st.lists(
                st.builds(
                    Remedy, texts, st.dictionaries(texts, scalars, max_size=2), st.one_of(st.none(), texts), finite
                ),
                max_size=2,
            ).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    conflicts=st.lists(st.builds(Conflict, texts, slot=st.one_of(st.none(), texts)), max_size=2).map(tuple),
    policy=st.dictionaries(texts, st.one_of(scalars, st.none(), st.booleans()), max_size=2),
    limits=st.dictionaries(texts, scalars, max_size=2),
    solver=st.builds(Solver, texts, texts),
    seconds=st.dictionaries(texts, positive, max_size=2),
    input_digest=texts,
    seed=st.integers(0, 9),
)


def test_the_documented_problem_is_read_and_written_back_whole():
    problem = read_problem(PROBLEM_FILE, KNOWN)

    assert problem.experts[0].skills == {"TE1-08": 3, "SE1-02": 2}
    assert json.loads(write_problem(problem)) == example()
    assert b'"hours": [40, 40]' in write_problem(problem)


def test_the_documented_plan_is_read_and_written_back_whole():
    assert json.loads(write_plan(read_plan(PLAN_FILE))) == json.loads(PLAN_FILE)


@given(problems(most_experts=3), st.booleans())
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_read_back_the_same_byte_for_byte(problem, ready):
    if ready:
        pairs = [ReadyPair(e.id, s.id, 0.25, 1.5, 1.0, 2.0) for e in problem.experts for _, s in problem.seats()]
        problem = type(problem)(**{**vars_of(problem), "pairs": tuple(pairs)})
    text = write_problem(problem)

    assert read_problem(text, KNOWN) == problem
    assert write_problem(read_problem(text)) == text
    assert read_problem(b"\xef\xbb\xbf" + text) == problem
    assert read_problem(text.decode()) == problem
    assert problem_faults(problem, KNOWN) == ()


def vars_of(problem):
    return {name: getattr(problem, name) for name in type(problem).__dataclass_fields__}


@given(plans)
@settings(max_examples=100, deadline=None)
def test_a_plan_is_read_back_the_same_byte_for_byte(plan):
    text = write_plan(plan)

    assert read_plan(text) == plan
    assert write_plan(read_plan(text)) == text


@given(problems())
@settings(max_examples=50, deadline=None)
def test_written_problems_satisfy_the_schema(problem):
    Draft202012Validator(problem_schema()).validate(json.loads(write_problem(problem)))


@given(plans)
@settings(max_examples=50, deadline=None)
def test_written_plans_satisfy_the_schema(plan):
    Draft202012Validator(plan_schema()).validate(json.loads(write_plan(plan)))


def test_the_schemas_are_schemas_and_refuse_what_the_reader_refuses():
    for schema, document in ((problem_schema(), example()), (plan_schema(), json.loads(PLAN_FILE))):
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema)
        validator.validate(document)
        assert not validator.is_valid({**document, "unknown": 1})
    document = example()
    document["experts"][0]["skills"]["TE1-08"] = 5
    assert not Draft202012Validator(problem_schema()).is_valid(document)


def test_the_digest_names_the_content_not_the_layout():
    document = example()
    problem = read_problem(json.dumps(document))
    document["experts"][0]["skills"] = dict(reversed(document["experts"][0]["skills"].items()))
    document["experts"][0]["hourly_rate"] = 6000.0
    del document["policy"]["security_floor"]
    same = read_problem(json.dumps(dict(reversed(document.items())), indent=3))

    assert digest(same) == digest(problem)
    assert re.fullmatch("sha256:[0-9a-f]{64}", digest(problem))
    document["limits"]["seconds"] = 61
    assert digest(read_problem(json.dumps(document))) != digest(problem)


def test_a_base_of_the_register_becomes_its_place_and_one_of_the_file_stays():
    document = example()
    document["experts"][0]["base"] = "012025"
    assert read_problem(json.dumps(document), KNOWN).experts[0].base == KNOWN.places["012025"]
    assert faults_of(document)[0] == ["/experts/0/base"]
    document["organizations"].append({"id": "012025"})
    assert read_problem(json.dumps(document), KNOWN).experts[0].base == KNOWN.places["012025"]
    document["experts"][0]["base"] = "202151"
    assert read_problem(json.dumps(document), KNOWN).experts[0].base == "202151"
    document["organizations"][0]["location"] = None
    assert faults_of(document, KNOWN)[0] == ["/experts/0/base"]
    document["pairs"] = []
    assert read_problem(json.dumps(document), KNOWN).pairs == ()
