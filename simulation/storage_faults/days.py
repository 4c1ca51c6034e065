"""Short stretches of a worker's work, each a sentence; the power is cut at every call that they make to the disk.

What a day does before ``now_it_counts`` only sets the scene. ``DAYS`` is the list that ``running`` and the tests play.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gridworker.protocol.snapshot import blocks_of, head_of
from gridworker.protocol.sync import BucketInfo, Offer, SnapshotHead
from gridworker.records.codes import HOUSEHOLD_TAGS
from gridworker.records.row import SET_HASH_MODULUS, Row, row_digest
from gridworker.storage import restore
from gridworker.storage.connection import connect
from gridworker.storage.keys import Cost, KeySlots
from gridworker.storage.outbox import KEPT_MS
from gridworker.storage.store import Store
from gridworker.storage.whole_file import write_json
from simulation.district import GRIDS, HOMES
from simulation.storage_faults.worker import KEY, LET_GO, Worker

Day = Callable[[Worker], None]
TAGS = sorted(HOUSEHOLD_TAGS)[:2]
CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
PHOTO = bytes(range(256)) * 1200
"""300 KB: two pieces of the cabinet."""


class Named(NamedTuple):
    """A day: its sentence stands in the function."""

    name: str
    play: Day
    is_first: bool = False
    """Nothing lies on the disk before."""

    @property
    def sentence(self) -> str:
        """What happens."""
        return (self.play.__doc__ or "").strip()


def he_saves_a_household(w: Worker) -> None:
    """A new household is saved."""
    w.makes("household", {"tags": TAGS[:1], "note": w.token()})


def he_edits_twice(w: Worker) -> None:
    """A household is edited, and edited again."""
    house = w.houses[0]
    w.edits("household", house, {"note": w.token(), "tags": TAGS})
    w.edits("household", house, {"note": w.token(), "tags": TAGS[1:]})


def he_renames_a_household(w: Worker) -> None:
    """A household that the search index holds gets another name: it is found by the new one."""
    house = w.makes("household")
    for _ in range(25):
        w.makes("household")
    w.tidies()
    w.now_it_counts()
    w.edits("household", house, {"head_name": w.token()})


def he_visits_and_hears_two_matters(w: Worker) -> None:
    """A visit is saved together with two matters that were heard on it."""
    w.visits(w.houses[0], 2)


def he_removes_and_brings_back(w: Worker) -> None:
    """A household is removed and brought back."""
    fields = {"head_name": w.token(), "address": "马村 9 号", "grid": GRIDS[0]}
    house = w.makes("household", fields)
    w.now_it_counts()
    w.removes("household", house)
    w.restores("household", house, fields)


def he_takes_an_act_back(w: Worker) -> None:
    """An edit is undone."""
    house = w.makes("household", {"note": "从前"})
    saved = w.does("edits", lambda: w.ledger.save("household", {"note": "后来"}, house), {})
    w.paper["record", "household", house] |= {"note": "后来"}
    w.now_it_counts()
    w.undoes(saved.act, {("household", house): {"note": "从前"}})


def he_types_and_saves(w: Worker) -> None:
    """A draft is kept while he types, and is gone with the saving."""
    w.drafts("household:new", {"head_name": "陈"})
    w.drafts("household:new", {"head_name": "陈建国", "note": "半句"})
    w.makes("household", draft="household:new")


def he_reports_a_dispute(w: Worker) -> None:
    """A dispute with two parties is saved and moved on."""
    dispute = w.makes("dispute")
    w.edits("dispute", dispute, {"summary": w.token()})


def he_hands_in_three_acts(w: Worker) -> None:
    """Three acts are handed in, taken, and come back as rows."""
    house = w.makes("household")
    w.edits("household", house, {"note": w.token()})
    w.visits(w.houses[0])
    w.now_it_counts()
    w.syncs()


def the_line_is_cut_behind_the_push(w: Worker) -> None:
    """The line is cut when the changes were handed in; the next sync hears what became of them."""
    w.makes("household")
    w.edits("household", w.houses[1], {"note": w.token()})
    w.now_it_counts()
    w.syncs(1)
    w.makes("household")
    w.syncs()


def the_answer_is_lost(w: Worker) -> None:
    """The centre takes what is handed in, and its answer never arrives; he works on, and both are handed in."""
    w.makes("household")
    w.county.loses_answers = 1
    w.now_it_counts()
    w.syncs()
    w.edits("household", w.houses[0], {"address": w.token()})
    w.syncs()


def others_write_a_page(w: Worker) -> None:
    """Twenty new households of others come."""
    for _ in range(20):
        w.county.others_make("household", {"head_name": w.token(), "address": "马村 5 号", "grid": GRIDS[0]})
    w.now_it_counts()
    w.syncs()
    w.makes("household")
    w.makes("household")


def others_edit_under_waiting_work(w: Worker) -> None:
    """Others change a record on which an edit waits here: the edit stays before his eyes."""
    house = w.houses[0]
    w.county.others_write("household", house, "address", w.token())
    w.edits("household", house, {"note": w.token()})
    w.now_it_counts()
    w.syncs()


def two_wrote_the_same_field(w: Worker) -> None:
    """A conflict comes, and he settles it."""
    house = w.houses[0]
    w.county.others_write("household", house, "note", w.token())
    w.edits("household", house, {"note": w.token()})
    w.syncs()
    (conflict,) = [each for each in w.ledger.find("conflict") if each["state"] == "open"]
    w.now_it_counts()
    word = w.token()
    w.does(
        "settles a conflict",
        lambda: w.ledger.settle(conflict["id"], value=word),
        {("household", house): {"note": word}},
    )
    w.syncs()


def others_remove_a_household(w: Worker) -> None:
    """Somebody else removes a household that lies here."""
    w.county.others_remove("household", w.houses[2])
    w.now_it_counts()
    w.syncs()


def the_centre_has_a_backup(w: Worker) -> None:
    """What was taken becomes durable with the centre's backup."""
    w.makes("household")
    w.syncs()
    w.county.backs_up()
    w.now_it_counts()
    w.syncs()


def the_centre_was_restored(w: Worker) -> None:
    """The centre is put back to yesterday: what it lost is handed in again."""
    books = w.county.centre.books.copy()
    w.makes("household")
    w.visits(w.houses[0])
    w.syncs()
    w.county.restores(books)
    w.makes("household")
    w.now_it_counts()
    w.syncs()


def a_grid_leaves_him(w: Worker) -> None:
    """A grid is given to somebody else: its bucket goes, and nothing of it stays in the log."""
    w.county.grants(GRIDS[0])
    w.now_it_counts()
    w.syncs()
    w.tidies()


def a_grid_leaves_with_work_in_it(w: Worker) -> None:
    """A grid leaves him while work of it waits: the work goes up first."""
    w.makes("household", {"grid": GRIDS[1]})
    w.county.grants(GRIDS[0])
    w.now_it_counts()
    w.syncs()
    w.syncs()
    w.tidies()


def a_grid_comes_to_him(w: Worker) -> None:
    """A grid is added: its records come, and are seen when all of them are here."""
    for _ in range(12):
        w.county.others_make("household", {"head_name": w.token(), "address": "李村", "grid": GRIDS[2]}, GRIDS[2])
    w.county.grants(GRIDS[0], GRIDS[1], GRIDS[2])
    w.now_it_counts()
    w.syncs()


def a_bucket_is_read_again(w: Worker) -> None:
    """A bucket is read again from its start, while an edit waits in it."""
    w.edits("household", w.houses[0], {"note": w.token()})
    w.county.centre.raise_floor(HOMES["grid", GRIDS[0]])
    w.now_it_counts()
    w.store.reset_bucket(HOMES["grid", GRIDS[0]])
    w.is_told("asks for a bucket anew", steps=True)
    w.syncs()


def what_he_sent_is_refused(w: Worker) -> None:
    """What he sent comes back: one act he hands in again, one he gives up."""
    first, second = w.makes("household"), w.makes("household")
    w.county.refuses_next()
    w.syncs()
    rows = w.store.outbox_rows(("attention",))
    w.now_it_counts()
    for row, gives_up in zip(rows, (False, True), strict=False):
        if gives_up:
            w.store.discard(row.tx, w.now)
        else:
            w.store.resend(row.tx, w.now, w.county.new_id)
        w.paper.pop(("record", "household", first), None)
        w.paper.pop(("record", "household", second), None)
        w.looks_again()
        w.is_told("repairs", steps=True)


def a_snapshot_comes_and_is_laid(w: Worker) -> None:
    """A bucket comes as a snapshot in pieces, is laid in slices, and swapped in whole."""
    bucket, body = snapshot_of(w, 30)
    w.now_it_counts()
    fetches(w, bucket, body, 3)
    lays(w, bucket, 30)
    w.makes("household")


def a_snapshot_is_broken_off(w: Worker) -> None:
    """A snapshot is broken off while it comes and while it is laid, and goes on at the next start."""
    bucket, body = snapshot_of(w, 250)
    w.now_it_counts()
    fetches(w, bucket, body, 2)
    w.store.lay_snapshot(bucket)
    w.is_told("lays", steps=True, firm=False)
    w.gets_up()
    w.sits_down()
    lays(w, bucket, 250)
    w.makes("household")


def a_snapshot_is_wanted_no_more(w: Worker) -> None:
    """A snapshot that came half is thrown away, and its bucket let go."""
    bucket, body = snapshot_of(w, 30)
    half = len(body) // 2
    w.store.keep_piece(bucket, 0, body[:half])
    w.now_it_counts()
    w.store.forget_snapshot(bucket)
    w.is_told("forgets", steps=True, firm=False)
    w.store.drop_bucket(bucket)
    w.paper["bucket", bucket] = "absent"
    w.is_told("lets it go", steps=True)


def he_attaches_a_photo(w: Worker) -> None:
    """A photo is put into the cabinet, and a visit speaks of it."""
    entry = w.attaches(PHOTO)
    visit = {"household": w.houses[0], "visited_at": w.now, "text": w.token(), "photos": [entry]}
    saved = w.ledger.save("visit", visit)
    w._note(saved, {("visit", saved.id): {"text": visit["text"]}})
    w.is_told("saves a visit with a photo")


def a_photo_is_put_in_twice(w: Worker) -> None:
    """The same photo is put in twice, then another, which is let go."""
    w.attaches(PHOTO)
    w.now_it_counts()
    w.attaches(PHOTO)
    other = w.attaches(PHOTO[: len(PHOTO) // 2] + b"x")
    assert w.cabinet is not None
    w.cabinet.evict(other["sha256"])
    w.paper["file", other["sha256"]] = LET_GO
    w.is_told("lets a photo go", steps=True)


def a_new_program_migrates_the_store(w: Worker) -> None:
    """The program is newer than the store: a copy is put aside, then the store is changed."""
    w.makes("household")
    w.gets_up()
    make_older(w)
    # Whoever opens a store of the old program has a copy of it from then on.
    w.paper["copy", "store.db.backups/store-1003.db"] = True
    w.is_told("installs the new program")
    w.now_it_counts()
    w.sits_down()
    w.is_told("starts the new program", steps=True)
    w.makes("household")


def a_new_catalogue_adds_columns(w: Worker) -> None:
    """The program knows a kind more than the store did."""
    w.makes("household")
    w.gets_up()
    _forget_a_kind(w)
    w.now_it_counts()
    w.sits_down()
    w.is_told("starts a program with another catalogue", steps=True)
    w.makes("household")


def he_changes_his_password(w: Worker) -> None:
    """The password is changed twice: one of the two that are at stake always opens the store."""
    slots = KeySlots(w.path.with_name(w.path.name + ".keys"), cost=CHEAP, chance=w.chance)
    slots._write(_made_slots(w))
    w.paper["password", "第一个密码第一个密码"] = True
    w.is_told("has a password")
    w.now_it_counts()
    for old, new in (
        ("第一个密码第一个密码", "第二个密码第二个密码"),
        ("第二个密码第二个密码", "第三个密码第三个密码"),
    ):
        slots.set_password(KEY, new, None)
        w.paper["password", old] = "absent"
        w.paper["password", new] = True
        w.is_told("changes his password")


def his_store_is_wiped(w: Worker) -> None:
    """The store is ordered destroyed: when that was told, no password opens it any more."""
    slots = KeySlots(w.path.with_name(w.path.name + ".keys"), cost=CHEAP, chance=w.chance)
    slots._write(_made_slots(w))
    slots.set_password(KEY, "第二个密码第二个密码", None)
    w.paper["password", "第二个密码第二个密码"] = True
    w.is_told("has a password")
    w.now_it_counts()
    slots.destroy()
    w.paper["password", "第二个密码第二个密码"] = "absent"
    w.paper["password", "第一个密码第一个密码"] = "absent"
    w.is_told("is wiped", steps=True)
    w.makes("household")


def he_starts_for_the_first_time(w: Worker) -> None:
    """The store is made, enrolled and filled; at each power cut the next start goes on from there."""
    w.sits_down()
    w.is_told("starts", steps=True)
    w.enrols()
    w.is_told("enrols", steps=True)
    w.syncs()
    w.makes("household")


def he_makes_a_backup(w: Worker) -> None:
    """A backup is made by hand, and made again in the place of the first."""
    w.makes("household")
    w.now_it_counts()
    for _ in range(2):
        w.store.backup_to(w.path.parent / "store.db.backups" / "by-hand.db", KEY)
        w.paper["copy", "store.db.backups/by-hand.db"] = True
        w.is_told("makes a backup", steps=True)
        w.makes("household")


def he_puts_a_backup_back(w: Worker) -> None:
    """Yesterday's backup is put in the place of the store; what was saved since comes along."""
    copy = w.path.parent / "store.db.backups" / "by-hand.db"
    w.makes("household")
    w.store.backup_to(copy, KEY)
    w.makes("household")
    w.edits("household", w.houses[0], {"note": w.token()})
    w.store.set_meta("today", 1)
    w.paper["note", "today"] = 1
    w.is_told("notes something of today")
    w.gets_up()
    w.now_it_counts()
    restore.put_back(w.path, KEY, copy, w.path.with_name("replaced-1"))
    del w.paper["note", "today"]
    w.is_told("puts a backup back", steps=True)
    w.sits_down()
    w.makes("household")


def a_package_goes_by_stick(w: Worker) -> None:
    """Another desk's package is taken from a stick, delivered, and its receipt carried back."""
    package = PHOTO[:9000]
    name = hashlib.sha256(package).hexdigest()
    w.store.carry(name, "desk", package, w.now)
    w.paper["carried", name] = "waits"
    w.is_told("takes a package")
    w.store.carried_delivered(name, b"receipt")
    w.paper["carried", name] = "receipt"
    w.is_told("delivers it")


def his_own_work_goes_by_stick(w: Worker) -> None:
    """What waits leaves in a package, whose name is kept; the receipt that comes back settles it."""
    w.makes("household")
    w.visits(w.houses[0])
    w.now_it_counts()
    w.store.set_meta("packages", [{"name": "a" * 64}])
    w.looks_again()
    w.paper["note", "packages"] = [{"name": "a" * 64}]
    w.is_told("exports a package", steps=True)
    w.syncs()


def he_closes_and_opens(w: Worker) -> None:
    """The program is closed, which folds the log in, and opened again."""
    w.makes("household")
    w.edits("household", w.houses[0], {"note": w.token()})
    w.now_it_counts()
    w.gets_up()
    w.is_told("closes")
    w.sits_down()
    w.is_told("opens", steps=True)
    w.makes("household")


def the_local_lane_tidies(w: Worker) -> None:
    """The search index takes in what gathered, and the log is folded in while he goes on saving."""
    for _ in range(25):
        w.makes("household")
    w.now_it_counts()
    w.tidies()
    w.makes("household")
    w.tidies()


def the_index_gathers_in_a_save(w: Worker) -> None:
    """The hundred and fiftieth new household takes all of them into the search index."""
    for _ in range(149):
        w.makes("household")
    w.gets_up()
    w.sits_down()
    w.now_it_counts()
    w.makes("household")
    w.makes("household")


def two_windows_save(w: Worker) -> None:
    """The command line saves beside the window, and the log is reset under both."""
    other = Store.open(w.path, KEY)
    w.makes("household")
    other.set_meta("beside", 1)
    w.paper["note", "beside"] = 1
    w.is_told("saves by the command line")
    w.tidies()
    other.set_meta("beside", 2)
    w.paper["note", "beside"] = 2
    w.is_told("saves by the command line")
    w.makes("household")
    other.close()


def old_history_is_forgotten(w: Worker) -> None:
    """Own history that has been durable for ninety days is pruned."""
    w.makes("household")
    w.syncs()
    w.county.backs_up()
    w.syncs()
    w.county.now += KEPT_MS + 1
    w.now_it_counts()
    w.store.prune(w.now)
    w.looks_again()
    w.is_told("forgets what is long safe")
    w.makes("household")


def a_household_is_moved(w: Worker) -> None:
    """The centre moves a household to his other grid, and another one out of his sight, while edits of both wait."""
    w.county.others_write("household", w.houses[0], "grid", GRIDS[1])
    w.county.others_write("household", w.houses[1], "grid", GRIDS[3])
    w.edits("household", w.houses[0], {"note": w.token()})
    w.edits("household", w.houses[1], {"note": w.token()})
    w.now_it_counts()
    w.syncs()
    w.syncs()


def he_saves_much_in_one_act(w: Worker) -> None:
    """A visit with thirty matters: one act over many pages."""
    w.visits(w.houses[0], 30)


def the_settings_are_kept(w: Worker) -> None:
    """A small file beside the store is written anew, whole or not at all."""
    path = w.path.parent / "worker.json"
    for number in range(3):
        write_json(path, {"number": number})
        w.paper["kept", "worker.json"] = {"number": number}
        w.is_told("notes who was here")


def snapshot_of(w: Worker, count: int) -> tuple[str, bytes]:
    """A bucket of which nothing is here, and its snapshot."""
    bucket = w.county.new_id()
    grid = w.county.new_id()
    rows = []
    for _ in range(count):
        fields = {"head_name": w.token(), "address": "远村", "grid": grid}
        change, record = w.county.new_id(), w.county.new_id()
        w.county.far.add(record)
        rows.append(Row("household", record, bucket, 1, change, fields, {"": [change, GRIDS[0], w.now << 16]}))
    total = sum(row_digest(row.kind, row.id, row.ver, row.mark) for row in rows) % SET_HASH_MODULUS
    head = SnapshotHead(bucket=bucket, seq=count, hash=f"{total:032x}", schema_version=1, rows=count)
    body = head_of(head) + b"".join(blocks_of((row.to_wire() for row in rows), 3))
    w.store.add_bucket(BucketInfo(id=bucket, bucket_class="grid", region=grid))
    sha = hashlib.sha256(body).hexdigest()
    w.store.offered(Offer(bucket=bucket, sha=sha, seq=count, bytes=len(body), rows=count))
    w.paper["bucket", bucket] = "loading"
    w.is_told("is offered a snapshot", steps=True)
    return bucket, body


def fetches(w: Worker, bucket: str, body: bytes, pieces: int) -> None:
    """A snapshot comes, in so many pieces."""
    size = -(-len(body) // pieces)
    for start in range(0, len(body), size):
        w.store.keep_piece(bucket, start, body[start : start + size])
        w.is_told("fetches a piece", firm=False)


def lays(w: Worker, bucket: str, count: int) -> None:
    """A snapshot that has come is laid, until its rows are seen."""
    while not w.store.lay_snapshot(bucket).complete:
        w.is_told("lays a slice", firm=False)
    w.paper["bucket", bucket] = "live"
    w.looks_again()
    assert sum(key[:2] == ("record", "household") for key in w.paper) >= count
    w.is_told("sees the bucket", steps=True, firm=False)


def make_older(w: Worker) -> None:
    """The store as the version before the last step left it."""
    db = connect(w.path, KEY)
    db.execute("DROP TABLE owed")
    db.execute("ALTER TABLE carried DROP COLUMN crate")
    db.execute("DELETE FROM _sqlite_migrations WHERE name >= '0004'")
    db.execute("PRAGMA user_version = 1003")
    db.close()


def _forget_a_kind(w: Worker) -> None:
    """The store as a program left it that did not know households' tags by themselves."""
    db = connect(w.path, KEY)
    db.execute('DROP TABLE "household__tags"')
    db.execute("UPDATE meta SET v = CAST('\"older\"' AS BLOB) WHERE k = 'catalogue'")
    db.close()


def _made_slots(w: Worker) -> dict[str, Any]:
    """Slots of this store's key, which was not made by chance."""
    made = KeySlots(w.path.with_name("made.keys"), cost=CHEAP, chance=lambda size: KEY[:size])
    made.create("store", "第一个密码第一个密码", None)
    kept = made._read()
    w.path.with_name("made.keys").unlink()
    return kept


_FIRST = (he_starts_for_the_first_time,)
_ALL: tuple[Day, ...] = (
    he_saves_a_household,
    he_edits_twice,
    he_renames_a_household,
    he_visits_and_hears_two_matters,
    he_removes_and_brings_back,
    he_takes_an_act_back,
    he_types_and_saves,
    he_reports_a_dispute,
    he_hands_in_three_acts,
    the_line_is_cut_behind_the_push,
    the_answer_is_lost,
    others_write_a_page,
    others_edit_under_waiting_work,
    two_wrote_the_same_field,
    others_remove_a_household,
    the_centre_has_a_backup,
    the_centre_was_restored,
    a_grid_leaves_him,
    a_grid_leaves_with_work_in_it,
    a_grid_comes_to_him,
    a_bucket_is_read_again,
    what_he_sent_is_refused,
    a_snapshot_comes_and_is_laid,
    a_snapshot_is_broken_off,
    a_snapshot_is_wanted_no_more,
    he_attaches_a_photo,
    a_photo_is_put_in_twice,
    a_new_program_migrates_the_store,
    a_new_catalogue_adds_columns,
    he_changes_his_password,
    his_store_is_wiped,
    he_starts_for_the_first_time,
    he_makes_a_backup,
    he_puts_a_backup_back,
    a_package_goes_by_stick,
    his_own_work_goes_by_stick,
    he_closes_and_opens,
    the_local_lane_tidies,
    the_index_gathers_in_a_save,
    two_windows_save,
    old_history_is_forgotten,
    a_household_is_moved,
    he_saves_much_in_one_act,
    the_settings_are_kept,
)
DAYS: Mapping[str, Named] = {day.__name__: Named(day.__name__, day, day in _FIRST) for day in _ALL}
