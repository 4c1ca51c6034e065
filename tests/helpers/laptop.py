"""A laptop of several workers: real key slots at a low price, real encrypted stores with a small grid in them."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import uuid_utils

from gridworker.app.door import HomeDoor
from gridworker.errors import CentreUnreachable
from gridworker.protocol.sync import Clock
from gridworker.storage.connection import connect
from gridworker.storage.keys import Cost
from gridworker.storage.store import Store
from gridworker.storage.vault import WorkerEntry
from gridworker.sync.badge import text_of
from gridworker.sync.centre import Centre
from gridworker.sync.machine import Machine
from gridworker.ui.background import Progress
from tests.helpers.notebook import COUNTY, GRID, KEY, MORNING, PEOPLE, TOWN, name_of, standing

CHEAP: Final = Cost(memory_kib=64, passes=1, lanes=1)
PASSWORD: Final = "mingqing2026"


def _no_line(place: str, **_: Any) -> Centre:
    raise CentreUnreachable("no line in this test")


def quiet() -> Progress:
    """Progress that nobody looks at."""
    return Progress(lambda done, total, words: None)


@dataclass
class Laptop:
    """One home; ``now`` holds the machine's time (ms UTC), which stands still until a test moves it."""

    home: Path
    template: Path
    """A store of the small grid under ``KEY``."""
    now: list[int] = field(default_factory=lambda: [MORNING])
    connect: Callable[..., Centre] = _no_line

    def __post_init__(self) -> None:
        ticks = itertools.count()
        self.machine = Machine(
            home=self.home,
            clock=lambda: Clock(wall=self.now[0], mono=next(ticks), boot="b"),
            new_id=lambda: str(uuid_utils.uuid7()),
            chance=lambda count: KEY if count == len(KEY) else os.urandom(count),
            connect=self.connect,
            cost=CHEAP,
        )

    def door(self, **how: Any) -> HomeDoor:
        """The way in of one window."""
        return HomeDoor(self.home, machine=self.machine, **how)

    def worker(self, role: str = "grid_worker", *, user: str = "", password: str = PASSWORD) -> WorkerEntry:
        """A worker with a store in which the small grid lies: 王芳, 李明 or 赵强. He was here an hour ago."""
        person, name = PEOPLE[role]
        vault, user = self.machine.vault, user or role
        secret = self.machine.new_secret(store := vault.new_store())
        entry, key = vault.create(store, user, name, role, password, secret)
        shutil.copyfile(self.template, entry.path)
        regions = [GRID if role == "grid_worker" else TOWN]
        account = {"person": person, "user": user, "name": name, "role": role, "regions": regions, "county": COUNTY}
        opened = Store.open(entry.path, key)
        opened.set_metas(
            {
                "account": account,
                "person": person,
                "device": name_of(0xDE1),
                "device_key": text_of(bytes(32)),
                "centre": "https://127.0.0.1:9",
                "standing": standing().model_dump(),
                "backup": True,
            }
        )
        opened.close()
        vault.note(user, now=self.now[0] - 3_600_000)
        return vault.worker(user)

    def store(self, user: str) -> Store:
        """The store of a worker, opened beside whoever else has it."""
        return Store.open(self.machine.vault.worker(user).path, KEY)

    def set_version(self, user: str, version: int) -> None:
        """Let the store of a worker look as if another version of the program had written it."""
        db = connect(self.machine.vault.worker(user).path, KEY)
        db.execute(f"PRAGMA user_version = {version}")
        db.close()

    def damage(self, user: str) -> None:
        """Write over the middle of a store's file."""
        path = self.machine.vault.worker(user).path
        with path.open("r+b") as file:
            file.write(b"\0" * 8192)
