"""回收站: what one took out oneself can be found again."""

from tests.helpers.notebook import WANG


def test_a_removed_household_is_found_again_until_it_is_brought_back(notebook):
    first, second = notebook.household("陈建国"), notebook.household("王芳")
    assert notebook.ledger.removed_here("household") == []
    notebook.ledger.remove("household", first)
    notebook.now += 60_000
    notebook.ledger.remove("household", second)
    found = notebook.ledger.removed_here("household")
    assert [each["head_name"] for each in found] == ["王芳", "陈建国"]
    assert found[0]["_removed_by"] == WANG
    assert found[0]["_removed_at"] == notebook.now
    notebook.ledger.restore("household", second)
    assert [each["id"] for each in notebook.ledger.removed_here("household")] == [first]
    assert notebook.ledger.removed_here("visit") == []


def test_what_the_centre_has_taken_out_is_found_as_well(notebook):
    house = notebook.household()
    notebook.hand_in(seen=True)
    notebook.ledger.remove("household", house)
    notebook.hand_in(seen=True)
    assert [each["id"] for each in notebook.ledger.removed_here("household")] == [house]


def test_only_so_many_are_listed(notebook):
    for name in ("甲", "乙", "丙"):
        notebook.ledger.remove("household", notebook.household(name))
    assert [each["head_name"] for each in notebook.ledger.removed_here("household", 2)] == ["丙", "乙"]
