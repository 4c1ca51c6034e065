"""Founds the made-up district at a centre: regions and accounts by its administrator, records by their authors."""

import dataclasses
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from gridworker.app.desk import Desk
from gridworker.demo.cast import accounts
from gridworker.demo.centre_process import TREE, CentreDown, CentreProcess
from gridworker.demo.district import District
from gridworker.demo.loading import Group as AuthoredGroup
from gridworker.demo.loading import groups
from gridworker.demo.places import COUNTY, TOWNS, grids
from gridworker.protocol import SCHEMA
from gridworker.protocol.sync import Group, Push, Standing
from gridworker.storage.keys import Cost
from gridworker.sync import enrol, session
from gridworker.sync.enrol import Application
from gridworker.sync.machine import Machine

SEED = 20_261_121
PASSWORD = "yanshi-2026-gulai"
"""Of everybody in the made-up district; it guards nothing real."""
CHEAP = Cost(memory_kib=1024, passes=1, lanes=1)
"""For desks that only hand in and are thrown away."""
DIVISIONS = TREE / "resources" / "divisions.csv"
MOST = 1000
"""Changes in one push."""

Told = Callable[[str], object]


@dataclass(frozen=True)
class Player:
    """One of the three people whose desks the demo opens."""

    part: str
    """worker, mediator or supervisor."""
    user: str
    """Login name."""
    person: str


@dataclass(frozen=True)
class Founded:
    """What the demo needs to know of the district that it founded."""

    today: str
    port: int
    players: tuple[Player, ...]
    picks: dict[str, str]
    counts: dict[str, int]

    def player(self, part: str) -> Player:
        """Who plays this part."""
        return next(each for each in self.players if each.part == part)

    def save(self, path: Path) -> None:
        """Note that the district is complete."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), "utf-8")

    @classmethod
    def read(cls, path: Path) -> "Founded | None":
        """What was noted; None when nothing was, or by another version."""
        try:
            kept = json.loads(path.read_text("utf-8"))
            players = tuple(Player(**each) for each in kept.pop("players"))
            return cls(players=players, **kept)
        except (OSError, ValueError, KeyError, TypeError):
            return None


def found(centre: CentreProcess, machine: Machine, today: date, tell: Told) -> Founded:
    """Everything from an empty centre to three desks with their data. ``machine``: where the three desks live."""
    lab = machine.home.parent / "founding"
    shutil.rmtree(lab, ignore_errors=True)
    tell("建立区划、网格和人员")
    admin = _admin(centre, dataclasses.replace(machine, home=lab / "admin", cost=CHEAP))
    regions = {str(each["code"]): str(each["id"]) for each in admin.ledger.find("region")}
    people = _hire(centre, admin, regions)
    district = District.make(SEED, today, regions, people)
    tell(f"写入 {len(district.homes):,} 户人家一年的记录")
    counts = _hand_in(centre, admin, district, machine, lab, tell)
    admin.close()
    picks = district.picks
    players = (
        Player("worker", picks.worker.name, picks.worker.id),
        Player("mediator", picks.mediator.name, picks.mediator.id),
        Player("supervisor", picks.supervisor.name, picks.supervisor.id),
    )
    codes = _codes(centre, [player.user for player in players])
    for player in players:
        tell(f"登记 {player.user} 的电脑，第一次下载")
        with _enrolled(centre, machine, player.user, codes[player.user]) as desk:
            desk.sync()
    shutil.rmtree(lab, ignore_errors=True)
    chosen = {
        name: str(getattr(picks, name))
        for name in ("due_household", "shared_household", "dispute", "case", "session_at", "diary")
    }
    port = int(centre.address.rpartition(":")[2])
    return Founded(today.isoformat(), port, players, chosen, counts)


def _admin(centre: CentreProcess, machine: Machine) -> Desk:
    admin = "系统管理员"
    acts = [
        f"import-divisions {DIVISIONS}",
        *(f"add-grid {village}" for village in _villages()),
        f"add-account {admin} --role admin --region {COUNTY}",
        f"enrol {admin}",
    ]
    code = str(centre.acts(acts, PASSWORD)[-1]["code"])
    desk = _enrolled(centre, machine, admin, code)
    desk.sync()
    return desk


def _hire(centre: CentreProcess, admin: Desk, regions: dict[str, str]) -> dict[str, str]:
    """Gives everybody an account. Login name to account id."""
    *others, last = accounts(SEED, grids(SEED, regions), regions)
    acts = [f"add-account {each.name} --role {each.role} --region {each.region_code}" for each in others]
    made = centre.acts(acts, PASSWORD)
    people = {each.user: str(answer["id"]) for each, answer in zip(others, made, strict=True)}
    return people | {last.user: admin.me.person}


def _villages() -> list[str]:
    """The village codes of the demo's grids, in an order in which the centre numbers them as the demo does."""
    everywhere = {code: code for code in (COUNTY, *TOWNS)}
    everywhere |= {line.split(",")[1]: line.split(",")[1] for line in DIVISIONS.read_text("utf-8").splitlines()[1:]}
    places = grids(SEED, everywhere)
    return sorted(grid.village_code for grid in places)


def _enrolled(centre: CentreProcess, machine: Machine, user: str, code: str) -> Desk:
    asked = Application(user=user, password=PASSWORD, code=code, place=centre.address)
    return Desk(machine, enrol.enrol(machine, asked))


def _hand_in(
    centre: CentreProcess, admin: Desk, district: District, machine: Machine, lab: Path, tell: Told
) -> dict[str, int]:
    """Every author hands in his own records from a desk of his own, in the order in which things happened."""
    records = [each for each in district.records() if each.kind != "staff_member"]
    counts: dict[str, int] = {}
    for record in records:
        counts[record.kind] = counts.get(record.kind, 0) + 1
    names = {each.id: each.name for each in district.accounts} | {admin.me.person: admin.user}
    hands: dict[str, _Hand] = {admin.me.person: _Hand(admin)}
    codes = _codes(centre, [name for person, name in names.items() if person != admin.me.person])
    ids = {name: person for person, name in names.items()}
    buckets = _Buckets()
    for name, code in codes.items():
        desk = _enrolled(centre, dataclasses.replace(machine, home=lab / ids[name], cost=CHEAP), name, code)
        hands[ids[name]] = _Hand(desk)
        buckets.learn(desk)
    buckets.learn(admin)
    everything = list(groups(records, buckets, SEED))
    done, told, total = 0, -1, sum(len(group.changes) for group in everything)
    for by, run in groupby(everything, key=lambda group: group.by):
        for part in _batches(run):
            hands[by].hand_in(part)
            done += sum(len(group.changes) for group in part)
            if (tenth := 10 * done // total) > told:
                told = tenth
                tell(f"写入修改 {done:,} / {total:,}")
    for person, hand in hands.items():
        if person != admin.me.person:
            hand.close()
    return counts


def _codes(centre: CentreProcess, names: list[str]) -> dict[str, str]:
    answers = centre.acts([f"enrol {name}" for name in names], PASSWORD)
    return {name: str(answer["code"]) for name, answer in zip(names, answers, strict=True)}


def _batches(run: Iterator[AuthoredGroup]) -> Iterator[list[AuthoredGroup]]:
    batch: list[AuthoredGroup] = []
    size = 0
    for group in run:
        if batch and size + len(group.changes) > MOST:
            yield batch
            batch, size = [], 0
        batch.append(group)
        size += len(group.changes)
    if batch:
        yield batch


class _Buckets:
    """Bucket class and region to the bucket's id, as the desks were told."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def learn(self, desk: Desk) -> None:
        """What this desk holds."""
        for bucket in desk.store.buckets():
            self._known[bucket.bucket_class, bucket.region] = bucket.id

    def __call__(self, bucket_class: str, region: str) -> str:
        return self._known[bucket_class, region]


class _Hand:
    """Hands changes in as one device, past its own outbox: the records are old already."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._line = session.line_of(desk.store, desk.machine.home, desk.machine.clock)
        self._standing = Standing.model_validate(desk.store.meta("standing"))
        self._n = self._standing.last_n
        self._held: list[Group] = []

    def hand_in(self, batch: list[AuthoredGroup]) -> None:
        """One push. Raises ``CentreDown`` when the centre refuses anything."""
        wired = [*self._held, *(self._wired(group) for group in batch)]
        answer = self._line.push(
            Push(
                epoch=self._standing.epoch,
                incarnation=self._standing.incarnation,
                schema_version=SCHEMA,
                scope=self._standing.scope,
                clock=self._desk.machine.clock(),
                groups=wired,
            )
        )
        self._held = []
        by_tx = {group.tx: group for group in wired}
        for result in answer.results:
            if result.verdict == "held":
                self._held.append(by_tx[result.tx])  # a household whose head comes with the next push
            elif result.verdict != "ok":
                raise CentreDown(f"{result.verdict} {result.code} {result.reason}")

    def close(self) -> None:
        """Done. Raises ``CentreDown`` when something still waits for what never came."""
        if self._held:
            self.hand_in([])
        if self._held:
            raise CentreDown(f"{len(self._held)} groups point at records that are not there")
        self._line.close()
        self._desk.close()

    def _wired(self, group: AuthoredGroup) -> Group:
        changes = []
        for change in group.changes:
            self._n += 1
            changes.append(change._replace(n=self._n).to_wire())
        return Group(tx=group.changes[0].tx, act=group.changes[0].act, changes=changes)
