"""The year of a mountain town: civil days in China, their weather, their seasons, their working hours."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone

from gridworker.demo.chance import Chance

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""There has been no summer time since 1991, so a fixed offset says the same as the time zone."""

DAY = timedelta(days=1)
MINUTE_MS = 60_000
DAY_MS = 86_400_000

_FIRST_DAYS = (
    "2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 "
    "2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08 2036-01-28"
)
_SPRING_FESTIVALS = {int(text[:4]): date.fromisoformat(text) for text in _FIRST_DAYS.split()}

# Name of a season: first and last day, month and day; a season may run over the turn of the year.
_SEASONS = {
    "tea_season": ((3, 18), (4, 28)),
    "qingming": ((3, 26), (4, 8)),
    "plum": ((6, 10), (7, 8)),
    "heat": ((7, 5), (8, 31)),
    "typhoon": ((7, 12), (9, 25)),
    "harvest": ((9, 1), (9, 26)),
    "frying": ((10, 5), (11, 30)),
    "fire": ((10, 20), (4, 20)),
    "winter": ((11, 20), (2, 28)),
    "insurance": ((9, 15), (12, 20)),
    "term": ((9, 1), (6, 30)),
}


def moment(day: date, minutes: int = 0) -> int:
    """The instant (ms UTC) so many minutes after midnight in China."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=CHINA)
    return int(midnight.timestamp()) * 1000 + minutes * MINUTE_MS


def day_of(instant: int) -> date:
    """The civil day in China of an instant (ms UTC)."""
    return datetime.fromtimestamp(instant / 1000, UTC).astimezone(CHINA).date()


def spring_festival(year: int) -> date:
    """The first day of the lunar year; about right for years that the table does not hold."""
    return _SPRING_FESTIVALS.get(year) or date(year, 2, 5)


def is_working_day(day: date) -> bool:
    """Whether offices are open: no weekend and none of the long holidays."""
    festival = spring_festival(day.year)
    if -1 <= (day - festival).days <= 6:
        return False
    if (day.month, day.day) in ((1, 1), (4, 5), (5, 1), (5, 2), (5, 3)):
        return False
    return day.weekday() < 5 and not (day.month == 10 and day.day <= 7)


def working_day(day: date, step: int = 1) -> date:
    """``day``, or the next (``step`` -1: the last) working day."""
    while not is_working_day(day):
        day += DAY * step
    return day


def seasons(day: date) -> frozenset[str]:
    """What time of the year it is, in the words that the texts ask for: ``m9``, ``harvest``, …"""
    now = (day.month, day.day)
    found = {f"m{day.month}"}
    for name, (first, last) in _SEASONS.items():
        inside = first <= now <= last if first <= last else now >= first or now <= last
        if inside:
            found.add(name)
    after = (day - spring_festival(day.year)).days
    if -18 <= after < 0:
        found.add("before_festival")
    elif 0 <= after <= 18:
        found.add("after_festival")
    return frozenset(found)


# Word: its share in a usual month, in the wet spring, in the dry autumn.
_WEATHER = {
    "晴": (0.38, 0.26, 0.42),
    "多云": (0.26, 0.26, 0.28),
    "阴": (0.20, 0.20, 0.16),
    "小雨": (0.13, 0.20, 0.10),
    "大雨": (0.03, 0.08, 0.04),
}


def weather(days: Sequence[date], chance: Chance) -> dict[date, str]:
    """One word a day; wet in spring and in the plum rains, dry in autumn."""
    dice = chance.of("weather")
    return {day: dice.weighted(_shares(day)) for day in days}


def _shares(day: date) -> dict[str, float]:
    place = 1 if day.month in (3, 4, 5, 6) else 2 if day.month in (8, 10, 11) else 0
    return {word: shares[place] for word, shares in _WEATHER.items()}
