import pytest
from sqlalchemy import Engine, text

from hub.db.transaction import reading, transaction
from hub.errors import NotFound
from hub.workflows.organizations import find_organizations, known_codes, load_register, prefectures, read_organization
from seed_data.municipalities import municipalities


def test_the_register_is_loaded_whole_and_only_once(engine: Engine):
    with transaction(engine) as session:
        assert load_register(session) == 1788
    with transaction(engine) as session:
        assert load_register(session) == 0
    with reading(engine) as session:
        assert known_codes(session) == {municipality.code for municipality in municipalities()}


def test_what_the_register_corrects_is_corrected_and_what_people_entered_stays(registered: Engine):
    with transaction(registered) as session:
        session.execute(text("UPDATE organizations SET name = '塩尻村', budget = 9 WHERE code = '202151'"))
    with transaction(registered) as session:
        assert load_register(session) == 1
    with reading(registered) as session:
        found = read_organization(session, "202151")
    assert (found.name, found.full_name, found.budget) == ("塩尻市", "長野県塩尻市", 9)


def test_a_prefecture_s_name_stands_alone(registered: Engine):
    with reading(registered) as session:
        assert read_organization(session, "200000").full_name == "長野県"
        assert len(prefectures(session)) == 47


@pytest.mark.parametrize("query", ["しおじり", "シオジリ", "塩尻", "shiojiri", "２０２１５１", "長野県 塩尻"])
def test_an_organization_is_found_by_any_of_its_names(registered: Engine, query: str):
    with reading(registered) as session:
        assert [row.code for row in find_organizations(session, query).items] == ["202151"]


def test_one_that_is_not_there_is_not_found(registered: Engine):
    with reading(registered) as session, pytest.raises(NotFound):
        read_organization(session, "000000")
