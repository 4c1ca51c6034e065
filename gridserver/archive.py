"""The archive: base copies of the server's files, and the log written since, each piece encrypted as backups are.

Under the folder lies one for each server and line of its history, ``<system>-<timeline>``. In it:
``base-<from>-<to>-<ms>.base`` (the centre's keys, then a tar of the server's files, zstd; good with the log between the
two positions) and ``log-<from>-<to>-<ms>.log`` (bytes of the log, zstd). Positions are 16 hex digits; ms: when it
was written. What begins a file that is being written ends in ``.partial`` and counts for nothing.
"""

import contextlib
import json
import platform
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from gridserver.backup import PIECE, SUFFIX, Secret, Writer, pieces, read_head
from gridserver.errors import CommandFailed
from gridserver.keys import Keys

KEPT_BASES = 2
_MACHINES = {
    "x86_64": "x86_64",
    "amd64": "x86_64",
    "aarch64": "aarch64",
    "arm64": "aarch64",
    "loongarch64": "loongarch64",
    "64-bit": "x86_64",
}
"""By what they are called here and there. Before PostgreSQL 16 Windows says no more than how wide it is."""

_NAME = re.compile(r"(base|log)-([0-9a-f]{16})-([0-9a-f]{16})-(\d{13})\.(?:base|log)\Z")


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One file of the archive."""

    start: int
    """The position from which on it needs, or holds, the log."""
    end: int
    made_at: int
    """ms UTC."""
    path: Path


class Archive:
    """One server's part of an archive."""

    def __init__(self, folder: Path, secret: Secret, chance: Callable[[int], bytes]) -> None:
        self.folder = folder
        self._secret = secret
        self._chance = chance

    def bases(self) -> list[Part]:
        """Base copies, the oldest first."""
        return sorted(_parts(self.folder, "base"), key=lambda part: part.made_at)

    def logs(self) -> list[Part]:
        """Pieces of the log, in its order."""
        return sorted(_parts(self.folder, "log"))

    def end(self, start: int) -> int:
        """How far the log is archived without a gap from ``start`` on."""
        at = start
        for part in self.logs():
            if part.start <= at < part.end:
                at = part.end
        return at

    def put_log(self, start: int, content: bytes, now: int) -> Part:
        """Keeps a piece of the log; when this returns it stands on the disk."""
        return self._put("log", start, start + len(content), now, {}, [zstandard.compress(content, 3)])

    def put_base(
        self, content: Iterable[bytes], end: Callable[[], int], start: int, now: int, keys: Keys, told: dict[str, Any]
    ) -> Part:
        """Keeps a base copy. ``end`` is asked when the copy is complete: up to there it needs the log."""
        first = json.dumps({"sign": keys.sign.hex(), "seal": keys.seal.hex()}).encode()
        return self._put("base", start, end, now, told, _after(first, _packed(content)))

    def merged(self, part: Part) -> None:
        """Smaller pieces that ``part`` holds too are cleared away."""
        for other in self.logs():
            if other != part and part.start <= other.start and other.end <= part.end:
                other.path.unlink(missing_ok=True)

    def prune(self) -> None:
        """Keeps the newest base copies and the log since the older of them."""
        kept = self.bases()[-KEPT_BASES:]
        for base in self.bases()[:-KEPT_BASES]:
            base.path.unlink(missing_ok=True)
        for log in self.logs():
            if kept and log.end <= min(base.start for base in kept):
                log.path.unlink(missing_ok=True)

    def log_of(self, part: Part) -> bytes:
        """The bytes of a piece of the log. Raises ``CommandFailed``."""
        return zstandard.decompress(b"".join(pieces(part.path, self._secret)), max_output_size=part.end - part.start)

    def base_of(self, part: Part) -> tuple[dict[str, Any], Keys, Iterator[bytes]]:
        """What a base copy says of itself, the centre's keys, and the tar. Raises ``CommandFailed``."""
        content = pieces(part.path, self._secret)
        kept = json.loads(next(content))
        return read_head(part.path), Keys(bytes.fromhex(kept["sign"]), bytes.fromhex(kept["seal"])), _unpacked(content)

    def _put(
        self,
        sort: str,
        start: int,
        end: int | Callable[[], int],
        now: int,
        told: dict[str, Any],
        content: Iterable[bytes],
    ) -> Part:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        beginning = self.folder / f"{sort}-new.{sort}"
        writer = Writer(beginning, self._secret, {"made_at": now, "schema": "", **told}, self._chance)
        try:
            for each in content:
                for at in range(0, len(each), PIECE):
                    writer.write(each[at : at + PIECE])
            where = end if isinstance(end, int) else end()
            path = self.folder / f"{sort}-{start:016x}-{where:016x}-{now:013}.{sort}"
            writer.finish(path)
        except BaseException:
            writer.give_up()
            raise
        return Part(start, where, now, path)


def newest(folder: Path, secret: Secret, chance: Callable[[int], bytes], to: int | None = None) -> Archive | None:
    """The part of the archive that was written last, of those that hold a base copy made before ``to`` (ms UTC)."""
    found = []
    for each in folder.iterdir() if folder.is_dir() else ():
        archive = Archive(each, secret, chance)
        bases = [base for base in archive.bases() if to is None or base.made_at <= to]
        if bases:
            found.append((max(part.made_at for part in [*bases, *archive.logs()]), each.name, archive))
    return max(found)[2] if found else None


def system_of(version: str) -> str:
    """What a server's files are made for, operating system and machine, as its ``version()`` tells; "" when not."""
    told = version.lower()
    names = {"linux": "linux", "darwin": "darwin", "windows": "win32", "mingw": "win32", "visual c++": "win32"}
    system = next((name for sign, name in names.items() if sign in told), "")
    machine = next((name for sign, name in _MACHINES.items() if sign in told), "")
    return f"{system} {machine}" if system and machine else ""


def here() -> str:
    """The same of this machine."""
    machine = platform.machine().lower()
    return f"{sys.platform} {_MACHINES.get(machine, machine)}"


def why_not_here(there: str, here: str) -> str:
    """Why a copy of a server's files is of no use on this system; "" when it is, or nobody noted where it is from."""
    if not there or there == here:
        return ""
    return f"the archive is of another system ({there}): restore it there, or from a backup, which any system reads"


def oldest_in(folder: Path) -> int | None:
    """When the oldest of all backups and base copies in a folder was begun, ms UTC; None when there are none."""
    bases = [part.made_at for each in folder.iterdir() if each.is_dir() for part in _parts(each, "base")]
    dumps = []
    for path in folder.glob(f"*{SUFFIX}"):
        with contextlib.suppress(CommandFailed):  # what is no backup tells nothing
            dumps.append(int(read_head(path)["made_at"]))
    return min([*bases, *dumps], default=None)


def base_for(archive: Archive, to: int | None) -> Part:
    """The base copy from which a moment is reached. Raises ``CommandFailed``."""
    bases = [base for base in archive.bases() if to is None or base.made_at <= to]
    usable = [base for base in bases if archive.end(base.start) >= base.end]
    if not usable:
        raise CommandFailed("the archive holds no base copy that is complete with its log")
    return usable[-1]


def _parts(folder: Path, sort: str) -> Iterator[Part]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if (match := _NAME.match(path.name)) and match[1] == sort:
            yield Part(int(match[2], 16), int(match[3], 16), int(match[4]), path)


def _packed(content: Iterable[bytes]) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    for each in content:
        if packed := packer.compress(each):
            yield packed
    yield packer.flush()


def _unpacked(content: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    for each in content:
        if plain := unpacker.decompress(each):
            yield plain


def _after(first: bytes, content: Iterable[bytes]) -> Iterator[bytes]:
    yield first
    yield from content
