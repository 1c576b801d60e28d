import sys, collections, tempfile, pathlib
sys.path.insert(0,'/work/trees/round')
import pytest
import tests.hub.round.test_rounds as t
from sqlalchemy import text
from hub.db.transaction import reading
total=collections.Counter()
old=t.Rounds.teardown
def td(self):
    with reading(self.engine) as s:
        for r in s.execute(text("select subject_kind, move, from_status, to_status from changes")): total[tuple(r)]+=1
    old(self)
t.Rounds.teardown=td
def test_x(databases, database, tmp_path):
    if database!='sqlite': return
    t.drive(databases, database, tmp_path, 40, 60)
    pathlib.Path('/tmp/reach.out').write_text(repr(dict(total)))
