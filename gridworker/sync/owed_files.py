"""What a bucket that was let go still owes of photos: own files that the centre has, and could lose again.

As ``storage.owed`` does with text, they are sealed to the centre before they leave the cabinet, and handed in again,
unread, when the centre was restored. The crates lie as files beside the store; nobody can open them here.
"""

import contextlib
import logging
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gridworker.errors import NotThisFile
from gridworker.protocol.courier import NOT_YET
from gridworker.protocol.sync import Clock
from gridworker.records.files import SHA256
from gridworker.storage.cabinet import Cabinet
from gridworker.storage.file_links import FileLink
from gridworker.storage.store import Store
from gridworker.sync import courier, crates
from gridworker.sync.file_line import Carrier
from gridworker.sync.files import Told

LOG = logging.getLogger(__name__)

MOST = 500 * 1024 * 1024
"""Bytes of what a backup holds already; what is in none is sealed whatever it takes."""

_NOTE = "owed_crates"
"""The store's note of them: name, the epoch in which the centre has it, its highest number, when it was sealed."""
_COMING = "coming-"
_MOST_TRIES = 20


def seal_up(store: Store, cabinet: Cabinet, folder: Path, now: int, chance: Callable[[int], bytes]) -> int:
    """To be called before the cabinet lets go of what lies in lost buckets alone: seals own files of theirs; how many.
    ``now``: ms UTC. Broken off, it is done again."""
    lost = cabinet.own_outside({bucket.id for bucket in store.buckets()})
    if not lost or not store.meta("recovery_key", ""):
        return 0
    covered = int(store.meta("files_durable", 0)) if store.meta("backup", False) else 0
    room = MOST - _size(folder)
    links = []
    for each in lost:
        if 0 < each.n <= covered:
            room -= each.size
        if room >= 0 or not 0 < each.n <= covered:
            links.append(FileLink("", "", "", "", each.bucket, each.sha256, each.size, "", each.n or None))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for part in crates.parts_of(links):
        name = _sealed(store, cabinet, folder, part, now, chance)
        highest = max(link.stored or 0 for link in part)
        entry = {"name": name, "epoch": str(store.meta("epoch", "")), "n": highest, "at": _time_of(store), "tries": 0}
        store.set_meta(_NOTE, [*_entries(store), entry])
    return len(links)


def hand_in(
    store: Store,
    folder: Path,
    line: Carrier,
    clock: Callable[[], Clock],
    *,
    progress: Told = lambda done, total, words: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Hands in again what a restored centre may lack; how many crates it has now. For after the text, of which it has
    to have heard. Raises ``CentreError``, ``SignInError``, ``Cancelled``."""
    epoch, done = str(store.meta("epoch", "")), 0
    kept: list[dict[str, Any]] = []

    def told(at: int, size: int) -> None:
        progress(at, size, "正在补交中心恢复后缺少的照片")

    for entry in _entries(store):
        path = folder / entry["name"]
        if entry["epoch"] != epoch and path.exists():
            receipt = crates.hand_over(path, line, clock, told, cancelled)
            entry = _heard(store, entry, receipt, epoch)
            done += entry["epoch"] == epoch
        kept.append(entry)
        store.set_meta(_NOTE, [*kept, *_entries(store)[len(kept) :]])
    return done


def prune(store: Store, folder: Path) -> None:
    """What every backup holds that the centre could be restored from is owed no longer. A crate that this store does
    not know, since an older copy of it took its place, is owed as well."""
    if not folder.exists():
        return
    before, epoch = store.forgets_before(_time_of(store)), str(store.meta("epoch", ""))
    covered = int(store.meta("files_durable", 0)) if store.meta("backup", False) else 0
    entries, kept = _entries(store), []
    for entry in entries:
        if entry["at"] >= before or entry["epoch"] != epoch or not 0 < entry["n"] <= covered:
            kept.append(entry)
        else:
            (folder / entry["name"]).unlink(missing_ok=True)
    known = {entry["name"] for entry in kept}
    for path in folder.iterdir():
        if SHA256.match(path.name) and path.name not in known:
            kept.append({"name": path.name, "epoch": "", "n": 0, "at": _time_of(store), "tries": 0})
        elif path.name.startswith(_COMING):  # broken off with the program
            path.unlink(missing_ok=True)
    if kept != entries:
        store.set_meta(_NOTE, kept)


def waits(store: Store) -> bool:
    """Whether a restored centre may lack some of it."""
    return any(entry["epoch"] != store.meta("epoch", "") for entry in _entries(store))


def _sealed(
    store: Store, cabinet: Cabinet, folder: Path, part: Sequence[FileLink], now: int, chance: Callable[[int], bytes]
) -> str:
    handle, made = tempfile.mkstemp(prefix=_COMING, dir=folder)
    try:
        with os.fdopen(handle, "wb") as sink:
            name = crates.fill(store, cabinet, part, sink, now, chance, lambda some: None)
            sink.flush()
            os.fsync(sink.fileno())
        Path(made).replace(folder / name)
    finally:
        Path(made).unlink(missing_ok=True)
    return name


def _heard(store: Store, entry: dict[str, Any], receipt: bytes, epoch: str) -> dict[str, Any]:
    """What the centre said of a crate. Files of which no record speaks wait for their text, but not for ever."""
    said: Sequence[Any] = ()
    with contextlib.suppress(NotThisFile):
        said = courier.take(store, receipt, 0).files if receipt not in (b"", courier.REFUSED) else ()
    tries = entry["tries"] + 1
    if (not receipt or any(each.code in NOT_YET for each in said)) and tries < _MOST_TRIES:
        return {**entry, "tries": tries}
    LOG.info("owed files: %s of %s at the centre", sum(each.stored > 0 for each in said), len(said))
    highest = max([each.stored for each in said], default=0)
    return {**entry, "epoch": epoch, "n": highest, "at": _time_of(store), "tries": 0}


def _entries(store: Store) -> list[dict[str, Any]]:
    return list(store.meta(_NOTE, []))


def _time_of(store: Store) -> int:
    """The centre's, as it was told last."""
    return int((store.meta("standing") or {}).get("now", 0))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir()) if folder.exists() else 0
