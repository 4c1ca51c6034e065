"""Two hundred pushes of ten changes a second, from forty desks, as the centre's door hears them."""

import http.client
import os
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import uuid_utils

from benchmarks.diary_fields import diaries
from benchmarks.field_centre import FieldCentre, grid_code
from benchmarks.figures import Figure, median, percentile, processor_seconds
from gridworker.app.desk import Desk
from gridworker.protocol import SCHEMA
from gridworker.protocol.codec import pack
from gridworker.protocol.sync import Clock, Push
from gridworker.records.change import Change, Verb
from gridworker.sync import session

DESKS, EACH, CHANGES = 40, 40, 10
RATE = 200.0
"""Requests a second, whatever becomes of the earlier ones."""
MOST_MS = 50.0
"""At the 99th percentile."""
_FIRST = 5
"""Of each desk, not counted: connections are being opened."""


@dataclass
class _Desk:
    """What one desk is going to say, ready to be sent."""

    token: str
    bodies: list[bytes] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    refused: int = 0


def run() -> list[Figure]:
    """Bodies are made first; then each desk's thread sends its own at their moments."""
    users = [f"w{number}" for number in range(DESKS)]
    centre = FieldCentre(DESKS, {user: ("grid_worker", grid_code(place)) for place, user in enumerate(users)})
    desks = [_prepared(centre.desk(user), place) for place, user in enumerate(users)]
    place = urlsplit(centre.address)
    before = processor_seconds(centre.process.pid)
    begin = time.perf_counter() + 0.5
    threads = [
        threading.Thread(target=_send, args=(desk, place.hostname, place.port, begin + number / RATE))
        for number, desk in enumerate(desks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    each = (processor_seconds(centre.process.pid) - before) / (DESKS * EACH)
    centre.close()
    took = [ms for desk in desks for ms in desk.took[_FIRST:]]
    told = f"{len(took)} pushes, {sum(desk.refused for desk in desks)} not served, load {os.getloadavg()[0]:.1f}"
    name = f"push of {CHANGES} changes at {RATE:g} a second"
    return [
        Figure(f"{name}, 99th percentile", percentile(took, 0.99), limit=MOST_MS, note=told),
        Figure(f"{name}, median", median(took)),
        Figure(f"{name}: the centre's processor time for each", each * 1_000, note="without PostgreSQL's"),
    ]


def _prepared(desk: Desk, place: int) -> _Desk:
    badge = session.badge_of(desk.store, desk.machine.clock)
    assert badge is not None
    ready = _Desk(badge.token)
    region = desk.me.regions[0]
    bucket = desk.store.bucket_for("grid", region)
    made = iter(diaries(EACH * CHANGES, start=place * EACH * CHANGES))
    for first in range(1, EACH * CHANGES, CHANGES):
        groups = []
        for number in range(first, first + CHANGES):
            fields = {"grid": region, "visitor": desk.me.person, **next(made)}
            now = desk.machine.now()
            change = Change(
                id=_id(), verb=Verb.CREATE, kind="visit", record=_id(), bucket=str(bucket), hlc=now << 16, at=now
            )
            groups.append({"tx": _id(), "act": _id(), "changes": [change.to_wire() | {"v": fields, "n": number}]})
        message = Push(
            epoch=desk.store.meta("epoch"),
            incarnation=1,
            schema_version=SCHEMA,
            scope=desk.store.meta("scope"),
            clock=Clock(wall=desk.machine.now()),
            groups=groups,
        )
        ready.bodies.append(pack(message.model_dump(mode="json"))[0])
    desk.close()
    return ready


def _send(desk: _Desk, host: str, port: int, begin: float) -> None:
    """Time runs from the moment at which a request was to be sent: one that waits behind another is late."""
    line = http.client.HTTPConnection(host, port)
    line.connect()
    headers = {"Authorization": f"Bearer {desk.token}", "Content-Encoding": "zstd", "Accept-Encoding": "zstd"}
    for number, body in enumerate(desk.bodies):
        due = begin + number * DESKS / RATE
        time.sleep(max(due - time.perf_counter(), 0))
        line.request("POST", "/sync/v1/push", body, headers)
        answer = line.getresponse()
        answer.read()
        desk.refused += answer.status != 200
        desk.took.append((time.perf_counter() - due) * 1_000)
    line.close()


def _id() -> str:
    return str(uuid_utils.uuid7())
