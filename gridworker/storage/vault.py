"""The stores of all workers of one machine: who works here, where each store lies, who holds it.

In the home lies for each worker a folder ``stores/<id>`` of an opaque name, with ``store.db``, its
key slots and locks, and ``worker.json`` (mode 0600; who it is: staff, never a resident). Only small
modules are loaded here, as the first page of the program asks for its workers before anything else.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridworker.errors import NotFound, StoreBusy
from gridworker.storage.lockout import Lockout
from gridworker.storage.locks import FileLock
from gridworker.storage.whole_file import read_json, write_json
from gridworker.storage.wipes import Wipes

if TYPE_CHECKING:
    from gridworker.storage.keys import Cost, KeySlots

_STORE, _WORKER = "store.db", "worker.json"
_WINDOW_TAKEN = "这份资料已经在另一个窗口里打开，请切换到那个窗口。"
_SYNC_TAKEN = "另一个窗口正在同步这份资料，请等它做完。"


@dataclass(frozen=True)
class WorkerEntry:
    """One worker whose store lies on this machine."""

    user: str
    """Login name."""
    name: str
    role: str
    store: str
    """Opaque id of the store: what files and the keyring know it by."""
    path: Path
    """The store's file; it is made when it is first opened."""
    last_used: int = 0
    """ms UTC; 0: never."""


class Vault:
    """The stores in one home. ``chance``: random bytes; ``cost``: see ``KeySlots``."""

    def __init__(self, home: Path, *, chance: Callable[[int], bytes] = os.urandom, cost: "Cost | None" = None) -> None:
        self._stores = home / "stores"
        self._chance = chance
        self._cost = cost
        self.wipes = Wipes(home, self.destroy)
        """Stores that the centre ordered destroyed."""

    def workers(self) -> list[WorkerEntry]:
        """All workers of this machine, the one who was here last first."""
        self.wipes.finish()
        found = map(_entry, self._stores.glob(f"*/{_WORKER}"))
        return sorted((each for each in found if each), key=lambda each: (-each.last_used, each.user))

    def last(self) -> WorkerEntry | None:
        """The worker who was here last; None on a machine that nobody has used."""
        return next(iter(self.workers()), None)

    def worker(self, user: str) -> WorkerEntry:
        """The worker with this login name. Raises ``NotFound``."""
        for each in self.workers():
            if each.user == user:
                return each
        raise NotFound("worker", advice="这台电脑上没有这位人员的资料，请先用登记码登录一次。")

    def new_store(self) -> str:
        """An id for a store that is still to be created; it names the device's secret too."""
        return self._chance(16).hex()

    def create(
        self,
        store: str,
        user: str,
        name: str,
        role: str,
        password: str,
        device_secret: bytes | None,
    ) -> tuple[WorkerEntry, bytes]:
        """A place for a new worker's store, and its key. The file itself is made by opening it.

        Raises ``WeakPassword``, and ``StoreBusy`` when the worker has a store here already.
        """
        if any(each.user == user for each in self.workers()):
            raise StoreBusy("worker exists", advice="这台电脑上已经有这位人员的资料，请直接登录。")
        entry = WorkerEntry(user, name, role, store, self._stores / store / _STORE)
        key = self._slots(entry.path).create(store, password, device_secret)
        _keep(entry)
        return entry, key

    def unlock(self, user: str, password: str, device_secret: bytes | None, now: int) -> bytes:
        """The key of ``user``'s store, by his password or PIN; ``now``: ms UTC.

        ``device_secret`` is needed when ``slots(user).needs_keyring()``. Raises ``NotFound`` and
        what ``KeySlots.unlock`` raises.
        """
        entry = self.worker(user)
        key = self._slots(entry.path).unlock(password, device_secret, now)
        _keep(replace(entry, last_used=now))
        return key

    def note(self, user: str, *, now: int, name: str = "", role: str = "") -> None:
        """Note that ``user`` was here at ``now`` (ms UTC), and what the centre calls him today."""
        entry = self.worker(user)
        _keep(replace(entry, last_used=now, name=name or entry.name, role=role or entry.role))

    def slots(self, user: str) -> "KeySlots":
        """The key slots of ``user``'s store. Raises ``NotFound``."""
        return self._slots(self.worker(user).path)

    def has_pin(self, user: str) -> bool:
        """Whether a PIN may stand for ``user``'s password. Loads nothing heavy."""
        kept = read_json(_slots_path(self.worker(user).path)) or {}
        slots = kept.get("slots")
        return isinstance(slots, dict) and "pin" in slots

    def locked_for(self, user: str, now: int) -> int:
        """ms until ``user`` may try a password again; 0: now. Loads nothing heavy."""
        return Lockout.of(self.worker(user).path).locked_for(now)

    def window_lock(self, user: str) -> FileLock:
        """One window a store: who finds it taken asks its ``holder`` to come to the front."""
        return FileLock(self.worker(user).path.with_name("window.lock"), _WINDOW_TAKEN)

    def sync_lock(self, user: str) -> FileLock:
        """One program at a time syncs a store."""
        return FileLock(self.worker(user).path.with_name("sync.lock"), _SYNC_TAKEN)

    def files_lock(self, user: str) -> FileLock:
        """One program at a time sends a store's photos and papers; text goes its own way meanwhile."""
        return FileLock(self.worker(user).path.with_name("files.lock"), _SYNC_TAKEN)

    def wipe(self, user: str) -> None:
        """Destroy the keys of ``user``'s store, then remove what is left of it, local backups too.

        Without its keys no copy of the store can be read: removing files is tidiness, and those
        that Windows holds open stay until somebody removes them. Raises ``NotFound``.
        """
        self.destroy(self.worker(user).store)

    def destroy(self, store: str) -> bool:
        """The same by the store's opaque id, however far it had come before; whether nothing of it is left."""
        path = self._stores / store / _STORE
        if not path.parent.exists():
            return True
        self._slots(path).destroy()
        path.with_name(_WORKER).unlink(missing_ok=True)
        shutil.rmtree(path.parent, ignore_errors=True)
        return not path.parent.exists()

    def _slots(self, path: Path) -> "KeySlots":
        from gridworker.storage.keys import KeySlots  # not at the top: it takes 150 ms

        return KeySlots(_slots_path(path), cost=self._cost, chance=self._chance)


def _slots_path(path: Path) -> Path:
    return path.with_name(path.name + ".keys")


def _entry(path: Path) -> WorkerEntry | None:
    """The worker in a file; None for one that is damaged or of a later format."""
    kept = read_json(path) or {}
    user, name, role, used = (kept.get(each) for each in ("user", "name", "role", "last_used"))
    if not (isinstance(user, str) and isinstance(name, str) and isinstance(role, str)):
        return None
    last_used = used if isinstance(used, int) else 0
    return WorkerEntry(user, name, role, path.parent.name, path.with_name(_STORE), last_used)


def _keep(entry: WorkerEntry) -> None:
    kept: dict[str, Any] = asdict(entry)
    shown = {name: kept[name] for name in ("user", "name", "role", "last_used")}
    write_json(entry.path.with_name(_WORKER), shown)
