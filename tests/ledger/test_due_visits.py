"""Whom to visit next: the shortest rule of the household's tags, since somebody was last met there."""

import json

import pytest

from gridworker.ledger.due_visits import RULES, VisitRules, visit_rules
from gridworker.records.codes import HOUSEHOLD_TAGS, TAGS_SENSITIVE
from gridworker.storage import fresh
from tests.helpers.notebook import DAY, GRID, MORNING, OTHER_GRID, TODAY, WANG, bucket, name_of


def due(notebook, **more):
    """Name and days late of whom to visit today."""
    return [(each.head_name, each.days_late) for each in notebook.ledger.due_visits(TODAY, **more)]


def house(notebook, name, met=None, *, made=400, **fields):
    """A household written down ``made`` days ago, where somebody was met ``met`` days ago."""
    told = {"head_name": name, "address": f"{name}家", "grid": GRID, **fields}
    row = notebook.centre.write("household", told, at=MORNING - made * DAY)
    if met is not None:
        visited(notebook, row.id, met)
    notebook.catch_up("grid")
    return row.id


def visited(notebook, household, days, **fields):
    """A visit ``days`` ago."""
    told = {"household": household, "grid": GRID, "visitor": WANG, "visited_at": MORNING - days * DAY, **fields}
    notebook.centre.write("visit", {"mode": "home", "state": "submitted", "met": True, **told})
    notebook.catch_up("grid")


@pytest.mark.parametrize(
    ("tags", "met", "late"),
    [
        ([], 179, None),
        ([], 180, 0),
        ([], 190, 10),
        (["living_alone"], 29, None),
        (["living_alone"], 33, 3),
        (["rental"], 89, None),
        (["rental", "living_alone"], 40, 10),
        (["veteran"], 100, None),
        ([], None, 397),
        (["living_alone"], None, 397),
    ],
)
def test_the_shortest_rule_of_all_tags_counts_from_the_last_meeting(notebook, tags, met, late):
    house(notebook, "陈建国", met, tags=tags)
    assert due(notebook) == ([] if late is None else [("陈建国", late)])


def test_a_visit_that_was_saved_a_moment_ago_counts_at_once_and_goes_on_counting(notebook):
    """It is counted later, with others (``storage.fresh``); nobody may see a difference."""
    home = house(notebook, "陈建国", 190)
    overdue = notebook.ledger.due_days([home])[home]
    assert due(notebook) == [("陈建国", 10)]
    notebook.visit(home, visited_at=MORNING)
    met_now = notebook.ledger.due_days([home])[home]
    assert due(notebook) == []
    assert (met_now - overdue).days == 190
    file = notebook.store._file
    with file.writing():
        fresh.gather(file, file.tables["visit"])
    assert due(notebook) == []
    assert notebook.ledger.due_days([home])[home] == met_now


def test_a_new_household_is_seen_within_three_days(notebook):
    house(notebook, "陈建国", made=2)
    assert due(notebook) == []
    assert due(notebook, ahead=1) == [("陈建国", -1)]


def test_sensitive_tags_count_while_they_are_valid_and_held(notebook):
    home = house(notebook, "陈建国", 40)
    told = {"household": home, "grid": GRID, "source": "名册", "valid_from": "2025-01-01", "tag": "disabled"}
    tag = notebook.centre.write("key_group_tag", told, "sensitive")
    assert due(notebook) == []
    notebook.catch_up("sensitive")
    (visit,) = notebook.ledger.due_visits(TODAY)
    assert (visit.tag, visit.interval, visit.days_late) == ("disabled", 30, 10)
    ended = {**told, "valid_to": "2026-03-01"}
    notebook.centre.write("key_group_tag", ended, "sensitive", record=tag.id)
    notebook.catch_up("sensitive")
    assert due(notebook) == []


def test_tags_of_those_who_live_there_count_for_the_household(notebook):
    home = house(notebook, "陈建国", 40)
    person = notebook.ledger.save("person", {"name": "陈阿婆", "household": home, "tags": ["aged_80"]}).id
    assert due(notebook) == [("陈建国", 10)]
    notebook.ledger.save("person", {"died_on": "2026-02-01"}, person)
    assert due(notebook) == []


def test_nobody_at_home_is_an_attempt_and_no_visit(notebook):
    home = house(notebook, "陈建国", 200)
    for days in (300, 20, 3):
        visited(notebook, home, days, met=False)
    (visit,) = notebook.ledger.due_visits(TODAY)
    assert (visit.attempts, visit.days_late, visit.last) == (2, 20, "2025-08-14")
    visited(notebook, home, 0)
    assert due(notebook) == []


def test_a_visit_to_neighbours_counts_for_each_household_that_was_met(notebook):
    one, two = house(notebook, "甲", 10), house(notebook, "乙", 300)
    assert due(notebook) == [("乙", 120)]
    subjects = [{"kind": "household", "record": one}, {"kind": "household", "record": two}]
    visit = notebook.ledger.save("visit", {"subjects": subjects})
    assert due(notebook) == []
    notebook.ledger.undo(visit.act)
    assert due(notebook) == [("乙", 120)]
    assert [each["household"] for each in notebook.ledger.visits_of(two)] == [two]


def test_the_latest_come_first_also_where_one_was_met_at_a_neighbours(notebook):
    here, met_later, late = house(notebook, "甲", 10), house(notebook, "乙", 300), house(notebook, "丙", 250)
    subjects = {name_of(0xE1): {"kind": "household", "record": here}}
    subjects[name_of(0xE2)] = {"kind": "household", "record": met_later}
    visited(notebook, here, 200, subjects=subjects)
    assert due(notebook) == [("丙", 70), ("乙", 20)]
    assert [each.household for each in notebook.ledger.due_visits(TODAY, limit=1)] == [late]


def test_an_agreed_day_takes_the_place_of_the_rule_until_the_visit_is_done(notebook):
    home = house(notebook, "陈建国", 200)
    notebook.ledger.save("household", {"next_visit": "2026-03-10"}, home)
    assert due(notebook) == []
    assert due(notebook, ahead=8) == [("陈建国", -8)]
    notebook.ledger.save("household", {"next_visit": "2026-02-28"}, home)
    assert due(notebook) == [("陈建国", 2)]
    visited(notebook, home, 1)
    assert due(notebook, ahead=100) == []


def test_whoever_moved_out_or_was_removed_is_not_visited(notebook):
    gone, removed = house(notebook, "甲", 200, moved_out="2026-01-01"), house(notebook, "乙", 200)
    notebook.ledger.remove("household", removed)
    assert due(notebook) == []
    assert notebook.ledger.due_days([gone, removed]) == {}


def test_the_latest_first_or_by_the_way_one_walks(notebook):
    for name, days in (("乙", 190), ("甲", 200), ("丙", 185)):
        house(notebook, name, days)
    house(notebook, "丁", 300, grid=OTHER_GRID)
    assert [name for name, _ in due(notebook, grids=[GRID])] == ["甲", "乙", "丙"]
    assert [name for name, _ in due(notebook, limit=2)] == ["丁", "甲"]
    by_address = [name for name, _ in due(notebook, grids=[GRID], by_address=True)]
    assert by_address == sorted(by_address, key=lambda name: f"{name}家")


def test_overdue_is_what_is_later_than_the_tolerance(notebook):
    house(notebook, "甲", 33, tags=["living_alone"])
    house(notebook, "乙", 34, tags=["living_alone"])
    assert {each.head_name: each.overdue for each in notebook.ledger.due_visits(TODAY)} == {"甲": False, "乙": True}


def test_the_day_of_each_household_of_a_list(notebook):
    tagged, plain, new = house(notebook, "甲", 10, tags=["rental"]), house(notebook, "乙", 200), house(notebook, "丙")
    days = notebook.ledger.due_days([tagged, plain, new, name_of(1)])
    assert {home: day.isoformat() for home, day in days.items()} == {
        tagged: "2026-05-21",
        plain: "2026-02-10",
        new: "2025-01-29",
    }
    told = {each.household: each.due for each in notebook.ledger.due_visits(TODAY)}
    assert told[plain] == days[plain].isoformat()


def test_both_ways_of_asking_agree(notebook):
    for number in range(40):
        tags = [tag for place, tag in enumerate(sorted(HOUSEHOLD_TAGS)) if number * 7 % (place + 3) == 0]
        house(notebook, f"陈{number}", (number * 37) % 400 if number % 5 else None, tags=tags, made=300 + number)
    listed = {each.household: each.due for each in notebook.ledger.due_visits(TODAY, ahead=400)}
    asked = notebook.ledger.due_days([each["id"] for each in notebook.ledger.find("household")])
    assert listed == {home: day.isoformat() for home, day in asked.items()}
    assert len(listed) == 40


def test_every_rule_is_for_a_tag_that_exists_and_names_its_source():
    told = json.loads(RULES.read_text("utf-8"))
    assert set(told["tags"]) <= set(HOUSEHOLD_TAGS) | set(TAGS_SENSITIVE)
    assert all(0 < rule["days"] <= told["household"] and rule["source"] for rule in told["tags"].values())
    rules = visit_rules()
    assert (rules.household, rules.first_visit, rules.tags["living_alone"]) == (180, 3, 30)
    assert isinstance(rules, VisitRules)


def test_a_bucket_that_is_not_complete_is_not_asked(notebook):
    house(notebook, "陈建国", 200)
    file = notebook.store._file
    with file.writing():
        file.db.execute("UPDATE bucket SET state = 'loading' WHERE id = ?", (bucket("grid"),))
    assert due(notebook) == []
