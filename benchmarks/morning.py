"""A grid worker's morning in a process of its own: ``python -m benchmarks.morning HOME`` prints how long it took."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.district import NOW, made_up, pages, settle_down
from gridworker.app.door import HomeDoor
from gridworker.app.window import BEHIND, OpenedDesk
from gridworker.demo.chance import Ids
from gridworker.demo.loading import final_fields
from gridworker.errors import CentreUnreachable
from gridworker.protocol.sync import BucketInfo, Clock
from gridworker.records import KINDS
from gridworker.records.row import Row
from gridworker.storage.store import Store
from gridworker.storage.vault import Vault
from gridworker.sync.badge import text_of
from gridworker.sync.centre import Centre
from gridworker.sync.machine import Machine
from gridworker.ui.preferences import dress
from gridworker.ui.preload import PAGES
from gridworker.ui.shell import Shell

SEED = 20_261_122
USER, PASSWORD = "liuyl", "mingqing2026"


def furnish(home: Path) -> None:
    """Put a worker's desk into *home*: eight grids, 2,000 households, 6,000 persons and a year of visits."""
    district = made_up()
    worker = district.picks.worker
    vault = Vault(home)
    entry, key = vault.create(vault.new_store(), USER, worker.name, "grid_worker", PASSWORD, None)
    store = Store.open(entry.path, key)
    for bucket, rows in _rows_by_bucket().items():
        bucket_class, region = bucket
        name = f"{bucket_class} {region}"
        store.add_bucket(BucketInfo(id=name, bucket_class=bucket_class, region=region))
        for page in pages(name, rows):
            store.receive(page)
    store.add_bucket(BucketInfo(id="user", bucket_class="user", region=worker.id))
    settle_down(store)
    account = {"person": worker.id, "user": USER, "name": worker.name, "role": "grid_worker"}
    account |= {"regions": [grid.id for grid in district.grids], "county": district.county}
    store.set_metas({"account": account, "person": worker.id, "device": "d", "device_key": text_of(bytes(32))})
    store.close()
    vault.note(USER, now=NOW - 3_600_000)


def _rows_by_bucket() -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The whole district as a centre sends it, by bucket class and region."""
    changes = Ids(SEED, "made")
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in made_up().records():
        kind, fields, change = KINDS[each.kind], final_fields(each), changes.at(each.at)
        row = Row(each.kind, each.id, "", 1, change, fields, {"": [change, each.author, each.at << 16]})
        found.setdefault((str(kind.home), str(fields[kind.home_field])), []).append(row.to_wire())
    return found


def _no_line(place: str, **_: Any) -> Centre:
    raise CentreUnreachable("no line in a benchmark")


class _Painted(QObject):
    """Calls once, after the next whole frame of a widget."""

    def __init__(self, then: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._then = then
        parent.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._then)
        return False


class Morning:
    """Waits until the porch has loaded what comes next, types the password, and takes the time."""

    def __init__(self, application: QApplication, home: Path) -> None:
        clock = Clock(wall=NOW, mono=0, boot="b")
        numbers = Ids(SEED, "new")
        machine = Machine(
            home=home, clock=lambda: clock, new_id=lambda: numbers.at(NOW), chance=os.urandom, connect=_no_line
        )
        self._shell = Shell(HomeDoor(home, machine=machine), OpenedDesk, dress(application, home), behind=BEHIND)
        self._shell.painted.connect(self._shell.load_behind)
        self._timer = QTimer(self._shell)
        self._timer.timeout.connect(self._look)
        self._timer.start(20)
        self.took: dict[str, float] = {}
        self._shell.begin(USER)
        self._shell.show()

    def _look(self) -> None:
        if all(module in sys.modules for module in PAGES):
            self._timer.stop()
            page: Any = self._shell.currentWidget()
            page.entry.opened.disconnect()
            page.entry.opened.connect(self._enter)
            page.entry.password.line.setText(PASSWORD)
            self._returned = time.perf_counter()
            page.entry.submit()

    def _enter(self, session: object) -> None:
        self._opened = time.perf_counter()
        self._shell.enter(session)
        window = self._shell.window_of_worker
        assert window is not None
        assert window.here == "today"
        _Painted(self._painted, window)

    def _painted(self) -> None:
        now = time.perf_counter()
        self.took = {"day": (now - self._opened) * 1000, "whole": (now - self._returned) * 1000}
        self._shell.close()


def main(home: str) -> None:
    """One morning."""
    application = QApplication([])
    morning = Morning(application, Path(home))
    application.exec()
    print(json.dumps(morning.took))


if __name__ == "__main__":
    main(sys.argv[1])
