"""Villages that no line reaches: what waits goes down to the town on a USB stick, and the receipt comes back."""

import hashlib
import os

import orjson
import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridserver.errors import Refused
from gridserver.people.service import note_wiped
from gridserver.storage import devices, dump
from gridserver.storage.embedded import programs
from gridserver.sync.courier import Counter
from gridworker.app.stick import StickOf
from gridworker.errors import DeviceWiped, NotThisFile
from gridworker.protocol import courier, sealing
from gridworker.protocol.courier import ORDER, PACKAGE, RECEIPT, WIPED, read_word, write_word
from gridworker.protocol.people import Wiped
from gridworker.protocol.sync import Problem
from gridworker.storage.carried import MOST
from gridworker.sync import courier as desks
from gridworker.sync.badge import raw_of, text_of
from tests.helpers.centre import KEYS, new_id
from tests.helpers.desk_fixtures import Village, shared
from tests.stories.test_bad_days import at_the_centre, backed_up


def counter(village: Village) -> Counter:
    """Where an administrator takes packages in."""
    return Counter(village.centre.engine, KEYS, village.centre.clock, os.urandom)


def stick(desk) -> bytes:
    """The package that the desk writes."""
    package = desk.pack()
    assert package is not None
    assert package.left == 0
    return package.file


def test_a_stick_goes_to_the_centre_and_its_receipt_comes_back(village, desk):
    wang = desk("wang")
    home = village.household(wang, "陈建国", phone="13800000001")
    file = stick(wang)
    assert wang.store.state_of("household", home) == "local", "nobody has it yet"
    for private in ("陈建国", "13800000001", "wang", "马村"):
        assert private.encode() not in file

    village.centre.clock.move(days=2)
    receipt = counter(village).take(file)
    assert at_the_centre(village) == {home}
    assert wang.store.state_of("household", home) == "local"

    taken = wang.take(receipt)
    assert (taken.form, taken.accepted, taken.refused, taken.again) == (RECEIPT, 1, 0, False)
    assert wang.store.state_of("household", home) == "accepted"
    assert wang.pack() is None, "nothing waits any more"
    report = wang.sync()
    assert (report.pushed, report.pulled > 0) == (0, True)


def test_what_a_package_was_told_corrects_no_clock(village, desk):
    wang = desk("wang")
    village.household(wang)
    file = stick(wang)
    village.centre.clock.move(days=5)
    wang.take(counter(village).take(file))
    with village.centre.conn() as conn:
        offsets = conn.exec_driver_sql("SELECT clock_offset FROM device").scalars().all()
    assert all(abs(offset) < 60_000 for offset in offsets)


def test_another_desk_carries_it_unread_and_brings_the_receipt_back(village, desk):
    wang, li = desk("wang"), desk("li")
    home = village.household(wang)
    file = stick(wang)

    assert li.take(file).form == PACKAGE
    assert li.take(file).form == PACKAGE, "twice is once"
    assert li.receipts() == []
    li.sync()
    assert at_the_centre(village) == {home}
    ((name, receipt),) = li.receipts()
    assert name.endswith(".gwr")
    assert wang.me.name not in name
    li.sync()
    assert len(li.receipts()) == 1, "it was handed over once"

    with pytest.raises(NotThisFile, match="不是发给这台电脑的"):
        li.take(receipt)
    assert wang.take(receipt).accepted == 1
    assert wang.store.state_of("household", home) == "accepted"


def test_stick_and_line_are_mixed_freely_and_nothing_is_there_twice(village, desk):
    wang = desk("wang")
    first = village.household(wang, "陈建国")
    early = stick(wang)
    second = village.household(wang, "王秀英")
    late = stick(wang)
    wang.sync()  # the line was quicker
    receipts = [counter(village).take(file) for file in (late, early, late)]
    assert at_the_centre(village) == {first, second}
    for receipt in receipts:
        assert wang.take(receipt).accepted == 0, "the line has told it all"
    third = village.household(wang, "周桂香")
    receipt = counter(village).take(stick(wang))  # the stick was quicker
    assert wang.sync().pushed == 1
    assert wang.take(receipt).accepted == 0
    assert at_the_centre(village) == {first, second, third}
    assert wang.sync().pushed == 0


def test_what_came_by_stick_meets_what_came_by_line_in_a_conflict(village, desk):
    wang, zhao = desk("wang"), desk("zhao")
    home = village.household(wang, phone="13800000000")
    wang.sync()
    zhao.sync()
    wang.ledger.save("household", {"phone": "13800000001"}, home)
    file = stick(wang)
    zhao.ledger.save("household", {"phone": "13800000002"}, home)
    zhao.sync()
    taken = wang.take(counter(village).take(file))
    assert (taken.accepted, taken.conflicts) == (1, 1)
    wang.sync()
    zhao.sync()
    (conflict,) = wang.ledger.contested()
    assert conflict.field == "phone"
    mine, theirs = shared(wang, zhao)
    assert mine == theirs


def test_what_is_refused_comes_back_with_its_reason(village, desk):
    wang = desk("wang")
    home = village.household(wang)
    wang.sync()
    file_desk = wang.open_store()
    change = wang.ledger.save("household", {"members": 3}, home)
    (row,) = wang.store.act(change.act)
    file_desk._file.db.execute(
        """UPDATE outbox SET body = CAST(replace(CAST(body AS TEXT), '"v":3', '"v":"drei"') AS BLOB) WHERE id = ?""",
        (row.id,),
    )
    file_desk.close()
    taken = wang.take(counter(village).take(stick(wang)))
    assert (taken.accepted, taken.refused) == (0, 1)
    (refused,) = wang.ledger.outbox(["attention"])
    assert refused.reason


def test_a_package_that_was_closed_before_the_centre_was_restored_is_asked_for_again(village, desk, database):
    wang = desk("wang")
    pieces = backed_up(village, database)
    home = village.household(wang)
    file = stick(wang)
    dump.restore(database, programs(), pieces, dump.Rebirth(new_id(), village.centre.clock()))
    village.centre.engine.dispose()

    taken = wang.take(counter(village).take(file))
    assert (taken.accepted, taken.again) == (0, True)
    assert at_the_centre(village) == set()
    assert wang.take(counter(village).take(stick(wang))).accepted == 1
    assert at_the_centre(village) == {home}


def test_a_receipt_of_an_earlier_life_settles_nothing(village, desk):
    wang = desk("wang")
    village.household(wang)
    receipt = counter(village).take(stick(wang))
    with wang.vault.sync_lock("wang").take():
        wang.store.renumber(1, 7)  # as after the store was put back from a backup
    taken = wang.take(receipt)
    assert (taken.accepted, taken.again) == (0, True)
    assert wang.sync().ok
    assert wang.ledger.waiting_count() == 0


def test_a_receipt_from_before_the_numbers_were_given_anew_settles_nothing(village, desk):
    """Its numbers mean other changes now: what was never handed in must not be taken for safe."""
    wang = desk("wang")
    village.household(wang, "陈建国")
    receipt = counter(village).take(stick(wang))
    village.household(wang, "王秀英")
    incarnation = wang.store.meta("incarnation")
    wang.store.renumber(wang.store.meta("next_n") - 2, incarnation)  # as after a gap
    assert wang.take(receipt).accepted == 0
    assert wang.sync().ok
    assert len(at_the_centre(village)) == 2


def test_a_device_that_was_cut_off_may_still_hand_in_by_stick(village, desk):
    wang = desk("wang")
    home = village.household(wang)
    file = stick(wang)
    with village.centre.staff() as staff:
        staff.revoke_device(wang.store.meta("device"))
    taken = wang.take(counter(village).take(file))
    assert (taken.accepted, taken.refused) == (0, 1), "a person will look at it"
    assert at_the_centre(village) == set()
    assert home in {row.record for row in wang.ledger.outbox(["attention"])}


def changed(file: bytes, place: int) -> bytes:
    """One bit of it."""
    return file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :]


def test_what_was_changed_on_the_way_is_taken_by_nobody(village, desk):
    wang = desk("wang")
    village.household(wang)
    file = stick(wang)
    centre = counter(village)
    places = [*range(0, len(file), max(1, len(file) // 60)), len(file) - 1]
    for place in places:
        with pytest.raises(Refused) as refused:
            centre.take(changed(file, place))
        assert refused.value.error == "bad_request"
    for cut in (0, 1, 20, len(file) // 2, len(file) - 1):
        with pytest.raises(Refused):
            centre.take(file[:cut])
    assert at_the_centre(village) == set()
    receipt = centre.take(file)
    for place in range(0, len(receipt), max(1, len(receipt) // 60)):
        with pytest.raises(NotThisFile):
            wang.take(changed(receipt, place))
    assert wang.ledger.waiting_count() == 1
    assert wang.take(receipt).accepted == 1


def test_a_desk_carries_no_package_of_another_county_and_only_so_many(village, desk):
    wang, li = desk("wang"), desk("li")
    village.household(wang)
    file = stick(wang)
    closed = courier.read(PACKAGE, file)
    other = courier.close(
        PACKAGE,
        {"county": "01900000-0000-7000-8000-00000000dead", "device": closed.head.device, "at": 1},
        Problem(error="x"),
        KEYS.seal_public,
        bytes(32),
        os.urandom,
    )
    with pytest.raises(NotThisFile, match="别的中心"):
        li.take(other)
    with pytest.raises(NotThisFile, match="重新导出"):
        li.take(b"a picture of a dog")
    for number in range(MOST):
        assert li.store.carry(f"{number:064x}", "d", b"x", 1)
    with pytest.raises(NotThisFile, match="没有送出"):
        li.take(file)


def test_a_package_that_no_desk_of_the_centre_closed_stops_nothing(village, desk):
    wang, li = desk("wang"), desk("li")
    home = village.household(wang)
    good = stick(wang)
    closed = courier.read(PACKAGE, good)
    head = {"county": closed.head.county, "device": closed.head.device, "at": 1}
    forged = courier.close(PACKAGE, head, Problem(error="x"), KEYS.seal_public, bytes(range(32)), os.urandom)
    li.take(forged)
    li.take(good)
    assert li.sync().ok
    assert at_the_centre(village) == {home}
    assert len(li.receipts()) == 1


def test_a_bomb_is_never_unpacked(village, desk):
    wang = desk("wang")
    village.household(wang)
    head = courier.read(PACKAGE, stick(wang)).head
    bomb = zstandard.ZstdCompressor(level=19).compress(b"[" * (1 << 30))
    assert len(bomb) < 200_000
    box = sealing.seal(KEYS.seal_public, bomb)
    told = orjson.dumps({**head.model_dump(), "box": hashlib.sha256(box).hexdigest()})
    signed = PACKAGE + b"\n" + told
    signature = Ed25519PrivateKey.from_private_bytes(raw_of(wang.store.meta("device_key"))).sign(signed)
    file = b"\n".join((signed, text_of(signature).encode() + b"==", box))
    with pytest.raises(Refused):
        counter(village).take(file)


def test_more_than_one_package_holds_goes_in_two(village, desk, monkeypatch):
    monkeypatch.setattr(desks, "MOST_TEXT", 1200)
    wang = desk("wang")
    homes = {village.household(wang, name) for name in ("陈建国", "王秀英", "周桂香", "何水英", "马彩仙")}
    rounds = 0
    while package := wang.pack():
        rounds += 1
        assert rounds < 6
        wang.take(counter(village).take(package.file))
    assert rounds > 1
    assert at_the_centre(village) == homes


# ------------------------------------------------------------------ an order to wipe


def ordered(village, desk, *, stolen):
    """The order as an administrator's command writes it for a stick."""
    with village.centre.staff() as staff:
        return write_word(ORDER, staff.wipe_device(desk.store.meta("device"), KEYS.sign, stolen=stolen))


def test_a_desk_without_a_line_is_wiped_by_a_file_and_its_word_goes_back_to_the_centre(village, desk, tmp_path):
    wang = desk("wang")
    village.household(wang)
    device, home = wang.store.meta("device"), wang.opened.entry.path.parent
    (tmp_path / "x.gwo").write_bytes(ordered(village, wang, stolen=True))
    village.centre.line.cut = True
    with pytest.raises(DeviceWiped):
        StickOf(wang).take(tmp_path / "x.gwo")
    wang.close()
    assert not home.exists()
    (word,) = tmp_path.glob("*.gww")
    message = read_word(WIPED, word.read_bytes(), Wiped)
    with village.centre.conn() as conn:
        with pytest.raises(Refused):
            note_wiped(conn, message.model_copy(update={"ordered": 1}), 7)
        note_wiped(conn, message, 7)
        assert next(each for each in devices.listed(conn) if each.id == device).wiped_at == 7


def test_who_leaves_hands_in_first_and_the_receipt_brings_the_order(village, desk):
    wang = desk("wang")
    home = village.household(wang)
    order = ordered(village, wang, stolen=False)
    with pytest.raises(NotThisFile, match="先导出数据包"):
        wang.take(order)
    receipt = counter(village).take(stick(wang))
    assert home in put_aside(village)
    with pytest.raises(DeviceWiped):
        wang.take(receipt)
    assert not wang.opened.entry.path.exists()


def put_aside(village):
    """What waits for a person at the centre."""
    with village.centre.conn() as conn:
        return b" ".join(
            bytes(row.body, "utf-8") for row in conn.exec_driver_sql("SELECT body FROM quarantine")
        ).decode()


def test_a_false_order_and_one_of_another_desk_are_ignored(village, desk, logged):
    logged.expect("no true signature")
    wang, li = desk("wang"), desk("li")
    home = village.household(wang)
    for_li = ordered(village, li, stolen=True)
    for false in (for_li, for_li.replace(li.store.meta("device").encode(), wang.store.meta("device").encode())):
        with pytest.raises(NotThisFile, match="没有执行"):
            wang.take(false)
    with pytest.raises(NotThisFile):
        wang.take(ORDER + b"\n{}")
    assert wang.ledger.get("household", home) is not None


def test_an_old_order_does_not_wipe_a_desk_that_is_well_again(village, desk):
    wang = desk("wang")
    order = ordered(village, wang, stolen=True)
    with village.centre.conn() as conn:  # as in a centre that was restored to before the order
        conn.exec_driver_sql("UPDATE device SET status = 'active', cutoff = NULL, wipe_order = ''")
    village.centre.clock.move(minutes=5)
    wang.sync()
    home = village.household(wang)
    with pytest.raises(NotThisFile, match="作废"):
        wang.take(order)
    village.centre.clock.move(days=30)
    again = village.desk("wang", wang.machine)
    with pytest.raises(NotThisFile, match="没有执行"):
        again.take(order)
    assert again.ledger.get("household", home) is not None
