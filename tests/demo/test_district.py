"""The made-up district: complete, lawful, the same every time, and about nobody who lives."""

import csv
import hashlib
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from gridworker.demo import diary_frames, diary_people, diary_seasons
from gridworker.demo.chance import Chance, Ids
from gridworker.demo.days import DAY, day_of, is_working_day, moment, seasons
from gridworker.demo.district import District
from gridworker.demo.families import plans
from gridworker.demo.loading import final_fields, groups
from gridworker.demo.places import COUNTY, TOWNS
from gridworker.demo.sheets import read
from gridworker.protocol import MOST_IN_GROUP
from gridworker.records import KINDS
from gridworker.records.change import Change, Verb
from gridworker.records.codes import TAGS_SENSITIVE
from gridworker.records.fields import ENTRY_ID
from gridworker.records.identity import birth_date, check_id_number
from gridworker.records.merge import apply
from gridworker.records.rights import Author, check_values, why_not

TODAY = date(2026, 11, 22)
SEED = 7
DIVISIONS = Path(__file__).parents[2] / "resources" / "divisions.csv"
ORDER = [
    "region",
    "household",
    "person",
    "key_group_tag",
    "visit",
    "review",
    "matter",
    "dispute",
    "mediation_case",
    "mediation_session",
]


def divisions() -> dict[str, str]:
    with DIVISIONS.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def regions() -> dict[str, str]:
    """Code to region id, as a centre that has read the divisions would know them."""
    ids = Ids(1, "centre")
    return {code: ids.at(1_600_000_000_000) for code in divisions()}


@pytest.fixture(scope="module")
def district() -> District:
    return District.make(SEED, TODAY, regions())


@pytest.fixture(scope="module")
def by_kind(district) -> dict[str, list]:
    found = defaultdict(list)
    for record in district.records():
        found[record.kind].append(record)
    return found


@pytest.fixture(scope="module")
def loaded(district) -> list:
    return list(groups(district.records(), lambda kind, region: region, SEED))


# ------------------------------------------------------------------------------ how much there is


def test_the_district_has_the_size_of_the_demo(district, by_kind):
    assert len(by_kind["household"]) == 2000
    assert len(by_kind["person"]) == 6000
    assert Counter(v.fields["grid"] for v in by_kind["visit"]) == {g.id: 377 for g in district.grids}
    assert len(by_kind["matter"]) == 400
    assert len(by_kind["dispute"]) == 60
    assert len(by_kind["key_group_tag"]) > 150
    assert len(by_kind["review"]) > 800


def test_whatever_the_seed_there_are_as_many_people():
    for seed in range(60):
        assert sum(plan.size for plan in plans(2000, 6000, Chance(seed))) == 6000


def test_it_lies_on_real_codes_in_three_mountain_towns(district):
    known = divisions()
    assert len(district.grids) == 8
    assert Counter(grid.town_code for grid in district.grids)["330683106"] >= 4
    assert {grid.town_code for grid in district.grids} == set(TOWNS)
    for grid in district.grids:
        assert known[grid.town_code] == grid.town_name
        place = known[grid.village_code].removesuffix("村委会")
        assert grid.village_name == (place if place.endswith("村") else place + "村")
        assert re.fullmatch(re.escape(grid.village_code) + r"\d{3}", grid.code)
    assert known[COUNTY] == "嵊州市"


def test_there_is_a_worker_for_each_grid_and_a_mediator_and_a_supervisor_for_each_town(district):
    roles = Counter(account.role for account in district.accounts)
    assert roles == {"grid_worker": 8, "mediator": 3, "supervisor": 4, "admin": 1}
    users = [account.user for account in district.accounts]
    assert len(set(users)) == len(users)
    assert all(user.isascii() and user.islower() for user in users)
    for account in district.accounts:
        fields = account.staff_fields(district.county, account.id)
        assert KINDS["staff_member"].clean(fields)["regions"]


def test_every_state_of_every_machine_is_there(by_kind):
    for kind in ("dispute", "matter", "visit"):
        states = {final_fields(record)["state"] for record in by_kind[kind]}
        assert states == set(KINDS[kind].machine.states), kind


def test_an_ageing_county_has_many_old_people_who_live_alone(by_kind):
    tags = Counter(tag for record in by_kind["household"] for tag in record.fields["tags"])
    assert 0.08 < tags["living_alone"] / 2000 < 0.18
    assert 0.08 < tags["aged_80"] / 2000 < 0.2
    assert 0.02 < tags["low_income"] / 2000 < 0.07
    assert tags["new_resident"] > 10
    sensitive = Counter(record.fields["tag"] for record in by_kind["key_group_tag"])
    assert sensitive["disabled"] > sensitive["mental_disorder"] > 0
    assert set(sensitive) <= set(TAGS_SENSITIVE)


# ------------------------------------------------------------------------------- whether it is right


def test_every_record_passes_its_kind_at_first_and_in_the_end(district):
    for record in district.records():
        kind = KINDS[record.kind]
        first = kind.clean(record.fields)
        last = final_fields(record)
        assert kind.clean(last) == last, record.kind
        if kind.machine:
            assert first[kind.machine.field] == kind.machine.initial


def test_every_change_is_allowed_to_its_author_and_none_clashes(district, loaded):
    roles = {account.id: account.role for account in district.accounts}
    rows = {}
    for group in loaded:
        author = Author(group.by, roles[group.by])
        for change in group.changes:
            kind = KINDS[change.kind]
            row = rows.get(change.record)
            assert why_not(kind, row, change, author) == "", (change.kind, change.verb, change.path)
            check_values(kind, change)
            outcome = apply(kind, row, change, group.by)
            assert outcome.clash is None
            rows[change.record] = outcome.row or row
    for record in district.records():
        assert rows[record.id].fields == final_fields(record), record.kind
        assert rows[record.id].author == record.author


def test_changes_come_in_groups_that_a_centre_takes(loaded):
    assert all(0 < len(group.changes) <= MOST_IN_GROUP for group in loaded)
    assert len({group.changes[0].tx for group in loaded}) == len(loaded)
    for group in loaded:
        assert len({change.tx for change in group.changes}) == 1
        for change in group.changes:
            assert Change.from_wire({**change.to_wire(), "n": 1}, change.tx, change.act).id == change.id


def test_nothing_points_to_what_is_not_there_yet(district, by_kind):
    known = set(regions().values()) | {g.id for g in district.grids}
    known |= {account.id for account in district.accounts}
    kinds = [record.kind for record in district.records()]
    assert sorted(set(kinds), key=kinds.index) == ORDER
    people = {record.id for record in by_kind["person"]}
    for record in district.records():
        known.add(record.id)
        for field in KINDS[record.kind].fields:
            value = record.fields.get(field.name)
            if field.type == "ref" and value is not None:
                assert value in known or (field.name == "head" and value in people), field.name
            if field.type == "entries":
                assert all(ENTRY_ID.match(entry) for entry in value or {})


def test_members_of_a_household_agree_with_its_archive(by_kind):
    members = Counter(record.fields["household"] for record in by_kind["person"])
    heads = {record.id: record for record in by_kind["person"]}
    for record in by_kind["household"]:
        assert members[record.id] == record.fields["members"]
        head = heads[record.fields["head"]]
        assert head.fields["name"] == record.fields["head_name"]
        assert (head.fields["relation"], head.fields["household"]) == ("02", record.id)


def test_matters_and_disputes_come_from_the_visit_on_which_they_were_heard(by_kind):
    visits = {record.id: record for record in by_kind["visit"]}
    heard = [record for record in by_kind["matter"] + by_kind["dispute"] if record.fields["visit"]]
    assert len(heard) > 430
    for record in heard:
        visit = visits[record.fields["visit"]]
        assert visit.fields["grid"] == record.fields["grid"]
        assert visit.fields["household"] == record.fields["household"]
        assert visit.author == record.author
        assert 0 <= record.at - visit.fields["visited_at"] < 90 * 60_000


def test_a_dispute_in_mediation_has_its_case_and_a_settled_one_its_agreement(by_kind):
    cases = {record.fields["dispute"]: record for record in by_kind["mediation_case"]}
    sessions = defaultdict(list)
    for record in by_kind["mediation_session"]:
        sessions[record.fields["dispute"]].append(record)
    for dispute in by_kind["dispute"]:
        last = final_fields(dispute)
        state = last["state"]
        if state in ("registered", "refused"):
            assert dispute.id not in cases
            continue
        case = final_fields(cases[dispute.id])
        assert len(case["parties"]) == 2
        assert len(case["panel"]) == 3
        assert all(party["consents"] for party in case["parties"].values())
        if state in ("agreed", "visited", "archived"):
            assert case["agreement"]
            assert sessions[dispute.id][-1].fields["result"] == "agreed"
            assert case["agreed_on"] <= case["performance_due"]
        if state in ("visited", "archived"):
            assert case["return_visit"]
        if state == "failed":
            assert sessions[dispute.id][-1].fields["result"] == "not_agreed"
            assert "法院" in last["outcome"]
        if state == "mediating":
            assert moment(TODAY) < last["next_at"] < moment(TODAY + 16 * DAY)


def test_case_numbers_have_no_gap_within_a_committee_and_a_year(by_kind):
    numbers = defaultdict(list)
    for record in sorted(by_kind["mediation_case"], key=lambda r: r.fields["accepted_on"]):
        found = re.fullmatch(r"（(\d{4})）(\w+)民调字第(\d{3})号", record.fields["case_no"])
        numbers[found[1], found[2]].append(int(found[3]))
    for given in numbers.values():
        assert given == list(range(given[0], given[0] + len(given)))


# ------------------------------------------------------------------------------------ when it happened


def test_nothing_has_happened_later_than_yesterday(district):
    for record in district.records():
        assert record.at < moment(TODAY)
        times = [record.at, *(move.at for move in record.moves)]
        assert times == sorted(times), record.kind
        assert times[-1] < moment(TODAY), record.kind


def test_a_year_of_visits_lies_mostly_on_working_days_and_sometimes_in_the_evening(by_kind):
    visits = [record.fields for record in by_kind["visit"]]
    days = [day_of(visit["visited_at"]) for visit in visits]
    assert min(days) >= TODAY - 365 * DAY
    assert max(days) >= TODAY - 4 * DAY
    assert max(day_of(visit["ended_at"]) for visit in visits) < TODAY
    work = sum(is_working_day(day) for day in days) / len(days)
    assert 0.85 < work < 0.97
    hours = [(visit["visited_at"] // 3_600_000 + 8) % 24 for visit in visits]
    assert 0.03 < sum(hour >= 18 for hour in hours) / len(hours) < 0.2
    assert min(hours) >= 8
    assert max(hours) <= 20
    assert {visit["month"] for visit in visits} == {f"{day:%Y-%m}" for day in days}


def test_diaries_keep_to_the_season(by_kind):
    for record in by_kind["visit"]:
        found = seasons(day_of(record.fields["visited_at"]))
        text = record.fields["text"]
        if "台风" in text and "台风天我也会" not in text and "怕" not in text:
            assert "typhoon" in found
        if "年糕" in text or "年货" in text:
            assert "before_festival" in found
        if "都在打香榧" in text or "剥榧蒲" in text:
            assert "harvest" in found
        if "茶青" in text or "采茶工" in text:
            assert "tea_season" in found or "m5" in found or record.fields["purposes"] == ["dispute"]
        if "火熜" in text or "炭盆" in text:
            assert "winter" in found


def test_a_household_is_not_visited_before_its_archive_was_made(by_kind):
    made = {record.id: record.at for record in by_kind["household"]}
    assert all(made[v.fields["household"]] < v.fields["visited_at"] for v in by_kind["visit"])


# --------------------------------------------------------------------------------- nobody who lives


def test_nobody_in_it_can_be_a_real_person(by_kind):
    real_counties = {code for code in divisions() if len(code) == 6}
    for record in by_kind["person"]:
        number = record.fields["id_number"]
        if number is None:
            continue
        assert check_id_number(number) == ""
        assert number[4:6] == "99", "no county of China has 99 at its end"
        assert number[:6] not in real_counties
        assert birth_date(number).isoformat() == record.fields["birth_date"]
    numbers = [r.fields["id_number"] for r in by_kind["person"] if r.fields["id_number"]]
    assert len(set(numbers)) == len(numbers)


def test_no_telephone_in_it_belongs_to_a_carrier(district):
    found = set()
    for record in district.records():
        found.update(_phones(final_fields(record), KINDS[record.kind].fields))
    found.update(account.phone for account in district.accounts)
    assert len(found) > 4000
    assert all(re.fullmatch(r"12[48]\d{8}", phone) for phone in found)


def _phones(fields, declared):
    for field in declared:
        value = fields.get(field.name)
        if field.type == "phone" and value:
            yield value
        if field.type == "entries":
            for entry in (value or {}).values():
                yield from _phones(entry, field.fields)


def test_no_resident_bears_the_name_of_somebody_who_works_there(district, by_kind):
    staff = {account.name for account in district.accounts}
    assert staff.isdisjoint(record.fields["name"] for record in by_kind["person"])


def test_diaries_say_nothing_of_the_sensitive_tags(by_kind):
    """A diary lies in the grid's ordinary bucket; what is of class A may not stand in it."""
    words = ("精神障碍", "矫正", "刑满", "吸毒", "戒毒", "家暴", "信访")
    for record in by_kind["visit"]:
        assert not any(word in record.fields["text"] for word in words)


# -------------------------------------------------------------------------------------- how it is told


def test_there_are_many_ways_to_say_it_and_no_gap_is_left_open(by_kind):
    texts = (
        diary_people.PEOPLE,
        diary_seasons.SEASONS,
        diary_frames.OPENINGS,
        diary_frames.AWAY,
        diary_frames.UNMET,
        diary_frames.PATROLS,
        diary_frames.MEETINGS,
        diary_frames.CLOSINGS,
    )
    patterns = [
        line for text in texts for sheet in read(text) for voice in "pco" for line in sheet.lines.get(voice, ())
    ]
    assert len(set(patterns)) == len(patterns) > 300
    diaries = [record.fields["text"] for record in by_kind["visit"]]
    assert len(set(diaries)) > 2600
    for record in [r for records in by_kind.values() for r in records]:
        for value in final_fields(record).values():
            if isinstance(value, str):
                assert "{" not in value
                assert "None" not in value


def test_eight_workers_write_in_eight_hands(by_kind):
    lengths = defaultdict(list)
    for record in by_kind["visit"]:
        lengths[record.author].append(len(record.fields["text"]))
    means = sorted(sum(found) / len(found) for found in lengths.values())
    assert len(means) == 8
    assert means[0] * 1.8 < means[-1]


# -------------------------------------------------------------------------------------- for the story


def test_the_story_finds_what_it_needs(district, by_kind):
    picks = district.picks
    own = district.grids[0].id
    assert picks.worker.region == own
    dispute = next(r for r in by_kind["dispute"] if r.id == picks.dispute)
    last = final_fields(dispute)
    assert (last["state"], last["grid"]) == ("mediating", own)
    assert dispute.author == picks.worker.id
    monday = TODAY + (7 - TODAY.weekday()) * DAY
    assert monday <= day_of(last["next_at"]) < monday + 7 * DAY
    assert picks.session_at == last["next_at"]
    case = next(r for r in by_kind["mediation_case"] if r.id == picks.case)
    assert case.fields["dispute"] == dispute.id
    assert case.author == picks.mediator.id
    shared = next(r for r in by_kind["household"] if r.id == picks.shared_household)
    assert shared.fields["grid"] == own
    assert shared.id in [party["household"] for party in last["parties"].values()]
    due = next(r for r in by_kind["household"] if r.id == picks.due_household)
    assert due.fields["grid"] == own
    diary = next(r for r in by_kind["visit"] if r.id == picks.diary)
    assert diary.author == picks.worker.id
    assert final_fields(diary)["state"] == "submitted"


def test_it_can_be_made_on_any_day_and_is_another_one(district):
    today = date(2028, 2, 29)
    first, district = district, District.make(11, today, regions())
    assert district.digest() != first.digest()
    for record in district.records():
        times = [record.at, *(move.at for move in record.moves)]
        assert times == sorted(times)
        assert times[-1] < moment(today)
    lively = [r for r in district.records() if KINDS[r.kind].machine]
    for record in lively:
        KINDS[record.kind].clean(final_fields(record))
    states = {final_fields(record)["state"] for record in lively if record.kind == "dispute"}
    assert states == set(KINDS["dispute"].machine.states)
    assert day_of(district.picks.session_at) > today


def test_the_same_seed_makes_the_same_district(district):
    assert District.make(SEED, TODAY, regions()).digest() == district.digest()


def test_ids_and_people_that_the_centre_has_given_are_kept(district):
    known = regions() | {district.grids[0].code: Ids(2, "grid").at(5)}
    mine = Ids(3, "person").at(5)
    again = District.make(SEED, TODAY, known, people={"liuyl": mine})
    assert again.grids[0].id == known[district.grids[0].code]
    assert again.picks.worker.id == mine
    assert any(r.author == mine for r in again.records() if r.kind == "visit")


def test_a_missing_village_is_named():
    known = {code: region for code, region in regions().items() if code != "330683110252"}
    with pytest.raises(KeyError, match="330683110252"):
        District.make(SEED, TODAY, known)


def test_groups_are_the_same_for_the_same_seed(loaded, district):
    def digest(found) -> str:
        ground = hashlib.blake2b()
        for group in found:
            ground.update(repr(group).encode())
        return ground.hexdigest()

    assert digest(loaded) == digest(groups(district.records(), lambda kind, region: region, SEED))
    assert loaded[0].changes[0].verb is Verb.CREATE
