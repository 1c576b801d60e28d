"""The documentation's files, and what a reader says about a faulty one."""

import json
import re
from pathlib import Path

import pytest

from matching.faults import ProblemError
from matching.interchange import read_problem
from matching.problem import Location
from matching.vocabulary import Vocabulary
from tests.matching.strategies import ROLES, SKILLS, STAGES, THEMES

PAGE = (Path(__file__).parents[2] / "docs/interchange.md").read_text()
PROBLEM_FILE, PLAN_FILE = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
KNOWN = Vocabulary(
    frozenset(SKILLS) | {"DU3-02"},
    frozenset(ROLES),
    frozenset(STAGES),
    frozenset(THEMES),
    {"012025": Location(41.7688, 140.7288)},
)


def example():
    """Return the documentation's problem, to be changed."""
    return json.loads(PROBLEM_FILE)


def faults_of(document, vocabulary=None, read=read_problem):
    """Return the faults by place, of a file or of a document to be written as one."""
    text = document if isinstance(document, str | bytes) else json.dumps(document)
    with pytest.raises(ProblemError) as caught:
        read(text, vocabulary) if read is read_problem else read(text)
    places = [fault.place for fault in caught.value.faults]
    for fault in caught.value.faults:
        line = str(fault)
        assert "\n" not in line
        assert len(line) < 600
        assert fault.ja != fault.en
    return places, caught.value.faults
