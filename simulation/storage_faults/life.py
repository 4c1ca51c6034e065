"""Long work at one desk, act after act by chance: the power goes in the middle of it, and it goes on from what lies
there; or the disk fails and fills, says so, and is well again."""

import errno
from dataclasses import dataclass, field

from gridworker import settings
from gridworker.errors import DiskFull, GridworkerError, NotAccepted, StoreError
from gridworker.settings import Settings
from gridworker.storage import restore
from gridworker.storage.faults import FAULTS
from simulation.dice import Dice
from simulation.district import GRIDS
from simulation.storage_faults import days
from simulation.storage_faults.checks import Found, Opened, agrees
from simulation.storage_faults.recorder import CUTS, NAMES, OPENS, SYNCS, WRITES, Recorder
from simulation.storage_faults.totals import Totals
from simulation.storage_faults.worker import KEY, REMOVED, Key, Paper, Worker

EVER = 1_000_000
"""Calls that fail, when the disk does not get well by itself."""


@dataclass(slots=True)
class Life:
    """What one worker does."""

    worker: Worker
    dice: Dice
    totals: Totals = field(default_factory=Totals)
    last_act: str = ""
    _listed: dict[str, tuple[Paper, int, list[Key]]] = field(default_factory=dict)

    def act(self, what: str = "") -> None:
        """Something that he does now, or this."""
        self.last_act = what or self.dice.one(_OFTEN)
        if not self.worker.is_up and not any(_is_home(each) for each in self.worker.store.buckets()):
            self.last_act = "syncs"  # a sync that was broken off left him without a grid
        getattr(self, f"_{self.last_act}")()

    def comes_to_rest(self) -> None:
        """The line is good and he does nothing more: what he was told is at the centre. Raises ``Found``."""
        worker = self.worker
        worker.county.loses_answers = 0
        worker.sits_down()
        worker.finds_what_is_there()
        changes = [key[1] for key in worker.paper if key[0] == "change"]
        for _ in range(8):
            worker.syncs()
            waits = worker.store.waiting_count()
            if not waits.get("new", 0):
                break
        else:
            raise Found("what he saved is never handed in")
        books = worker.county.centre.books
        if lost := [change for change in changes if change not in books.ledger]:
            raise Found(f"{len(lost)} changes are not at the centre")
        for bucket in worker.store.buckets():
            head = books.heads.get(bucket.id)
            if head is not None and bucket.state == "live" and bucket.hash != head.set_hash:
                raise Found("a bucket does not add up to what the centre has")
        worker.gets_up()

    def saves_something(self) -> None:
        """A new record, or a draft while he has no grid."""
        if any(_is_home(each) for each in self.worker.store.buckets()):
            self._makes()
        else:
            self._types()

    # ------------------------------------------------------------------ by himself

    def _makes(self) -> None:
        tags = [tag for tag in days.TAGS if self.dice.percent(30)]
        self.worker.makes("household", {"tags": tags, "grid": self._grid()} if tags else {"grid": self._grid()})

    def _edits(self) -> None:
        if (house := self._one("household")) is None:
            return self._makes()
        fields = {"note": self.worker.token(), "phone": f"138{self.dice.below(10**8):08}"}
        if self.dice.percent(30):
            fields = {"head_name": self.worker.token()}
        elif self.dice.percent(30):
            return self.worker.edits("household", house, {"tags": [tag for tag in days.TAGS if self.dice.percent(50)]})
        return self.worker.edits("household", house, fields)

    def _visits(self) -> None:
        if (house := self._one("household")) is not None:
            self.worker.visits(house, self.dice.below(4))

    def _types(self) -> None:
        self.worker.drafts(f"household:{self.dice.below(3)}", {"head_name": self.worker.token()})

    def _saves_what_he_typed(self) -> None:
        self.worker.makes("household", {"grid": self._grid()}, draft=f"household:{self.dice.below(3)}")

    def _removes(self) -> None:
        if (house := self._one("household")) is not None:
            self.worker.removes("household", house)

    def _reports(self) -> None:
        self.worker.makes("dispute", {"grid": self._grid()})

    def _attaches(self) -> None:
        worker, house = self.worker, self._one("household")
        if house is not None:
            entry = worker.attaches(worker.chance(3_000 + self.dice.below(9_000)))
            visit = {"household": house, "visited_at": worker.now, "text": worker.token(), "photos": [entry]}
            worker.makes("visit", visit)

    def _settles(self) -> None:
        worker = self.worker
        for conflict in worker.ledger.find("conflict"):
            if conflict["state"] == "open" and worker.ledger.get(conflict["record_kind"], conflict["record"]):
                worker.does("settles a conflict", lambda: worker.ledger.settle(conflict["id"]), {})  # noqa: B023
                return

    # ------------------------------------------------------------------ with the centre

    def _syncs(self) -> None:
        self._others_work()
        if self.dice.percent(15):
            self.worker.county.loses_answers = 1
        self.worker.syncs(1 + self.dice.below(3) if self.dice.percent(20) else -1)

    def _hears_of_a_backup(self) -> None:
        self.worker.county.backs_up()
        self.worker.syncs()

    def _changes_grids(self) -> None:
        grids = [grid for grid in GRIDS[:3] if self.dice.percent(60)] or [GRIDS[0]]
        self.worker.county.grants(*grids)
        self.worker.syncs()
        self.worker.syncs()

    def _others_work(self) -> None:
        county = self.worker.county
        for _ in range(self.dice.below(4)):
            grid = self.dice.one(GRIDS[:3])
            fields = {"head_name": self.worker.token(), "address": "马村", "grid": grid}
            county.others_make("household", fields, grid)
        house = self._one("household")
        if house is not None and (row := county.row("household", house)) is not None and row.removed is None:
            if self.dice.percent(80):
                county.others_write("household", house, self.dice.one(("note", "address")), self.worker.token())
            else:
                county.others_remove("household", house)

    # ------------------------------------------------------------------ care

    def _tidies(self) -> None:
        self.worker.tidies()

    def _reopens(self) -> None:
        self.worker.gets_up()
        self.worker.is_told("closes", steps=True)
        self.worker.sits_down()
        self.worker.is_told("opens", steps=True)

    def _loads_a_bucket(self) -> None:
        count = 3 + self.dice.below(20)
        bucket, body = days.snapshot_of(self.worker, count)
        days.fetches(self.worker, bucket, body, 2)
        days.lays(self.worker, bucket, count)
        self.worker.makes("household", {"grid": self._grid()})
        self.worker.store.drop_bucket(bucket)
        self.worker.paper["bucket", bucket] = "absent"
        self.worker.looks_again()
        self.worker.is_told("lets a bucket go", steps=True)

    def _backs_up(self) -> None:
        copy = "store.db.backups/by-hand.db"
        self.worker.store.backup_to(self.worker.path.parent / copy, KEY)
        self.worker.paper["copy", copy] = True
        self.worker.is_told("makes a backup", steps=True)

    def prepares(self, what: str) -> None:
        """What lies ready before an act of which the disk is to fail in the middle."""
        self.saves_something()
        self.saves_something()
        if what == "starts_a_new_program":
            self.worker.gets_up()
            days.make_older(self.worker)

    def _starts_a_new_program(self) -> None:
        if self.worker.is_up:
            self.worker.sits_down()
            self.worker.paper["copy", "store.db.backups/store-1003.db"] = True
            self.worker.is_told("starts a new program", steps=True)

    def _changes_a_setting(self) -> None:
        kept = Settings(theme=self.dice.one(("dark", "light")), machine=self.worker.token())
        settings.save(self.worker.path.parent, kept)
        if settings.load(self.worker.path.parent) != kept:
            raise Found("the settings are not what was kept")
        self.worker.is_told("changes a setting")

    def _puts_a_backup_back(self) -> None:
        worker = self.worker
        copy = worker.path.parent / "store.db.backups" / "by-hand.db"
        worker.store.backup_to(copy, KEY)
        worker.makes("household", {"grid": self._grid()})
        worker.gets_up()
        restore.put_back(worker.path, KEY, copy, worker.path.with_name(f"replaced-{worker.acts}"))
        worker.sits_down()
        worker.finds_what_is_there()
        worker.is_told("puts a backup back", steps=True)

    # ------------------------------------------------------------------ chance

    def _grid(self) -> str:
        held = [each.region for each in self.worker.store.buckets() if _is_home(each)]
        return self.dice.one(sorted(held))

    def _one(self, kind: str) -> str | None:
        """A record of this kind that he can write on."""
        held = {each.id for each in self.worker.store.buckets() if _is_home(each)}
        paper, there = self.worker.paper, self._records(kind)
        for _ in range(6):
            if there:
                key = self.dice.one(there)
                row = self.worker.store.get(kind, key[2]) if _is_live(paper.get(key)) else None
                if row is not None and row.removed is None and row.bucket in held:
                    return key[2]
        return None

    def _records(self, kind: str) -> list[Key]:
        """Those of this kind of which the paper speaks. Looked for among all that it tells only when it tells more."""
        paper = self.worker.paper
        known = self._listed.get(kind)
        if known is None or known[0] is not paper or known[1] != len(paper):
            known = self._listed[kind] = (paper, len(paper), [key for key in paper if key[:2] == ("record", kind)])
        return known[2]


def _is_home(bucket: object) -> bool:
    return (
        getattr(bucket, "bucket_class", "") == "grid"
        and getattr(bucket, "state", "") == "live"
        and (getattr(bucket, "region", "") in GRIDS)
    )


def _is_live(fields: object) -> bool:
    return fields is not None and fields != REMOVED


_OFTEN = tuple(
    name
    for name, times in {
        **{"makes": 54, "edits": 90, "visits": 54, "types": 24, "saves_what_he_typed": 15, "removes": 6, "reports": 12},
        **{"attaches": 4, "settles": 4, "syncs": 9, "hears_of_a_backup": 1, "changes_grids": 1, "tidies": 2},
        **{"reopens": 1, "loads_a_bucket": 1, "backs_up": 1},
    }.items()
    for _ in range(times)
)


# ---------------------------------------------------------------------- a disk that fails


class Plight:
    """The disk fails while he works: he is told so in words that he can act on, nothing that was told is lost, and
    when it is well again the same is done at the same desk."""

    def __init__(self, life: Life, recorder: Recorder) -> None:
        self._life = life
        self._recorder = recorder

    def act(self, what: str = "") -> None:
        """One act, or this one; the disk fails in the middle of it. Raises ``Found``."""
        life, worker = self._life, self._life.worker
        before, told = dict(worker.paper), len(worker.told)
        self._arm(life.dice)
        try:
            life.act(what)
        except GridworkerError as error:
            self._recorder.heal()
            life.totals["faults"] += 1
            self._said(error)
        except Exception as error:
            self._recorder.heal()
            raise Found(f"a fault of the disk is no message to him: {type(error).__name__} {error}") from error
        else:
            self._recorder.heal()
            return
        if len(worker.told) == told:
            worker.paper = before
        if worker.is_up:
            worker.sits_down()
        self._look()
        worker.finds_what_is_there()
        worker.is_told("has looked again", steps=True)
        life.saves_something()
        self._again()

    def _again(self) -> None:
        """The disk is well: the same is done again. Raises ``Found``."""
        try:
            getattr(self._life, f"_{self._life.last_act}")()
        except StoreError as error:
            raise Found(f"on a disk that is well again: {type(error).__name__} {error.detail}") from None

    def _arm(self, dice: Dice) -> None:
        recorder = self._recorder
        if dice.percent(50):
            recorder.room(dice.below(dice.one((4_000, 40_000, 200_000))))
            return
        calls = dice.one((WRITES, SYNCS, SYNCS, CUTS, OPENS, NAMES, WRITES | SYNCS | CUTS))
        fault = dice.one((errno.EIO, errno.ENOSPC, errno.EDQUOT)) if calls != SYNCS else errno.EIO
        recorder.fail(calls, 1 + dice.below(dice.one((3, 12, 60))), fault, dice.one((1, 2, EVER)))

    def _said(self, error: GridworkerError) -> None:
        if isinstance(error, NotAccepted):
            return  # he may not; it has nothing to do with the disk
        if not isinstance(error, StoreError) or not error.remedy:
            raise Found(f"a fault of the disk is told as {type(error).__name__}")
        self._life.totals["full" if isinstance(error, DiskFull) else "bad"] += 1

    def _look(self) -> None:
        """At the same desk, with the same store: what was told is there."""
        worker = self._life.worker
        here = Opened.of(worker)
        paper = {key: each for key, each in worker.told[-1].paper.items() if not worker.county.has_left(key)}
        agrees(here, paper, paper, True)
        try:
            here.tables_agree()
            here.check_cabinet()
        except FAULTS as error:
            raise Found(f"on a disk that is well again: {error}") from None
