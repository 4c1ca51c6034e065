"""Data packages of other desks that this one carries to the centre, unread, and the receipts that it carries back.

Crates of files are too large for the store: their bytes lie beside it, as closed as they came.
"""

from typing import NamedTuple

from gridworker.storage.file import File

MOST = 50
"""Packages carried at once."""


class Carried(NamedTuple):
    """A package on its way: its name (SHA-256, hex), the device that closed it, and its receipt; b"" before that."""

    name: str
    device: str
    taken_at: int
    """ms UTC."""
    receipt: bytes


def take(file: File, name: str, device: str, package: bytes, now: int, *, crate: bool) -> bool:
    """Carry a package, or a crate, from now on. False: there is no room for one more. Inside a transaction."""
    known = file.db.execute("SELECT 1 FROM carried WHERE name = ?", (name,)).fetchone()
    count = file.db.execute("SELECT count(*) FROM carried WHERE receipt = x''").fetchone()[0]
    if known is None and count >= MOST:
        return False
    file.db.execute(
        "INSERT OR IGNORE INTO carried (name, device, taken_at, package, receipt, crate) VALUES (?, ?, ?, ?, x'', ?)",
        (name, device, now, package, crate),
    )
    return True


def to_deliver(file: File, *, crates: bool = False) -> list[str]:
    """The names of the packages, or crates, that the centre has not seen, in the order in which they were taken."""
    found = file.db.execute(
        "SELECT name FROM carried WHERE receipt = x'' AND crate = ? ORDER BY taken_at, name", (crates,)
    )
    return [name for (name,) in found]


def package(file: File, name: str) -> bytes:
    """The bytes of a package."""
    return bytes(file.db.execute("SELECT package FROM carried WHERE name = ?", (name,)).fetchone()[0])


def delivered(file: File, name: str, receipt: bytes) -> None:
    """The centre has it; from here on only its receipt is carried."""
    file.db.execute("UPDATE carried SET package = x'', receipt = ? WHERE name = ?", (receipt, name))


def every(file: File) -> list[Carried]:
    """All that is carried, oldest first."""
    found = file.db.execute("SELECT name, device, taken_at, receipt FROM carried ORDER BY taken_at, name")
    return [Carried(name, device, taken_at, bytes(receipt)) for name, device, taken_at, receipt in found]


def counts(file: File) -> tuple[int, int]:
    """How many packages are to be handed in, and how many answers were brought from the centre."""
    found = file.db.execute("SELECT count(*) FILTER (WHERE receipt = x''), count(*) FROM carried").fetchone()
    return found[0], found[1] - found[0]


def forget(file: File, before: int) -> None:
    """Let go of what was taken before that time (ms UTC) and delivered."""
    file.db.execute("DELETE FROM carried WHERE receipt <> x'' AND taken_at < ?", (before,))
