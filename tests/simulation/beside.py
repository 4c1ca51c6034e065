"""The stand-ins of the simulation beside the real things: the same is asked of both, and both must say the same."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from gridserver.author import Author
from gridserver.errors import Refused
from gridserver.storage import book, devices, meta, people, quarantine, scope, snapshots
from gridserver.storage.book import Pulled
from gridserver.storage.engine import Connection, snapshot
from gridserver.storage.people import AccountRow, caller_of_device
from gridserver.storage.snapshots import Offered, Workshop
from gridserver.sync import restricting
from gridworker.protocol.sync import (
    BucketInfo,
    Fetch,
    Group,
    GroupResult,
    Offer,
    Page,
    Pull,
    Push,
    PushAnswer,
    Standing,
    Taken,
    Written,
)
from gridworker.records.change import Change
from gridworker.records.kind import Kind
from gridworker.records.row import Row
from gridworker.storage import project
from gridworker.storage.feed import Received
from gridworker.storage.outbox import Settled
from gridworker.storage.snapshot import SnapshotRefused
from gridworker.storage.store import Store
from gridworker.storage.wish import Arranged
from simulation import versions
from simulation.centre import Account, Centre
from simulation.desk_store import DeskStore
from simulation.district import COUNTY, GRIDS, PEOPLE
from simulation.founding import regions
from simulation.snapshots import LEAST, MOST
from tests.helpers import centre as real_centre

KEY = bytes(range(32))


class StoreBeside(DeskStore):
    """A desk's store on dicts with an encrypted one beside it."""

    def __init__(self, path: Path, notes: Mapping[str, Any]) -> None:
        super().__init__()
        self.path = path
        self.real = Store.open(path, KEY)
        self.set_metas(notes)

    def of_program(self, kinds: Mapping[str, Kind], schema: int, understood: Callable[[Change], Change]) -> None:
        """Both are opened by another program. Its catalogue only grows: steps are for programs of their own."""
        super().of_program(kinds, versions.OLD, versions.as_written)
        self.real.close()
        self.real = Store.open(self.path, KEY, kinds=kinds)
        self.compare()

    def compare(self) -> None:
        """Everything that can be asked."""
        assert self.buckets() == self.real.buckets()
        assert self.waiting_count() == self.real.waiting_count()
        assert [self.meta(key) for key in ("next_n", "incarnation", "hlc_last", "backup", "durable_n")] == [
            self.real.meta(key) for key in ("next_n", "incarnation", "hlc_last", "backup", "durable_n")
        ]
        assert self.snapshots() == self.real.snapshots()
        for (kind, record), here in self.rows.items():
            there = self.real.get(kind, record)
            assert _row(self.get(kind, record)) == _row(there), (kind, record)
            held = project.held(self.real._file, kind, record)
            assert held is not None
            assert held.standing == here.standing, (kind, record)
        shown = [(row.kind, row.id) for row in self.shown() if row.removed is None]
        assert sorted(shown) == sorted((kind, each["id"]) for kind in self.kinds for each in self.real.find(kind))
        for entry in self.outbox.entries:
            change = entry.change
            (row,) = [each for each in self.real.own_changes(change.record) if each.id == change.id]
            assert (row.state, row.n, row.code, row.reason, row.before) == (
                *(entry.state, change.n, entry.code, entry.reason),
                entry.before,
            )

    def _same(self, mine: Any, theirs: Any) -> Any:
        assert mine == theirs
        return mine

    def set_metas(self, values: Mapping[str, Any]) -> None:
        super().set_metas(values)
        self.real.set_metas(values)

    def keep(self, changes: Sequence[Change], *, by: str, drop_drafts: Iterable[str] = ()) -> list[Change]:
        mine, theirs = super().keep(changes, by=by), self.real.keep(changes, by=by)
        assert [_plain(change) for change in mine] == [_plain(change) for change in theirs]
        return mine

    def waiting(self, most: int) -> list[Change]:
        mine, theirs = super().waiting(most), self.real.waiting(most)
        assert [_plain(change) for change in mine] == [_plain(change) for change in theirs]
        return mine

    def handing(self, most: int, after: int = 0) -> list[Written]:
        mine, theirs = super().handing(most, after), self.real.handing(most, self._real_place(after))
        assert [_read(each) for each in mine] == [_read(each) for each in theirs]
        return mine

    def _real_place(self, place: int) -> int:
        """Where the real outbox keeps what the stand-in has at a place."""
        if not place:
            return 0
        (there,) = [each.change.id for each in self.outbox.entries if each.row == place]
        return int(self.real._file.db.execute("SELECT _row FROM outbox WHERE id = ?", (there,)).fetchone()[0])

    def open_count(self) -> dict[str, int]:
        return self._same(super().open_count(), self.real.open_count())

    def settle(
        self, results: Sequence[GroupResult], standing: Standing, now: int, taken: Taken | None = None
    ) -> Settled:
        theirs = self.real.settle(results, standing, now, taken)
        settled = self._same(super().settle(results, standing, now, taken), theirs)
        self.compare()
        return settled

    def note_standing(self, standing: Standing) -> None:
        super().note_standing(standing)
        self.real.note_standing(standing)

    def came_back(self, most: int) -> list[str]:
        assert set(super().came_back(most)) == set(self.real.came_back(most))
        return super().came_back(most)

    def hear_late(self, results: Sequence[GroupResult], now: int) -> set[str]:
        return self._same(super().hear_late(results, now), self.real.hear_late(results, now))

    def requeue_not_durable(self, kept: tuple[int, int] | None = None) -> int:
        return self._same(super().requeue_not_durable(kept), self.real.requeue_not_durable(kept))

    def renumber(self, first: int, incarnation: int) -> int:
        return self._same(super().renumber(first, incarnation), self.real.renumber(first, incarnation))

    def retry_held(self) -> int:
        return self._same(super().retry_held(), self.real.retry_held())

    def discard(self, tx: str, now: int) -> None:
        super().discard(tx, now)
        self.real.discard(tx, now)
        self.compare()

    def resend(self, tx: str, now: int, new_id: Callable[[], str]) -> list[Change]:
        given: list[str] = []

        def noted() -> str:
            given.append(new_id())
            return given[-1]

        mine = super().resend(tx, now, noted)
        again = iter(given)
        theirs = self.real.resend(tx, now, lambda: next(again))
        assert [_plain(change) for change in mine] == [_plain(change) for change in theirs]
        return mine

    def receive(self, page: Page) -> Received:
        mine, theirs = super().receive(page), self.real.receive(page)
        assert (mine.rows, mine.put_aside, mine.complete, mine.hash_ok) == (
            *(theirs.rows, theirs.put_aside),
            *(theirs.complete, theirs.hash_ok),
        )
        self.compare()
        return mine

    def add_bucket(self, info: BucketInfo) -> None:
        super().add_bucket(info)
        self.real.add_bucket(info)

    def arrange(self) -> Arranged:
        return self._same(super().arrange(), self.real.arrange())

    def reset_bucket(self, bucket: str) -> None:
        super().reset_bucket(bucket)
        self.real.reset_bucket(bucket)

    def drop_bucket(self, bucket: str) -> bool:
        done = self._same(super().drop_bucket(bucket), self.real.drop_bucket(bucket))
        self.compare()
        return done

    def offered(self, offer: Offer) -> bool:
        return self._same(super().offered(offer), self.real.offered(offer))

    def keep_piece(self, bucket: str, start: int, piece: bytes) -> None:
        super().keep_piece(bucket, start, piece)
        self.real.keep_piece(bucket, start, piece)

    def lay_snapshot(self, bucket: str) -> Received:
        mine, theirs = _laid(super().lay_snapshot, bucket), _laid(self.real.lay_snapshot, bucket)
        assert mine == theirs
        self.compare()
        if isinstance(mine, str):
            raise SnapshotRefused(mine)
        return mine

    def forget_snapshot(self, bucket: str) -> None:
        super().forget_snapshot(bucket)
        self.real.forget_snapshot(bucket)

    def tidy(self) -> bool:
        while self.real.tidy():
            pass
        return super().tidy()

    def prune(self, now: int) -> int:
        return self._same(super().prune(now), self.real.prune(now))


class CentreBeside(Centre):
    """A centre on dicts with one on PostgreSQL beside it."""

    real: real_centre.Centre
    workshop: Workshop | None = None
    _fresh: Offered
    _alone: bool = False
    """What is done now is done in the database by itself."""

    def found(self, real: real_centre.Centre, devices_of: Mapping[str, str]) -> None:
        """The same county, people and desks in the database."""
        self.real = real
        if self.cellar is not None and real.ground.workshop is not None:
            self.workshop = Workshop(real.ground.workshop.shelf, LEAST, MOST)
        with real.conn() as conn:
            known = real.meta_of(conn)
            self.books.accounts[known.author] = self.books.accounts.pop(self.books.author)
            own = self.books.devices.pop(self.books.author)
            self.books.devices[known.author] = type(own)(known.author)
            self.books.epoch, self.books.author = known.epoch, known.author
            scope.regions_written(conn, regions())
            for person in PEOPLE:
                self._hire(conn, person.id, person.role, person.grids)
            for device, person_id in devices_of.items():
                self._enrol(conn, device, person_id)

    def _hire(self, conn: Connection, person: str, role: str, grids: Sequence[str]) -> None:
        now = self.real.clock()
        people.add_account(conn, AccountRow(person, person, person, role, COUNTY, "", active=True), now)
        scope.make_buckets(conn, [("user", person)])
        for grid in grids:
            people.assign(conn, person, grid, now)
        scope.regrant(conn, person)
        held = {bucket.id for bucket in scope.buckets_of(conn, person)}
        assert held == self.books.accounts[person].holds()
        version = scope.version_of(conn, person)
        grants = tuple((bucket, version, None) for bucket in sorted(held))
        self.books.accounts[person] = Account(role, version, grants)

    def _enrol(self, conn: Connection, device: str, person: str) -> None:
        key = bytes(31) + bytes([int(device[4:8], 16) + 1])
        devices.add_device(conn, device=device, account=person, machine="", label="", key=key, now=self.real.clock())

    def push(self, device: str, message: Push, now: int) -> PushAnswer:
        def theirs(conn: Connection) -> Any:
            caller = caller_of_device(conn, device)
            assert caller is not None
            return book.push_in_short(conn, caller, message, now).answer.model_dump()

        there = _said(lambda: self._in(self.real.conn(), theirs))
        mine = _said(lambda: super(CentreBeside, self).push(device, message, now).model_dump())
        assert mine == there
        if isinstance(mine, str):
            raise Refused(mine.partition(" ")[0], want=int(mine.partition(" ")[2]))
        return PushAnswer.model_validate(mine)

    def pull(self, device: str, message: Pull, now: int) -> Pulled:
        told: list[Pulled] = []

        def theirs(conn: Connection) -> Any:
            caller = caller_of_device(conn, device)
            assert caller is not None
            if caller.status != "active":
                raise Refused("device")
            asked = message.model_copy(update={"most": min(message.most, self.most)})
            told.append(book.pull(conn, caller, asked, now, self.workshop))
            return _told(told[-1])

        def mine() -> Any:
            told.append(super(CentreBeside, self).pull(device, message, now))
            return _told(told[-1])

        there = _said(lambda: self._in(snapshot(self.real.engine), theirs))
        here = _said(mine)
        assert here == there
        if isinstance(here, str):
            raise Refused(here.partition(" ")[0])
        with self.real.conn() as conn:
            book.remember(conn, device, told[0])
        self._fresh = told[0].offered
        return told[1]

    def note_snapshots(self, pulled: Pulled) -> None:
        super().note_snapshots(pulled)
        with self.real.conn() as conn:
            snapshots.note(conn, self._fresh.fresh)

    def fetch(self, device: str, wanted: Fetch) -> bytes | None:
        mine = super().fetch(device, wanted)
        with self.real.conn() as conn:
            caller = caller_of_device(conn, device)
            assert caller is not None
            may = scope.may_see(conn, caller.person, wanted.bucket)
            made = snapshots.one(conn, wanted.bucket, wanted.sha) if may else None
        path = made and self.workshop and self.workshop.shelf.path(made.sha, made.bytes)
        assert mine == (path.read_bytes() if path else None)
        return mine

    def write(self, groups: Sequence[Group], now: int) -> list[GroupResult]:
        mine = super().write(groups, now)
        if self._alone:
            return mine
        with self.real.conn() as conn:
            n = sum(len(group.changes) for group in groups)
            devices.count_up(conn, self.books.author, n)
            caller = caller_of_device(conn, self.books.author)
            assert caller is not None
            theirs = book.apply_groups(conn, caller, groups, now, caller.scope)
        assert mine == theirs
        return mine

    def release(self, which: tuple[str, bytes], now: int) -> GroupResult:
        tx = self.books.aside[which].group.tx
        mine = super().release(which, now)
        with self.real.conn() as conn:
            (found,) = [
                each
                for each in quarantine.waiting(conn, most=10_000)
                if (each.device, each.group.tx, _bytes(each.group)) == (which[0], tx, orjson.loads(which[1]))
            ]
            theirs = book.release(conn, found.id, self.books.author, now)
        assert mine == theirs
        return mine

    def regrant(self, person: str, wanted: set[str]) -> None:
        super().regrant(person, wanted)
        if self._alone:
            return
        grids = {grid for grid in GRIDS if scope.bucket_id("grid", grid) in wanted}
        with self.real.conn() as conn:
            for grid in set(people.assigned(conn, person)) - grids:
                people.unassign(conn, person, grid)
            for grid in grids:
                people.assign(conn, person, grid, self.real.clock())
            scope.regrant(conn, person)
            assert {bucket.id for bucket in scope.buckets_of(conn, person)} == self.books.accounts[person].holds()
            assert scope.version_of(conn, person) == self.books.accounts[person].version

    def change_role(self, person: str, role: str, wanted: set[str]) -> None:
        with self.real.conn() as conn:
            scope.change_role(conn, person, role)
        super().change_role(person, role, wanted)

    def restrict(self, case: str, people: Sequence[str], now: int, new_id: Callable[[], str]) -> list[GroupResult]:
        given: list[str] = []

        def noted() -> str:
            given.append(new_id())
            return given[-1]

        self._alone = True
        mine = super().restrict(case, people, now, noted)
        self._alone, again = False, iter(given)
        with self.real.conn() as conn:
            told = restricting.restrict(Author(conn, now, lambda: next(again)), case, people, COUNTY)
            assert told.people == list(people)
            assert next(again, None) is None, "something was not written"
            for person in PEOPLE:
                account = self.books.accounts[person.id]
                assert {bucket.id for bucket in scope.buckets_of(conn, person.id)} == account.holds()
                assert scope.version_of(conn, person.id) == account.version
            heads = conn.execute(text("SELECT bucket, set_hash FROM bucket_head WHERE seq > 0"))
            found = {str(head.bucket): head.set_hash for head in heads}
        assert found == {bucket: head.set_hash for bucket, head in self.books.heads.items() if head.seq}
        return mine

    def mark_backup(self, now: int) -> None:
        super().mark_backup(now)
        with self.real.conn() as conn:
            meta.mark_backup(conn, meta.marks(conn), now)

    def raise_floor(self, bucket: str) -> None:
        super().raise_floor(bucket)
        with self.real.conn() as conn:
            conn.execute(text("DELETE FROM departure WHERE bucket = CAST(:bucket AS uuid)"), {"bucket": bucket})
            conn.execute(text(_FLOOR), {"bucket": bucket})

    def _in(self, transaction: AbstractContextManager[Connection], do: Callable[[Connection], Any]) -> Any:
        with transaction as conn:
            return do(conn)


_FLOOR = """
    UPDATE bucket_head SET floor_seq = seq,
        entries = (SELECT count(*) FROM record WHERE record.bucket = bucket_head.bucket)
    WHERE bucket = CAST(:bucket AS uuid)
"""


def _laid(lay: Callable[[str], Received], bucket: str) -> Any:
    """What a slice brought, or why the snapshot is refused."""
    try:
        received = lay(bucket)
    except SnapshotRefused as refused:
        return str(refused)
    received.kinds = set()
    return received


def _said(do: Callable[[], Any]) -> Any:
    """What was answered, or refused."""
    try:
        return do()
    except Refused as refused:
        return f"{refused.error} {refused.want}"


def _told(pulled: Pulled) -> Any:
    """Without the sizes of buckets, of which a desk is told beforehand."""
    said = orjson.loads(orjson.dumps(pulled.message()))
    for bucket in said.get("add", ()):
        bucket.pop("rows", None), bucket.pop("bytes", None)
    return said, pulled.told_all, pulled.pages.cursors


def _bytes(group: Group) -> Any:
    return {"tx": group.tx, "act": group.act, "changes": group.changes}


def _row(row: Row | None) -> Any:
    """Tables keep of a list without entries no more than that it has none."""
    if row is None:
        return None
    fields = {name: value for name, value in row.fields.items() if value != {}}
    return row.bucket, row.ver, row.mark, fields, row.writers, row.removed


def _read(written: Written) -> Any:
    return written._replace(row=0, body=b""), orjson.loads(written.body)


def _plain(change: Change) -> Any:
    """As it travels: an empty value that was left away comes back as none."""
    return orjson.loads(orjson.dumps(change.to_wire())), change.tx, change.act


__all__ = ["CentreBeside", "StoreBeside", "pytest"]
