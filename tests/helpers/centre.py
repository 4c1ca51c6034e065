"""A real centre inside the test's process: PostgreSQL, the application, and a line that can be cut."""

import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio.from_thread
import psycopg
import requests
import uuid_utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridserver.app import create_app
from gridserver.author import Author
from gridserver.doors import Ground
from gridserver.keys import Keys
from gridserver.people.passwords import Passwords
from gridserver.people.regions import Division, bring_in
from gridserver.people.staff import Staff
from gridserver.settings import ACCESS_LASTS, PasswordCost
from gridserver.storage import devices, embedded, meta, migrate, people, scope
from gridserver.storage.engine import Connection, Engine, connect, text, transaction
from gridserver.storage.people import AccountRow, token_hash
from gridserver.storage.shelf import Shelf
from gridserver.storage.snapshots import Workshop
from gridserver.storage.stacks import Stacks
from gridworker.records.row import Row
from tests.helpers.line import Line

THE_SYSTEMS = max(Path("/usr/lib/postgresql").glob("*/bin"))
"""The programs of the PostgreSQL that the system brings (Debian 12: 15); ``make test`` installs it."""
MORNING = 1_772_414_040_000
"""2026-03-02 09:14 in Shaoxing, ms UTC."""
KEYS = Keys(sign=bytes(range(32)), seal=bytes(range(32, 64)))
Branch = tuple[str, str, str]
"""Level, code, and the parent's code."""
_VILLAGES = {"330683106211": "330683106", "330683106215": "330683106", "330683107200": "330683107"}
DISTRICT: Sequence[Branch] = (
    ("county", "330683", ""),
    *(("town", town, "330683") for town in sorted(set(_VILLAGES.values()))),
    *(("village", village, town) for village, town in _VILLAGES.items()),
    *(("grid", village + "001", village) for village in _VILLAGES),
    *(("grid", village + "002", village) for village in list(_VILLAGES)[:2]),
)
"""嵊州市 with 谷来镇 and 仙岩镇; two villages with two grids each in the first town, one with one in the other."""
PASSWORD = "correct horse battery"
CHEAP = PasswordCost(time=1, memory_kib=64, lanes=1)

_CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
}
"""A test may lose its database in a power cut."""
_USED = text("""
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND relname <> 'schema_version' AND pg_relation_size(oid) > 0
""")


@dataclass
class Clock:
    """The centre's time, which stands still until a test moves it."""

    ms: int = MORNING

    def __call__(self) -> int:
        return self.ms

    def move(self, *, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Later."""
        self.ms += int((minutes + 60 * (hours + 24 * days)) * 60_000)


class Postgres:
    """A PostgreSQL that hands out databases with a new centre's first rows in them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._names = (f"t{number}" for number in itertools.count(1))
        self._swept = self._new("swept", "template0")
        self.engine = connect(self._swept, pool=6)
        """The way to the one that is swept; lines stay open from test to test, for a new one takes 25 ms."""
        migrate.migrate(self.engine)
        self._sweep()

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of the one that is swept after each test: 10 ms, where a new one takes 250."""
        yield self._swept
        self._sweep()

    @contextmanager
    def new_database(self, made_with: str = "") -> Iterator[str]:
        """The address of an empty one, for what changes tables themselves. ``made_with``: more of CREATE DATABASE."""
        name = next(self._names)
        try:
            yield self._new(name, f"template0 {made_with}")
        finally:
            with self._admin() as line:
                line.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _sweep(self) -> None:
        with transaction(self.engine) as conn:
            used = ", ".join(conn.scalars(_USED))
            if used:
                conn.execute(text(f"TRUNCATE {used} RESTART IDENTITY CASCADE"))
            ids = {"epoch": new_id(), "author": new_id()}
            meta.begin(conn, **ids, sign_key=KEYS.sign_public, seal_key=KEYS.seal_public, now=MORNING)

    def _new(self, name: str, template: str) -> str:
        with self._admin() as line:
            line.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url.replace(f"/{embedded.DATABASE}?", f"/{name}?")

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True)


@contextmanager
def running_postgres(programs: Path, **settings: str) -> Iterator[Postgres]:
    """A PostgreSQL of these programs in a folder of its own, until the end of the block."""
    _bury_the_dead()
    folder = short_folder()
    cluster = embedded.Cluster(
        folder / "postgres", programs=programs, settings={**_CARELESS, **settings}, system_user="nobody"
    )
    try:
        running = Postgres(cluster.start())
        yield running
        running.engine.dispose()
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def short_folder() -> Path:
    """A new folder with a path short enough for a socket, in memory if there is room: what lives for one run need
    not reach a disk.
    """
    return Path(tempfile.mkdtemp(prefix="gw-", dir=_ground()))


def _ground() -> Path:
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30
    return memory if roomy else Path(tempfile.gettempdir())


def _bury_the_dead() -> None:
    """A run that was killed leaves its PostgreSQL behind: whose user is gone is stopped and cleared away."""
    for folder in _ground().glob("gw-*"):
        # Another process of the same run may be burying it, too.
        with contextlib.suppress(FileNotFoundError):
            if (folder / "postgres" / "users").is_dir():
                left = embedded.Cluster(folder / "postgres", programs=embedded.programs(), system_user="nobody")
                if not left.is_used():
                    left.stop()
                    shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Desk:
    """A device that the centre knows, and what it shows."""

    person: str
    device: str
    key: Ed25519PrivateKey
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What goes with each request."""
        return {"Authorization": f"Bearer {self.token}", "Accept-Encoding": "zstd"}


@dataclass
class Centre:
    """A centre, and what a test may do with it."""

    engine: Engine
    ground: Ground
    clock: Clock
    line: Line
    address: str = "https://centre.test"
    regions: dict[str, str] = field(default_factory=dict)
    """Id by code."""

    @property
    def passwords(self) -> Passwords:
        """How the centre keeps passwords."""
        return Passwords(CHEAP)

    @contextmanager
    def staff(self) -> Iterator[Staff]:
        """An administrator's hand, for one command."""
        with self.conn() as conn:
            yield Staff(conn, self.clock(), new_id, os.urandom, self.passwords)

    def author_of(self, conn: Connection) -> Author:
        """The centre as an author, in a transaction of the test's."""
        return Author(conn, self.clock(), new_id)

    def meta_of(self, conn: Connection) -> meta.Meta:
        """What the centre knows of itself."""
        known = meta.read(conn)
        assert known is not None
        return known

    @property
    def ground_author(self) -> str:
        """The id under which the centre itself writes."""
        with self.conn() as conn:
            return self.meta_of(conn).author

    def enrolment_code(self, login: str) -> str:
        """A one-time code, as it is printed."""
        with self.staff() as staff:
            return str(staff.enrol(login))

    def session(self, desk: Desk | None = None) -> requests.Session:
        """A `requests` session whose line ends in the centre."""
        session = requests.Session()
        session.trust_env = False
        session.mount("https://", self.line)
        session.headers.update(desk.headers if desk else {})
        return session

    @contextmanager
    def conn(self) -> Iterator[Connection]:
        """A transaction of the test's own."""
        with transaction(self.engine) as conn:
            yield conn

    def region(self, level: str, code: str, parent: str = "") -> str:
        """One region, straight into the tree, of which no desk hears; returns its id. ``parent``: a code."""
        self.grow([(level, code, parent)])
        return self.regions[code]

    def grow(self, branches: Sequence[Branch]) -> None:
        """Regions, straight into the tree, of which no desk hears; the upper ones first."""
        rows = []
        for level, code, parent in branches:
            self.regions[code] = new_id()
            fields = {"code": code, "name": f"{level} {code}", "level": level, "parent": self.regions.get(parent)}
            rows.append(Row("region", self.regions[code], "", 1, "", fields, {}))
        with self.conn() as conn:
            scope.regions_written(conn, rows)

    def district(self) -> None:
        """``DISTRICT``, straight into the tree: for tests of scope and merge."""
        self.grow(DISTRICT)

    def account(self, login: str, role: str, *codes: str, password: str = PASSWORD) -> str:
        """An account with these regions, of which no desk hears; returns its id."""
        person, now, county = new_id(), self.clock(), self.regions.get("330683")
        kept = AccountRow(person, login, login, role, county, self.passwords.hash(password), active=True)
        with self.conn() as conn:
            people.add_account(conn, kept, now)
            for code in codes:
                people.assign(conn, person, self.regions[code], now)
            scope.make_buckets(conn, [("user", person)])
            scope.regrant(conn, person)
        return person

    def found(self, branches: Sequence[Branch] = ()) -> None:
        """Regions (``DISTRICT`` when none are named) as an administrator brings them in: desks hear of them."""
        divisions = [
            Division(0, level, code, f"{level} {code}", parent) for level, code, parent in branches or DISTRICT
        ]
        with self.staff() as staff:
            bring_in(staff.author, divisions)
            places = people.places_of_codes(staff.conn, [each.code for each in divisions])
        self.regions.update({code: place.id for code, place in places.items()})

    def hire(self, login: str, role: str, *codes: str, password: str = PASSWORD) -> str:
        """An account as an administrator makes it, with the record by which desks know the person."""
        with self.staff() as staff:
            person = staff.add_account(login, role, codes[0], password)
            for code in codes[1:]:
                staff.assign(login, code)
        return person

    def desk_of(self, person: str) -> Desk:
        """One more device of a person, enrolled and signed in."""
        desk = Desk(person, new_id(), Ed25519PrivateKey.generate(), f"token {new_id()}")
        with self.conn() as conn:
            key = desk.key.public_key().public_bytes_raw()
            devices.add_device(
                conn, device=desk.device, account=person, machine="m", label="", key=key, now=self.clock()
            )
            devices.keep_tokens(
                conn,
                desk.device,
                access=token_hash(desk.token),
                until=self.clock() + ACCESS_LASTS * 1000,
                refresh=token_hash("refresh " + desk.token),
                before=None,
                now=self.clock(),
            )
        return desk

    def desk(self, login: str, role: str, *codes: str) -> Desk:
        """A person with his desk."""
        return self.desk_of(self.account(login, role, *codes))


def running_centre(engine: Engine, portal: anyio.from_thread.BlockingPortal, folder: Path) -> Centre:
    """A centre on this database, with a data folder."""
    clock = Clock()
    ground = Ground(
        engine=engine,
        keys=KEYS,
        clock=clock,
        new_id=new_id,
        chance=os.urandom,
        password_cost=CHEAP,
        stacks=Stacks(folder / "files", spare=0),
        workshop=Workshop(Shelf(folder / "snapshots")),
    )
    return Centre(engine, ground, clock, Line(create_app(ground), portal))


def new_id() -> str:
    """A UUIDv7 as text."""
    return str(uuid_utils.uuid7())
