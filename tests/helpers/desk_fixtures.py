"""Fixtures for stories between desks and a centre: import them, and ``centre_fixtures``, into a ``conftest.py``."""

import functools
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
import requests
import uuid_utils
from keyring.backends.fail import Keyring as NoKeyring
from requests.adapters import HTTPAdapter

from gridworker.app.desk import Desk
from gridworker.protocol.sync import Clock
from gridworker.storage.keys import Cost
from gridworker.sync import centre as sync_centre
from gridworker.sync import enrol
from gridworker.sync.machine import Machine
from tests.helpers.centre import PASSWORD, Centre
from tests.helpers.keys import MemoryKeyring

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
GRID = "330683106211001"
OTHER_GRID = "330683106215001"


class Crossing(HTTPAdapter):
    """In front of a line: lets through so many requests (``cut_after``) and then none; loses the answer to one
    path, once (``lose_next``)."""

    def __init__(self, line: HTTPAdapter) -> None:
        super().__init__()
        self._line = line
        self.cut_after: int | None = None
        self.lose_next = ""

    def send(self, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        """One request."""
        if self.cut_after is not None:
            if self.cut_after == 0:
                raise requests.ConnectionError("the line is cut", request=request)
            self.cut_after -= 1
        answer = self._line.send(request, **how)
        if self.lose_next and self.lose_next in str(request.url):
            self.lose_next = ""
            raise requests.ConnectionError("the line was cut before the answer", request=request)
        return answer


class Village:
    """Desks on machines of their own, all at the end of the centre's line."""

    def __init__(self, centre: Centre, folder: Path) -> None:
        self.centre = centre
        self.line = Crossing(centre.line)
        self._folder = folder
        self._homes = itertools.count(1)
        self._desks: list[Desk] = []

    def machine(self, home: Path | None = None, *, clock_off: int = 0) -> Machine:
        """A machine; ``clock_off``: ms by which its clock is ahead of the centre's."""
        ticks = itertools.count()

        def clock() -> Clock:
            return Clock(wall=self.centre.clock() + clock_off, mono=next(ticks), boot="b")

        return Machine(
            home=home or self._folder / f"home{next(self._homes)}",
            clock=clock,
            new_id=lambda: str(uuid_utils.uuid7()),
            chance=os.urandom,
            connect=functools.partial(sync_centre.Centre, adapter=self.line),
            cost=CHEAP,
        )

    def desk(self, user: str, machine: Machine | None = None, **application: Any) -> Desk:
        """A desk of ``user``, who has an account, enrolled on a machine of its own and synced once."""
        code, address = self.centre.enrolment_code(user), self.centre.address
        asked = enrol.Application(user, PASSWORD, code, address, **application)
        machine = machine or self.machine()
        desk = self.start(machine, enrol.enrol(machine, asked))
        desk.sync()
        return desk

    def start(self, machine: Machine, opened: enrol.Opened) -> Desk:
        """The program of somebody who has come in."""
        desk = Desk(machine, opened)
        self._desks.append(desk)
        return desk

    def open(self, desk: Desk, password: str = PASSWORD) -> Desk:
        """The same desk after its program was closed and started again."""
        desk.close()
        again = Desk.unlocked(desk.machine, desk.user, password)
        self._desks.append(again)
        return again

    def household(self, desk: Desk, name: str = "陈建国", grid: str = GRID, **fields: Any) -> str:
        """A new household; its id."""
        given = {"head_name": name, "address": "马村3号", "grid": self.centre.regions[grid], **fields}
        return desk.ledger.save("household", given).id

    def close(self) -> None:
        """Everybody goes home."""
        for desk in self._desks:
            desk.close()


@pytest.fixture
def village(centre: Centre, tmp_path: Path) -> Iterator[Village]:
    """A district, a grid worker, a mediator and a supervisor with accounts; desks come as they are asked for."""
    centre.district()
    centre.account("wang", "grid_worker", GRID)
    centre.account("li", "mediator", "330683106")
    centre.account("zhao", "supervisor", "330683106")
    place = Village(centre, tmp_path)
    yield place
    place.close()


@pytest.fixture
def founded(centre: Centre, tmp_path: Path) -> Iterator[Village]:
    """The same as an administrator makes it: desks know the tree of regions, and who works where."""
    centre.found()
    centre.hire("wang", "grid_worker", GRID)
    centre.hire("li", "mediator", "330683106")
    centre.hire("zhao", "supervisor", "330683106")
    place = Village(centre, tmp_path)
    yield place
    place.close()


@pytest.fixture
def no_keyring(memory_keyring: MemoryKeyring) -> None:
    """A machine without any keyring service."""
    keyring.set_keyring(NoKeyring())


Make = Callable[[str], Desk]


@pytest.fixture
def desk(village: Village) -> Make:
    """A desk of the worker with this login name, enrolled and synced once."""
    return village.desk


def everything(desk: Desk, *, without_user_buckets: bool = True) -> dict[str, Any]:
    """All that a desk knows of the centre: its rows by kind and id, and the set hash of each bucket."""
    store = desk.store
    buckets = {b.id: b.hash for b in store.buckets() if not (without_user_buckets and b.bucket_class == "user")}
    found: dict[str, Any] = {"hashes": buckets}
    for kind in store.kinds:
        for record in store.find(kind):
            row = store.get(kind, record["id"])
            assert row is not None
            if row.bucket in buckets:
                found[f"{kind} {row.id}"] = (row.bucket, row.ver, row.mark, row.fields, row.writers, row.removed)
    return found


def shared(one: Desk, other: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """What both desks know of the buckets that both hold."""
    mine, theirs = everything(one), everything(other)
    buckets = mine["hashes"].keys() & theirs["hashes"].keys()
    return tuple(
        {
            name: kept
            for name, kept in {**told, **told["hashes"]}.items()
            if name in buckets or (name != "hashes" and kept[0] in buckets)
        }
        for told in (mine, theirs)
    )
