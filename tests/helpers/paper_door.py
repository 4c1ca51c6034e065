"""A door that keeps its workers on a sheet of paper: what the pages before the window ask, answered by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gridworker.errors import GridworkerError, LockedOut, SignInRefused, StoreBusy, WrongPassword
from gridworker.sync.reach import Reach, Step
from gridworker.ui.background import Progress
from gridworker.ui.pages.unlock_door import Cleared, KnownBackup, KnownWorker
from gridworker.ui.pages.welcome_door import Application, Downloaded, Enrolled

MORNING = 1_795_207_320_000
"""2026-11-21 05:02 in Shanghai, ms UTC."""


@dataclass
class PaperWorker:
    """One worker of this machine and what opens his store."""

    known: KnownWorker
    password: str
    code: str = ""
    reset_to: str = ""
    wrong: int = 0
    locked: int = 0
    backups: list[KnownBackup] = field(default_factory=list)


class PaperDoor:
    """Answers as the desk would; *trouble* is raised instead of an answer while it is set."""

    def __init__(self, *people: PaperWorker) -> None:
        self.people = {worker.known.user: worker for worker in people}
        self.trouble: GridworkerError | None = None
        self.asked: list[str] = []
        self.before: Callable[[], Any] = lambda: None
        self.keyring = True
        self.practice = False
        self.way = Reach(True, Step.LOGIN)
        self.remembered = ""
        self.code = "ABCD-EFGH"
        self.applications: list[Application] = []
        self.rows = 0
        self.gone: Sequence[Cleared] = ()

    def workers(self) -> Sequence[KnownWorker]:
        return [worker.known for worker in self.people.values()]

    def cleared(self) -> Sequence[Cleared]:
        found, self.gone = self.gone, ()
        return found

    def report_cleared(self, progress: Progress) -> None:
        self._step("report_cleared")

    def locked_for(self, user: str) -> int:
        return self.people[user].locked

    def unlock(self, user: str, password: str, progress: Progress) -> object:
        self._step("unlock")
        worker = self.people[user]
        if worker.locked:
            raise LockedOut
        if password != worker.password:
            worker.wrong += 1
            worker.locked = 15 * 60_000 if worker.wrong >= 5 else 0
            raise WrongPassword
        return f"session of {user}"

    def unlock_at_centre(self, user: str, password: str, progress: Progress) -> object:
        self._step("unlock_at_centre")
        return self.unlock(user, password, progress)

    def unlock_after_reset(self, user: str, password: str, progress: Progress) -> object:
        self._step("unlock_after_reset")
        worker = self.people[user]
        if not worker.reset_to or password != worker.reset_to:
            raise SignInRefused
        worker.password, worker.locked = password, 0
        return f"session of {user}"

    def unlock_with_code(self, user: str, code: str, password: str, progress: Progress) -> object:
        self._step("unlock_with_code")
        worker = self.people[user]
        if code.replace(" ", "").replace("-", "").upper() != worker.code:
            raise WrongPassword
        worker.password, worker.locked = password, 0
        return f"session of {user}"

    def backups(self, user: str) -> Sequence[KnownBackup]:
        return self.people[user].backups

    def restore(self, user: str, password: str, backup: KnownBackup, progress: Progress) -> object:
        self._step("restore")
        if password != self.people[user].password:
            raise WrongPassword
        return f"session of {user} from {backup.key}"

    def address(self) -> str:
        return self.remembered

    def can_practise(self) -> bool:
        return self.practice

    def reach(self, address: str, ca: Path | None, progress: Progress) -> Reach:
        self._step("reach")
        progress.check()
        return self.way

    def has_keyring(self, progress: Progress) -> bool:
        self._step("has_keyring")
        return self.keyring

    def enrol(self, application: Application, progress: Progress) -> Enrolled:
        self._step("enrol")
        self.applications.append(application)
        if application.code.partition("@")[0] != self.code:
            raise SignInRefused
        progress.check()
        kept = "7K2M-9QPX-4TNW-HH3D-8VCB-ZE6R" if application.recovery_code else ""
        return Enrolled("session of the newcomer", "李秀兰", "网格员", ("谷来镇 · 马村 · 第2网格",), kept)

    def begin_offline(self, user: str, name: str, password: str, progress: Progress) -> object:
        self._step("begin_offline")
        if user in self.people:
            raise StoreBusy
        return f"drafts of {name}"

    def download(self, session: object, progress: Progress) -> Downloaded:
        self._step("download")
        for done in range(0, self.rows, 100):
            progress.report(done, self.rows, f"已收到 {done} 条")
            progress.check()
        return Downloaded((("住户", 312), ("人口", 903), ("走访", 1204), ("纠纷", 0)))

    def _step(self, what: str) -> None:
        self.asked.append(what)
        self.before()
        if self.trouble is not None:
            raise self.trouble


def paper_worker(user: str = "lixl", name: str = "李秀兰", **more: Any) -> PaperWorker:
    """A worker with the usual password."""
    known = KnownWorker(user, name, "网格员", MORNING)
    worker = PaperWorker(known, "mingqing2026", code="ABCD2345")
    return replace(worker, **more)
