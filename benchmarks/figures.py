"""What a benchmark says: a median, what it is compared with, and the limit that it must keep."""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One line of the table. Times are milliseconds."""

    work: str
    ours: float
    unit: str = "ms"
    beside: str = ""
    """What it is compared with."""
    base: float | None = None
    limit: float | None = None
    """The most that ``ours`` may be."""
    most_ratio: float | None = None
    """The most that ``ours / base`` may be."""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours against what it is compared with."""
        return None if not self.base else self.ours / self.base

    @property
    def kept(self) -> bool:
        """Whether every limit is kept."""
        ratio = self.ratio
        over_ratio = self.most_ratio is not None and ratio is not None and ratio > self.most_ratio
        return not over_ratio and (self.limit is None or self.ours <= self.limit)

    def to_json(self) -> dict[str, Any]:
        """For a file or another program."""
        return asdict(self) | {"ratio": self.ratio, "kept": self.kept}


def taken(work: Callable[[], object], times: int) -> list[float]:
    """How long *work* took, in ms, each of *times*."""
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        durations.append((time.perf_counter() - start) * 1000)
    return durations


def processor_seconds(pid: int) -> float:
    """What a process has used of the processor so far; 0 where the system does not tell. On a busy machine this says
    more than the clock on the wall.
    """
    try:
        told = Path(f"/proc/{pid}/stat").read_text("ascii")
    except OSError:
        return 0.0
    user, system = told.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that *share* (0 to 1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(figures: Sequence[Figure]) -> str:
    """The figures as a table to read."""
    lines = [f"{'work':<58} {'ours':>11} {'beside':>11} {'ratio':>7} {'limit':>9}  "]
    for each in figures:
        base = "" if each.base is None else f"{each.base:.2f}"
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}x"
        bound = f"{each.limit:g} {each.unit}" if each.limit is not None else ""
        if each.most_ratio is not None:
            bound = f"{bound} {each.most_ratio:g}x".strip()
        verdict = "" if each.limit is None and each.most_ratio is None else ("kept" if each.kept else "OVER")
        ours = f"{each.ours:.2f} {each.unit}"
        lines.append(f"{each.work:<58} {ours:>11} {base:>11} {ratio:>7} {bound:>9}  {verdict}  {each.note}".rstrip())
    return "\n".join(lines)
