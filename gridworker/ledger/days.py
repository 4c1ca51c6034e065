"""Civil days in China, whatever the machine's own zone is."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def day_of(moment: int) -> str:
    """The day (``YYYY-MM-DD``) in China of an instant in ms UTC."""
    return datetime.fromtimestamp(moment / 1000, CHINA).date().isoformat()


def start_of(day: str) -> int:
    """The instant in ms UTC at which a day (``YYYY-MM-DD``) begins in China."""
    return int(datetime.combine(date.fromisoformat(day), time(), CHINA).timestamp() * 1000)


def plus(day: str, days: int) -> str:
    """The day ``days`` later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def between(first: str, last: str) -> int:
    """Days from ``first`` to ``last``."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def monday_of(day: str) -> str:
    """The Monday of the day's week."""
    return plus(day, -date.fromisoformat(day).weekday())
