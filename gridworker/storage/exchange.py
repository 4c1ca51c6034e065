"""What a desk and its centre give each other: what goes out, what comes in, and what is carried for others."""

from collections.abc import Callable, Iterator, Sequence

from gridworker.protocol.sync import BucketInfo, GroupResult, Offer, Page, Standing, Taken, Written
from gridworker.records.change import Change
from gridworker.storage import (
    buckets,
    carried,
    feed,
    handing_in,
    outbox,
    owed,
    own_changes,
    own_rows,
    project,
    snapshot,
    wish,
)
from gridworker.storage.buckets import Bucket
from gridworker.storage.carried import Carried
from gridworker.storage.connection import BUSY_MS
from gridworker.storage.faults import at_the_border
from gridworker.storage.file import File
from gridworker.storage.outbox import Settled
from gridworker.storage.owed import Box
from gridworker.storage.own_changes import OutboxRow
from gridworker.storage.reader import Reader
from gridworker.storage.slices import Received
from gridworker.storage.snapshot import Snapshot
from gridworker.storage.wish import Arranged

WIPE_MS = 200
"""How long wiping the log waits for a reader."""


@at_the_border
class Exchange(Reader):
    """The half of ``Store`` that a sync works with."""

    def __init__(self, file: File) -> None:
        super().__init__(file)
        self._laying: dict[str, Iterator[Received]] = {}

    # ------------------------------------------------------------------ outbox

    def waiting(self, most: int) -> list[Change]:
        """The next changes to hand in: whole groups, in order, at most ``most`` but always one group."""
        return handing_in.waiting(self._file, most)

    def handing(self, most: int, after: int = 0) -> list[Written]:
        """The same as they were written when they were made, behind the place ``after``."""
        return handing_in.handing(self._file, most, after)

    def count_to_hand_in(self) -> int:
        """How many changes are to be offered to the centre."""
        return handing_in.count_to_hand_in(self._file)

    def waiting_count(self) -> dict[str, int]:
        """How many changes are in each state (new, held, accepted, attention, discarded)."""
        return own_changes.count(self._file)

    def open_count(self) -> dict[str, int]:
        """How many changes are in each state in which the centre has not taken them (new, held, attention);
        however many there are, it is told at once."""
        return own_changes.count_open(self._file)

    def settle(
        self, results: Sequence[GroupResult], standing: Standing, now: int, taken: Taken | None = None
    ) -> Settled:
        """Note the centre's answers to groups, and what its backup covers. ``now``: ms UTC. ``taken``: the groups of
        which there is no more to say."""
        with self._file.writing():
            return own_rows.settle(self._file, results, standing, now, taken)

    def note_standing(self, standing: Standing) -> None:
        """Note what the centre knows of this device: what is durable, whether it has a backup."""
        with self._file.writing():
            project.note_standing(self._file, standing)

    def came_back(self, most: int) -> list[str]:
        """Groups (tx) that came back, and of which somebody at the centre may have decided since."""
        return outbox.came_back(self._file, most)

    def hear_late(self, results: Sequence[GroupResult], now: int) -> set[str]:
        """Note what was decided about groups that had come back; the kinds of which something changed here."""
        with self._file.writing():
            touched = outbox.hear_late(self._file, results, now)
            project.tell_all_again(self._file, touched)
        return {kind for kind, _ in touched}

    def requeue_not_durable(self, kept: tuple[int, int] | None = None) -> int:
        """Hand in again what was in no backup; when the centre was restored, also what is above the (life, number)
        up to which it kept what this desk handed in. How many records."""
        with self._file.writing():
            touched = outbox.requeue_not_durable(self._file, kept)
            owed.ask_again(self._file, kept)
            project.stand_again(self._file, touched)
            return len(touched)

    def renumber(self, first: int, incarnation: int) -> int:
        """A new life of this store: number what is to be handed in from ``first`` on. The next number."""
        with self._file.writing():
            return outbox.renumber(self._file, first, incarnation)

    def retry_held(self) -> int:
        """Offer once more what the centre held; how many changes."""
        with self._file.writing():
            return outbox.retry_held(self._file)

    def outbox_rows(
        self,
        states: Sequence[str] = ("new", "held", "attention"),
        limit: int = 500,
        newest: bool = False,
    ) -> list[OutboxRow]:
        """Own changes in these states, for the sync page."""
        return own_changes.rows(self._file, states, limit, newest)

    def own_changes(self, record: str) -> list[OutboxRow]:
        """Own changes of one record that are still kept, oldest first."""
        return own_changes.of_record(self._file, record)

    def bound_for(self, kind: str, record: str) -> OutboxRow | None:
        """The own change that takes a record to another region, until it is there; None: it stays where it is."""
        return own_changes.bound_for(self._file, record, self.kind(kind).home_field)

    def act(self, act: str) -> list[OutboxRow]:
        """The changes of one act, oldest first."""
        return own_changes.of_act(self._file, act)

    def last_acts(self, limit: int = 20) -> list[str]:
        """The latest acts, newest first."""
        return own_changes.last_acts(self._file, limit)

    def discard(self, tx: str, now: int) -> None:
        """Give up a refused group; it is kept for 90 days as own history."""
        with self._file.writing():
            project.tell_all_again(self._file, outbox.give_up(self._file, tx, now))

    def refused(self, tx: str) -> list[Change]:
        """The changes of a refused group, as they were made."""
        return [laid.change for laid in outbox.refused(self._file, tx)]

    def replace_refused(self, tx: str, changes: Sequence[Change], *, by: str, now: int) -> None:
        """Give up a refused group and keep another act in its place, both or neither."""
        with self._file.writing():
            touched = outbox.give_up(self._file, tx, now)
            project.keep(self._file, changes, by)
            project.stand_again(self._file, touched)

    def resend(self, tx: str, now: int, new_id: Callable[[], str]) -> list[Change]:
        """Hand in a refused group again, as new changes with the same content."""
        with self._file.writing():
            return project.resend(self._file, tx, now, new_id)

    # ------------------------------------------------------------------ feed

    def receive(self, page: Page) -> Received:
        """Lay a page of the centre's rows into the tables, in short transactions of its own."""
        return feed.receive(self._file, page)

    def offered(self, offer: Offer) -> bool:
        """The centre offers a snapshot of a bucket; what has come of the same one stays. False: it is not held."""
        with self._file.writing():
            return snapshot.offered(self._file, offer)

    def snapshots(self) -> list[Snapshot]:
        """The snapshots that are being fetched or laid, in the order in which they are wanted."""
        return snapshot.begun(self._file)

    def keep_piece(self, bucket: str, start: int, piece: bytes) -> None:
        """The next piece of a snapshot has come; it is safe from the program's end at once."""
        snapshot.keep(self._file, bucket, start, piece)

    def lay_snapshot(self, bucket: str) -> Received:
        """Lay one slice of a snapshot that has come whole; with the last one, which is ``complete``, the bucket is
        seen. Broken off anywhere, it goes on behind the last slice. Raises ``SnapshotRefused``."""
        steps = self._laying.pop(bucket, None) or snapshot.lay(self._file, bucket)
        received = next(steps)
        if not received.complete:
            self._laying[bucket] = steps
        return received

    def forget_snapshot(self, bucket: str) -> None:
        """The centre has this snapshot no more."""
        self._laying.pop(bucket, None)
        with self._file.writing():
            snapshot.forget(self._file, bucket)
        snapshot.clear_away(self._file)

    def buckets(self) -> list[Bucket]:
        """The buckets that this desk holds."""
        return buckets.held(self._file)

    def bucket_for(self, bucket_class: str, region: str) -> str | None:
        """The id of the bucket for records of a class and region (or person); None: not in the scope."""
        return buckets.home(self._file, bucket_class, region)

    def add_bucket(self, info: BucketInfo) -> None:
        """Hold a bucket; it is shown when its first reading is complete."""
        if not buckets.knows(self._file, info):
            with self._file.writing():
                buckets.add(self._file, info)

    def arrange(self) -> Arranged:
        """Let the buckets of wanted towns come, and put off the others; what lies here of those is to leave."""
        with self._file.writing():
            return wish.arrange(self._file)

    def want_towns(self, towns: Sequence[str] | None) -> None:
        """The towns (region ids) that the person wants here, the first one first; None: he has not chosen."""
        with self._file.writing():
            wish.want(self._file, towns)

    def put_away(self, bucket: str) -> bool:
        """Let a bucket go that is not wanted here and stays in the scope. False while something of it waits here."""
        held = next((each for each in self.buckets() if each.id == bucket), None)
        if held is None:
            return True
        if not self.drop_bucket(bucket):
            return False
        with self._file.writing():
            buckets.put_off(self._file, held)
        return True

    def reset_bucket(self, bucket: str) -> None:
        """Read a bucket again from its start; what is shown stays until that is complete."""
        self._laying.pop(bucket, None)
        with self._file.writing():
            buckets.reset(self._file, bucket)

    def drop_bucket(self, bucket: str) -> bool:
        """Let a bucket go, with all that this desk has of it. False while something of it waits here."""
        done = buckets.drop(self._file, bucket)
        if done:
            self._wipe_log()
        return done

    def owed_waiting(self) -> list[Box]:
        """Sealed groups of buckets that were let go, to be handed in again."""
        return owed.waiting(self._file)

    def owed_handed_in(self, boxes: Sequence[Box], verdicts: Sequence[str], standing: Standing) -> None:
        """Note what the centre said of each."""
        with self._file.writing():
            owed.handed_in(self._file, boxes, verdicts, standing)

    # ------------------------------------------------------------------ carried for others

    def carry(self, name: str, device: str, package: bytes, now: int, *, crate: bool = False) -> bool:
        """Carry another desk's package (its name is its SHA-256, hex), or a crate, whose bytes lie beside the store.
        False: there are too many already."""
        with self._file.writing():
            return carried.take(self._file, name, device, package, now, crate=crate)

    def carried(self) -> list[Carried]:
        """All that is carried for others, oldest first."""
        return carried.every(self._file)

    def carried_counts(self) -> tuple[int, int]:
        """How many packages are to be handed in, and how many answers to be carried back."""
        return carried.counts(self._file)

    def carried_to_deliver(self) -> list[str]:
        """The names of packages that the centre has not seen."""
        return carried.to_deliver(self._file)

    def crates_to_deliver(self) -> list[str]:
        """The names of crates that the centre has not seen."""
        return carried.to_deliver(self._file, crates=True)

    def carried_package(self, name: str) -> bytes:
        """The bytes of a package."""
        return carried.package(self._file, name)

    def carried_delivered(self, name: str, receipt: bytes) -> None:
        """The centre has it: only the receipt is carried from now on."""
        with self._file.writing():
            carried.delivered(self._file, name, receipt)

    def forget_carried(self, before: int) -> None:
        """Let go of what was taken before that time (ms UTC) and delivered."""
        with self._file.writing():
            carried.forget(self._file, before)

    def _wipe_log(self) -> bool:
        """Nothing of what was dropped may stay in the write-ahead log. False: a reader holds it, try later."""
        db = self._file.db
        db.execute(f"PRAGMA busy_timeout = {WIPE_MS}")
        busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        return not busy
