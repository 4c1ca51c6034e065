"""A disk as the notes tell it, and how it could lie there after a power cut at any moment.

What was synced is there. What was written since is there, or not, or torn at the edge of a sector or a page, and the
later may be there without the earlier. Names follow the same rule, except that they come in order, as the journal of
a file system keeps them: a name is safe when its folder was synced.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from simulation.dice import Dice
from simulation.storage_faults.recorder import CUT, LINK, MADE, MARK, OPEN, REMOVE, SYNC, WRITE, Note

SECTOR, PAGE = 512, 4096
HOWS = ("lost", "kept", "in order", "whole", "sectors", "pages")
"""What becomes of that which was not synced: nothing of it is there; all of it; a beginning, its last write torn; some
writes and not others; some sectors, some pages of each."""
CHANCY = HOWS[2:]
Image = dict[str, bytes]


@dataclass(slots=True, eq=False)
class _Body:
    """The bytes of a file. ``waiting``: writes and cuts since the last sync."""

    safe: bytearray = field(default_factory=bytearray)
    waiting: list[Note] = field(default_factory=list)
    whole: bytes | None = None
    """``safe``, to be handed out until something more is safe: most files of a folder stay as they are."""


@dataclass(slots=True)
class _Naming:
    """One change of the names; ``folders`` are those in which it shows."""

    names: tuple[tuple[str, _Body | None], ...]
    folders: frozenset[str]


class Disk:
    """All files of one folder, moved on note by note."""

    def __init__(self, files: Image | None = None) -> None:
        self._safe: dict[str, _Body] = {name: _Body(bytearray(body)) for name, body in (files or {}).items()}
        self._names: dict[str, _Body] = dict(self._safe)
        self._namings: list[_Naming] = []
        self._opened: dict[int, _Body | str] = {}
        self.synced = 0
        """How often something became safe."""
        self.torn = 0
        """Writes that were torn in an image."""

    def take(self, note: Note) -> None:
        """The next call happened."""
        if note.what in (WRITE, CUT):
            body = self._opened[note.file]
            assert isinstance(body, _Body)
            body.waiting.append(note)
        elif note.what == SYNC:
            self._sync(self._opened[note.file])
        elif note.what != MARK:
            self._name(note)

    def _sync(self, what: "_Body | str") -> None:
        self.synced += 1
        if isinstance(what, _Body):
            for each in what.waiting:
                _lay(what.safe, each)
                what.whole = None
            what.waiting.clear()
            return
        left = []
        for naming in self._namings:
            if what in naming.folders:
                _rename(self._safe, naming)
            else:
                left.append(naming)
        self._namings = left

    def is_log(self, note: Note) -> bool:
        """Whether this file is a write-ahead log."""
        body = self._opened.get(note.file)
        return any(each is body and name.endswith("-wal") for name, each in self._names.items())

    def _name(self, note: Note) -> None:
        words = note.body.decode().split("\n")
        if note.what == OPEN:
            self._opened[note.file] = self._names.get(words[0]) or words[0]
            return
        body: _Body | None
        if note.what == MADE:
            body = self._opened[note.file] = _Body()
            names: tuple[tuple[str, _Body | None], ...] = ((words[0], body),)
        elif note.what == REMOVE:
            names = ((words[0], None),)
        else:
            body = self._names[words[0]]
            names = ((words[1], body),) if note.what == LINK else ((words[0], None), (words[1], body))
        naming = _Naming(names, frozenset(name.rpartition("/")[0] for name, _ in names))
        _rename(self._names, naming)
        self._namings.append(naming)

    # ------------------------------------------------------------------ after a power cut

    @property
    def is_waiting(self) -> bool:
        """Whether anything could still be lost."""
        return bool(self._namings or any(body.waiting for body in {*self._safe.values(), *self._names.values()}))

    def image(self, how: str, dice: Dice) -> Image:
        """The files as they could lie there. ``how``: one of ``HOWS``."""
        names = dict(self._safe)
        most = len(self._namings)
        for naming in self._namings[: {"lost": 0, "kept": most}.get(how, dice.below(most + 1))]:
            _rename(names, naming)
        return {name: self._bytes(body, how, dice) for name, body in names.items()}

    def _bytes(self, body: _Body, how: str, dice: Dice) -> bytes:
        if not body.waiting or how == "lost":
            if body.whole is None:
                body.whole = bytes(body.safe)
            return body.whole
        lying = bytearray(body.safe)
        for each in self._present(body.waiting, how, dice):
            _lay(lying, each)
        if how in ("sectors", "pages") and dice.percent(30):
            # The length of a file is known before its bytes are there.
            longest = max((each.offset + len(each.body) for each in body.waiting if each.what == WRITE), default=0)
            lying.extend(bytes(max(0, longest - len(lying))))
        return bytes(lying)

    def _present(self, waiting: Sequence[Note], how: str, dice: Dice) -> Iterable[Note]:
        if how == "kept":
            return waiting
        if how == "in order":
            whole = dice.below(len(waiting) + 1)
            last = waiting[whole : whole + 1]
            return [*waiting[:whole], *(part for each in last for part in self._beginning(each, dice))]
        if how == "whole":
            keep = 25 + dice.below(50)
            return [each for each in waiting if dice.percent(keep)]
        size, keep = SECTOR if how == "sectors" else PAGE, 20 + dice.below(60)
        return [part for each in waiting for part in self._some(each, size, keep, dice)]

    def _beginning(self, note: Note, dice: Dice) -> list[Note]:
        parts = _parts(note, PAGE if dice.percent(30) else SECTOR)
        there = dice.below(len(parts) + 1)
        self.torn += 0 < there < len(parts)
        return parts[:there]

    def _some(self, note: Note, size: int, keep: int, dice: Dice) -> list[Note]:
        parts = _parts(note, size)
        there = [part for part in parts if dice.percent(keep)]
        self.torn += 0 < len(there) < len(parts)
        return there


def _parts(note: Note, size: int) -> list[Note]:
    """A write, cut at the edges of what a disk writes at once."""
    if note.what == CUT:
        return [note]
    first = size - note.offset % size
    edges = [0, *range(first, len(note.body), size), len(note.body)]
    return [Note(WRITE, note.file, note.offset + start, note.body[start:end]) for start, end in pairwise(edges)]


def _lay(lying: bytearray, note: Note) -> None:
    if note.what == CUT:
        del lying[note.offset :]
        lying.extend(bytes(note.offset - len(lying)))
        return
    if note.offset > len(lying):
        lying.extend(bytes(note.offset - len(lying)))
    lying[note.offset : note.offset + len(note.body)] = note.body


def _rename(names: dict[str, _Body], naming: _Naming) -> None:
    for name, body in naming.names:
        if body is None:
            names.pop(name, None)
        else:
            names[name] = body


def files_of(folder: Path) -> Image:
    """What lies in a folder now, by whole path."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Marks:
    """Marks of the bytes in images; one that comes in the next image, too, is marked once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[bytes, bytes]] = {}

    def of(self, body: bytes) -> bytes:
        """Of one file."""
        known = self._known.get(id(body))
        if known is None or known[0] is not body:
            known = self._known[id(body)] = (body, hashlib.blake2b(body, digest_size=16).digest())
        return known[1]

    def forget(self) -> None:
        """The files are others from now on."""
        self._known.clear()

    def all_of(self, image: Image) -> bytes:
        """Of all names and bytes."""
        lines = [name.encode() + self.of(body) for name, body in sorted(image.items())]
        return hashlib.blake2b(b"\n".join(lines), digest_size=16).digest()


def lay_out(image: Image, there: Path, here: Path) -> None:
    """Puts the files of the folder ``there`` into the folder ``here``, in the place of what lay in it."""
    for path in sorted(here.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    for name, body in image.items():
        path = here / Path(name).relative_to(there)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
