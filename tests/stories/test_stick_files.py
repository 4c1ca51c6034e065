"""Photos where no line reaches: they go along on the stick, and word of what lies at the centre comes back."""

import hashlib
import os
import random
import shutil
import tracemalloc
from contextlib import closing

import pytest

from gridserver.files import crates as counter_of_files
from gridserver.storage import dump, files, meta
from gridserver.storage.embedded import programs
from gridworker.app.stick import StickOf
from gridworker.errors import Cancelled, CentreUnreachable, NotThisFile, StickFault, StickFull
from gridworker.protocol.courier import name_of
from gridworker.protocol.crates import CRATE
from gridworker.storage.cabinet import Cabinet
from gridworker.sync import crates
from gridworker.sync.files import let_go
from gridworker.ui.background import Progress
from tests.helpers.centre import PASSWORD, new_id
from tests.helpers.desk_fixtures import GRID, OTHER_GRID
from tests.stories.test_scope_changes import give
from tests.stories.test_stick import counter

SOME = random.Random(11)


def paper(size=400_000):
    """Something that nothing makes smaller."""
    return b"%PDF-1.7 " + SOME.randbytes(size)


def attach(village, desk, *bodies, name="陈建国"):
    """A household with these papers; its id."""
    entries = [desk.ledger.files.keep(body, "application/pdf", None) for body in bodies]
    fields = {"head_name": name, "address": "马村3号", "grid": village.centre.regions[GRID], "photos": entries}
    return desk.ledger.save("household", fields).id


def states(desk, house):
    """How far the papers of a household have come, as its page shows it."""
    photos = desk.ledger.get("household", house)["photos"]
    return sorted(desk.ledger.files.state(entry) for entry in photos.values())


def at_centre(village):
    """Hashes of the files that lie at the centre, and whether their bytes are right."""
    with village.centre.conn() as conn:
        stored = list(files.all_of(conn))
    stacks = village.centre.ground.stacks
    assert all(sha_of(stacks.path(each.home, each.sha256).read_bytes()) == each.sha256 for each in stored)
    return [each.sha256 for each in stored]


def sha_of(body):
    return hashlib.sha256(body).hexdigest()


def handed_in(village, folder):
    """An administrator takes in all that lies on the stick; the receipts lie there then."""
    for path in sorted(folder.glob("*.gwp")):
        path.with_suffix(".p.gwr").write_bytes(counter(village).take(path.read_bytes()))
    for path in sorted(folder.glob("*.gwc")):
        receipt = counter_of_files.take(village.centre.ground, path, name_of(path.read_bytes()))
        path.with_suffix(".c.gwr").write_bytes(receipt)


def taken(desk, folder):
    """All receipts, at home."""
    return [StickOf(desk).take(path) for path in sorted(folder.glob("*.gwr"))]


@pytest.fixture
def stick(tmp_path):
    """The folder of a stick."""
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def test_a_worker_whom_no_line_reaches_reads_how_far_his_photos_have_come(village, desk, stick):
    wang = desk("wang")
    village.centre.line.cut = True
    one, two = paper(), paper(30)
    house = attach(village, wang, one, two)
    load = StickOf(wang).look(stick)
    assert (load.changes, load.files, load.size, load.parts, load.fits) == (1, 2, len(one) + len(two), 1, True)
    written = StickOf(wang).export(stick, files=True)
    assert (written.changes, written.files, len(written.crates)) == (1, 2, 1)
    content = b"".join(path.read_bytes() for path in stick.iterdir())
    assert one[50:90] not in content
    assert all(word not in path.name for word in ("wang", "陈建国") for path in stick.iterdir())
    assert states(wang, house) == ["waiting", "waiting"]

    handed_in(village, stick)
    assert sorted(at_centre(village)) == sorted([sha_of(one), sha_of(two)])
    taken(wang, stick)
    assert states(wang, house) == ["stored", "stored"], "by the receipt alone"
    assert wang.ledger.files.waiting() == []
    with closing(wang.open_cabinet()) as cabinet:
        assert let_go(wang.store, cabinet, wang.machine.now(), most=0) == 0, "no backup covers them: they stay"
    assert StickOf(wang).export(stick, files=True).package is None, "nothing waits any more"

    with village.centre.conn() as conn:
        meta.mark_backup(conn, meta.marks(conn), village.centre.clock())
        files.mark_durable(conn, files.last_n(conn))
    attach(village, wang, paper(20), name="王秀英")
    shutil.rmtree(stick)
    stick.mkdir()
    StickOf(wang).export(stick, files=True)
    handed_in(village, stick)
    taken(wang, stick)
    assert states(wang, house) == ["durable", "durable"], "a backup covers them"
    with pytest.raises(CentreUnreachable):
        wang.sync()


def test_another_desk_carries_them_unread_hands_them_over_in_pieces_and_brings_the_receipt(village, desk, stick):
    wang, li = desk("wang"), desk("li")
    one = paper()
    house = attach(village, wang, one)
    StickOf(wang).export(stick, files=True)
    for path in sorted(stick.iterdir()):
        StickOf(li).take(path)
        StickOf(li).take(path)
    (crate,) = li.carried_crates.iterdir()
    assert li.store.carried_counts() == (2, 0)
    li.sync()
    village.line.cut_after = 3
    with pytest.raises(CentreUnreachable):
        li.send_files()
    assert crate.exists()
    village.line.cut_after = None
    li.send_files()
    assert not crate.exists()
    assert at_centre(village) == [sha_of(one)]
    assert len(StickOf(li).receipts(stick)) == 2
    taken(wang, stick)
    assert states(wang, house) == ["stored"]
    li.sync()
    li.send_files()
    assert len(li.receipts()) == 2


def test_stick_and_line_are_mixed_freely(village, desk, stick):
    wang = desk("wang")
    one, two = paper(), paper(50)
    house = attach(village, wang, one, two)
    StickOf(wang).export(stick, files=True)
    wang.sync()
    village.line.cut_after = 3  # one whole file, and the beginning of the other
    with pytest.raises(CentreUnreachable):
        wang.send_files()
    village.line.cut_after = None
    handed_in(village, stick)
    handed_in(village, stick)
    wang.send_files()
    assert sorted(at_centre(village)) == sorted([sha_of(one), sha_of(two)])
    wang.sync()
    taken(wang, stick)
    assert states(wang, house) == ["stored", "stored"]


def test_a_crate_that_came_before_the_text_is_not_taken_and_goes_along_once_more(village, desk, stick):
    wang = desk("wang")
    house = attach(village, wang, paper(100))
    written = StickOf(wang).export(stick, files=True)
    written.package.rename(stick / "late")
    handed_in(village, stick)
    (answer,) = taken(wang, stick)
    assert [each.code for each in answer.files] == ["not_found"]
    assert states(wang, house) == ["waiting"]
    (stick / "late").rename(written.package)
    written.crates[0].unlink()
    StickOf(wang).export(stick, files=True)
    handed_in(village, stick)
    taken(wang, stick)
    assert states(wang, house) == ["stored"]


def test_a_receipt_of_a_centre_that_was_restored_since_is_no_receipt(village, desk, stick):
    wang = desk("wang")
    house = attach(village, wang, paper(100))
    StickOf(wang).export(stick, files=True)
    handed_in(village, stick)
    wang.store.set_meta("epoch", "01900000-0000-7000-8000-00000000beef")
    taken(wang, stick)
    assert states(wang, house) == ["waiting"]
    assert len(wang.ledger.files.waiting()) == 1


def test_many_photos_go_in_several_crates_and_what_is_complete_is_good(village, desk, stick, monkeypatch):
    monkeypatch.setattr(crates, "MOST_CRATE", 500_000)
    wang = desk("wang")
    house = attach(village, wang, *(paper(200_000) for _ in range(5)))
    told = []

    def tell(done, total, words):
        told.append(done)
        if done > 500_000:
            progress.cancel()

    progress = Progress(tell)
    with pytest.raises(Cancelled):
        StickOf(wang).export(stick, progress, files=True)
    assert told == sorted(told)
    assert len(list(stick.glob("*.gwc"))) == 1
    assert list(stick.glob("*.part")) == []
    handed_in(village, stick)
    taken(wang, stick)
    assert states(wang, house) == ["stored", "stored", "waiting", "waiting", "waiting"]
    written = StickOf(wang).export(stick, files=True)
    assert (written.files, len(written.crates)) == (3, 2)
    handed_in(village, stick)
    taken(wang, stick)
    assert states(wang, house) == ["stored"] * 5


def test_a_full_stick_and_one_that_is_pulled_out_are_told_and_nothing_is_lost(village, desk, stick, monkeypatch):
    wang = desk("wang")
    house = attach(village, wang, paper(900_000))
    part = stick / f"民情日记-{wang.store.meta('device')[-6:]}.part"
    part.symlink_to("/dev/full")
    with pytest.raises(StickFull):
        StickOf(wang).export(stick, files=True)
    assert list(stick.glob("*.gwc")) == []

    def pulled_out(done, total, words):
        shutil.rmtree(stick, ignore_errors=True)

    with pytest.raises(StickFault, match="一个也没有丢"):
        StickOf(wang).export(stick, Progress(pulled_out), files=True)
    with pytest.raises(StickFault):
        StickOf(wang).look(stick)
    stick.mkdir()
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(1, 1, 500_000))
    with pytest.raises(StickFull, match="先不带照片"):
        StickOf(wang).export(stick, files=True)
    assert list(stick.iterdir()) == [], "nothing was begun that does not fit"
    assert StickOf(wang).export(stick).changes == 1
    monkeypatch.undo()
    StickOf(wang).export(stick, files=True)
    handed_in(village, stick)
    taken(wang, stick)
    assert states(wang, house) == ["stored"]


def test_what_is_damaged_or_of_another_county_is_not_carried(village, desk, stick, monkeypatch):
    wang, li = desk("wang"), desk("li")
    attach(village, wang, paper(100_000))
    (crate,) = StickOf(wang).export(stick, files=True).crates
    whole = crate.read_bytes()
    for bad in (whole[:-1], whole[: len(whole) // 2], whole[:5000] + b"x" + whole[5001:], CRATE + b"\n{}"):
        crate.write_bytes(bad)
        with pytest.raises(NotThisFile, match="重新导出"):
            StickOf(li).take(crate)
    crate.write_bytes(whole)
    account = li.store.meta("account")
    li.store.set_meta("account", {**account, "county": "another"})
    with pytest.raises(NotThisFile, match="别的中心"):
        StickOf(li).take(crate)
    li.store.set_meta("account", account)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(1, 1, 100))
        with pytest.raises(NotThisFile, match="磁盘空间不够"):
            StickOf(li).take(crate)
    assert list(li.carried_crates.iterdir()) == []
    assert li.store.carried_counts() == (0, 0)


def test_a_crate_that_no_desk_of_the_centre_closed_stops_nothing(village, desk, stick):
    wang, li = desk("wang"), desk("li")
    one = paper(100)
    attach(village, wang, one)
    (crate,) = StickOf(wang).export(stick, files=True).crates
    key = wang.store.meta("device_key")
    wang.store.set_meta("device_key", li.store.meta("device_key"))
    (forged,) = StickOf(wang).export(stick, files=True).crates
    wang.store.set_meta("device_key", key)
    wang.sync()
    for path in (forged, crate):
        StickOf(li).take(path)
    li.sync()
    li.send_files()
    assert at_centre(village) == [sha_of(one)]
    assert len(li.receipts()) == 1


def test_nobody_holds_more_of_a_crate_in_memory_than_some_pieces(village, desk, stick):
    wang, li = desk("wang"), desk("li")
    attach(village, wang, paper(4_000_000))
    wang.sync()
    tracemalloc.start()
    try:
        (crate,) = StickOf(wang).export(stick, files=True).crates
        StickOf(li).take(crate)
        counter_of_files.take(village.centre.ground, crate, "0" * 64)
        assert tracemalloc.get_traced_memory()[1] < 3_500_000
    finally:
        tracemalloc.stop()


def test_a_cabinet_of_an_older_program_learns_of_receipts(village, desk):
    wang = desk("wang")
    house = attach(village, wang, paper(100))
    with closing(wang.open_cabinet()) as cabinet:
        cabinet._db.execute("ALTER TABLE place DROP COLUMN n")
    with closing(Cabinet.open(wang.opened.entry.path, wang.key)) as cabinet:
        (sha256,) = [kept.sha256 for kept in cabinet.all()]
        cabinet.bind([(sha256, "b")])
        cabinet.handed_in(sha256, "b", "e", 7)
        assert cabinet.number_of(sha256, "e") == 7
        assert cabinet.number_of(sha256, "another") is None
    assert states(wang, house) == ["waiting"]
    assert os.path.exists(wang.opened.entry.path)


# ------------------------------------------------------------------ grids that were let go


@pytest.fixture
def lost_grid(village, desk, database):
    """A worker whose photo the centre has, and no backup, loses his grid; yesterday's backup is at hand."""
    wang = desk("wang")
    with dump.dump(village.centre.engine, database, programs()) as reading:
        pieces, covered = list(reading.pieces), reading.covered
    with village.centre.conn() as conn:
        meta.mark_backup(conn, covered, village.centre.clock())
    one = paper()
    attach(village, wang, one)
    wang.sync()
    wang.send_files()
    give(village, "wang", more=[OTHER_GRID], less=[GRID])
    wang.sync()
    wang.send_files()
    return wang, one, pieces


def restored(village, database, pieces):
    """The centre is as it was yesterday, without its disk."""
    dump.restore(database, programs(), pieces, dump.Rebirth(new_id(), village.centre.clock()))
    village.centre.engine.dispose()
    shutil.rmtree(village.centre.ground.stacks.folder)
    give(village, "wang", more=[OTHER_GRID], less=[GRID])


def test_the_photos_of_a_lost_grid_come_back_to_a_centre_restored_from_yesterday_unread(
    village, desk, database, lost_grid
):
    wang, one, pieces = lost_grid
    with closing(wang.open_cabinet()) as cabinet:
        assert cabinet.all() == [], "nothing of it can be looked at here"
    (crate,) = wang.owed_crates.iterdir()
    assert one[50:90] not in crate.read_bytes()
    wang.send_files()
    assert list(wang.owed_crates.iterdir()) == [crate]
    restored(village, database, pieces)
    assert at_centre(village) == []
    wang.sign_in(PASSWORD)
    wang.sync()
    wang.send_files()
    assert at_centre(village) == [sha_of(one)]
    assert crate.exists(), "no backup holds it yet"
    with village.centre.conn() as conn:
        files.mark_durable(conn, files.last_n(conn))
    wang.sync()
    wang.send_files()
    assert crate.exists(), "an older backup may be put back"
    village.centre.clock.move(days=91)
    wang.sign_in(PASSWORD)
    wang.sync()
    wang.send_files()
    assert not crate.exists()


def test_an_older_copy_of_the_store_owes_the_photos_as_well(village, desk, database, lost_grid):
    wang, one, pieces = lost_grid
    wang.store.set_meta("owed_crates", [])
    restored(village, database, pieces)
    wang.sign_in(PASSWORD)
    wang.sync()
    wang.send_files()
    assert at_centre(village) == [sha_of(one)]


def test_owed_photos_wait_for_their_text(village, desk, database, lost_grid):
    wang, one, pieces = lost_grid
    restored(village, database, pieces)
    boxes = wang.store._file
    held = boxes.db.execute("SELECT * FROM owed").fetchall()
    boxes.db.execute("DELETE FROM owed")
    wang.sign_in(PASSWORD)
    wang.sync()
    wang.send_files()
    assert at_centre(village) == []
    for line in held:
        boxes.db.execute("INSERT INTO owed VALUES (?, ?, ?, ?, 1, ?, ?)", (*line[:4], *line[5:]))
    wang.sync()
    wang.send_files()
    assert at_centre(village) == [sha_of(one)]
