"""A worker's day on a disk that loses power: the real store, every call to the disk recorded, images of what could
lie there opened again. `python -m simulation storage` tries all of it; here a seeded part."""

import re
from pathlib import Path

import pytest

from simulation.dice import Dice
from simulation.storage_faults import broken
from simulation.storage_faults.asking import Session
from simulation.storage_faults.days import DAYS
from simulation.storage_faults.disk import CHANCY, Disk
from simulation.storage_faults.recorder import CUT, MADE, OPEN, RENAME, SYNC, WRITE, Note, compiled

PROOF = Path(__file__).parents[2] / "docs" / "proof.md"


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with Session(compiled(tmp_path_factory.mktemp("recorder"))) as opened:
        yield opened


@pytest.mark.parametrize("name", DAYS)
def test_whenever_the_power_goes_nothing_that_was_told_is_lost(session, name):
    told = session.ask("day", name=name, seed=7, points=2, acts=1)
    assert told["broken"] == [], DAYS[name].sentence
    assert told["totals"]["images"] >= 4, "a day in which little was tried proves little"


@pytest.mark.parametrize("mutant", broken.ALL, ids=lambda mutant: mutant.name)
def test_a_defence_that_is_missing_is_found_out(session, mutant):
    assert session.ask("mutant", name=mutant.name)["caught"], mutant.promise


def test_long_work_goes_on_from_what_a_power_cut_leaves_and_all_of_it_comes_to_the_centre(session):
    told = session.ask("life", seed=1, acts=25, windows=1)
    assert told["broken"] == []
    assert told["totals"]["cuts"] == 2


ACTS = ("makes", "attaches", "loads_a_bucket", "syncs", "changes_grids", "backs_up", "puts_a_backup_back")
ACTS += ("starts_a_new_program", "changes_a_setting")


@pytest.mark.parametrize("act", ACTS)
def test_a_disk_that_fails_or_fills_is_told_in_words_and_when_it_is_well_the_same_is_done_at_the_same_desk(
    session, act
):
    """Writes cut short, no room, failing syncs: under a photo that is put in and a snapshot that is laid, too."""
    told = session.ask("plight", name=act, seed=8, tries=7)
    assert told["broken"] == []
    assert told["totals"]["faults"] >= 2, "a disk that hardly fails proves little"


def test_a_power_cut_after_a_failed_save_loses_nothing_either(session):
    told = session.ask("life", seed=3, acts=25, faults=True, stretches=1, windows=1)
    assert told["broken"] == []
    assert told["totals"]["faults"] > 0


def test_each_day_is_a_sentence_and_there_are_enough():
    assert len(DAYS) >= 30
    assert all(re.fullmatch(r"[A-Z].*\.", day.sentence) for day in DAYS.values())


def made(*notes):
    disk = Disk()
    for what, file, offset, body in notes:
        disk.take(Note(what, file, offset, body))
    return disk


FOLDER, FILE = b"/desk", b"/desk/store.db"
NAMED = [(MADE, 1, 0, FILE), (OPEN, 2, 0, FOLDER), (SYNC, 2, 0, b"")]


def test_what_was_synced_is_there_whatever_comes():
    disk = made(*NAMED, (WRITE, 1, 0, b"a" * 2000), (SYNC, 1, 0, b""), (WRITE, 1, 0, b"b" * 2000))
    for seed in range(50):
        for how in CHANCY:
            body = disk.image(how, Dice(seed))["/desk/store.db"]
            assert len(body) == 2000
            assert set(body) <= set(b"ab")
    assert disk.image("lost", Dice(1)) == {"/desk/store.db": b"a" * 2000}
    assert disk.image("kept", Dice(1)) == {"/desk/store.db": b"b" * 2000}


def test_a_write_is_torn_at_the_edges_of_sectors_and_a_later_one_may_come_before_an_earlier():
    disk = made(*NAMED, (WRITE, 1, 100, b"a" * 1000), (WRITE, 1, 5000, b"b" * 100))
    bodies = {disk.image("sectors", Dice(seed))["/desk/store.db"] for seed in range(200)}
    torn = [body for body in bodies if b"a" in body and body.count(b"a") < 1000]
    assert {body.find(b"a") % 512 for body in torn} <= {0, 100}
    assert any(b"b" in body and b"a" not in body for body in bodies)
    assert disk.torn > 0


def test_a_name_is_there_when_its_folder_was_synced():
    disk = made((MADE, 1, 0, FILE + b".new"), (WRITE, 1, 0, b"new"), (SYNC, 1, 0, b""))
    assert disk.image("lost", Dice(1)) == {}
    disk.take(Note(OPEN, 2, 0, FOLDER))
    disk.take(Note(SYNC, 2, 0, b""))
    disk.take(Note(RENAME, 0, 0, FILE + b".new\n" + FILE))
    assert disk.image("lost", Dice(1)) == {"/desk/store.db.new": b"new"}
    assert disk.image("kept", Dice(1)) == {"/desk/store.db": b"new"}


def test_a_file_that_is_cut_and_not_synced_may_be_whole_still():
    disk = made(*NAMED, (WRITE, 1, 0, b"a" * 600), (SYNC, 1, 0, b""), (CUT, 1, 0, b""))
    assert disk.image("lost", Dice(1)) == {"/desk/store.db": b"a" * 600}
    assert {len(disk.image("whole", Dice(seed))["/desk/store.db"]) for seed in range(40)} == {0, 600}


def test_the_page_about_the_proof_names_every_mutant():
    told = PROOF.read_text("utf-8")
    assert [each.name for each in broken.ALL if f"`{each.name}`" not in told] == []
