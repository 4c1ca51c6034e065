"""Makes whoever guesses at a password wait, also without the centre.

A courtesy and no more: the file can be deleted. What keeps a thief out is the work of Argon2id.
"""

from pathlib import Path

from gridworker.storage.whole_file import read_json, write_json

MOST_FAILURES = 5
LOCKED_MS = 15 * 60 * 1000


class Lockout:
    """The wrong passwords of one store, counted beside it. ``now`` is always ms UTC."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, store: Path) -> "Lockout":
        """The one beside the file of a store."""
        return cls(store.with_name(store.name + ".tries"))

    def locked_for(self, now: int) -> int:
        """ms until the next try; 0: now. A clock that was set back unlocks."""
        failures, last = self._kept()
        waited = now - last
        return LOCKED_MS - waited if failures >= MOST_FAILURES and 0 <= waited < LOCKED_MS else 0

    def failed(self, now: int) -> int:
        """Count a wrong password; how many tries are left before the wait."""
        failures, last = self._kept()
        served = failures >= MOST_FAILURES or not 0 <= now - last < LOCKED_MS
        failures = 1 if served else failures + 1
        write_json(self._path, {"failures": failures, "last": now})
        return MOST_FAILURES - failures

    def clear(self) -> None:
        """Somebody came in."""
        self._path.unlink(missing_ok=True)

    def _kept(self) -> tuple[int, int]:
        kept = read_json(self._path) or {}
        failures, last = kept.get("failures"), kept.get("last")
        return (failures, last) if isinstance(failures, int) and isinstance(last, int) else (0, 0)
