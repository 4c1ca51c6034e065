"""The tree of regions: the public codes of 嵊州, 慈溪 and 上虞, and grids below them."""

from pathlib import Path

import pytest

from gridserver.errors import CommandFailed
from gridserver.people.regions import add_grid, bring_in, read_divisions
from gridserver.storage import people, scope
from gridserver.storage.engine import text

DIVISIONS = Path(__file__).parents[3] / "resources" / "divisions.csv"
GULAI, VILLAGE = "330683106", "330683106211"


@pytest.fixture(scope="module")
def divisions():
    return read_divisions(DIVISIONS)


def place(centre, code):
    with centre.conn() as conn:
        return people.place_of_code(conn, code)


def test_the_public_codes_become_records_that_everybody_in_the_county_holds(centre, divisions):
    with centre.staff() as staff:
        done = bring_in(staff.author, divisions)
    assert (done.added, done.renamed, done.unchanged) == (1136, 0, 0)
    county, town = place(centre, "330683"), place(centre, GULAI)
    assert (town.name, town.level, town.county) == ("谷来镇", "town", county.id)
    with centre.conn() as conn:
        row = centre.author_of(conn).row_of("region", town.id)
        counted = conn.execute(text("SELECT count(*) FROM record WHERE kind = 'region'")).scalar_one()
    assert counted == 1136
    assert row.bucket == scope.bucket_id("reference", county.id)
    assert row.fields["parent"] == county.id
    with centre.conn() as conn:
        assert centre.author_of(conn).row_of("region", county.id).fields.get("parent") is None


def test_a_second_import_changes_nothing(centre, divisions):
    for expected in (1136, 0, 0), (0, 0, 1136):
        with centre.staff() as staff:
            done = bring_in(staff.author, divisions)
        assert (done.added, done.renamed, done.unchanged) == expected


def write(tmp_path, *lines):
    path = tmp_path / "divisions.csv"
    path.write_text("\n".join(["level,code,name,parent", *lines]), "utf-8")
    return path


def test_a_new_name_is_an_edit_of_the_same_region(centre, tmp_path):
    lines = ["3,330683,嵊州市,3306", f"4,{GULAI},谷来镇,330683"]
    for name in "谷来镇", "谷来街道":
        lines[1] = f"4,{GULAI},{name},330683"
        with centre.staff() as staff:
            done = bring_in(staff.author, read_divisions(write(tmp_path, *lines)))
    assert (done.added, done.renamed, done.unchanged) == (0, 1, 1)
    assert place(centre, GULAI).name == "谷来街道"


def test_a_list_may_start_below_what_is_known_and_in_any_order(centre, tmp_path):
    for lines in ["3,330683,嵊州市,3306"], [f"5,{VILLAGE},舜源村,{GULAI}", f"4,{GULAI},谷来镇,330683"]:
        with centre.staff() as staff:
            bring_in(staff.author, read_divisions(write(tmp_path, *lines)))
    assert place(centre, VILLAGE).county == place(centre, "330683").id


WRONG = [
    (["9,330683,嵊州市,3306"], "line 2: level must be one of 3, 4, 5"),
    (["3,33x,嵊州市,3306"], "line 2: a code of digits and a name are needed"),
    (["3,330683,,3306"], "line 2: a code of digits and a name are needed"),
    (["3,330683,嵊州市,3306,5"], "line 2: level must be one of 3, 4, 5, and there are four columns"),
    (["3,330683,嵊州市,3306", "3,330683,嵊州市,3306"], "line 3: 330683 stands in line 2 already"),
    ([f"4,{GULAI},谷来镇,330683"], "line 2: the parent 330683 of 330683106 is not known"),
    ([f"3,330683,{'长' * 81},3306"], "最多 80 个字"),
]


@pytest.mark.parametrize(("lines", "reason"), WRONG)
def test_a_wrong_list_is_refused_as_a_whole_with_its_line(centre, tmp_path, lines, reason):
    with pytest.raises(CommandFailed, match=reason), centre.staff() as staff:
        bring_in(staff.author, read_divisions(write(tmp_path, *lines)))
    with centre.conn() as conn:
        assert conn.execute(text("SELECT count(*) FROM region")).scalar_one() == 0


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00l", "level,code\n".encode("utf-16")])
def test_a_file_that_is_no_list_is_told_so(tmp_path, content):
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(CommandFailed, match=r"x\.csv"):
        read_divisions(tmp_path / "x.csv")


def test_a_file_that_is_not_there_is_told_so(tmp_path):
    with pytest.raises(CommandFailed, match="No such file"):
        read_divisions(tmp_path / "none.csv")


def test_grids_are_numbered_within_their_village(centre):
    centre.found()
    with centre.staff() as staff:
        codes = [add_grid(staff.author, VILLAGE), add_grid(staff.author, VILLAGE, " 东组 ")]
    assert codes == [VILLAGE + "003", VILLAGE + "004"]
    assert [place(centre, code).name for code in codes] == ["第3网格", "东组"]


@pytest.mark.parametrize("code", [GULAI, "330683106299", "", "x"])
def test_a_grid_needs_a_village(centre, code):
    centre.found()
    with pytest.raises(CommandFailed, match="no village"), centre.staff() as staff:
        add_grid(staff.author, code)


def test_a_village_has_no_thousandth_grid(centre):
    centre.found([("county", "1", ""), ("town", "12", "1"), ("village", "123", "12"), ("grid", "123999", "123")])
    with pytest.raises(CommandFailed, match="999 grids"), centre.staff() as staff:
        add_grid(staff.author, "123")
