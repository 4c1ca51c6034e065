"""What a run on bad disks was made of, in one line."""

from collections import Counter

SHOWN = ("histories", "acts", "images", "points", "torn", "cuts", "faults", "violations")


class Totals(Counter[str]):
    """Counts of what happened."""

    def line(self) -> str:
        """For a person; thousands are parted."""
        return " · ".join(f"{name} {self[name]:,}" for name in SHOWN)
