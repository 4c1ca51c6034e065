"""Civil time of every record: China's, whatever the machine says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

CHINA: Final = ZoneInfo("Asia/Shanghai")


def china_now(now_ms: int) -> datetime:
    """An instant in ms UTC as China's civil time."""
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(CHINA)


def china_day(moment: int) -> date:
    """The civil day of an instant in ms UTC."""
    return china_now(moment).date()


def instant(civil: datetime) -> int:
    """China's civil time, given without a zone, in ms UTC."""
    return int(civil.replace(tzinfo=CHINA).timestamp() * 1000)
