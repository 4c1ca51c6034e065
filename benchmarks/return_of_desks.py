"""A county's desks come back after three days without a line, all within a minute.

``python -m benchmarks.return_of_desks [COUNT]`` for another number than the usual one; the issue asks for 10,000.
Desks are told by what they say: a new token, what waited, what is new. The centre is a process of its own.
"""

import asyncio
import os
import resource
import statistics
import sys
import time
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

import orjson
import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.diary_fields import diaries
from benchmarks.field_centre import FieldCentre, grid_code
from benchmarks.figures import Figure, table
from gridserver.storage import scope
from gridserver.storage.engine import Connection, text, transaction
from gridserver.storage.people import token_hash
from gridworker.protocol import SCHEMA
from gridworker.protocol.codec import pack, unpack
from gridworker.protocol.people import proof_text
from gridworker.records.change import Change, Verb
from gridworker.sync.badge import text_of
from gridworker.sync.schedule import BACK_OFF

DESKS = 500
WAITING = 50
"""New diaries on each: three days of fourteen, and some."""
A_GRID = 6
"""Desks in one."""
ARRIVE_S = 60.0
MOST_S = 15 * 60.0
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
REFRESH = "once-and-for-all-{}"


@dataclass
class Tally:
    """What happened."""

    served: list[float] = field(default_factory=list)
    """Seconds from the first desk's first word to each desk's last answer."""
    polite: int = 0
    """Answers that asked to come again, and said when."""
    errors: dict[str, int] = field(default_factory=dict)

    def error(self, name: str) -> None:
        """Anything else that went wrong."""
        self.errors[name] = self.errors.get(name, 0) + 1


class _Busy(Exception):
    """Come again after so many seconds."""


@dataclass
class _Desk:
    number: int
    device: str
    person: str
    region: str
    county: int
    """How far it has read the county's bucket."""


def run(count: int = DESKS) -> list[Figure]:
    """All come back; how long until the last one is served."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65_536)), hard))
    centre = FieldCentre(count // A_GRID + 1, {})
    with centre.world() as world, transaction(world.engine, limits=False) as conn:
        desks, epoch = _enrolled(conn, count)
    tally = asyncio.run(_all_come(centre.address, epoch, desks))
    centre.close()
    told = f"{tally.polite} asked to come again, {tally.errors or 'no'} errors, load {os.getloadavg()[0]:.1f}"
    name = f"{count:,} desks return, {WAITING} diaries each"
    return [
        Figure(f"{name}: the last is served", max(tally.served), unit="s", limit=MOST_S, note=told),
        Figure(f"{name}: the middle one", statistics.median(tally.served), unit="s"),
        Figure(f"{name}: errors", float(sum(tally.errors.values())), unit="", limit=0.0),
    ]


def _enrolled(conn: Connection, count: int) -> tuple[list[_Desk], str]:
    """Accounts and devices, past the door: ten thousand passwords would take an hour."""
    epoch, county, seq = conn.execute(
        text("""
            SELECT meta.epoch, region.id, coalesce(bucket_head.seq, 0) FROM meta, region
            JOIN bucket ON bucket.region = region.id AND class = 'reference'
            LEFT JOIN bucket_head ON bucket_head.bucket = bucket.id WHERE level = 'county'
        """)
    ).one()
    regions = {row.code: row.id for row in conn.execute(text("SELECT code, id FROM region WHERE level = 'grid'"))}
    desks = [_Desk(n, _id(), _id(), regions[grid_code(n // A_GRID)], seq) for n in range(count)]
    rows = [
        {
            **{"person": desk.person, "device": desk.device, "region": desk.region, "county": county},
            **{"login": f"w{desk.number}", "key": KEY.public_key().public_bytes_raw()},
            "refresh": token_hash(REFRESH.format(desk.number)),
            "now": time.time_ns() // 1_000_000,
        }
        for desk in desks
    ]
    for statement in _ENROL:
        conn.execute(statement, rows)
    scope.make_buckets(conn, [("user", desk.person) for desk in desks])
    scope.regrant(conn)
    return desks, str(epoch)


async def _all_come(address: str, epoch: str, desks: list[_Desk]) -> Tally:
    tally, begin = Tally(), time.monotonic()
    await asyncio.gather(*[_come(address, epoch, desk, tally, begin) for desk in desks])
    return tally


async def _come(address: str, epoch: str, desk: _Desk, tally: Tally, begin: float) -> None:
    chance = Random(desk.number)
    await asyncio.sleep(chance.random() * ARRIVE_S)
    state: dict[str, Any] = {}
    failures = 0
    while time.monotonic() - begin < 4 * MOST_S:
        wait = 0.0
        try:
            await _sync(address, epoch, desk, state)
            tally.served.append(time.monotonic() - begin)
            return
        except _Busy as busy:
            tally.polite += 1
            wait = float(busy.args[0])
        except (OSError, asyncio.IncompleteReadError, ValueError, RuntimeError) as error:
            tally.error(f"{type(error).__name__} {error}"[:60])
        pause = BACK_OFF[min(failures, len(BACK_OFF) - 1)] / 1_000 * (1 + chance.random() / 4)
        await asyncio.sleep(max(pause, wait))
        failures += 1
    tally.error("not served")


async def _sync(address: str, epoch: str, desk: _Desk, state: dict[str, Any]) -> None:
    """What a desk says in one sync; ``state`` is what it remembers of a sync that ended early."""
    place = urlsplit(address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        if "token" not in state:
            at = time.time_ns() // 1_000_000
            refresh = REFRESH.format(desk.number)
            proof = text_of(KEY.sign(proof_text("refresh", desk.device, refresh, at)))
            asked = {"device": desk.device, "refresh": refresh, "at": at, "proof": proof}
            state["signed"] = await _ask(reader, writer, "/people/v1/refresh", asked, "")
            state["token"] = state["signed"]["tokens"]["access"]
        if "groups" not in state:
            state["groups"] = _groups(desk, state["signed"]["buckets"])
        common = {"epoch": epoch, "incarnation": 1, "schema_version": SCHEMA, "scope": 1, "clock": {"wall": 0}}
        if not state.get("pushed"):
            await _ask(reader, writer, "/sync/v1/push", {**common, "groups": state["groups"]}, state["token"])
            state["pushed"] = True
        cursors = {each["id"]: 0 for each in state["signed"]["buckets"]}
        for each in state["signed"]["buckets"]:
            if each["bucket_class"] == "reference":
                cursors[each["id"]] = desk.county
        more = True
        while more:
            answer = await _ask(reader, writer, "/sync/v1/pull", {**common, "cursors": cursors}, state["token"])
            cursors |= {page["bucket"]: page["to"] for page in answer.get("pages", ())}
            more = answer.get("more", False)
    finally:
        writer.close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, message: dict[str, Any], token: str
) -> Any:
    body, compressed = pack(message)
    lines = [f"POST {path} HTTP/1.1", "Host: centre", "Accept-Encoding: zstd", f"Content-Length: {len(body)}"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    lines += ["Content-Encoding: zstd"] if compressed else []
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    said = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    answer = await reader.readexactly(int(said["content-length"]))
    status = int(head[0].split()[1])
    if status == 503 and said.get("retry-after", "").isdecimal() and "x-gridworker" in said:
        raise _Busy(said["retry-after"])
    if status != 200:
        raise RuntimeError(f"{path} {status}")
    return unpack(answer, compressed="content-encoding" in said)


def _groups(desk: _Desk, buckets: list[dict[str, str]]) -> list[Any]:
    (grid,) = [each["id"] for each in buckets if each["bucket_class"] == "grid"]
    groups = []
    for n, diary in enumerate(diaries(WAITING, start=desk.number * WAITING), 1):
        now = time.time_ns() // 1_000_000
        fields = {"grid": desk.region, "visitor": desk.person, **diary}
        made = Change(_id(), Verb.CREATE, "visit", _id(), grid, now << 16, now, value=fields, n=n)
        groups.append({"tx": _id(), "act": _id(), "changes": [orjson.Fragment(orjson.dumps(made.to_wire()))]})
    return groups


def _id() -> str:
    return str(uuid_utils.uuid7())


_ENROL = (
    text("""
        INSERT INTO account (id, login, name, role, county, password, password_at, made_at)
        VALUES (:person, :login, :login, 'grid_worker', :county, '', :now, :now)
    """),
    text("INSERT INTO assignment (account, region, since) VALUES (:person, :region, :now)"),
    text("""
        INSERT INTO device (id, account, machine, key, made_at, refresh, refresh_at)
        VALUES (:device, :person, 'simulated', :key, :now, :refresh, :now)
    """),
)

if __name__ == "__main__":
    print(table(run(int(sys.argv[1]) if len(sys.argv) > 1 else DESKS)))
