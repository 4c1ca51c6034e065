"""Plays a day under the recorder, and cuts the power in what was recorded."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gridworker.errors import StoreError
from simulation.dice import Dice
from simulation.district import GRIDS
from simulation.storage_faults.checks import Found
from simulation.storage_faults.county import County
from simulation.storage_faults.days import Named
from simulation.storage_faults.disk import Image, files_of, lay_out
from simulation.storage_faults.life import Life, Plight
from simulation.storage_faults.recorder import MARK, OPEN, Note, Recorder
from simulation.storage_faults.totals import Totals
from simulation.storage_faults.trial import Broken, Trial, emptied
from simulation.storage_faults.worker import Paper, Worker


@dataclass(frozen=True, slots=True)
class Morning:
    """A desk that has read its buckets, to be copied: making one costs a hundred statements."""

    there: Path
    files: Image
    county: County
    paper: Paper


@dataclass(slots=True)
class Played:
    """What came of one day."""

    totals: Totals
    broken: list[Broken]
    name: str
    seed: int


class Bench:
    """A place for days to be played one after the other: a recorded folder, and one for images."""

    def __init__(self, folder: Path, recorder: Recorder) -> None:
        self.recorder = recorder
        self.there = emptied(folder.resolve() / "desk")
        self.here = emptied(folder.resolve() / "image")
        self.morning = self._morning()

    def _morning(self) -> Morning:
        county = County()
        for number, grid in enumerate((GRIDS[0], GRIDS[0], GRIDS[0], GRIDS[1], GRIDS[1])):
            fields = {"head_name": f"住户{number}", "address": f"马村 {number} 号", "grid": grid}
            house = county.others_make("household", fields, grid)
            county.others_make("person", {"name": f"某人{number}", "household": house, "grid": grid}, grid)
        worker = Worker(self.there / "store.db", county, lambda word: None)
        worker.sits_down()
        worker.enrols()
        worker.begins()
        worker.syncs()
        worker.tidies()
        worker.gets_up()
        return Morning(self.there, files_of(self.there), county, worker.paper)

    def worker(self, *, first: bool = False) -> Worker:
        """Somebody before his desk in the morning; ``first``: on his first day."""
        emptied(self.there)
        lay_out({} if first else self.morning.files, self.there, self.there)
        county = County() if first else self.morning.county.copy()
        worker = Worker(self.there / "store.db", county, self.recorder.mark)
        worker.paper = {} if first else dict(self.morning.paper)
        worker.begins()
        return worker

    @contextlib.contextmanager
    def recorded(self) -> Iterator[None]:
        """Everything that is done to the folder meanwhile is noted."""
        self.recorder.begin(self.there)
        try:
            yield
        finally:
            self.recorder.end()

    def day(
        self, day: Named, seed: int, *, share: float = 100.0, points: int = 0, acts: int = 0, enough: int = 3
    ) -> Played:
        """Plays it and cuts the power: at ``share`` per cent of the points, or at about so many ``points``; inside of
        every act, or of so many."""
        worker = self.worker(first=day.is_first)
        first = files_of(self.there)
        with self.recorded():
            if not day.is_first:
                worker.sits_down()
            day.play(worker)
            with contextlib.suppress(StoreError):
                worker.gets_up()
        notes, dice = self.recorder.notes(), Dice(seed)
        chosen = _chosen(worker, acts, dice)
        if points:
            share = min(100.0, 100.0 * points / max(1, _calls(notes, chosen)))
        here = emptied(self.here)
        trial = Trial(self.there, here, first, notes, worker.told, dice, share, chosen, enough).run()
        trial.totals["histories"] += 1
        trial.totals["acts"] += worker.acts
        return Played(trial.totals, trial.broken, day.name, seed)

    def life(self, seed: int, *, acts: int = 800, stretches: int = 2, faults: bool = False, windows: int = 3) -> Played:
        """Long work by chance. The power goes at the end of each stretch, and he goes on from what lies there;
        ``faults``: the disk fails now and then, too. It is looked into so many ``windows`` of each stretch."""
        dice = Dice(seed)
        worker = self.worker()
        life = Life(worker, dice)
        played = Played(life.totals, [], "faults" if faults else "life", seed)
        life.totals["histories"] += 1
        first = files_of(self.there)
        for number in range(stretches):
            try:
                notes = self._stretch(life, acts, faults, resumes=number > 0)
            except Found as found:
                life.totals["violations"] += 1
                played.broken.append(Broken(0, "disk", worker.told[-1].what, f"{life.last_act}: {found}"))
                return played
            chosen = _chosen(worker, windows, dice) | {len(worker.told) - 2, len(worker.told) - 1}
            share = min(100.0, 100.0 * 2 * len(chosen) / max(1, _calls(notes, chosen)))
            here = emptied(self.here)
            trial = Trial(self.there, here, first, notes, worker.told, dice, share, chosen)
            trial.thorough, trial.is_sound = False, not faults
            trial.run()
            life.totals.update(trial.totals)
            played.broken += trial.broken
            if trial.broken:
                return played
            first = trial.last
            lay_out(first, self.there, self.there)
            life.totals["cuts"] += 1
        with self._said(played):
            life.comes_to_rest()
        life.totals["acts"] += worker.acts
        return played

    def plight(self, what: str, seed: int, tries: int = 12) -> Played:
        """The same act again and again on a disk that fails in its middle, each time at the same desk."""
        worker = self.worker()
        life = Life(worker, Dice(seed))
        plight, played = Plight(life, self.recorder), Played(life.totals, [], what, seed)
        with self.recorded(), self._said(played):
            worker.sits_down()
            for _ in range(tries):
                life.prepares(what)
                plight.act(what)
            worker.gets_up()
            life.comes_to_rest()
        life.totals["acts"] += worker.acts
        return played

    def _stretch(self, life: Life, acts: int, faults: bool, *, resumes: bool) -> list[Note]:
        worker, plight = life.worker, Plight(life, self.recorder)
        with self.recorded():
            worker.sits_down()
            if resumes:
                worker.finds_what_is_there()
            worker.begins()
            for _ in range(acts):
                plight.act() if faults and life.dice.percent(12) else life.act()
        notes = self.recorder.notes()
        worker.gets_up()
        return notes

    @contextlib.contextmanager
    def _said(self, played: Played) -> Iterator[None]:
        try:
            yield
        except Found as found:
            played.totals["violations"] += 1
            played.broken.append(Broken(0, "at the end", "is at rest", str(found)))


def _chosen(worker: Worker, acts: int, dice: Dice) -> frozenset[int]:
    """The marks behind which the power is cut; with one that is not firm, all back to the last that is."""
    marks = list(range(worker.counts_from, len(worker.told)))
    picked = set(marks)
    if acts and acts < len(marks):
        picked = {dice.one(marks) for _ in range(acts)}
    for mark in sorted(picked):
        while not worker.told[mark].firm:
            mark -= 1
            picked.add(mark)
    return frozenset(picked)


def _calls(notes: Sequence[Note], chosen: frozenset[int]) -> int:
    """How many calls to the disk these acts made."""
    mark, count = 0, 0
    for note in notes:
        if note.what == MARK:
            mark = int(note.body)
        elif note.what != OPEN and mark in chosen:
            count += 1
    return count
