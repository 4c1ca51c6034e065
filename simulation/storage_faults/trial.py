"""A recorded stretch of a worker's work, and every power cut that could have come into it."""

import shutil
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from simulation.dice import Dice
from simulation.storage_faults.checks import STORES, Found, Opened, agrees, recovered
from simulation.storage_faults.disk import CHANCY, Disk, Image, Marks, lay_out
from simulation.storage_faults.recorder import MARK, OPEN, SYNC, WRITE, Note
from simulation.storage_faults.totals import Totals
from simulation.storage_faults.worker import Told

_LOOKED_INTO = 4
_FRAME = 24
"""Bytes of the head of a page in a write-ahead log."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A power cut after which a promise does not hold."""

    point: int
    how: str
    what: str
    said: str

    def __str__(self) -> str:
        return f"at call {self.point} ({self.how}), while he {self.what}: {self.said}"


@dataclass(slots=True)
class Trial:
    """Cuts the power in a record. ``share``: per cent of the points, and of the images of a point, that are tried.

    ``there``: the folder that was recorded; ``here``: one in which images are laid out. ``first``: what lay in the
    folder before.
    """

    there: Path
    here: Path
    first: Image
    notes: Sequence[Note]
    told: Sequence[Told]
    dice: Dice
    share: float = 100.0
    chosen: Container[int] = frozenset()
    """Which acts are looked into: by the mark that stands before them."""
    enough: int = 3
    """Broken promises after which no more is tried."""
    thorough: bool = True
    """Every moment between two transactions is looked at as closely as a power cut; else one of a few, and of the
    others it is noted alone what lay there."""
    is_sound: bool = True
    """No call failed. What a failed sync left in the log may show up, or not: it was never told."""
    totals: Totals = field(default_factory=Totals)
    broken: list[Broken] = field(default_factory=list)
    last: Image = field(default_factory=dict)
    """An image of the last act that was looked into, in which everything was as it had to be."""
    _disk: Disk = field(init=False)
    _mark: int = 0
    _firm: int = 0
    """The last mark that is promised."""
    _frame: bool = False
    _point: int = 0
    _moments: int = 0
    _states: dict[str, int] = field(default_factory=dict)
    """States that were at a moment of the present act, when the power stayed."""
    _seen: dict[str, Broken] = field(default_factory=dict)
    """States found in images of the present act, each with where."""
    _marks: Marks = field(default_factory=Marks)
    _laid: dict[bytes, bytes] = field(default_factory=dict)
    """Images, to the files as they lie after recovery."""
    _folded: dict[bytes, str] = field(default_factory=dict)
    """Files as they lie after recovery, to what they say."""
    _looked: set[bytes] = field(default_factory=set)
    """Those that were looked at for what was promised up to now."""
    _tried: set[tuple[str, int]] = field(default_factory=set)

    def run(self) -> "Trial":
        """All of it."""
        self._disk = Disk(self.first)
        self._begin_act(0)
        for point, note in enumerate(self.notes):
            self._point = point
            if len(self.broken) >= self.enough:
                break
            if note.what == MARK:
                self._remember()
                self._end_act()
                self._begin_act(int(note.body))
                continue
            self._disk.take(note)
            ends_one = self._ends_a_transaction(note)
            if self._mark not in self.chosen:
                continue
            if ends_one:
                self._remember()
            if note.what != OPEN:
                self._cut(note)
        self._remember()
        self._end_act()
        self.totals["torn"] += self._disk.torn
        return self

    def _ends_a_transaction(self, note: Note) -> bool:
        """Whether what was written so far is a state of the store: behind a sync, and behind the page of a frame
        that says how large the store is now (it is not synced where nobody was promised anything)."""
        if note.what == WRITE and len(note.body) == _FRAME and self._disk.is_log(note):
            self._frame = int.from_bytes(note.body[4:8], "big") > 0
            return False
        ends_one = note.what == SYNC or (note.what == WRITE and self._frame)
        self._frame = False
        return ends_one

    def _begin_act(self, mark: int) -> None:
        self._mark = mark
        self._marks.forget()
        if self.told[mark].firm:
            self._states, self._firm = {}, mark
            self._looked.clear()
        self._seen = {}
        self._remember()

    def _end_act(self) -> None:
        """A state that never was while the power stayed is half of something."""
        if self._mark in self.chosen and self.is_sound:
            never = [where for state, where in self._seen.items() if state not in self._states]
            for where in never[:1]:
                self._found(where.point, where.how, "a state that never was")

    def _remember(self) -> None:
        if self._mark in self.chosen:
            self._look("kept", remember=True)

    def _cut(self, note: Note) -> None:
        if not self.dice.percent(self.share):
            return
        self.totals["points"] += 1
        self._look("kept")
        if not self._disk.is_waiting:
            return
        lost = ("lost", self._disk.synced)
        if lost not in self._tried:
            self._tried.add(lost)
            self._look("lost")
        self._look(self.dice.one(CHANCY))

    def _look(self, how: str, *, remember: bool = False) -> None:
        image = self._disk.image(how, self.dice)
        self.totals["images"] += 1
        try:
            state = self._state(image, glance=remember and not self._is_looked_into())
        except Found as found:
            self._found(self._point, how, str(found))
            return
        if not remember:
            self.last = image
        if remember:
            self._states[state] = self._point
        else:
            self._seen.setdefault(state, Broken(self._point, how, "", ""))

    def _is_looked_into(self) -> bool:
        """Whether a moment at which the power stayed is looked at as if it had gone."""
        self._moments += 1
        return self.thorough or self._moments % _LOOKED_INTO == 0

    def _state(self, image: Image, *, glance: bool) -> str:
        """What is there, looked at as far as it was not yet. Many images are those of the call before to the last byte,
        and most become the same files when their logs are folded in: then they are known."""
        lies = self._marks.all_of(image)
        folded = self._laid.get(lies)
        if folded is None:
            lay_out(image, self.there, self.here)
            beside = {name: body for name, body in image.items() if _counts(Path(name))}
            folded = self._laid[lies] = recovered(self.here) + self._marks.all_of(beside)
        state = self._folded.get(folded)
        if state is None or (folded not in self._looked and not glance):
            lay_out(image, self.there, self.here)
            if glance:
                state = self._folded[folded] = self._glanced()
                return state
            state = self._folded[folded] = self._opened()
            self._looked.add(folded)
        return state

    def _glanced(self) -> str:
        opened = Opened(self.here / "store.db")
        try:
            return opened.state()
        finally:
            opened.close()

    def _opened(self) -> str:
        opened = Opened(self.here / "store.db")
        try:
            opened.pages()
            state = opened.state()
            is_new = state not in self._seen and state not in self._states
            if is_new:
                opened.tables_agree()
            before, after = self._papers()
            agrees(opened, before.paper, after.paper, after.steps or self._firm < self._mark)
            if is_new:
                opened.goes_on()
            self.totals["looked"] += 1
            return state
        finally:
            opened.close()

    def _papers(self) -> tuple[Told, Told]:
        return self.told[self._firm], self.told[min(self._mark + 1, len(self.told) - 1)]

    def _found(self, point: int, how: str, said: str) -> None:
        what = self._papers()[1].what
        self.totals["violations"] += 1
        self.broken.append(Broken(point, how, what, said))


def _counts(beside: Path) -> bool:
    """Whether a file beside the two stores is more than the half of one."""
    return not beside.name.startswith(STORES) and beside.suffix not in (".part", ".new")


def emptied(folder: Path) -> Path:
    """A folder with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
