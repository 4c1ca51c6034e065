"""What everybody who comes in passes: the lock of his store, and one look whether it is sound."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gridworker.errors import StoreBusy, StoreDamaged

if TYPE_CHECKING:
    from gridworker.storage.locks import FileLock
    from gridworker.storage.vault import WorkerEntry
    from gridworker.sync.enrol import Opened
    from gridworker.sync.machine import Machine


CAME_TO_FRONT: Final = "已把那个窗口带到前面，请在那里继续；这个窗口可以关掉。"
GONE: Final = "资料文件不见了。请用“恢复备份”找回；没有备份的，请管理员重新登记这台电脑，再下载一次。"


@dataclass(frozen=True)
class Session:
    """A worker who came in: his store has been opened once and is sound, and no other window has it."""

    machine: Machine
    opened: Opened
    lock: FileLock
    fell_at: int | None = None
    """ms UTC when the last run of this store was begun, if it did not come to a good end."""


class ComingIn:
    """The threshold of one window."""

    def __init__(self, socket: str) -> None:
        """*socket*: where this window listens for being brought to the front."""
        self._socket = socket

    def enter(self, machine: Machine, opened: Opened) -> Session:
        """Lock and look. Raises ``StoreBusy``, ``LeaseOver``, ``StoreError``."""
        with contextlib.ExitStack() as undo:
            return self.ready(undo, Session(machine, opened, *self.hold(undo, machine, opened.entry)))

    def hold(self, undo: contextlib.ExitStack, machine: Machine, entry: WorkerEntry) -> tuple[FileLock, int | None]:
        """The window lock of a store, and when the last run began if it did not let go of it by itself."""
        lock = machine.vault.window_lock(entry.user)
        noted = lock.holder()
        try:
            lock.take(self._socket)
        except StoreBusy:
            self._ask_to_front(lock)
            raise
        undo.callback(lock.release)
        return lock, entry.last_used if noted is not None else None

    def ready(self, undo: contextlib.ExitStack, session: Session) -> Session:
        """Opens the store once, here: what is damaged, too new, or takes long shows before the window has it."""
        from gridworker.app.desk import check_lease
        from gridworker.storage.store import Store

        entry = session.opened.entry
        if entry.last_used and not _has_content(entry.path):
            raise StoreDamaged("the file is gone", advice=GONE)
        with contextlib.closing(Store.open(entry.path, session.opened.key)) as store:
            check_lease(store, session.machine)
        session.machine.vault.note(entry.user, now=session.machine.now())
        undo.pop_all()
        return session

    def _ask_to_front(self, lock: FileLock) -> None:
        holder = lock.holder()
        if holder is None or not holder.socket or holder.pid == os.getpid():
            return
        from gridworker.app.front import ask_to_front

        if ask_to_front(holder.socket):
            raise StoreBusy("brought to the front", advice=CAME_TO_FRONT)


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
