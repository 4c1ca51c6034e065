"""A lost laptop, and a worker who leaves: the centre orders the store destroyed, and nobody else can."""

import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridserver.storage import devices
from gridworker.app.door import HomeDoor
from gridworker.errors import CentreUnreachable, DeviceRevoked, DeviceWiped, NotFound, StoreDamaged
from gridworker.protocol.orders import WipeOrder, wipe_text
from gridworker.storage.keys import KeySlots
from gridworker.storage.store import Store
from gridworker.sync import enrol, wiping
from gridworker.sync.badge import text_of
from tests.helpers.centre import KEYS, PASSWORD, new_id
from tests.helpers.laptop import quiet


def order(village, desk, *, stolen):
    with village.centre.staff() as staff:
        staff.wipe_device(desk.store.meta("device"), KEYS.sign, stolen=stolen)


def told(village, device):
    with village.centre.conn() as conn:
        return next(each for each in devices.listed(conn) if each.id == device)


def wipe(desk):
    """The sync in which the order comes; the device's id."""
    device = desk.store.meta("device")
    with pytest.raises(DeviceWiped):
        desk.sync()
    desk.close()
    return device


def put_aside(village):
    with village.centre.conn() as conn:
        rows = conn.exec_driver_sql("SELECT code, body FROM quarantine WHERE state = 'open'").all()
    return [(row.code, row.body) for row in rows]


def test_a_worker_who_leaves_hands_in_what_he_holds_and_then_his_store_is_gone_backups_and_all(village, desk):
    wang = desk("wang")
    path, key = wang.opened.entry.path, wang.key
    backup = path.with_name(path.name + ".backups") / "by-hand-20260301-180000.db"
    wang.store.backup_to(backup, key)
    household = village.household(wang)
    order(village, wang, stolen=False)
    device = wipe(wang)
    ((code, body),) = put_aside(village)
    assert code == "device_cut_off"
    assert household in body
    assert not path.parent.exists()
    assert list(Path(wang.machine.home).rglob("*.db*")) == []
    assert told(village, device).wiped_at == village.centre.clock()
    with pytest.raises(NotFound):
        enrol.unlock(wang.machine, "wang", PASSWORD)


def test_a_stolen_laptop_loses_its_keys_with_the_first_answer(village, desk):
    wang = desk("wang")
    wang.store.set_meta("batch", [1, 4096, 50])
    for number in range(5):
        village.household(wang, f"陈{number}")
    order(village, wang, stolen=True)
    device = wipe(wang)
    assert len(put_aside(village)) == 1, "the thief's laptop is not asked for the rest"
    assert told(village, device).wiped_at is not None


def test_a_copy_of_the_file_and_of_its_backups_opens_with_nothing_any_more(village, desk, tmp_path):
    wang = desk("wang")
    shutil.copytree(wang.opened.entry.path.parent, tmp_path / "copy", ignore=shutil.ignore_patterns("*.keys*"))
    order(village, wang, stolen=True)
    wipe(wang)
    HomeDoor(wang.machine.home, machine=wang.machine).cleared()
    shutil.copytree(tmp_path / "copy", wang.opened.entry.path.parent)
    with pytest.raises(StoreDamaged):
        enrol.unlock(wang.machine, "wang", PASSWORD)


@pytest.mark.parametrize("false", ["another key", "another device", "another way", "no signature"])
def test_a_forged_order_is_ignored_and_work_goes_on(village, desk, logged, false):
    logged.expect("no true signature")
    wang = desk("wang")
    device, now = wang.store.meta("device"), village.centre.clock()
    key = Ed25519PrivateKey.generate() if false == "another key" else Ed25519PrivateKey.from_private_bytes(KEYS.sign)
    named = new_id() if false == "another device" else device
    proof = text_of(key.sign(wipe_text(named, false != "another way", now))) if false != "no signature" else "AAAA"
    forged = WipeOrder(device=device, stolen=True, at=now, proof=proof).model_dump_json()
    with village.centre.conn() as conn:
        conn.exec_driver_sql("UPDATE device SET wipe_order = %s WHERE id = %s", (forged, device))
    household = village.household(wang)
    assert wang.sync().pushed == 1
    assert wang.store.state_of("household", household) == "accepted"
    with village.centre.conn() as conn:
        conn.exec_driver_sql("UPDATE device SET status = 'revoked' WHERE id = %s", (device,))
    with pytest.raises(DeviceRevoked):
        wang.sync()
    assert village.open(wang).ledger.get("household", household) is not None


def test_a_false_centre_cannot_bring_a_key_of_its_own(village, desk):
    wang = desk("wang")
    before = wang.store.meta("centre_key")
    answer = enrol.sign_in(wang.machine, wang.opened, wang.store, PASSWORD)
    from gridworker.sync import session

    session.remember(wang.store, answer.model_copy(update={"centre_key": text_of(bytes(32))}))
    assert wang.store.meta("centre_key") == before


def noted(wang, village):
    """A genuine order has come, and its note is about to be written."""
    order(village, wang, stolen=True)
    with village.centre.conn() as conn:
        text = conn.exec_driver_sql("SELECT wipe_order FROM device WHERE wipe_order <> ''").scalar_one()
    return wiping.note_of(wang.machine, wang.opened.entry, wang.store, WipeOrder.model_validate_json(text))


def after_the_note(wang, folder):
    pass


def after_the_keys(wang, folder):
    KeySlots(folder / "store.db.keys").destroy()


def after_the_name(wang, folder):
    after_the_keys(wang, folder)
    (folder / "worker.json").unlink()


def after_some_files(wang, folder):
    after_the_name(wang, folder)
    (folder / "store.db").unlink()


@pytest.mark.parametrize("killed", [after_the_note, after_the_keys, after_the_name, after_some_files])
def test_killed_in_the_middle_it_is_ended_at_the_next_start_and_then_reported(village, desk, killed):
    wang = desk("wang")
    device, folder = wang.store.meta("device"), wang.opened.entry.path.parent
    note = noted(wang, village)
    wang.close()
    # The program dies between two steps: the note stands, what follows it does not.
    from gridworker.storage.whole_file import write_json

    write_json(wang.machine.home / "wipes" / f"{note.store}.json", note.__dict__)
    killed(wang, folder)
    village.centre.line.cut = True
    door = HomeDoor(wang.machine.home, machine=wang.machine)
    assert door.workers() == []
    assert not folder.exists()
    door.report_cleared(quiet())
    assert told(village, device).wiped_at is None
    assert [each.name for each in door.cleared()] == ["wang"]
    village.centre.line.cut = False
    door.report_cleared(quiet())
    assert told(village, device).wiped_at is not None
    assert door.cleared() == [], "it has been read, and the centre knows"
    assert list((wang.machine.home / "wipes").iterdir()) == []


def test_without_a_line_nothing_is_destroyed_and_a_suspended_laptop_that_was_found_goes_on(village, desk):
    wang = desk("wang")
    device = wang.store.meta("device")
    with village.centre.staff() as staff:
        staff.suspend_device(device)
    household = village.household(wang)
    with pytest.raises(DeviceRevoked):
        wang.sync()
    assert [code for code, _ in put_aside(village)] == ["device_cut_off"]
    with village.centre.staff() as staff:
        staff.resume_device(device)
    for tx in {row.tx for row in wang.store.outbox_rows(["attention"])}:
        wang.ledger.resend(tx)
    assert wang.sync().ok
    assert wang.store.state_of("household", household) == "accepted"
    order(village, wang, stolen=True)
    village.centre.line.cut = True
    with pytest.raises(CentreUnreachable):
        wang.sync()
    Store.open(wang.opened.entry.path, wang.key).close()


def test_the_other_workers_of_the_laptop_keep_theirs(village, desk):
    wang = desk("wang")
    li = village.desk("li", wang.machine)
    order(village, wang, stolen=False)
    wipe(wang)
    assert li.sync().ok
    assert [each.user for each in li.vault.workers()] == ["li"]


def test_only_the_device_itself_can_say_that_it_is_wiped(village, desk):
    from gridworker.errors import NotAllowed, SignInRefused
    from gridworker.protocol.people import Wiped

    wang, zhao = desk("wang"), desk("zhao")
    note = noted(wang, village)
    other = wiping.note_of(zhao.machine, zhao.opened.entry, zhao.store, WipeOrder(**note_order(zhao)))
    line = wang.machine.connect(village.centre.address)
    with pytest.raises(SignInRefused):
        line.wiped(Wiped(device=note.device, ordered=note.ordered, at=note.at, proof=other.proof))
    with pytest.raises(NotAllowed):
        line.wiped(Wiped(device=other.device, ordered=other.ordered, at=other.at, proof=other.proof))
    line.close()


def note_order(desk):
    return {"device": desk.store.meta("device"), "stolen": True, "at": 1, "proof": ""}
