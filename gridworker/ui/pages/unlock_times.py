"""China's civil time in words, for pages that must not wait for the zone data."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final

_CHINA: Final = timezone(timedelta(hours=8))
"""One offset and no summer time since 1991; nothing here is older."""


def day_and_minute(ms: int) -> str:
    """``11月21日 17:02`` of an instant in ms UTC."""
    at = datetime.fromtimestamp(ms / 1000, _CHINA)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def year_to_minute(ms: int) -> str:
    """``2026年11月21日 17:02`` of an instant in ms UTC."""
    at = datetime.fromtimestamp(ms / 1000, _CHINA)
    return f"{at.year}年{day_and_minute(ms)}"


def size_in_words(size: int) -> str:
    """``12.4 MB`` of a number of bytes."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f} MB"
