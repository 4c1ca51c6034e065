"""C, D and a day: a hundred changes among 100,000 records, nothing at all, and what one worker does from 8 to 5."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.bare_desk import COLUMNS, BareCentre, BareDesk, rows
from benchmarks.diary_fields import text
from benchmarks.field_centre import COUNTY, FieldCentre, edit_diaries, grid_code, line_of
from benchmarks.figures import Figure, median
from benchmarks.filled import fill
from gridworker.app.desk import Desk
from gridworker.storage import fresh
from gridworker.sync.driver import sync_once

MANY = 100_000
EDITS = 100
TIMES = 9
MOST_MS = 25.0
MOST_BYTES = 36_000.0
MOST_IDLE = 600.0
MOST_DAY = 4_000.0
BUCKETS = 1_724
VISITS, VISIT_EDITS, SHORT = 14, 6, 40


FIRST, SECOND = "first", "second"
"""Two workers of one grid."""


@dataclass
class _Ground:
    """What lies at both centres, and a desk that has it."""

    centre: FieldCentre
    desk: Desk
    records: list[str]
    """Diaries that this desk's worker wrote."""
    bare: BareCentre
    bare_desk: BareDesk


def run() -> list[Figure]:
    """All of it."""
    done = _ground()
    other = done.centre.desk(SECOND)
    other.sync()
    plain = done.bare.desk(SECOND)
    plain.pull()
    figures = _changes(done, other, plain)
    figures += idle(done.centre, done.desk, "D nothing to do")
    figures.append(_day(done))
    for each in (other, done.desk, done.centre, done.bare):
        each.close()
    county = FieldCentre(BUCKETS, {"county": ("supervisor", COUNTY)})
    supervisor = county.desk("county")
    supervisor.sync()
    figures += idle(county, supervisor, f"D nothing to do, {len(supervisor.store.buckets()):,} buckets")
    supervisor.close()
    county.close()
    return figures


def _ground() -> _Ground:
    grid = grid_code(0)
    centre = FieldCentre(1, {FIRST: ("grid_worker", grid), SECOND: ("grid_worker", grid)})
    records = fill(centre, FIRST, grid, MANY)
    desk = centre.desk(FIRST)
    desk.sync()
    bare = BareCentre()
    plain = bare.desk(FIRST)
    plain.keep(rows(MANY))
    plain.push()
    return _Ground(centre, desk, records, bare, plain)


def _changes(done: _Ground, other: Desk, plain: BareDesk) -> list[Figure]:
    up, down, whole, bare_up, bare_down, quiet = [], [], [], [], [], []
    some = _hundreds(done)
    for turn in range(TIMES + 1):
        edit_diaries(done.desk, next(some), f"（补记：已电话回访{turn}）")
        up.append(_sync_ms(done.desk))
        down.append(_sync_ms(other))
        done.bare_desk.keep(_edited(turn))
        bare_up.append(_ms(done.bare_desk.push))
        bare_down.append(_ms(plain.pull))
        done.bare_desk.pull()
        edit_diaries(done.desk, next(some), f"（补记：已电话回访{turn}）")
        whole.append(_ms(done.desk.sync))
        other.sync()
        quiet.append(_ms(lambda: _rest(other)) / 2)
        _rest(done.desk)
    edit_diaries(done.desk, next(some), "（补记：已电话回访）")
    with done.centre.counted() as wire:
        done.desk.sync()
        sent = (wire.up, wire.down, wire.turns)
        wire.reset()
        other.sync()
        got = (wire.up, wire.down, wire.turns)
    told = f"{TIMES} times; {sent[2]} and {got[2]} round trips"
    return [
        Figure("C 100 changes up", median(up[1:]), beside="bare", base=median(bare_up[1:]), limit=MOST_MS, note=told),
        Figure("C 100 changes down", median(down[1:]), beside="bare", base=median(bare_down[1:]), limit=MOST_MS),
        Figure("C down: words indexed afterwards, in quiet moments", median(quiet[1:])),
        Figure("C up, the store opened and closed for it", median(whole[1:])),
        _bytes("C bytes of the desk that changed", sent, MOST_BYTES),
        _bytes("C bytes of the other desk", got, MOST_BYTES),
    ]


def _rest(desk: Desk) -> None:
    """What the window does between two syncs: rows that were written anew are indexed by their new words. Left undone
    for three hundred of them, the next sync does it."""
    while fresh.renew_some(desk.store._file):
        pass


def idle(centre: FieldCentre, desk: Desk, work: str) -> list[Figure]:
    """A sync that finds nothing to do."""
    desk.sync()
    with line_of(desk) as line:
        took = [_ms(lambda: sync_once(desk.store, line, desk.machine.clock)) for _ in range(TIMES)]
    with centre.counted() as wire:
        desk.sync()
        time.sleep(0.2)
        moved = (wire.up, wire.down, wire.turns)
    trips = Figure(f"{work}: round trips", float(moved[2]), unit="", limit=1.0)
    return [Figure(work, median(took)), trips, _bytes(f"{work}: bytes", moved, MOST_IDLE)]


def _day(done: _Ground) -> Figure:
    """Handed in in the evening, in one go."""
    desk, chance = done.desk, Random(5)
    homes = [_home(desk, number) for number in range(VISITS)]
    desk.sync()
    visits = []
    for _ in range(VISITS):
        diary = {"household": chance.choice(homes), "met": True, "met_whom": "户主", "text": text(chance, SHORT)}
        visits.append(desk.ledger.save_visit(diary).ids[0])
    for visit in visits[:VISIT_EDITS]:
        row = desk.ledger.row("visit", visit)
        assert row is not None
        desk.ledger.save("visit", {"text": row.fields["text"] + "已回访。"}, visit, seen=row)
    with done.centre.counted() as wire:
        desk.sync()
        moved = (wire.up, wire.down, wire.turns)
    return Figure(
        f"a day up: {VISITS} visits, {VISIT_EDITS} edits",
        float(moved[0]),
        unit="B",
        limit=MOST_DAY,
        note=f"in one sync, {moved[1]} B down",
    )


def _home(desk: Desk, number: int) -> str:
    fields = {"head_name": f"户主{number}", "address": f"马村{number}号", "grid": desk.me.regions[0]}
    return desk.ledger.save("household", fields).id


def _bytes(work: str, moved: tuple[int, int, int], limit: float) -> Figure:
    told = f"{moved[0]} up, {moved[1]} down"
    return Figure(work, float(moved[0] + moved[1]), unit="B", limit=limit, note=told)


def _hundreds(done: _Ground) -> Iterator[list[str]]:
    """A hundred records each time, from all over."""
    for start in range(len(done.records)):
        yield done.records[start :: len(done.records) // EDITS][:EDITS]


def _edited(turn: int) -> list[list[str]]:
    lines = []
    for number in range(EDITS):
        (line,) = rows(1, start=turn + number * 997)
        said = dict(zip(COLUMNS, line, strict=True))
        said |= {"text": said["text"] + f"（补记：已电话回访{turn}）", "state": "read", "updated_at": f"{turn}"}
        lines.append([said[name] for name in COLUMNS])
    return lines


def _sync_ms(desk: Desk) -> float:
    """One sync over an open store and an open line, as the peers have them."""
    with line_of(desk) as line:
        line.hello()
        return _ms(lambda: sync_once(desk.store, line, desk.machine.clock))


def _ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000
