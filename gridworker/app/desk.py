"""One worker's desk: his open store, what he can do with it, and the way to the centre."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

import uuid_utils

from gridworker.errors import DeviceRevoked, DeviceWiped, LeaseOver, NotFound, NotThisFile, StoreError
from gridworker.ledger import Ledger, Me
from gridworker.protocol.orders import WipeOrder
from gridworker.protocol.oversight import AsideWhole, Decided, Decision, Readers, Restricted
from gridworker.protocol.sync import Clock, History
from gridworker.storage import lease
from gridworker.storage.cabinet import Cabinet, WrongBytes, path_of
from gridworker.storage.file_links import FileLink
from gridworker.storage.outbox import WAITS
from gridworker.storage.store import Store
from gridworker.storage.vault import Vault
from gridworker.storage.wipes import WipeNote
from gridworker.sync import courier, crates, enrol, owed_files, session, wiping
from gridworker.sync.answers import WipeOrdered
from gridworker.sync.centre import Centre
from gridworker.sync.driver import Told, sync_once
from gridworker.sync.enrol import Opened
from gridworker.sync.file_line import FileRefused
from gridworker.sync.files import FilesReport, fetch_file, let_go, send_files, to_send
from gridworker.sync.machine import Machine
from gridworker.sync.owing import hand_in_boxes
from gridworker.sync.report import Report
from gridworker.sync.silence import look_for_silent_desks

_NO_FILE = "中心现在没有这个文件，或者它不在您的范围内。稍后同步一次再看；一直没有的，请联系拍照的同事。"
_FIRST_HAND_IN = "这份文件要在待传的内容交给中心以后才能用：请先导出数据包交给中心，收下回执，再收这份文件。"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def _silent(done: int, total: int, words: str) -> None:
    pass


def _never() -> bool:
    return False


def this_machine(home: Path) -> Machine:
    """The machine on which the program runs."""
    _dump_no_cores()
    boot = _boot_id()

    def clock() -> Clock:
        return Clock(wall=time.time_ns() // 1_000_000, mono=time.monotonic_ns() // 1_000_000, boot=boot)

    return Machine(home=home, clock=clock, new_id=lambda: str(uuid_utils.uuid7()), chance=os.urandom)


class Desk:
    """The desk of one worker; ``store`` and ``ledger`` belong to the thread that made it.

    ``sync``, ``sign_in``, ``change_password`` and ``history`` may be called from any one other thread: they
    open a store of their own, and take their time.
    """

    def __init__(self, machine: Machine, opened: Opened) -> None:
        self.machine = machine
        self.opened = opened
        self._closed = False
        self.store = self.open_store()
        self.me = me_of(self.store, opened)
        self.ledger = self._ledger_of(self.store)

    @classmethod
    def unlocked(cls, machine: Machine, user: str, password: str) -> "Desk":
        """Opens a worker's desk; asks the centre only when the password does not open it here.

        Raises ``NotFound``, ``WrongPassword``, ``LockedOut``, ``KeyringNeeded``, ``StoreError``.
        """
        return cls(machine, enrol.unlock_anyhow(machine, user, password))

    @property
    def user(self) -> str:
        """The login name."""
        return self.opened.entry.user

    @property
    def is_enrolled(self) -> bool:
        """Whether a centre knows this desk; without one it keeps drafts and preferences."""
        return session.is_enrolled(self.store)

    def check_lease(self) -> None:
        """Raises ``LeaseOver`` when the centre has to be asked first; sign in and sync, then all is well."""
        check_lease(self.store, self.machine)

    @property
    def vault(self) -> Vault:
        """The stores of this machine."""
        return self.machine.vault

    @property
    def key(self) -> bytes:
        """The store's key, for backups."""
        return self.opened.key

    def open_store(self) -> Store:
        """One more connection to the same store, for the thread that calls."""
        return Store.open(self.opened.entry.path, self.opened.key)

    def open_cabinet(self) -> Cabinet:
        """One more connection to the cabinet, for the thread that calls."""
        return Cabinet.open(self.opened.entry.path, self.opened.key)

    def open_ledger(self) -> Ledger:
        """A ledger over a store of its own, for functions that run in a lane; its ``store`` is to be closed."""
        return self._ledger_of(self.open_store())

    def sync(self, progress: Told = _silent, cancelled: Callable[[], bool] = _never) -> Report:
        """Push and pull once. Raises ``StoreBusy`` while another program syncs this store, ``SignInError``,
        ``CentreError``, ``StoreError``, ``Cancelled``; what was done until then stays done.

        When the centre orders the store destroyed it is, and ``DeviceWiped`` is raised: close the desk.
        """
        machine = self.machine
        with self.vault.sync_lock(self.user).take(), self._own_store() as store:
            line = session.line_of(store, machine.home, machine.clock, connect=machine.connect, cancelled=cancelled)
            with contextlib.closing(line):
                try:
                    self._note_waiting_files(store)
                    report = sync_once(store, line, machine.clock, progress=progress, cancelled=cancelled)
                    hand_in_boxes(store, line)
                    session.learn_of_oneself(store, line)
                    look_for_silent_desks(store, line)
                    courier.deliver(store, line, machine.now())
                    return report
                except WipeOrdered as ordered:
                    note = self._wipe_note(store, ordered.order)
        wiping.carry_out(machine, note)
        raise DeviceWiped("ordered by the centre")

    def pack(self) -> courier.Package | None:
        """All that waits, as a package for a stick; None when nothing does. Raises ``StoreBusy`` while this desk
        syncs, ``SignInNeeded``.
        """
        with self.vault.sync_lock(self.user).take(), self._own_store() as store:
            return courier.pack(store, self.machine.now(), self.machine.chance)

    def take(self, file: bytes) -> courier.Taken:
        """A package, a receipt or an order from a stick. Raises ``NotThisFile``, ``StoreBusy``; after an order of the
        centre's, carried out, ``DeviceWiped``: close the desk.
        """
        with self.vault.sync_lock(self.user).take(), self._own_store() as store:
            try:
                taken = courier.take(store, file, self.machine.now())
                if taken.files:
                    with self._own_cabinet() as cabinet:
                        crates.note(store, cabinet, taken.files, taken.epoch)
                return taken
            except WipeOrdered as ordered:
                try:
                    note = self._wipe_note(store, ordered.order)
                except DeviceRevoked:
                    raise NotThisFile("something waits", advice=_FIRST_HAND_IN) from None
        wiping.carry_out(self.machine, note)
        raise DeviceWiped("ordered by the centre")

    def wipe_word(self) -> tuple[str, bytes] | None:
        """After ``DeviceWiped``: the word for the centre that its order was carried out, to go back on the stick; None
        when the centre knows."""
        notes = [note for note in self.vault.wipes.notes() if note.store == self.opened.entry.store]
        return courier.wipe_word(notes[0]) if notes and not notes[0].reported else None

    def receipts(self) -> list[tuple[str, bytes]]:
        """What goes back on the stick to the desks whose packages were carried: file names and files."""
        with self._own_store() as store:
            return courier.receipts(store)

    def send_files(self, progress: Told = _silent, cancelled: Callable[[], bool] = _never) -> FilesReport:
        """Let go what the centre has safe, then send photos and papers that it lacks, at last what is carried for
        others. For after a sync: what no record at the centre speaks of is not taken there. Raises what ``sync``
        raises.
        """
        clock, report = self.machine.clock, FilesReport()
        if not (self._has_cabinet or self.carried_crates.exists()):
            return report
        with self.vault.files_lock(self.user).take(), self._own_store() as store, self._own_cabinet() as cabinet:
            owed_files.seal_up(store, cabinet, self.owed_crates, self.machine.now(), self.machine.chance)
            let_go(store, cabinet, self.machine.now())
            owed_files.prune(store, self.owed_crates)
            if to_send(store, cabinet) or store.crates_to_deliver() or owed_files.waits(store):
                line = session.line_of(
                    store, self.machine.home, clock, connect=self.machine.connect, cancelled=cancelled
                )
                with contextlib.closing(line):
                    if to_send(store, cabinet):
                        report = send_files(store, cabinet, line, clock, progress=progress, cancelled=cancelled)
                    for work, folder in ((owed_files.hand_in, self.owed_crates), (crates.deliver, self.carried_crates)):
                        work(store, folder, line, clock, progress=progress, cancelled=cancelled)
        return report

    def fetch_file(
        self,
        link: FileLink,
        thumb: Callable[[bytes], bytes | None],
        progress: Told = _silent,
        cancelled: Callable[[], bool] = _never,
    ) -> None:
        """Bring a file here that the centre has. Raises ``CentreError``, ``NotFound``, ``Cancelled``."""
        machine = self.machine
        with self._own_store() as store, self._own_cabinet() as cabinet:
            line = session.line_of(store, machine.home, machine.clock, connect=machine.connect, cancelled=cancelled)
            with contextlib.closing(line):
                try:
                    fetch_file(cabinet, line, link, machine.now(), thumb, progress)
                except (FileRefused, WrongBytes) as refused:
                    raise NotFound(f"file {refused}", advice=_NO_FILE) from None

    def sign_in(self, password: str, cancelled: Callable[[], bool] = _never) -> None:
        """New tokens for the password. Raises ``SignInError``, ``CentreError``."""
        with self._own_store() as store:
            enrol.sign_in(self.machine, self.opened, store, password, cancelled)

    def move_centre(self, place: str) -> None:
        """The centre answers at another address from now on. Raises ``CentreError``."""
        with self._own_store() as store:
            enrol.move_centre(self.machine, self.opened, store, place)

    def change_password(self, old: str, new: str, cancelled: Callable[[], bool] = _never) -> None:
        """Changes the password, at the centre and here."""
        with self._own_store() as store:
            enrol.change_password(self.machine, self.opened, store, old, new, cancelled)

    def put_aside(self, number: int, cancelled: Callable[[], bool] = _never) -> AsideWhole:
        """Work that waits at the centre for this supervisor. Raises ``CentreError``, ``NotFound``."""
        with self._line(cancelled) as (_, line):
            return line.put_aside(number)

    def decide(self, number: int, decision: Decision, cancelled: Callable[[], bool] = _never) -> Decided:
        """Takes it in or hands it back; what was decided does not wait any more. Raises as ``put_aside``."""
        with self._line(cancelled) as (store, line):
            decided = line.decide(number, decision)
            if decided.taken or not decision.take:
                left = [each for each in store.meta("put_aside") or () if each.get("id") != number]
                store.set_meta("put_aside", left)
            return decided

    def restrict(self, case: str, people: Sequence[str], cancelled: Callable[[], bool] = _never) -> Restricted:
        """Only these people see a case from now on; none named: all who hold the town's cases. Its effect comes with
        the next sync. Raises ``CentreError``, ``NotAllowed``, ``NotFound``."""
        with self._line(cancelled) as (_, line):
            return line.restrict(case, Readers(people=list(people)))

    def history(self, kind: str, record: str, cancelled: Callable[[], bool] = _never) -> History:
        """Every write of a record, from the centre. Raises ``CentreError``, ``NotFound``."""
        with self._line(cancelled) as (_, line):
            return line.history(kind, record)

    def renew(self) -> bool:
        """Takes over what a sync has learnt of the worker (name, role, regions); True when something is different."""
        me = me_of(self.store, self.opened)
        if me == self.me:
            return False
        self.me = me
        self.ledger.become(me)
        self.vault.note(self.user, now=self.machine.now(), name=me.name, role=me.role)
        return True

    def close(self) -> None:
        """Closes the store; once is enough."""
        if not self._closed:
            self._closed = True
            with contextlib.suppress(StoreError):  # a full disk must keep nobody from closing
                self.store.set_metas(lease.noted(self.store.meta, self.machine.clock()))
            if self.ledger.files is not None:
                self.ledger.files.close()
            self.store.close()

    def __enter__(self) -> "Desk":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wipe_note(self, store: Store, order: WipeOrder) -> WipeNote:
        """What is noted before the store goes. Raises ``DeviceRevoked`` when the order is not to be obeyed (yet)."""
        counts = store.waiting_count()
        holds = any(counts.get(state) for state in WAITS)
        # What was saved while the last was handed in goes with the next sync; then nothing holds the order up.
        if not wiping.is_genuine(store, order) or (holds and not order.stolen):
            raise DeviceRevoked("cut off")
        return wiping.note_of(self.machine, self.opened.entry, store, order)

    @property
    def carried_crates(self) -> Path:
        """The folder with the crates of others, as closed as they came."""
        return self.opened.entry.path.with_name("carried")

    @property
    def owed_crates(self) -> Path:
        """The folder with own photos of grids that were let go, which the centre could lose."""
        return self.opened.entry.path.with_name("owed")

    @property
    def _has_cabinet(self) -> bool:
        return path_of(self.opened.entry.path).exists()

    def _note_waiting_files(self, store: Store) -> None:
        """A bucket whose photos were not handed in stays, whatever becomes of the scope."""
        waiting: set[str] = set()
        if self._has_cabinet:
            with self._own_cabinet() as cabinet:
                waiting = {link.bucket for link in to_send(store, cabinet)}
        if waiting != set(store.meta("files_wait", ())):
            store.set_meta("files_wait", sorted(waiting))

    @contextlib.contextmanager
    def _own_cabinet(self) -> Iterator[Cabinet]:
        with contextlib.closing(self.open_cabinet()) as cabinet:
            yield cabinet

    @contextlib.contextmanager
    def _line(self, cancelled: Callable[[], bool]) -> Iterator[tuple[Store, Centre]]:
        """A store and a line of its own, for one question."""
        machine = self.machine
        with self._own_store() as store:
            line = session.line_of(store, machine.home, machine.clock, connect=machine.connect, cancelled=cancelled)
            with contextlib.closing(line):
                yield store, line

    @contextlib.contextmanager
    def _own_store(self) -> Iterator[Store]:
        with contextlib.closing(self.open_store()) as store:
            yield store

    def _ledger_of(self, store: Store) -> Ledger:
        machine = self.machine
        return Ledger(store, self.me, clock=machine.now, new_id=machine.new_id, cabinet=self.open_cabinet)


def check_lease(store: Store, machine: Machine) -> None:
    """Notes what time it is, which never runs backwards. Raises ``LeaseOver``."""
    clock = machine.clock()
    found = lease.look(store.meta, clock)
    if found is None:
        return
    store.set_metas(lease.noted(store.meta, clock))
    if found.over:
        raise LeaseOver(f"{found.days} days")


def me_of(store: Store, opened: Opened) -> Me:
    """Who works at this desk, as the centre told last; before that, his name alone."""
    account = session.account_of(store)
    if account is None:
        return Me("", opened.entry.user, opened.entry.name, "")
    # Who is called otherwise now is so by his record, by which all others know him.
    name = (store.fields("staff_member", account.person) or {}).get("name") or account.name
    return Me(account.person, account.user, str(name), account.role, tuple(account.regions), account.county)


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""


def _dump_no_cores() -> None:
    """A crash must not leave a picture of the memory, with the key in it, on the disk."""
    try:
        import resource
    except ImportError:  # Windows writes none unless an administrator asked for them
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
