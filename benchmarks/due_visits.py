"""Whom to visit next, asked of a desk with 2,000 households and a year of visits."""

import tempfile
from functools import partial
from pathlib import Path

from benchmarks import district
from benchmarks.figures import Figure, median, taken

TODAY = district.TODAY.isoformat()
ASKED = 20
ALL_MS = 300.0
PAGE_MS = 100.0
"""The drawer of a household and each page of a list ask for no more than a hundred."""


def run() -> list[Figure]:
    """All that is due today, as the page 今日 asks, and the days of a hundred households, as a list asks."""
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as folder:
        store, ledger = district.desk(Path(folder), visits=True)
        due = ledger.due_visits(TODAY)
        page = [each.household for each in due[:100]]
        every = taken(partial(ledger.due_visits, TODAY), ASKED)
        hundred = taken(partial(ledger.due_days, page), ASKED)
        store.close()
    return [
        Figure("all visits that are due", median(every), limit=ALL_MS, note=f"{len(due)} households"),
        Figure("due days of a page", median(hundred), limit=PAGE_MS, note=f"{len(page)} households"),
    ]
