"""Stores that the centre ordered destroyed: noted before the first key goes, so that a power cut ends nothing half.

The notes lie in the home beside the stores. They hold no key and no word of any resident; the worker's name is in
them as it is in ``worker.json``. Only small modules are loaded here: the first page of the program asks.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from gridworker.storage.whole_file import read_json, write_json


@dataclass(frozen=True)
class WipeNote:
    """One order that is being carried out, and what is needed to say that it was."""

    store: str
    """Opaque id of the store."""
    name: str
    """Whose store it was, for the door."""
    device: str
    ordered: int
    """When, ms UTC by the centre's clock."""
    stolen: bool
    centre: str
    """Address."""
    ca: str
    """Path of the private authority's certificate; "" for the public ones."""
    at: int
    """When it was begun here, ms UTC."""
    proof: str
    """The device's signature, made while it had its key: base64url."""
    reported: bool = False
    """The centre knows that it is done."""
    seen: bool = False
    """Somebody at this machine has read it at the door."""


class Wipes:
    """The notes of one home. ``destroy`` does what an order says to a store, as often as it is asked."""

    def __init__(self, home: Path, destroy: Callable[[str], bool]) -> None:
        self._folder = home / "wipes"
        self._destroy = destroy

    def begin(self, note: WipeNote) -> None:
        """From here on the store is lost, whatever happens; what is broken off is ended at the next start."""
        write_json(self._path(note.store), asdict(note))
        self._destroy(note.store)

    def finish(self) -> None:
        """Ends what was broken off. Nothing to do on nearly every day, and then it costs one look."""
        for note in self.notes():
            self._destroy(note.store)

    def notes(self) -> list[WipeNote]:
        """Those that are not over and done with."""
        if not self._folder.exists():
            return []
        found = map(_read, sorted(self._folder.glob("*.json")))
        return [note for note in found if note is not None]

    def mark(self, note: WipeNote, *, reported: bool = False, seen: bool = False) -> None:
        """The centre was told, or somebody has read it; after both nothing is left of it."""
        now = next((each for each in self.notes() if each.store == note.store), note)
        now = replace(now, reported=now.reported or reported, seen=now.seen or seen)
        if now.reported and now.seen and self._destroy(now.store):
            self._path(now.store).unlink(missing_ok=True)
        else:
            write_json(self._path(now.store), asdict(now))

    def _path(self, store: str) -> Path:
        return self._folder / f"{store}.json"


def _read(path: Path) -> WipeNote | None:
    try:
        return WipeNote(**(read_json(path) or {}))
    except TypeError:  # of a later format
        return None
