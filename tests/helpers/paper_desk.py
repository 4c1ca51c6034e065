"""A desk without a line: a real store, a worker with one grid, and answers of a centre written by hand."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from gridworker.ledger import Ledger, Me
from gridworker.protocol.sync import BucketInfo, Clock, GroupResult, Page, PullAnswer, Push, PushAnswer, Standing
from gridworker.storage.store import Store

KEY = bytes(range(32))
MORNING = 1_772_414_040_000
"""2026-03-02 09:14 in Shaoxing, ms UTC."""
ME = Me("01900000-0000-7000-8000-00000000aaaa", "wang", "王芳", "grid_worker")
GRID = "01900000-0000-7000-8000-00000000bbbb"
BUCKET = "01900000-0000-7000-8000-00000000cccc"
OTHER_BUCKET = "01900000-0000-7000-8000-00000000dddd"
EPOCH = "01900000-0000-7000-8000-00000000eeee"


def ids() -> Callable[[], str]:
    """New ids, the same in every run."""
    numbers = itertools.count(1)
    return lambda: f"01900000-0000-7000-8001-{next(numbers):012x}"


def standing(**told: Any) -> Standing:
    """What a centre knows of this desk."""
    usual = {"epoch": EPOCH, "incarnation": 1, "last_n": 0, "durable_n": 0, "scope": 1, "now": MORNING, "backup": True}
    return Standing.model_validate({**usual, **told})


@dataclass
class PaperDesk:
    """The store and ledger of one worker."""

    store: Store
    ledger: Ledger
    time: Iterator[int] = field(default_factory=lambda: itertools.count(0, 1000))

    @classmethod
    def open(cls, path: Path) -> "PaperDesk":
        """A desk that was enrolled and has read its one bucket."""
        store = Store.open(path, KEY)
        store.set_metas({"epoch": EPOCH, "incarnation": 1, "scope": 1, "standing": standing().model_dump()})
        store.add_bucket(BucketInfo(id=BUCKET, bucket_class="grid", region=GRID))
        store.receive(Page(bucket=BUCKET, to=0, more=False, hash="0" * 32))
        ledger = Ledger(store, ME, clock=lambda: MORNING, new_id=ids())
        return cls(store, ledger)

    def household(self, name: str = "陈建国") -> str:
        """A new household; its id."""
        return self.ledger.save("household", {"head_name": name, "address": "马村3号", "grid": GRID}).id

    def clock(self) -> Clock:
        """A second later each time."""
        now = next(self.time)
        return Clock(wall=MORNING + now, mono=now)

    def states(self) -> dict[str, int]:
        """Changes by their state."""
        return self.store.waiting_count()


def arrived(push: Push) -> Push:
    """A push as the centre reads it."""
    return Push.model_validate(orjson.loads(orjson.dumps(push.plain())))


def taken(push: Push, *, verdict: str = "ok", seq: int = 1, **told: Any) -> PushAnswer:
    """The centre took, held or refused every group of a push."""
    push = arrived(push)
    results = [
        GroupResult.model_validate(
            {
                "tx": group.tx,
                "verdict": verdict,
                "numbers": [change["n"] for change in group.changes],
                "reason": "" if verdict == "ok" else "请核对。",
                "seqs": {BUCKET: seq} if verdict == "ok" else {},
            }
        )
        for group in push.groups
    ]
    last = max(change["n"] for group in push.groups for change in group.changes)
    return PushAnswer(standing=standing(**{"last_n": last, **told}), results=results)


def nothing_new(pages: Sequence[Page] = (), **told: Any) -> PullAnswer:
    """The answer to a pull."""
    more = bool(told.pop("more", False))
    add, drop = told.pop("add", []), told.pop("drop", [])
    return PullAnswer(standing=standing(**told), pages=list(pages), more=more, add=add, drop=drop)
