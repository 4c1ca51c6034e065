"""What a run was made of, in one line."""

from collections import Counter
from collections.abc import Mapping

SHOWN = (
    "histories",
    "acts",
    "lost",
    "delayed",
    "doubled",
    "crashes",
    "restores",
    "clones",
    "newcomers",
    "sticks",
    "snapshots",
    "updates",
    "restricted",
    "conflicts",
    "violations",
)


class Totals(Counter[str]):
    """Counts of what happened."""

    def line(self) -> str:
        """For a person; thousands are parted."""
        return " · ".join(f"{name} {self[name]:,}" for name in SHOWN)

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> "Totals":
        """From what another process counted."""
        return cls(counts)
